//! Runs the program.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Run {
    /// What it printed for programs.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// The repository's `deploy` folder.
pub(crate) fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

/// `kezekctl` with these arguments, the repository's deploy folder unless they name another.
pub(crate) async fn kezekctl(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kezekctl"));
    for name in [
        "KEZEK_INTAKE",
        "KEZEK_MONITOR",
        "KEZEK_BROKER",
        "KEZEK_TESTBED",
    ] {
        command.env_remove(name);
    }
    let command = command.env("KEZEK_DEPLOY", deploy()).env("LANG", "C");
    command.args(arguments);
    let output = command.output().await.unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}
