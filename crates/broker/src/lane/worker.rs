//! The task of a lane: it owns the consumer and the window of messages in work.
//!
//! One loop, one thing at a time: a confirm came, a step ended, a probe came back, a delivery came, or it is
//! time to look again. Steps run on tasks of their own, as many as the gate lets through. When the session is
//! lost, what is in hand is finished and published all the same, only not acknowledged; it comes again and is
//! absorbed by its ids.

mod giving;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use fault::inside;
use flow::{Lane, Map};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use lapin::message::Delivery;
use stage::{Change, Gate, Settler, Stage};
use telemetry::lane::LaneMeter;
use tokio::{select, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use giving::Given;

use super::{
    Clock,
    handle::{Handled, Held, Place, handle, probe, span},
    session::Session,
    tell, waits,
};
use crate::{
    Config, Publisher,
    connect::{Backoff, Unavailable},
};

/// See the module.
pub(super) struct Worker {
    config: Config,
    map: Arc<Map>,
    lane: Lane,
    stage: Arc<dyn Stage>,
    publisher: Publisher,
    now: Clock,
    gate: Gate,
    meter: LaneMeter,
    backoff: Backoff,
    session: Option<Session>,
    sessions: u64,
    /// Deliveries of this session that wait for their turn, oldest first.
    held: VecDeque<Held>,
    handling: JoinSet<Handled>,
    publishing: FuturesUnordered<BoxFuture<'static, Given>>,
    probe: Option<BoxFuture<'static, bool>>,
}

impl Worker {
    pub(super) fn new(
        config: Config,
        map: Arc<Map>,
        lane: Lane,
        stage: Arc<dyn Stage>,
        publisher: Publisher,
        now: Clock,
    ) -> Self {
        Self {
            gate: Gate::new(&lane, Instant::now()),
            meter: LaneMeter::new(lane.name.as_str()),
            backoff: Backoff::new(&config),
            config,
            map,
            lane,
            stage,
            publisher,
            now,
            session: None,
            sessions: 0,
            held: VecDeque::new(),
            handling: JoinSet::new(),
            publishing: FuturesUnordered::new(),
            probe: None,
        }
    }

    pub(super) async fn run(mut self, shutdown: &CancellationToken) {
        info!(lane = %self.lane.name, "working");
        self.meter.closed(false);
        while !shutdown.is_cancelled() {
            if self.session.is_some() {
                self.step(shutdown).await;
            } else {
                select! {
                    () = shutdown.cancelled() => {}
                    () = self.connect() => {}
                }
            }
        }
        self.drain().await;
        info!(lane = %self.lane.name, "stopped");
    }

    async fn connect(&mut self) {
        if self.sessions > 0 {
            self.backoff.wait().await;
        }
        self.sessions += 1;
        match Session::open(&self.config, &self.lane, self.sessions).await {
            Ok(session) => self.session = Some(session),
            Err(error) => warn!(lane = %self.lane.name, %error, "cannot take from the queue"),
        }
    }

    fn lose(&mut self, error: &dyn std::fmt::Display) {
        warn!(lane = %self.lane.name, %error, "the session is lost; what was in hand comes again");
        if let Some(session) = self.session.take() {
            self.meter.let_go(session.acks.open());
        }
        self.held.clear();
    }

    /// Does what can be done, then waits for the next thing to happen.
    async fn step(&mut self, shutdown: &CancellationToken) {
        self.start();
        if self.probe.is_none() && self.gate.probe_due(Instant::now()) {
            self.probe = Some(probe(Arc::clone(&self.stage), self.handle_max()).boxed());
        }
        if let Err(error) = self.open_or_hold().await {
            return self.lose(&error);
        }
        let Some(session) = &mut self.session else {
            return;
        };
        let wake = waits::wake_at(&self.gate, &self.held, session.is_consuming(), &self.config);
        select! {
            biased;
            () = shutdown.cancelled() => {}
            Some(given) = self.publishing.next() => self.given(given).await,
            Some(handled) = self.handling.join_next() => self.handled(handled),
            is_back = waits::answer(&mut self.probe) => self.probed(is_back),
            delivery = session.next() => self.delivered(delivery).await,
            () = waits::until(wake) => {}
        }
    }

    /// Starts as many steps as the gate lets through, oldest first.
    fn start(&mut self) {
        while !self.held.is_empty()
            && let Some(ticket) = self.gate.admit(Instant::now())
            && let Some(held) = self.held.pop_front()
        {
            let span = span(&self.lane, &held);
            let stage = Arc::clone(&self.stage);
            self.handling
                .spawn(handle(stage, self.handle_max(), span, held, ticket));
        }
    }

    /// A closed lane holds what it was given, for returning it would burn the broker's delivery limit. After
    /// a while it hands it back as a new message, and takes nothing until the lane opens again.
    async fn open_or_hold(&mut self) -> Result<(), Unavailable> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let is_closed = self.gate.is_closed();
        if !is_closed && !session.is_consuming() {
            return session.consume().await;
        }
        let hold_max = Duration::from_secs(self.config.hold_s_max);
        let oldest = self.held.front().map(|held| held.since);
        if is_closed && oldest.is_some_and(|since| since.elapsed() >= hold_max) {
            info!(lane = %self.lane.name, count = self.held.len(), "closed for long: handed back");
            session.stop_consuming().await?;
            for held in std::mem::take(&mut self.held) {
                self.hand_back(held);
            }
        }
        Ok(())
    }

    /// Takes a delivery, and all others that have come already.
    async fn delivered(&mut self, first: Option<Result<Delivery, lapin::Error>>) {
        let mut next = Some(first);
        while let Some(delivery) = next {
            match delivery {
                Some(Ok(delivery)) => {
                    if let Err(error) = self.take(delivery).await {
                        return self.lose(&error);
                    }
                }
                Some(Err(error)) => return self.lose(&error),
                None => {
                    return match &mut self.session {
                        Some(session) if session.is_stopping => session.stopped(),
                        _ => self.lose(&"the broker ended the consumer"),
                    };
                }
            }
            next = match &mut self.session {
                Some(session) => session.next().now_or_never(),
                None => None,
            };
        }
        self.acknowledge().await;
    }

    async fn take(&mut self, delivery: Delivery) -> Result<(), Unavailable> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let tag = delivery.delivery_tag;
        self.meter.took();
        session.acks.taken(tag);
        let event = match wire::decode(&delivery.data) {
            Ok(event) => event,
            Err(error) => {
                error!(lane = %self.lane.name, %error, "not a message of ours: set aside");
                self.meter.parked(inside::MESSAGE_UNREADABLE.name);
                self.meter.let_go(1);
                return session.reject(tag).await;
            }
        };
        let session_number = session.number;
        let is_stopping = session.is_stopping;
        let held = Held {
            place: Place {
                session: session_number,
                tag,
            },
            event,
            delivery,
            since: Instant::now(),
        };
        if !self.stage.concerns(&held.event) {
            session.acks.done(tag);
            self.meter.passed_over();
        } else if is_stopping {
            self.hand_back(held);
        } else {
            self.held.push_back(held);
        }
        Ok(())
    }

    /// A step has ended: the gate learns of it, and what follows from it is published.
    fn handled(&mut self, handled: Result<Handled, tokio::task::JoinError>) {
        let handled = match handled {
            Ok(handled) => handled,
            // Handlers are caught when they panic, so this is a fault of this room; the message comes again.
            Err(error) => return error!(lane = %self.lane.name, %error, "a step was lost"),
        };
        let _in_span = handled.span.clone().entered();
        let now = (self.now)();
        let outage = handled.ended.as_ref().err().filter(|f| tell::is_outage(f));
        let change = match outage {
            Some(_) => self
                .gate
                .outage(handled.ticket, Instant::now(), rand::random()),
            None => self.gate.answered(handled.ticket),
        };
        if let Some(change) = change {
            self.meter.closed(change == Change::Closed);
            let told = tell::change(&self.lane, change, outage, now);
            self.publish(told, None, None);
        }
        if let Err(fault) = &handled.ended {
            tell::fault(&self.lane, fault, &handled.span);
            self.meter.failed(fault.code.name);
        }
        let settler = Settler::new(&self.map, &self.lane);
        let event = settler.noted(handled.event, handled.attempted, now);
        let publication = settler.settle(&event, handled.ended, now, rand::random());
        self.meter.gave(tell::ending(&publication), handled.took);
        self.publish(publication, Some(handled.place), Some(event));
    }

    fn probed(&mut self, is_back: bool) {
        self.probe = None;
        debug!(lane = %self.lane.name, is_back, "probed");
        self.gate.probed(is_back, Instant::now(), rand::random());
    }

    /// Finishes what is in hand, within the limit, and hands the rest back.
    async fn drain(&mut self) {
        self.probe = None;
        self.held.clear();
        if let Some(session) = &mut self.session
            && let Err(error) = session.stop_consuming().await
        {
            self.lose(&error);
        }
        let mut limit = Box::pin(tokio::time::sleep(Duration::from_millis(
            self.config.drain_ms_max,
        )));
        while !(self.handling.is_empty() && self.publishing.is_empty()) {
            select! {
                biased;
                Some(given) = self.publishing.next() => self.given(given).await,
                Some(handled) = self.handling.join_next() => self.handled(handled),
                () = &mut limit => {
                    warn!(lane = %self.lane.name, "not everything in hand was finished in time");
                    break;
                }
            }
        }
        self.handling.abort_all();
        if let Some(session) = self.session.take() {
            self.meter.let_go(session.acks.open());
            if let Err(error) = session.end().await {
                warn!(lane = %self.lane.name, %error, "the session did not end in good order");
            }
        }
    }

    fn handle_max(&self) -> Duration {
        Duration::from_millis(self.lane.handle_ms_max)
    }
}
