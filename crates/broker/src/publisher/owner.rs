//! The task that owns the publishing connection and its confirm channel.
//!
//! It takes requests as long as there is room in the window, sends them without waiting for the socket, and
//! learns from the confirms which are stored. A channel that refused something, or that stays silent, is not
//! trusted any more: on RabbitMQ 3.10 an old channel can refuse for ever. What was on it is sent again, under
//! the same ids, on a new channel, and if need be on a new connection.

use std::{pin::pin, sync::Arc, time::Instant};

use futures::{FutureExt, Stream, StreamExt, stream::FuturesUnordered};
use lapin::{
    Channel, Confirmation, Connection, Event,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use telemetry::lane::RepeatMeter;
use tokio::{
    select,
    sync::{mpsc, watch},
    time::{Duration, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::{Health, Request, in_flight::InFlight};
use crate::{
    Config,
    connect::{Backoff, Unavailable, channel, close, connect, within},
    parcel::Parcel,
};

/// How often the clocks are looked at.
const TICK: Duration = Duration::from_millis(50);

/// See the module.
pub(super) struct Owner {
    config: Config,
    name: String,
    requests: mpsc::Receiver<Request>,
    health: watch::Sender<Health>,
    closing: CancellationToken,
    in_flight: InFlight,
    backoff: Backoff,
    meter: RepeatMeter,
}

/// Why a channel is left.
enum Left {
    /// It refused something: what is left over is sent on a new one.
    Refused,
    /// It did not answer in time, or ended.
    Failed(String),
    /// Nothing is left to do.
    Finished,
}

type Answer = (u64, Result<Confirmation, lapin::Error>);

impl Owner {
    pub(super) fn new(
        config: Config,
        name: String,
        requests: mpsc::Receiver<Request>,
        health: watch::Sender<Health>,
        closing: CancellationToken,
    ) -> Self {
        let backoff = Backoff::new(&config);
        Self {
            config,
            name,
            requests,
            health,
            closing,
            in_flight: InFlight::default(),
            backoff,
            meter: RepeatMeter::new(),
        }
    }

    /// Runs until the publisher is closed or all its handles are gone, and nothing is left to send.
    pub(super) async fn run(mut self) {
        while !self.is_finished() {
            match connect(&self.config, &self.name).await {
                Ok(connection) => {
                    if let Err(lost) = self.publish_on(&connection).await {
                        warn!(error = %lost, "the publishing connection is lost");
                    }
                    close(&self.config, &connection).await;
                }
                Err(error) => warn!(%error, "cannot connect to publish"),
            }
            self.is_down();
            if !self.is_finished() {
                self.backoff.wait().await;
            }
        }
    }

    /// Publishes on one channel after the other of `connection`, until it is of no use any more.
    async fn publish_on(&mut self, connection: &Connection) -> Result<(), Unavailable> {
        let mut events = pin!(connection.events_listener());
        loop {
            let channel = channel(&self.config, connection).await?;
            let select = channel.confirm_select(ConfirmSelectOptions::default());
            within(&self.config, select).await?;
            self.look_at(connection);
            let mut has_answered = false;
            let channel = Arc::new(channel);
            let left = self
                .publish(connection, &channel, events.as_mut(), &mut has_answered)
                .await;
            self.in_flight.again(Instant::now());
            match left {
                Left::Finished => {
                    return within(&self.config, channel.close(200, "done".into())).await;
                }
                Left::Refused => debug!("the broker refused a publish; it goes on a new channel"),
                Left::Failed(why) => {
                    warn!(
                        why,
                        "a publishing channel failed; what was on it is sent again"
                    );
                    if !has_answered || !connection.status().connected() {
                        return Ok(());
                    }
                }
            }
            if has_answered {
                self.backoff.reset();
            } else {
                self.backoff.wait().await;
            }
        }
    }

    /// Publishes on `channel` until it refuses, fails, or nothing is left.
    async fn publish(
        &mut self,
        connection: &Connection,
        channel: &Arc<Channel>,
        mut events: impl Stream<Item = Event> + Unpin,
        has_answered: &mut bool,
    ) -> Left {
        let mut confirms = FuturesUnordered::new();
        let mut has_refused = false;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if confirms.is_empty() {
                if self.is_finished() {
                    return Left::Finished;
                }
                if has_refused {
                    return Left::Refused;
                }
            }
            if !has_refused {
                for (id, parcel) in self.in_flight.take_due(Instant::now()) {
                    confirms.push(send(Arc::clone(channel), id, parcel));
                }
            }
            let has_room = !has_refused
                && self.in_flight.len() < usize::from(self.config.unconfirmed_max)
                && !self.has_no_requests();
            select! {
                biased;
                _ = tick.tick() => {
                    self.meter.repeated(self.in_flight.take_repeated());
                    if !self.look_at(connection) {
                        return Left::Failed("the connection is gone".to_owned());
                    }
                    if self.is_overdue() {
                        return Left::Failed("no confirm in time".to_owned());
                    }
                }
                Some(answer) = confirms.next() => {
                    // The library books a returned message to any of the publishes that one confirm covers.
                    // So all answers that have come are put in the table before anybody is told: the return
                    // is among them then, and says itself which message it is.
                    let mut error = self.note(answer, has_answered, &mut has_refused);
                    while let Some(Some(answer)) = confirms.next().now_or_never() {
                        error = error.or(self.note(answer, has_answered, &mut has_refused));
                    }
                    self.in_flight.release();
                    if let Some(error) = error {
                        return Left::Failed(error.to_string());
                    }
                }
                event = events.next() => {
                    if event.is_none() || !self.look_at(connection) {
                        return Left::Failed("the connection is gone".to_owned());
                    }
                }
                () = self.closing.cancelled(), if !self.requests.is_closed() => self.requests.close(),
                Some(request) = self.requests.recv(), if has_room => {
                    self.in_flight.add(request, Instant::now());
                    while self.in_flight.len() < usize::from(self.config.unconfirmed_max)
                        && let Ok(request) = self.requests.try_recv()
                    {
                        self.in_flight.add(request, Instant::now());
                    }
                }
            }
        }
    }

    /// Puts an answer in the table. An error is the channel's, not the message's, which is sent again.
    fn note(
        &mut self,
        (id, answer): Answer,
        has_answered: &mut bool,
        has_refused: &mut bool,
    ) -> Option<lapin::Error> {
        let returned = match answer {
            Ok(Confirmation::Ack(returned)) => {
                *has_answered = true;
                self.in_flight.confirmed(id);
                returned
            }
            Ok(Confirmation::Nack(returned)) => {
                *has_refused = true;
                self.in_flight.refused(id, Instant::now());
                returned
            }
            // Confirms are on, so this cannot be; the publish stays open and is repeated.
            Ok(Confirmation::NotRequested) => None,
            Err(error) => return Some(error),
        };
        if let Some(message) = returned {
            let id = message.properties.message_id().as_ref();
            let (exchange, key) = (message.exchange.as_str(), message.routing_key.as_str());
            self.in_flight
                .returned((exchange, key, id.map(lapin::types::ShortString::as_str)));
        }
        None
    }

    fn is_overdue(&self) -> bool {
        let is_blocked = *self.health.borrow() == Health::Blocked;
        !is_blocked
            && self
                .in_flight
                .is_overdue(Instant::now(), self.config.confirm_max())
    }

    /// Tells the health as the connection has it; false if the connection is gone.
    fn look_at(&mut self, connection: &Connection) -> bool {
        let status = connection.status();
        if !status.connected() {
            return false;
        }
        let was = *self.health.borrow();
        let is = if status.blocked() {
            Health::Blocked
        } else {
            Health::Connected
        };
        if was != is {
            info!(?was, ?is, "publishing");
            if was == Health::Blocked {
                self.in_flight.forgive(Instant::now());
            }
            self.health.send_replace(is);
        }
        true
    }

    fn is_down(&mut self) {
        self.in_flight.again(Instant::now());
        self.health.send_if_modified(|health| {
            let is_news = !matches!(health, Health::Down(_));
            if is_news {
                *health = Health::Down(Instant::now());
            }
            is_news
        });
    }

    /// No request is waiting and none can come any more.
    fn has_no_requests(&self) -> bool {
        self.requests.is_closed() && self.requests.is_empty()
    }

    fn is_finished(&mut self) -> bool {
        if self.closing.is_cancelled() {
            self.requests.close();
        }
        if self.requests.is_closed() {
            // None comes any more, and nobody may be waiting for those that have come.
            while let Ok(request) = self.requests.try_recv() {
                self.in_flight.add(request, Instant::now());
            }
        }
        self.in_flight.forget_the_gone();
        self.has_no_requests() && self.in_flight.is_empty()
    }
}

/// One publish, from the wire to its confirm. Only ever polled by the owner.
async fn send(channel: Arc<Channel>, id: u64, parcel: Arc<Parcel>) -> Answer {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let written = channel.basic_publish(
        parcel.exchange.into(),
        parcel.key.as_str().into(),
        options,
        &parcel.body,
        parcel.properties.clone(),
    );
    let answer = match written.await {
        Ok(confirm) => confirm.await,
        Err(error) => Err(error),
    };
    (id, answer)
}
