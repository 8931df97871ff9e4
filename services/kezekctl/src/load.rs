//! `kezekctl load`: the whole path under load, beside the floor under it.
//!
//! In: a rate or a number in flight, addresses, the testbed's people. Out: rates, percentiles and CPU shares of
//! the path from intake to the provider, and of a chain of as many queues without work, in the same run on the
//! same broker. Everything is signed ahead. It leaves the chain's queues deleted and the providers answering.

mod chain;
mod disk;
mod pace;
mod papers;
mod path;
mod processes;
mod record;
mod report;
mod spread;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use broker::Config;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use message::{Channel, ServiceCode};
use testbed::{bench::Endpoints, identity::Identities};

use self::{
    chain::Cargo,
    pace::Pace,
    papers::Papers,
    path::Ends,
    processes::Named,
    record::Record,
    report::{Measured, PATH, Ratios, Report},
};
use crate::{cli::Common, flow as map, regulation, screen::Screen, submit};

const EXAMPLES: &str = "Examples:
  kezekctl load --rate 50 --seconds 20
  kezekctl load --in-flight 500 --count 5000
  kezekctl load --rate 200 --service archive-certificate --channel portal --signer ivan --json
  kezekctl load --process intake=4711 --process rabbitmq=4700

The machine's own tools start all of it: rig load.";

/// Drive the whole path at a rate or flat out, and measure the floor under it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Messages per second, 1 to 10,000. Without it: as fast as they arrive.
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: Option<u32>,
    /// How long to keep up the rate, 1 to 3600.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=3600), conflicts_with = "count")]
    seconds: u32,
    /// Messages under way at any time where no rate is kept.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=50_000), conflicts_with = "rate")]
    in_flight: u32,
    /// Messages to send where no rate is kept.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=200_000), conflicts_with = "rate")]
    count: u32,
    /// Code of the service.
    #[arg(long, default_value = "apostille")]
    service: ServiceCode,
    /// Door of the applications: portal, provider or front-office.
    #[arg(long, default_value = "front-office")]
    channel: Channel,
    /// Name of the test identity that applies.
    #[arg(long, default_value = "ivan")]
    applicant: String,
    /// Names of the test identities that sign, in turn. Default: one with an RSA key, as the channel allows.
    #[arg(long = "signer", value_name = "NAME")]
    signers: Vec<String>,
    /// How long a signed document is at least, 500 to 8,000.
    #[arg(long, default_value_t = 2048, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(500..=8000))]
    document_bytes: usize,
    /// Connections to intake.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=100))]
    connections: u16,
    /// Let the providers send statuses and results meanwhile.
    #[arg(long)]
    reports: bool,
    /// Do not measure the floor.
    #[arg(long)]
    no_floor: bool,
    /// A process that works on it, to tell its CPU time; with everything it started. May be repeated.
    #[arg(long = "process", value_name = "NAME=PID")]
    processes: Vec<Named>,
    /// Address of the broker, where the floor is measured.
    #[arg(
        long,
        env = "KEZEK_BROKER",
        hide_env_values = true,
        value_name = "URL",
        default_value = "amqp://kezek:kezek@127.0.0.1:5672/%2f"
    )]
    broker: String,
    /// Address of intake.
    #[arg(long, env = "KEZEK_INTAKE", default_value = "https://localhost:18443")]
    intake: String,
    /// Folder of the testbed: identities, certificates, endpoints.json.
    #[arg(
        long,
        env = "KEZEK_TESTBED",
        value_name = "DIR",
        default_value = "/tmp/kezek/testbed"
    )]
    testbed: PathBuf,
}

/// Messages that go ahead and are not counted: connections, caches.
const WARM_UP: usize = 100;
/// Named processes that use less than this share of one core have nothing to do any more.
const QUIET: f64 = 0.15;
const QUIET_LOOK: Duration = Duration::from_millis(500);
/// Looks until it is given up that it will be quiet.
const QUIET_LOOKS_MAX: u32 = 240;

/// What a run needs besides its messages.
struct Bench<'a> {
    args: &'a Args,
    broker: Config,
    ends: Ends,
    pace: Pace,
    cargo: Cargo,
}

pub(crate) async fn run(args: &Args, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let map = map::load(&common.deploy)?;
    let regulations = regulation::load(&common.deploy)?;
    let regulation = regulation::find(&regulations, &args.service)?;
    let identities = Identities::load(&args.testbed)?;
    let broker = Config::new(&args.broker);
    broker.check()?;
    let control = args.control()?;
    let (pace, count) = args.pace();
    let all = NonZeroUsize::MIN.saturating_add(WARM_UP + count - 1);
    screen.line(format!("making and signing {all} messages"));
    let papers =
        papers::prepare(args, regulation, &map, &identities, &control, all, screen).await?;
    let Papers {
        mut bodies,
        lanes,
        provider,
        ..
    } = papers;
    let bench = Bench {
        ends: Ends::open(
            &args.testbed,
            submit::system_of(args.channel),
            args.connections,
            &args.intake,
            format!("{control}/providers/{provider}"),
        )?,
        cargo: Cargo {
            hops: u8::try_from(lanes.len())?,
            bytes: papers.message_bytes,
            count: count.div_ceil(2),
        },
        args,
        broker,
        pace,
    };
    bench.ends.set_auto(args.reports).await?;
    let counted = bodies.split_off(WARM_UP);
    let measured = bench.measure(bodies, counted).await;
    bench.ends.set_auto(true).await?;
    let (runs, disk) = measured?;
    let report = Report {
        pace: match pace {
            Pace::Rate(rate) => format!("{rate}/s"),
            Pace::InFlight(count) => format!("{count} in flight"),
        },
        lanes,
        document_bytes: papers.document_bytes,
        message_bytes: papers.message_bytes,
        ratios: Ratios::of(&runs),
        runs,
        disk,
    };
    screen.value(&report)?;
    report.show(screen);
    Ok(if report.runs.iter().all(Measured::is_well) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Bench<'_> {
    /// The floor, the path, the floor again, with the disk around them.
    async fn measure(
        &self,
        warm_up: Vec<Vec<u8>>,
        bodies: Vec<Vec<u8>>,
    ) -> anyhow::Result<(Vec<Measured>, Vec<spread::Spread>)> {
        let folder = std::env::temp_dir();
        let before = disk::probe(&folder)?;
        let warming = Arc::new(Record::new(warm_up.len(), Some(50), ProgressBar::hidden()));
        self.ends
            .travel(Pace::InFlight(50), warm_up, &warming)
            .await?;
        if let Some(why) = warming.ended().failure {
            anyhow::bail!("the first messages failed already: {why}");
        }
        self.quiet().await;
        let mut runs = Vec::new();
        if !self.args.no_floor {
            runs.push(self.floor("floor before").await?);
        }
        let record = Arc::new(self.record(PATH, bodies.len()));
        let looked = processes::look(&self.args.processes);
        self.ends.travel(self.pace, bodies, &record).await?;
        self.quiet().await;
        let cpu = processes::look(&self.args.processes).since(&looked);
        runs.push(Measured::of(PATH, record.ended(), cpu)?);
        if !self.args.no_floor {
            runs.push(self.floor("floor after").await?);
        }
        Ok((runs, vec![before, disk::probe(&folder)?]))
    }

    async fn floor(&self, what: &'static str) -> anyhow::Result<Measured> {
        let record = Arc::new(self.record(what, self.cargo.count));
        let looked = processes::look(&self.args.processes);
        chain::travel(&self.broker, self.cargo, self.pace, &record).await?;
        self.quiet().await;
        let cpu = processes::look(&self.args.processes).since(&looked);
        Measured::of(what, record.ended(), cpu)
    }

    fn record(&self, what: &'static str, count: usize) -> Record {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let template = "{msg:12} {wide_bar} {pos}/{len} {per_sec} {eta}";
        // The template is constant; were it wrong, the plain bar would do.
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Record::new(count, self.pace.in_flight(), bar)
    }

    /// Waits until the named processes have nothing to do: notifications and the journal come after.
    async fn quiet(&self) {
        let names = &self.args.processes;
        let mut before = processes::look(names);
        for _ in 0..QUIET_LOOKS_MAX {
            tokio::time::sleep(QUIET_LOOK).await;
            let now = processes::look(names);
            let used = processes::ours(&now.since(&before));
            if used < QUIET * QUIET_LOOK.as_secs_f64() {
                return;
            }
            before = now;
        }
    }
}

impl Args {
    fn pace(&self) -> (Pace, usize) {
        let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        match self.rate {
            Some(rate) => (Pace::Rate(f64::from(rate)), size(rate) * size(self.seconds)),
            None => (Pace::InFlight(size(self.in_flight)), size(self.count)),
        }
    }

    /// Who signs, if the command line does not say: somebody with an RSA key where there is one.
    fn signers(&self) -> Vec<String> {
        let law = match self.channel {
            Channel::Portal => self.applicant.as_str(),
            Channel::FrontOffice => "pyotr-operator",
            Channel::Provider => "committee-employee",
        };
        match self.signers.as_slice() {
            [] => vec![law.to_owned()],
            signers => signers.to_vec(),
        }
    }

    /// Where the testbed is controlled.
    fn control(&self) -> anyhow::Result<String> {
        let path = self.testbed.join("endpoints.json");
        let text = std::fs::read(&path).with_context(|| {
            format!(
                "cannot read {}; is `testbed serve` running?",
                path.display()
            )
        })?;
        Ok(serde_json::from_slice::<Endpoints>(&text)?.control)
    }
}
