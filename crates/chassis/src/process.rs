//! The life of a process, told once for all services.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Parser;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

use crate::{Common, Condition, Readiness, admin, configuration};

/// The configuration is wrong (`EX_USAGE` of sysexits.h).
pub const EXIT_BAD_CONFIG: u8 = 64;
/// Something broke, or the drain limit was not kept (`EX_SOFTWARE`).
pub const EXIT_FAULT: u8 = 70;

#[derive(Parser)]
#[command(
    after_help = "Every field of the file can be overridden: KEZEK__SECTION__FIELD=value.\n\
    Exit codes: 0 done, 64 the configuration is wrong, 70 something broke."
)]
struct Arguments {
    /// The configuration file, TOML
    #[arg(long, env = "KEZEK_CONFIG", value_name = "FILE")]
    config: PathBuf,
    /// Only read and check the configuration
    #[arg(long)]
    check: bool,
}

/// What a service gets from its process: where to run tasks, when to stop, how to say it is ready.
#[derive(Debug, Clone)]
pub struct Chassis {
    shutdown: CancellationToken,
    tasks: TaskTracker,
    readiness: Readiness,
    failures: mpsc::UnboundedSender<()>,
    drain: Duration,
}

impl Chassis {
    /// Cancelled when the process is asked to stop: take nothing new, finish what is in hand.
    pub fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// How long finishing may take after that.
    pub fn drain(&self) -> Duration {
        self.drain
    }

    /// Adds a condition to `/ready`; it holds once the part that owns it says so.
    pub fn condition(&self, name: &'static str) -> Condition {
        self.readiness.condition(name)
    }

    /// Runs a task for as long as the process lives. If it ends in an error or a panic, the process stops and
    /// exits with [`EXIT_FAULT`], so that the platform starts it anew.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let running = tokio::spawn(task);
        let failures = self.failures.clone();
        self.tasks.spawn(async move {
            let failed = match running.await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => format!("{error:#}"),
                Err(panic) => panic.to_string(),
            };
            error!(task = name, error = failed, "a task of this process failed");
            // Nobody listens any more once the process is stopping, and then it does not matter.
            failures.send(()).ok();
        });
    }
}

/// The whole `main` of a service. `build` makes the parts, hands their tasks to [`Chassis::spawn`] and returns.
pub fn run<C, B, F>(service: &'static str, build: B) -> ExitCode
where
    C: Common,
    B: FnOnce(C, Chassis) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let arguments = Arguments::parse();
    let config: C = match configuration::read(&arguments.config) {
        Ok(config) => config,
        Err(error) => {
            complain(service, &error.to_string());
            return ExitCode::from(EXIT_BAD_CONFIG);
        }
    };
    if arguments.check {
        return ExitCode::SUCCESS;
    }
    // TLS everywhere uses one provider; a second call of this process would be ours too.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(service, &format!("cannot start the runtime: {error}"));
            return ExitCode::from(EXIT_FAULT);
        }
    };
    let ended = runtime.block_on(live(service, config, build));
    // Tasks that outstayed the drain limit end with the runtime.
    runtime.shutdown_timeout(Duration::from_millis(500));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(service, &format!("{error:#}"));
            ExitCode::from(EXIT_FAULT)
        }
    }
}

#[expect(clippy::print_stderr, reason = "there may be no log yet, or no longer")]
fn complain(service: &str, what: &str) {
    eprintln!("{service}: {what}");
}

async fn live<C, B, F>(service: &'static str, config: C, build: B) -> anyhow::Result<()>
where
    C: Common,
    B: FnOnce(C, Chassis) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let telemetry = Arc::new(telemetry::start(service, config.telemetry())?);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (failures, mut failed) = mpsc::unbounded_channel();
    let chassis = Chassis {
        shutdown: CancellationToken::new(),
        tasks: TaskTracker::new(),
        readiness: Readiness::default(),
        failures,
        drain: Duration::from_millis(config.chassis().drain_ms_max),
    };
    let started = chassis.condition("started");
    let listen = config.chassis().listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on chassis.listen = {listen}"))?;
    info!(admin = %listener.local_addr()?, "{service} starts");
    let page = admin::router(admin::Admin {
        readiness: chassis.readiness.clone(),
        telemetry: Arc::clone(&telemetry),
    });
    let admin = tokio::spawn(async move { axum::serve(listener, page).await });

    let worked = tokio::select! {
        outcome = build(config, chassis.clone()) => match outcome {
            Ok(()) => {
                started.set(true);
                tokio::select! {
                    _ = terminate.recv() => Ok(()),
                    _ = interrupt.recv() => Ok(()),
                    _ = failed.recv() => Err(anyhow::anyhow!("a task failed; the log says which")),
                }
            }
            Err(error) => Err(error),
        },
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };

    started.set(false);
    info!("{service} stops: takes nothing new, finishes what is in hand");
    chassis.shutdown.cancel();
    chassis.tasks.close();
    let drained = tokio::time::timeout(chassis.drain, chassis.tasks.wait()).await;
    if drained.is_err() {
        warn!(
            limit_ms = chassis.drain.as_millis(),
            "work in hand was not finished within the limit"
        );
    }
    let stopping = Arc::clone(&telemetry);
    tokio::task::spawn_blocking(move || stopping.stop()).await?;
    admin.abort();
    worked?;
    drained.context("work in hand was not finished within chassis.drain_ms_max")
}
