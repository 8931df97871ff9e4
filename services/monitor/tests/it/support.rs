//! A PostgreSQL for all tests of the process, and an empty database for each.

use std::{
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use monitor::{
    deadlines::Rules,
    store::{Store, Writer, migrate},
};
use regulations::{Calendar, Regulations};
use rig::Postgres;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

static SERVER: OnceCell<Postgres> = OnceCell::const_new();

/// The deployed regulations and calendar.
pub(crate) fn rules() -> Rules {
    let deploy = rig::repository().join("deploy");
    Rules {
        regulations: Arc::new(Regulations::load(&deploy.join("regulations")).unwrap()),
        calendar: Arc::new(Calendar::load(&deploy.join("calendar.toml")).unwrap()),
    }
}

/// A database with the schema, and the service's way to it.
pub(crate) struct Ground {
    pub(crate) server: &'static Postgres,
    pub(crate) database: String,
    pub(crate) store: Store,
}

impl Ground {
    /// A database of this name, the schema made from nothing.
    pub(crate) async fn new(name: &str) -> Self {
        let ground = Self::empty(name).await;
        migrate(ground.options("kezek_owner")).await.unwrap();
        ground
    }

    /// A database of this name with nothing in it.
    pub(crate) async fn empty(name: &str) -> Self {
        let start = async || Postgres::start().await.unwrap();
        let server = SERVER.get_or_init(start).await;
        server.create_database(name).await.unwrap();
        let options = PgConnectOptions::from_str(&server.url("kezek_monitor", name)).unwrap();
        Self {
            server,
            database: name.to_owned(),
            store: Store::new(options, 4, Duration::from_secs(5), rules()),
        }
    }

    pub(crate) fn options(&self, role: &str) -> PgConnectOptions {
        PgConnectOptions::from_str(&self.server.url(role, &self.database)).unwrap()
    }

    /// The writer, as soon as the one before has let go.
    pub(crate) async fn writer(&self) -> Writer {
        writer(&self.store).await
    }

    /// Runs a statement as the superuser with the triggers off: what no role of ours can do.
    pub(crate) async fn tamper(&self, statement: &str) {
        let statement = format!("SET session_replication_role = replica; {statement}");
        self.sql(&statement).await;
    }

    /// Runs a statement as the superuser; columns come back joined by `|`.
    pub(crate) async fn sql(&self, statement: &str) -> String {
        let said = self.server.sql(&self.database, statement).await.unwrap();
        said.trim().to_owned()
    }
}

/// The writer of `store`. The lock of one that was dropped is free when its connection is closed, a moment later.
pub(crate) async fn writer(store: &Store) -> Writer {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(writer) = store.writer().await.unwrap() {
            return writer;
        }
        assert!(Instant::now() < limit, "the writer before never let go");
        tokio::task::yield_now().await;
    }
}
