//! The configuration of monitor: `deploy/config/monitor.toml`.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use flow::Map;
use participants::Participants;
use regulations::{Calendar, Regulations};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;

/// Everything that monitor can be told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub chassis: chassis::Config,
    #[serde(default)]
    pub telemetry: telemetry::Config,
    pub broker: broker::Config,
    /// The flow map.
    pub flow: PathBuf,
    /// The folder of regulations: the steps and their times.
    pub regulations: PathBuf,
    /// Which days are working days.
    pub calendar: PathBuf,
    /// The participants, whose names a person reads beside those who looked at his data. Default: none, and
    /// then he reads their codes.
    #[serde(default)]
    pub participants: Option<PathBuf>,
    pub database: Database,
    #[serde(default)]
    pub journal: Journal,
    #[serde(default)]
    pub follow: Follow,
    #[serde(default)]
    pub deadlines: Deadlines,
    #[serde(default)]
    pub checks: Checks,
    pub grpc: Listen,
    pub http: Listen,
    #[serde(default)]
    pub pages: Pages,
}

/// Checks of the purpose of an access (X15).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// Days that the organisation that asked has for its answer where the owner of the register names none, 1 to 90.
    /// Default 10.
    pub answer_days: u16,
}

impl Default for Checks {
    fn default() -> Self {
        Self { answer_days: 10 }
    }
}

/// The only database of kezek.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `postgres://kezek_monitor:password@host:port/database`: the role that may add to the journal and
    /// never change it. A secret.
    pub url: SecretString,
    /// The same database as the owner of its tables: brings the schema up to date at the start. A secret.
    /// Default: none, the schema was made by somebody else.
    #[serde(default)]
    pub migrate_url: Option<SecretString>,
    /// Connections of the pool, 2 to 100; the journal's writer has one more of its own. Default 10.
    #[serde(default = "connections_max")]
    pub connections_max: u32,
    /// How long a question may wait for a connection, milliseconds, 100 to 60,000. Default 5,000.
    #[serde(default = "acquire_ms_max")]
    pub acquire_ms_max: u64,
    /// How long the journal's writer waits until a batch is stored, and the clock until its look is done,
    /// milliseconds, 100 to 600,000; past it they connect anew. Default 30,000.
    #[serde(default = "answer_ms_max")]
    pub answer_ms_max: u64,
}

fn connections_max() -> u32 {
    10
}
fn acquire_ms_max() -> u64 {
    5_000
}
fn answer_ms_max() -> u64 {
    30_000
}

/// How the journal is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Journal {
    /// Pause after a batch of less than a hundred entries, milliseconds, 0 to 1,000. Default 5.
    pub linger_ms: u64,
    /// Pause between tries to become the writer, milliseconds, 10 to 60,000. Default 1,000.
    pub standby_ms: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            linger_ms: 20,
            standby_ms: 1_000,
        }
    }
}

/// How reports are bound to their applications.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Follow {
    /// How long one try waits for the journal to come as far as the report, milliseconds, 0 to 60,000; keep
    /// it below the lane's `handle_ms_max`. Default 2,000.
    pub wait_ms_max: u64,
}

impl Default for Follow {
    fn default() -> Self {
        Self { wait_ms_max: 2_000 }
    }
}

/// How the clock tells what is due.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// Pause between looks at the table when nothing is due, milliseconds, 10 to 60,000. Default 1,000.
    pub look_ms: u64,
    /// Deadlines told at once, 1 to 1,000. Default 200.
    pub batch_max: u16,
    /// Pause between full batches, milliseconds, 0 to 60,000: with `batch_max` it bounds the rate after an
    /// outage. Default 200.
    pub pause_ms: u64,
    /// How long the broker may take to store a batch, milliseconds, 100 to 60,000. Default 10,000.
    pub confirm_ms_max: u64,
    /// How long a claimed deadline is left to the clock that claimed it, milliseconds, 1,000 to 3,600,000;
    /// longer than `confirm_ms_max`. Default 60,000.
    pub claim_ms: u64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            look_ms: 1_000,
            batch_max: 200,
            pause_ms: 200,
            confirm_ms_max: 10_000,
            claim_ms: 60_000,
        }
    }
}

impl Deadlines {
    fn check(&self) -> Result<(), String> {
        within("deadlines.look_ms", self.look_ms, 10, 60_000)?;
        within("deadlines.batch_max", self.batch_max.into(), 1, 1_000)?;
        within("deadlines.pause_ms", self.pause_ms, 0, 60_000)?;
        let confirm = self.confirm_ms_max;
        within("deadlines.confirm_ms_max", confirm, 100, 60_000)?;
        within("deadlines.claim_ms", self.claim_ms, 1_000, 3_600_000)?;
        if self.claim_ms > confirm {
            Ok(())
        } else {
            Err("deadlines.claim_ms: must be longer than deadlines.confirm_ms_max".to_owned())
        }
    }
}

/// Where questions are answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// For our own services and operators only, not for the world.
    pub listen: SocketAddr,
}

/// What people see.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// The address of an application's trace; `{number}` and `{message_id}` are replaced. Default: none, and
    /// then pages have no such link.
    pub trace_url: Option<String>,
}

impl Pages {
    fn check(&self) -> Result<(), String> {
        let web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if self.trace_url.as_ref().is_none_or(web) {
            Ok(())
        } else {
            Err("pages.trace_url: does not begin with http:// or https://".to_owned())
        }
    }
}

impl Database {
    /// Where the service works.
    pub fn options(&self) -> Result<PgConnectOptions, String> {
        options("database.url", &self.url)
    }

    /// Where the schema is brought up to date, if that is ours to do.
    pub fn migrate_options(&self) -> Result<Option<PgConnectOptions>, String> {
        let url = self.migrate_url.as_ref();
        url.map(|url| options("database.migrate_url", url))
            .transpose()
    }
}

/// Never repeats the address: it holds a password.
fn options(field: &str, url: &SecretString) -> Result<PgConnectOptions, String> {
    let url = url.expose_secret();
    let ours = url.starts_with("postgres://") || url.starts_with("postgresql://");
    PgConnectOptions::from_str(url)
        .ok()
        .filter(|_| ours)
        .ok_or_else(|| {
            format!("{field}: is not of the form postgres://role:password@host:port/database")
        })
}

impl chassis::Common for Config {
    fn chassis(&self) -> &chassis::Config {
        &self.chassis
    }

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn check(&self) -> Result<(), String> {
        self.broker.check().map_err(|e| e.to_string())?;
        let connections = u64::from(self.database.connections_max);
        within("database.connections_max", connections, 2, 100)?;
        within(
            "database.acquire_ms_max",
            self.database.acquire_ms_max,
            100,
            60_000,
        )?;
        within(
            "database.answer_ms_max",
            self.database.answer_ms_max,
            100,
            600_000,
        )?;
        within("journal.linger_ms", self.journal.linger_ms, 0, 1_000)?;
        within("journal.standby_ms", self.journal.standby_ms, 10, 60_000)?;
        within("follow.wait_ms_max", self.follow.wait_ms_max, 0, 60_000)?;
        self.deadlines.check()?;
        within(
            "checks.answer_days",
            self.checks.answer_days.into(),
            1,
            crate::checks::DAYS_MAX.into(),
        )?;
        if let Some(path) = &self.participants {
            Participants::load(path).map_err(|e| format!("participants: {e}"))?;
        }
        self.pages.check()?;
        self.database.options()?;
        self.database.migrate_options()?;
        let map = Map::load(&self.flow).map_err(|e| format!("flow: {e}"))?;
        map.lane(crate::app::FOLLOW).map_err(|e| e.to_string())?;
        Regulations::load(&self.regulations).map_err(|e| format!("regulations: {e}"))?;
        let calendar = Calendar::load(&self.calendar).map_err(|e| format!("calendar: {e}"))?;
        calendar.check().first().map_or(Ok(()), |found| {
            let path = self.calendar.display();
            Err(format!("calendar: {path}: {found}"))
        })
    }
}

fn within(field: &str, value: u64, low: u64, high: u64) -> Result<(), String> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(format!("{field}: {value} is not within {low} to {high}"))
    }
}

#[cfg(test)]
mod tests {
    use chassis::Common as _;

    use super::*;

    fn sample() -> String {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/");
        let text = std::fs::read_to_string(format!("{root}config/monitor.toml")).unwrap();
        text.replace("\"deploy/", &format!("\"{root}"))
    }

    fn checked(text: &str) -> Result<(), String> {
        let config: Config = toml::from_str(text).map_err(|e| e.to_string())?;
        config.check()
    }

    #[test]
    fn the_sample_is_valid() {
        assert_eq!(checked(&sample()), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_repeated() {
        let said = |from: &str, to: &str| {
            assert!(sample().contains(from), "{from}");
            checked(&sample().replace(from, to)).unwrap_err()
        };
        assert!(said("linger_ms = 20", "lingers_ms = 20").contains("lingers_ms"));
        assert!(said("linger_ms = 20", "linger_ms = 5000").contains("journal.linger_ms: 5000"));
        assert!(said("connections_max = 10", "connections_max = 1").contains("connections_max"));
        assert!(said("wait_ms_max = 2000", "wait_ms_max = 99999").contains("follow.wait_ms_max"));
        assert!(said("look_ms = 1000", "look_ms = 1").contains("deadlines.look_ms: 1"));
        assert!(said("answer_days = 10", "answer_days = 0").contains("checks.answer_days: 0"));
        let nobody = said("participants.toml", "partakers.toml");
        assert!(nobody.starts_with("participants: "), "{nobody}");
        let confirm = said("look_ms = 1000", "claim_ms = 5000");
        assert!(confirm.contains("deadlines.claim_ms: must be longer"));
        let trace = "trace_url = \"http";
        assert!(said(trace, "trace_url = \"javascript").contains("pages.trace_url"));
        let url = "postgres://kezek_monitor:kezek@";
        let said = said(url, "mysql://kezek_monitor:hunter2@");
        assert!(
            said.contains("database.url") && !said.contains("hunter2"),
            "{said}"
        );
        let config: Config = toml::from_str(&sample()).unwrap();
        assert!(!format!("{config:?}").contains(":kezek@"));
    }
}
