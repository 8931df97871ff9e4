//! Makes the parts of the service and joins them: the journal's writer, the clock, the lane of reports, two
//! doors for questions, the pages. Database and broker may come and go; nothing here ends because one of them is away.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use async_trait::async_trait;
use axum::Router;
use broker::Publisher;
use chassis::{Chassis, Condition};
use flow::{Map, QueueDeclaration};
use futures::future::join_all;
use jiff::Timestamp;
use message::{Event, LaneName};
use participants::Participants;
use regulations::{Calendar, Regulations};
use sqlx::postgres::PgConnectOptions;
use stage::{Publication, Stage};
use tokio::{net::TcpListener, sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Server, server::TcpIncoming};
use tracing::warn;
use wire::proto::monitor::monitor_server::SERVICE_NAME;

use crate::{
    checks::Checks,
    clock::{Clock, Teller},
    config::{Config, Deadlines, Journal},
    deadlines::{Endless, Rules},
    follow::Follow,
    gauges, grpc, http,
    ingest::Ingest,
    metrics::JournalMeter,
    pages::{self, Pages},
    questions::{Count, Questions, Queues},
    store::{Store, StoreError, migrate},
    whereabouts::Ways,
};

const SERVICE: &str = "monitor";

/// The lane of providers' reports.
pub const FOLLOW: &str = "monitor.follow";

const DAY: Duration = Duration::from_hours(24);

/// How long an answer about a check waits until the journal holds what was told.
const TOLD_MAX: Duration = Duration::from_secs(5);

/// Pause between looks at a database that is not there.
const PAUSE: Duration = Duration::from_secs(1);

/// Builds the service and hands its tasks to the process.
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let rules = Rules {
        regulations: Arc::new(Regulations::load(&config.regulations)?),
        calendar: Arc::new(Calendar::load(&config.calendar)?),
    };
    chassis.spawn(
        "calendar",
        watch_calendar(rules.clone(), chassis.shutdown()),
    );
    let store = Store::new(
        config.database.options().map_err(anyhow::Error::msg)?,
        config.database.connections_max,
        Duration::from_millis(config.database.acquire_ms_max),
        rules.clone(),
    )
    .answering_within(Duration::from_millis(config.database.answer_ms_max));
    let questions = Questions {
        store: store.clone(),
        rules,
        map: Arc::clone(&map),
        queues: Arc::new(BrokerQueues(config.broker.clone())),
        participants: match &config.participants {
            Some(path) => Some(Arc::new(Participants::load(path)?)),
            None => None,
        },
    };
    let checks = make_checks(&config, store.clone());
    chassis.spawn(
        "gauges",
        gauges::keep(questions.clone(), chassis.shutdown()),
    );
    serve_grpc(&config, questions.clone(), checks.clone(), &chassis).await?;
    let pages = make_pages(&config, questions.clone(), &chassis);
    let doors = http::accesses::router(questions.clone(), checks).merge(http::router(questions));
    serve_http(&config, doors.merge(pages), &chassis).await?;

    let (told, prepared) = watch::channel(false);
    let condition = chassis.condition("database");
    let owner = config
        .database
        .migrate_options()
        .map_err(anyhow::Error::msg)?;
    let (watched, shutdown) = (store.clone(), chassis.shutdown());
    chassis.spawn("database", async move {
        prepare(&watched, owner, &shutdown).await?;
        told.send_replace(true);
        watch_over(&watched, &condition, &shutdown).await;
        Ok(())
    });

    let patience = Duration::from_millis(config.follow.wait_ms_max);
    let work = Work {
        broker: config.broker,
        map,
        store,
        prepared,
        condition: chassis.condition("broker"),
        shutdown: chassis.shutdown(),
    };
    chassis.spawn("journal", work.clone().journal(config.journal));
    chassis.spawn("clock", work.clone().clock(config.deadlines));
    chassis.spawn(FOLLOW, work.follow(patience));
    Ok(())
}

/// Warns of terms that end past the calendar, at the start and once a day, until `shutdown`.
async fn watch_calendar(rules: Rules, shutdown: CancellationToken) -> anyhow::Result<()> {
    while !shutdown.is_cancelled() {
        for endless in rules.endless(Timestamp::now()) {
            let Endless {
                service,
                channel,
                step,
                allowed,
                covered_to,
            } = endless;
            warn!(%service, %channel, step, %allowed, covered_to, "a term that begins today ends past the calendar: \
                  it has no end to tell until calendar.toml has the next year");
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(DAY) => {}
        }
    }
    Ok(())
}

/// Brings the schema up to date and looks at our rights, as soon as the database is there.
async fn prepare(
    store: &Store,
    owner: Option<PgConnectOptions>,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    loop {
        match make_ready(store, owner.clone()).await {
            Ok(()) => return Ok(()),
            Err(error @ StoreError::Unsafe { .. }) => return Err(error.into()),
            Err(error) => warn!(error = %chain(&error), "the database is not ready"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = sleep(PAUSE) => {}
        }
    }
}

async fn make_ready(store: &Store, owner: Option<PgConnectOptions>) -> Result<(), StoreError> {
    if let Some(owner) = owner {
        migrate(owner).await?;
    }
    store.check_role().await
}

/// Says whether the database answers, until `shutdown`.
async fn watch_over(store: &Store, condition: &Condition, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        condition.set(store.ping().await.is_ok());
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(PAUSE) => {}
        }
    }
}

/// What both of our readers of the broker need.
#[derive(Clone)]
struct Work {
    broker: broker::Config,
    map: Arc<Map>,
    store: Store,
    prepared: watch::Receiver<bool>,
    condition: Condition,
    shutdown: CancellationToken,
}

impl Work {
    /// Waits for the database. False at shutdown.
    async fn is_prepared(&mut self) -> bool {
        tokio::select! {
            () = self.shutdown.cancelled() => false,
            // The one who tells ends without telling only at shutdown.
            prepared = self.prepared.wait_for(|prepared| *prepared) => prepared.is_ok(),
        }
    }

    /// Becomes the journal's writer, as soon as no other instance is, and writes until shutdown.
    async fn journal(mut self, settings: Journal) -> anyhow::Result<()> {
        let queues = self.map.queues_of(SERVICE);
        if !self.is_prepared().await
            || !broker::check_when_up(&self.broker, &queues, &self.shutdown).await?
        {
            return Ok(());
        }
        let linger = Duration::from_millis(settings.linger_ms);
        let meter = JournalMeter::default();
        let ways = Ways::of(&self.map);
        let mut ingest = Ingest::new(self.store, ways, linger, meter, Timestamp::now);
        let offset = loop {
            match ingest.begin().await {
                Ok(Some(offset)) => break offset,
                Ok(None) => {}
                Err(error) => warn!(error = %chain(&error), "the journal waits for the database"),
            }
            tokio::select! {
                () = self.shutdown.cancelled() => return Ok(()),
                () = sleep(Duration::from_millis(settings.standby_ms)) => {}
            }
        };
        let after = u64::try_from(offset - 1).ok();
        broker::read_journal(self.broker, after, ingest, self.shutdown).await;
        Ok(())
    }

    /// Tells deadlines until shutdown.
    async fn clock(mut self, settings: Deadlines) -> anyhow::Result<()> {
        let queues = self.map.queues_of(SERVICE);
        if !self.is_prepared().await
            || !broker::check_when_up(&self.broker, &queues, &self.shutdown).await?
        {
            return Ok(());
        }
        let publisher = Publisher::start(&self.broker, "monitor clock");
        let teller = Arc::new(BrokerTeller {
            publisher: publisher.clone(),
            limit: Duration::from_millis(settings.confirm_ms_max),
        });
        let clock = Clock::new(self.store, teller, settings);
        clock.run(Timestamp::now, self.shutdown).await;
        publisher
            .close(Duration::from_millis(self.broker.drain_ms_max))
            .await;
        Ok(())
    }

    /// Works the lane of reports until shutdown.
    async fn follow(mut self, patience: Duration) -> anyhow::Result<()> {
        if !self.is_prepared().await {
            return Ok(());
        }
        let follow: Arc<dyn Stage> = Arc::new(Follow::new(self.store, patience));
        let lanes = vec![(LaneName::new(FOLLOW)?, follow)];
        let is_up = || self.condition.set(true);
        broker::run_lanes(self.broker, self.map, SERVICE, lanes, self.shutdown, is_up).await?;
        Ok(())
    }
}

/// Where checks are made, with a publisher of its own.
fn make_checks(config: &Config, store: Store) -> Checks {
    let teller = BrokerTeller {
        publisher: Publisher::start(&config.broker, "monitor checks"),
        limit: Duration::from_millis(config.deadlines.confirm_ms_max),
    };
    Checks {
        store,
        teller: Arc::new(teller),
        answer_days: config.checks.answer_days,
        patience: TOLD_MAX,
    }
}

/// Tells deadlines, and what becomes of checks, by the broker.
struct BrokerTeller {
    publisher: Publisher,
    limit: Duration,
}

#[async_trait]
impl Teller for BrokerTeller {
    fn is_ready(&self) -> bool {
        self.publisher.health().borrow().is_connected()
    }

    async fn tell(&self, events: Vec<Event>) -> Vec<bool> {
        let told = events.into_iter().map(async |event| {
            let Some(publication) = Publication::end(event) else {
                return false;
            };
            let told = self.publisher.publish_within(publication, self.limit).await;
            if let Err(error) = &told {
                warn!(%error, "a fact was not confirmed");
            }
            told.is_ok()
        });
        join_all(told).await
    }
}

/// The broker's own word on its queues.
struct BrokerQueues(broker::Config);

#[async_trait]
impl Queues for BrokerQueues {
    async fn counts(&self, queues: &[QueueDeclaration]) -> anyhow::Result<Vec<Count>> {
        let counts = broker::counts(&self.0, queues).await?;
        Ok(counts
            .into_iter()
            .map(|count| Count {
                ready: u64::from(count.messages),
                consumers: count.consumers,
            })
            .collect())
    }
}

async fn serve_grpc(
    config: &Config,
    questions: Questions,
    checks: Checks,
    chassis: &Chassis,
) -> anyhow::Result<()> {
    let listen = config.grpc.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on grpc.listen = {listen}"))?;
    let shutdown = chassis.shutdown();
    chassis.spawn("grpc", async move {
        Server::builder()
            .layer(telemetry::grpc::server(SERVICE_NAME))
            .add_service(grpc::server(questions, checks))
            .serve_with_incoming_shutdown(TcpIncoming::from(listener), shutdown.cancelled_owned())
            .await?;
        Ok(())
    });
    Ok(())
}

/// The pages, and the look at the journal that keeps the open ones live.
fn make_pages(config: &Config, questions: Questions, chassis: &Chassis) -> Router {
    let (moved, seen) = watch::channel(0);
    let (store, shutdown) = (questions.store.clone(), chassis.shutdown());
    chassis.spawn("live", async move {
        pages::follow(store, moved, shutdown).await;
        Ok(())
    });
    pages::router(Pages::new(questions, seen, config.pages.trace_url.clone()))
}

async fn serve_http(config: &Config, router: Router, chassis: &Chassis) -> anyhow::Result<()> {
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on http.listen = {listen}"))?;
    let shutdown = chassis.shutdown();
    chassis.spawn("http", async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(shutdown.cancelled_owned())
            .await?;
        Ok(())
    });
    Ok(())
}

/// An error with all that is beneath it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
