//! The whole house on one machine: servers, test bench, our services, and the doors to all of them.
//!
//! In: [`Options`]. Out: a [`Rig`] in which everything says that it is ready. Dropping it ends
//! everything and removes its folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::addresses::Addresses;
use crate::application::{self, Application};
use crate::channels::Channels;
use crate::monitor::Monitor;
use crate::outside::Outside;
use crate::people::People;
use crate::process::{Command, Server, until_up};
use crate::services::{Services, binaries};
use crate::terms::{self, Term};
use crate::{
    Broker, Folder, Lines, Postgres, Redis, Shape, channels, lines, repository, services, settings,
};

/// What a test may choose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values to replace in a service's sample configuration, beside the addresses.
    pub settings: Vec<(&'static str, services::Settings)>,
    /// Values to replace in every service's sample configuration, before those.
    pub everywhere: services::Settings,
    /// Steps that are allowed another time than the regulations give.
    pub terms: Vec<Term>,
    /// Whether the broker is one node or three.
    pub broker: Shape,
    /// Whether lines that can be cut are laid between the services and everything they lean on.
    pub lines: bool,
    /// A folder with a `deploy` of its own in place of the repository's.
    pub root: Option<PathBuf>,
    /// Who speaks over the gateway's channels.
    pub channels: Channels,
    /// Address of an OTLP receiver that takes the services' traces; `otlp` is the line there. Default: none.
    pub collector: Option<String>,
    /// Called with each step of the start, for a person who waits.
    pub tell: Option<fn(&str)>,
}

/// See the module. Fields end in the order in which they stand: who uses before who is used.
#[derive(Debug)]
pub struct Rig {
    pub services: Services,
    pub outside: Outside,
    pub people: People,
    pub monitor: Monitor,
    /// The lines to `broker`, `redis`, `postgres`, `otlp` and every system outside, if they were laid.
    pub lines: Lines,
    bench: Server,
    pub broker: Broker,
    pub redis: Redis,
    pub postgres: Postgres,
    pub folder: Folder,
    addresses: Addresses,
}

/// What intake said.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    pub body: Value,
}

impl Rig {
    /// Starts everything and waits until all of it is ready: 15-30 s.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let tell = options.tell.unwrap_or(|_| {});
        let folder = Folder::make()?;
        let testbed = folder.room("testbed")?;
        let binaries = binaries()?;
        let root = options.root.as_deref().unwrap_or(repository());
        tell("RabbitMQ, Redis, PostgreSQL and the test bench");
        let (broker, redis, postgres, bench) = tokio::try_join!(
            Broker::start_shaped(folder.path(), root, options.broker),
            Redis::start_in(folder.path()),
            Postgres::start_in(folder.path()),
            bench(&binaries, folder.path(), &testbed, options.channels),
        )?;
        let endpoints = std::fs::read(testbed.join("endpoints.json"))?;
        let outside = Outside::new(serde_json::from_slice(&endpoints)?)?;
        let people = People::load(&testbed)?;

        let addresses = Addresses::new(folder.path(), &testbed);
        let mut lines = Lines::default();
        if options.lines || options.broker != Shape::One {
            lines.lay("broker", broker.addresses()).await?;
        }
        if options.lines {
            lines.lay_all(&redis, &postgres, &outside).await?;
            if let Some(collector) = &options.collector {
                lines.lay("otlp", vec![lines::server(collector)?]).await?;
            }
        }
        let mut everywhere = options.everywhere;
        if let Some(collector) = &options.collector {
            let collector = lines.through("otlp", collector);
            everywhere.push(("telemetry.otlp_endpoint", collector.into()));
        }
        let mut services = Services::new(folder.path(), root)?;
        tell("intake, signature, registry, router, monitor, notifier");
        let ends = settings::Ends {
            broker: &broker,
            redis: &redis,
            postgres: &postgres,
            outside: &outside,
            lines: &lines,
        };
        let mut chosen = terms::written(&folder.room("regulations")?, &options.terms)?;
        chosen.extend(channels::chosen(options.channels, &addresses, &ends)?);
        chosen.extend(options.settings);
        for (name, admin, mut values) in settings::of_all(&addresses, &ends)? {
            let own = chosen.iter().filter(|(service, _)| *service == name);
            values.extend(everywhere.clone());
            values.extend(own.flat_map(|(_, more)| more.clone()));
            services.launch(name, admin, &values, &[])?;
        }
        for name in services.names() {
            services.ready(name).await?;
        }
        outside.intake_is_at(&addresses.intake_url()).await?;
        let monitor = Monitor::new(addresses.monitor_url())?;
        Ok(Self {
            services,
            outside,
            people,
            monitor,
            lines,
            bench,
            broker,
            redis,
            postgres,
            folder,
            addresses,
        })
    }

    /// Pays the fee of an application, if it has one, and attaches the receipt (X18).
    pub async fn pay(&self, application: &mut Application) -> anyhow::Result<()> {
        if let Some(fee) = application.fee_tenge() {
            let payer = self.people.find(application.applicant)?.number()?;
            application.receipt = Some(self.outside.pay(payer, application.service, fee).await?);
        }
        Ok(())
    }

    /// Signs an application and sends it through the door once.
    pub async fn submit(&self, application: &Application) -> anyhow::Result<Answer> {
        let message = application.sealed(&self.people)?;
        self.post(application.participant, &message).await
    }

    /// Sends any JSON through the door once, as `participant`.
    pub async fn post(&self, participant: &str, message: &Value) -> anyhow::Result<Answer> {
        self.send(participant, message, None).await
    }

    /// The same, and waits up to `wait_s` seconds for the verdict on the signature.
    pub async fn post_and_wait(
        &self,
        participant: &str,
        message: &Value,
        wait_s: u32,
    ) -> anyhow::Result<Answer> {
        self.send(participant, message, Some(wait_s)).await
    }

    /// Sends a status or result as the provider `participant`, signed by `signer`: `report` has the
    /// number and either `status` or `outcome` and `reason`.
    pub async fn report(
        &self,
        participant: &str,
        signer: &str,
        service: &str,
        report: &Value,
    ) -> anyhow::Result<Answer> {
        let message = application::report(&self.people, signer, service, report)?;
        self.post(participant, &message).await
    }

    async fn send(
        &self,
        participant: &str,
        message: &Value,
        wait_s: Option<u32>,
    ) -> anyhow::Result<Answer> {
        let url = format!("{}/v1/messages", self.addresses.intake_url());
        let mut request = self.people.client(participant)?.post(url).json(message);
        if let Some(seconds) = wait_s {
            request = request.header("Prefer", format!("wait={seconds}"));
        }
        let answer = request.send().await.context("intake did not answer")?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body })
    }

    /// Every process that works here, by name, for whoever measures.
    pub fn processes(&self) -> Vec<(&str, u32)> {
        let servers = [
            ("rabbitmq", self.broker.pid()),
            ("redis", self.redis.pid()),
            ("postgres", self.postgres.pid()),
            ("testbed", self.bench.pid()),
        ];
        let servers = servers
            .into_iter()
            .filter_map(|(name, pid)| Some((name, pid?)));
        self.services.processes().chain(servers).collect()
    }

    /// The HTTPS address of intake, and where else one can look.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }
}

impl Answer {
    /// The number of an accepted application; anything else is an error that shows the answer.
    pub fn number(&self) -> anyhow::Result<&str> {
        let number = self.body["number"].as_str().filter(|_| self.status == 202);
        number.with_context(|| format!("not accepted: {} {}", self.status, self.body))
    }

    /// The error code of a problem (RFC 9457).
    pub fn code(&self) -> Option<&str> {
        self.body["code"].as_str()
    }
}

/// Starts the test bench, which makes its authority first, and waits until every system listens.
async fn bench(
    binaries: &Path,
    folder: &Path,
    testbed: &Path,
    channels: Channels,
) -> anyhow::Result<Server> {
    let sample = repository().join("deploy/config/testbed.toml");
    let mut values = vec![
        ("folder", testbed.display().to_string().into()),
        ("ports", toml::Table::new().into()),
        ("intake.url", "https://localhost:1".into()),
    ];
    if channels == Channels::Everybody {
        values.push(("providers.report_by_soap", vec![channels::PROVIDER].into()));
    }
    let config = folder.join("testbed.toml");
    std::fs::write(&config, services::adapted(&sample, &values)?)?;
    let command = Command::new(
        binaries.join("testbed"),
        folder,
        &folder.join("testbed.log"),
    )
    .args(["serve".as_ref(), "--config".as_ref(), config.as_os_str()]);
    let bench = Server::start("testbed", command)?;
    let endpoints = testbed.join("endpoints.json");
    until_up(&bench, Duration::from_mins(1), async || endpoints.exists()).await?;
    Ok(bench)
}
