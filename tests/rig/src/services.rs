//! Our own services as processes: the built binaries, each with the sample configuration of
//! `deploy/config`, in which only addresses and folders are replaced. So the samples are what runs.
//!
//! In: where the servers are. Out: running services that say they are ready, each to be killed,
//! frozen, stopped and started again by its name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use toml::{Table, Value};

use crate::process::{Command, Server, until_up};

/// A debug build on two busy cores may take its time; it waits for nobody else.
const READY_LIMIT: Duration = Duration::from_mins(1);

/// A service and where it says how it is.
#[derive(Debug)]
struct Service {
    server: Server,
    admin: String,
}

/// The services that run, by name.
#[derive(Debug)]
pub struct Services {
    folder: PathBuf,
    /// Where `deploy` is.
    root: PathBuf,
    binaries: PathBuf,
    running: BTreeMap<String, Service>,
    client: reqwest::Client,
}

/// Values to put into a sample configuration: a path such as `broker.url`, and what stands there.
pub type Settings = Vec<(&'static str, Value)>;

impl Services {
    pub(crate) fn new(folder: &Path, root: &Path) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .build()?;
        Ok(Self {
            folder: folder.to_owned(),
            root: root.to_owned(),
            binaries: binaries()?,
            running: BTreeMap::new(),
            client,
        })
    }

    /// Writes the configuration and starts the process; does not wait.
    pub(crate) fn launch(
        &mut self,
        name: &str,
        admin: u16,
        settings: &Settings,
        args: &[&str],
    ) -> anyhow::Result<()> {
        let config = self.folder.join(format!("{name}.toml"));
        let sample = self.root.join(format!("deploy/config/{name}.toml"));
        std::fs::write(&config, adapted(&sample, settings)?)?;
        let log = self.folder.join(format!("{name}.log"));
        let command = Command::new(self.binaries.join(name), &self.root, &log)
            .args(args.iter().copied())
            .args(["--config".as_ref(), config.as_os_str()])
            // Six services share one machine: a thread for each core in each of them is in each other's way.
            .env("TOKIO_WORKER_THREADS", "1");
        let server = Server::start(name, command)?;
        let admin = format!("http://127.0.0.1:{admin}");
        self.running
            .insert(name.to_owned(), Service { server, admin });
        Ok(())
    }

    /// Waits until the service says that it is ready.
    pub async fn ready(&self, name: &str) -> anyhow::Result<()> {
        let service = self.find(name)?;
        let url = format!("{}/ready", service.admin);
        until_up(&service.server, READY_LIMIT, async || {
            let answer = self.client.get(&url).send().await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await
    }

    /// What the service's Prometheus endpoint says.
    pub async fn metrics(&self, name: &str) -> anyhow::Result<String> {
        let url = format!("{}/metrics", self.find(name)?.admin);
        Ok(self
            .client
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.running.keys().map(String::as_str)
    }

    /// kill -9.
    pub async fn kill9(&self, name: &str) -> anyhow::Result<()> {
        self.find(name)?.server.kill9().await
    }

    /// Starts a service that was killed or stopped, and waits until it is ready.
    pub async fn restart(&self, name: &str) -> anyhow::Result<()> {
        self.find(name)?.server.again()?;
        self.ready(name).await
    }

    /// SIGTERM; says how it ended, an error when it had not within `limit`.
    pub async fn terminate(&self, name: &str, limit: Duration) -> anyhow::Result<ExitStatus> {
        self.find(name)?.server.end(Signal::TERM, limit).await
    }

    /// SIGSTOP: there, but hung.
    pub fn freeze(&self, name: &str) -> anyhow::Result<()> {
        self.find(name)?.server.freeze()
    }

    pub fn thaw(&self, name: &str) -> anyhow::Result<()> {
        self.find(name)?.server.thaw()
    }

    /// Fails when a service has ended by itself, which none ever should.
    pub fn all_alive(&self) -> anyhow::Result<()> {
        for (name, service) in &self.running {
            if let Some(status) = service.server.ended() {
                bail!(
                    "{name} ended by itself: {status}\n{}",
                    service.server.log_tail(30)
                );
            }
        }
        Ok(())
    }

    /// The process of every service that runs, by name.
    pub fn processes(&self) -> impl Iterator<Item = (&str, u32)> {
        let running = self.running.iter();
        running.filter_map(|(name, service)| Some((name.as_str(), service.server.pid()?)))
    }

    /// Where the service writes its log.
    pub fn log(&self, name: &str) -> anyhow::Result<&Path> {
        Ok(self.find(name)?.server.log())
    }

    /// The end of every service's log, for a failing test to show.
    pub fn log_tails(&self, lines: usize) -> String {
        let tail = |(name, service): (&String, &Service)| {
            format!("--- {name}\n{}", service.server.log_tail(lines))
        };
        self.running.iter().map(tail).collect::<Vec<_>>().join("\n")
    }

    fn find(&self, name: &str) -> anyhow::Result<&Service> {
        self.running
            .get(name)
            .with_context(|| format!("no service {name} in this rig"))
    }
}

/// The folder of the built services: where this very program lies, or above it.
pub fn binaries() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    own.ancestors()
        .find(|folder| folder.join("intake").is_file())
        .map(Path::to_owned)
        .context("the services are not built: run `cargo build --workspace --bins`")
}

/// The sample with other values in it. No address of the sample may stay: it would lead to a server
/// that is not ours.
pub(crate) fn adapted(sample: &Path, settings: &Settings) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(sample).with_context(|| sample.display().to_string())?;
    let original: Table = toml::from_str(&text).with_context(|| sample.display().to_string())?;
    let mut config = original.clone();
    for (path, value) in settings {
        put(&mut config, path, value.clone())
            .with_context(|| format!("{path} in {}", sample.display()))?;
    }
    let mut before = Vec::new();
    addresses(&Value::Table(original), &mut before);
    let mut after = Vec::new();
    addresses(&Value::Table(config.clone()), &mut after);
    if let Some(kept) = after.iter().find(|address| before.contains(address)) {
        bail!("{}: nobody replaces {kept}", sample.display());
    }
    Ok(toml::to_string(&config)?)
}

/// Every text in a configuration that is an address on this machine.
fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("127.0.0.1:") || text.contains("localhost:") => {
            found.push(text.clone());
        }
        Value::Table(table) => table.values().for_each(|inner| addresses(inner, found)),
        Value::Array(list) => list.iter().for_each(|inner| addresses(inner, found)),
        _ => {}
    }
}

/// A path leads through tables by field, and through lists of tables by the `name` in each.
fn put(config: &mut Table, path: &str, value: Value) -> anyhow::Result<()> {
    let Some((head, rest)) = path.split_once('.') else {
        config.insert(path.to_owned(), value);
        return Ok(());
    };
    let inner = config
        .entry(head)
        .or_insert_with(|| Value::Table(Table::new()));
    match inner {
        Value::Table(table) => put(table, rest, value),
        Value::Array(list) => {
            let (name, rest) = rest
                .split_once('.')
                .context("a list needs a name and a field")?;
            let mut tables = list.iter_mut().filter_map(Value::as_table_mut);
            let named =
                tables.find(|table| table.get("name").and_then(Value::as_str) == Some(name));
            put(
                named.with_context(|| format!("{head} has no {name}"))?,
                rest,
                value,
            )
        }
        _ => bail!("{head} is neither a table nor a list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "
        broker = { url = 'amqp://x', prefetch = 200 }
        [[register]]
        name = 'gbd-fl'
        endpoint = 'http://a'
        [[register]]
        name = 'enis'
        endpoint = 'http://b'
    ";

    #[test]
    fn values_are_replaced_and_the_rest_of_a_sample_stays() {
        let folder = tempfile::tempdir().unwrap();
        let sample = folder.path().join("sample.toml");
        std::fs::write(&sample, SAMPLE).unwrap();
        let settings = vec![
            ("broker.url", Value::from("amqp://y")),
            ("chassis.listen", Value::from("127.0.0.1:1")),
            ("register.enis.endpoint", Value::from("http://z")),
        ];
        let config: Table = toml::from_str(&adapted(&sample, &settings).unwrap()).unwrap();
        assert_eq!(config["broker"]["url"].as_str(), Some("amqp://y"));
        assert_eq!(config["broker"]["prefetch"].as_integer(), Some(200));
        assert_eq!(config["chassis"]["listen"].as_str(), Some("127.0.0.1:1"));
        assert_eq!(config["register"][0]["endpoint"].as_str(), Some("http://a"));
        assert_eq!(config["register"][1]["endpoint"].as_str(), Some("http://z"));
    }

    #[test]
    fn an_address_of_the_sample_never_stays() {
        let folder = tempfile::tempdir().unwrap();
        let sample = folder.path().join("sample.toml");
        std::fs::write(&sample, "redis = { url = 'redis://127.0.0.1:6379' }").unwrap();
        let error = adapted(&sample, &Settings::new()).unwrap_err();
        assert!(
            error.to_string().contains("redis://127.0.0.1:6379"),
            "{error}"
        );
    }
}
