//! Reading and writing the testbed's files: folders made on the way, each file whole or absent, secrets
//! readable by their owner only, and every error with the path in it.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, de::DeserializeOwned};

use crate::authority::Error;

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path, source }
}

/// Writes beside the path and renames, so that no reader ever sees half a file.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let put = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&beside)?;
        file.write_all(bytes)?;
        fs::rename(beside, path)
    };
    put().map_err(at(path))
}

/// One block of PEM (RFC 7468).
pub(crate) fn pem(kind: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
}

pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), Error> {
    write(path, text.as_bytes(), 0o644)
}

pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, 0o644)
}

/// Writes what nobody but the owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), Error> {
    write(path, text.as_bytes(), 0o600)
}

pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let malformed = |e: serde_json::Error| Error::Malformed {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    let mut text = serde_json::to_string_pretty(value).map_err(malformed)?;
    text.push('\n');
    write_text(path, &text)
}

pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(at(path))
}

pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = read_text(path)?;
    serde_json::from_str(&text).map_err(|e| Error::Malformed {
        path: path.to_owned(),
        reason: e.to_string(),
    })
}
