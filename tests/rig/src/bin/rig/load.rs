//! The measurement: a house of its own, and `kezekctl load` against it.
//!
//! In: options of `kezekctl load`. Out: what that prints. It measures nothing itself; it says where everything
//! is and which processes work on it.

use std::path::Path;

use anyhow::{Context, ensure};
use rig::{Options, Rig, binaries, repository};

use crate::teller::{chapter, step};

/// What is measured where nothing is asked for: how much, and how fast.
const USUAL: [&[&str]; 2] = [&[], &["--rate", "50"]];

pub(crate) async fn load(options: Vec<String>) -> anyhow::Result<()> {
    let binaries = binaries()?;
    if !binaries.ends_with("release") {
        println!("These are debug builds: build with --release, or take no figure seriously.");
    }
    chapter("Starting private servers and the services (nothing of this machine's own is touched)");
    let starting = step("RabbitMQ, Redis, PostgreSQL, the systems outside, six services");
    let rig = Rig::start(Options::default()).await?;
    starting.done(&format!("in {}", rig.folder.path().display()));
    if options.is_empty() {
        for usual in USUAL {
            let usual: Vec<String> = usual.iter().map(ToString::to_string).collect();
            measure(&rig, &binaries, &usual).await?;
        }
        return Ok(());
    }
    measure(&rig, &binaries, &options).await
}

async fn measure(rig: &Rig, binaries: &Path, options: &[String]) -> anyhow::Result<()> {
    chapter(&format!("kezekctl load {}", options.join(" ")));
    let mut command = tokio::process::Command::new(binaries.join("kezekctl"));
    command
        .arg("load")
        .args(options)
        .args(["--intake", &rig.addresses().intake_url()])
        .arg("--testbed")
        .arg(&rig.addresses().testbed)
        .current_dir(repository())
        // On the command line everybody on the machine could read its password.
        .env("KEZEK_BROKER", rig.broker.url())
        .kill_on_drop(true);
    for (name, pid) in rig.processes() {
        command.args(["--process", &format!("{name}={pid}")]);
    }
    let status = command.status().await.context("kezekctl did not start")?;
    rig.services.all_alive()?;
    ensure!(status.success(), "kezekctl load: {status}");
    Ok(())
}
