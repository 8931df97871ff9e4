//! What the house keeps of a verified message, held against the bench's authorities by a program alone.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rig::{Command, Rig, binaries, repository};

/// What `kezekctl verify --evidence` says of the first file that was kept.
pub(crate) async fn told(rig: &Rig) -> anyhow::Result<String> {
    let folder = rig.folder.path();
    let kept = first_kept(&folder.join("evidence")).context("no evidence was kept")?;
    let trust = rig.addresses().testbed.join("trust/signing");
    let log = folder.join("kezekctl.log");
    let said = Command::new(binaries()?.join("kezekctl"), repository(), &log)
        .args(["verify", "--evidence"])
        .args([kept.as_path(), Path::new("--trust"), trust.as_path()])
        .run()
        .await;
    said.context("kezekctl verify --evidence")
}

fn first_kept(folder: &Path) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths.into_iter().find_map(|path| {
        if path.is_dir() {
            first_kept(&path)
        } else {
            let is_evidence = path.extension().is_some_and(|ending| ending == "json");
            is_evidence.then_some(path)
        }
    })
}
