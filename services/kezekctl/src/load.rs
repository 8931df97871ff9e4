//! `kezekctl load`: the whole path under load, beside the floor under it.
//!
//! In: a rate or a number in flight, addresses, the testbed's people. Out: rates, percentiles and CPU shares of
//! the path from intake to the provider, and of a chain of as many queues without work, in the same run on the
//! same broker. Everything is signed ahead. It leaves the chain's queues deleted and the providers answering.

mod backlog;
mod chain;
mod disk;
mod pace;
mod papers;
mod path;
mod processes;
mod record;
mod report;
mod spread;
mod told;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use broker::Config;
use flow::Map;
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
    report::{Measured, PATH, Ratios, Report, WIDE},
    told::Told,
};
use crate::{cli::Common, flow as map, regulation, screen::Screen, submit};

const EXAMPLES: &str = "Examples:
  kezekctl load --rate 50 --seconds 20
  kezekctl load --in-flight 500 --count 5000
  kezekctl load --rate 200 --service archive-certificate --channel front-office --json
  kezekctl load --backlog 20000
  kezekctl load --process intake=4711 --process rabbitmq=4700

The machine's own tools start all of it: rig load.";

/// Drive the whole path at a rate or flat out, and measure the floor under it.
#[derive(Debug, Clone, clap::Args)]
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
    /// Instead: let so many wait for their provider, which is made to fail, then drain them; meanwhile others live.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(100..=200_000), conflicts_with_all = ["rate", "count"])]
    backlog: Option<u32>,
    /// Code of the service.
    #[arg(long, default_value = "apostille")]
    service: ServiceCode,
    /// Door of the applications: portal, provider or front-office.
    #[arg(long, default_value = "portal")]
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
const WARM_UP_PACE: Pace = Pace::InFlight(50);
/// Named processes that use less than this share of one core have nothing to do any more.
const QUIET: f64 = 0.15;
const QUIET_LOOK: Duration = Duration::from_millis(500);
/// Looks until it is given up that it will be quiet.
const QUIET_LOOKS_MAX: u32 = 240;

/// What a run needs besides its messages.
struct Bench<'a> {
    args: &'a Args,
    broker: Config,
    map: &'a Map,
    ends: Ends,
    pace: Pace,
    hops: u8,
}

/// What one measurement found.
struct Found {
    runs: Vec<Measured>,
    disk: Vec<spread::Spread>,
    told: Told,
}

pub(crate) async fn run(args: &Args, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let map = map::load(&common.deploy)?;
    let regulations = regulation::load(&common.deploy)?;
    let regulation = regulation::find(&regulations, &args.service)?;
    let identities = Identities::load(&args.testbed)?;
    let broker = Config::new(&args.broker);
    broker.check()?;
    let control = args.control()?;
    if let Some(count) = args.backlog {
        let wait = backlog::Wait {
            args,
            broker: &broker,
            regulations: &regulations,
            map: &map,
            identities: &identities,
            control: &control,
            screen,
        };
        return wait.measure(count).await;
    }
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
        hops: u8::try_from(lanes.len())?,
        args,
        broker,
        map: &map,
        pace,
    };
    bench.ends.set_auto(args.reports).await?;
    let counted = bodies.split_off(WARM_UP);
    let measured = bench.measure(bodies, counted).await;
    bench.ends.set_auto(true).await?;
    let Found { runs, disk, told } = measured?;
    let report = Report {
        pace: match pace {
            Pace::Rate(rate) => format!("{rate}/s"),
            Pace::InFlight(count) | Pace::Unanswered(count) => format!("{count} in flight"),
        },
        lanes,
        document_bytes: papers.document_bytes,
        ratios: Ratios::of(&runs),
        runs,
        disk,
        told,
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
    /// The floor, the path, the floor again and a wide one, with the disk around them.
    async fn measure(&self, warm_up: Vec<Vec<u8>>, bodies: Vec<Vec<u8>>) -> anyhow::Result<Found> {
        let folder = std::env::temp_dir();
        let before = disk::probe(&folder)?;
        let cargo = Cargo {
            hops: self.hops,
            bytes: self.warm_up(warm_up).await?,
            count: bodies.len().div_ceil(2),
        };
        let mut runs = Vec::new();
        if !self.args.no_floor {
            runs.push(self.floor("floor before", cargo).await?);
        }
        let (path, told) = self.path(bodies).await?;
        runs.push(path);
        if !self.args.no_floor {
            runs.push(self.floor("floor after", cargo).await?);
            let hops = told.hops;
            runs.push(self.floor(WIDE, Cargo { hops, ..cargo }).await?);
        }
        let disk = vec![before, disk::probe(&folder)?];
        Ok(Found { runs, disk, told })
    }

    /// The first messages, not counted; tells how long one is between two lanes, bytes.
    async fn warm_up(&self, bodies: Vec<Vec<u8>>) -> anyhow::Result<usize> {
        let record = Arc::new(Record::new(
            bodies.len(),
            WARM_UP_PACE,
            ProgressBar::hidden(),
        ));
        let after = broker::recent_offset(&self.broker).await?;
        let numbers = self.ends.travel(WARM_UP_PACE, bodies, &record).await?;
        if let Some(why) = record.ended().failure {
            anyhow::bail!("the first messages failed already: {why}");
        }
        self.quiet().await;
        let told = told::of_run(&self.broker, self.map, after, &numbers).await?;
        Ok(told.bytes_of_one)
    }

    async fn path(&self, bodies: Vec<Vec<u8>>) -> anyhow::Result<(Measured, Told)> {
        let record = Arc::new(self.record(PATH, bodies.len()));
        let after = broker::recent_offset(&self.broker).await?;
        let looked = processes::look(&self.args.processes);
        let numbers = self.ends.travel(self.pace, bodies, &record).await?;
        self.quiet().await;
        let cpu = processes::look(&self.args.processes).since(&looked);
        let measured = Measured::of(PATH, record.ended(), cpu)?;
        let told = told::of_run(&self.broker, self.map, after, &numbers).await?;
        Ok((measured, told))
    }

    async fn floor(&self, what: &'static str, cargo: Cargo) -> anyhow::Result<Measured> {
        let record = Arc::new(self.record(what, cargo.count));
        let looked = processes::look(&self.args.processes);
        chain::travel(&self.broker, cargo, self.pace, &record).await?;
        self.quiet().await;
        let cpu = processes::look(&self.args.processes).since(&looked);
        Measured::of(what, record.ended(), cpu)
    }

    fn record(&self, what: &'static str, count: usize) -> Record {
        Record::new(count, self.pace, bar(what))
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

/// Tells people how far something is.
fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{msg:12} {wide_bar} {pos}/{len} {per_sec} {eta}";
    // The template is constant; were it wrong, the plain bar would do.
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
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
