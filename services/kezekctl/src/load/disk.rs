//! How fast this disk promises: writes of 2 KiB, each followed by `fdatasync`.
//!
//! In: a folder on the broker's disk. Out: the times. Every guarantee of a quorum queue waits for such a
//! promise, so no latency means anything without it.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::Instant,
};

use anyhow::Context;
use uuid::Uuid;

use super::spread::Spread;

const WRITES: usize = 200;

/// Writes, and takes the file away again.
pub(crate) fn probe(folder: &Path) -> anyhow::Result<Spread> {
    let path = folder.join(format!("kezek-load-{}", Uuid::now_v7().simple()));
    let probed = write(&path).with_context(|| format!("cannot write to {}", folder.display()));
    fs::remove_file(&path).ok();
    probed
}

fn write(path: &Path) -> anyhow::Result<Spread> {
    let mut file = File::create_new(path)?;
    let mut took = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let begun = Instant::now();
        file.write_all(&[0x4b; 2048])?;
        file.sync_data()?;
        took.push(i64::try_from(begun.elapsed().as_micros())?);
    }
    Spread::of(took)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_probe_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let spread = super::probe(folder.path()).unwrap();
        assert!(spread.max_ms > 0.0 && spread.p50_ms <= spread.p99_ms);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
