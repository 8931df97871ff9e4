//! A folder of our own under the system's temporary folder, where a rig keeps everything: data,
//! logs, configuration, identities. Removed at the end, also when the process is killed, unless
//! `KEZEK_RIG_KEEP=1` is set.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::warden;

/// See the module. The path is short (sockets live in it) and has no spaces.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    /// Makes `/tmp/kezek-XXXXXX`, readable by other users (PostgreSQL refuses to run as root and
    /// must find its data below).
    pub fn make() -> anyhow::Result<Self> {
        let keep = std::env::var_os("KEZEK_RIG_KEEP").is_some_and(|value| value == "1");
        let path = tempfile::Builder::new()
            .prefix("kezek-")
            .tempdir()
            .context("no temporary folder")?
            .keep();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        if !keep {
            warden::sweep(&path)?;
        }
        Ok(Self { path, keep })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a folder below and gives its path.
    pub fn room(&self, name: &str) -> anyhow::Result<PathBuf> {
        let room = self.path.join(name);
        fs::create_dir_all(&room).with_context(|| format!("no folder {}", room.display()))?;
        Ok(room)
    }

    /// Leaves the folder where it is, for somebody to look into.
    pub fn keep(&mut self) {
        self.keep = true;
        warden::keep(&self.path);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What the last servers still hold open makes a removal fail; the warden tries again.
        if !self.keep && fs::remove_dir_all(&self.path).is_ok() {
            warden::keep(&self.path);
        }
    }
}
