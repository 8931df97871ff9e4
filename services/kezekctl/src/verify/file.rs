//! Files as people have them: what they are is found out from their bytes, never from their names.
//!
//! In: a path. Out: the bytes without PEM or base64 around them, and what they are.

use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signatures::ber::{self, tag};
use signatures::pins::{PINS_FILE, Pins};
use signatures::{Certificate, crl, oid, tsp};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cms,
    Xml,
    Certificate,
    Crl,
    Ocsp,
    Timestamp,
}

/// A file that was read.
pub(super) struct Given {
    pub(super) kind: Kind,
    pub(super) bytes: Vec<u8>,
}

/// File names of certificates in a folder of authorities.
const ENDINGS: [&str; 4] = ["pem", "cer", "crt", "der"];

/// Reads a file and finds out what it is.
pub(super) fn read(path: &Path) -> anyhow::Result<Given> {
    let raw = bytes_of(path)?;
    let bytes = unwrapped(raw);
    let (kind, bytes) = kind_of(bytes).with_context(|| {
        format!(
            "{}: neither a signature nor a certificate, a revocation list, an OCSP response or a timestamp",
            path.display()
        )
    })?;
    Ok(Given { kind, bytes })
}

/// All certificates of a file.
pub(super) fn certificates(path: &Path) -> anyhow::Result<Vec<Certificate>> {
    let bytes = bytes_of(path)?;
    Certificate::all_in_file(&bytes).with_context(|| path.display().to_string())
}

/// The list of pinned anchors in a folder, if it has one.
fn pins(folder: &Path) -> anyhow::Result<Option<Pins>> {
    let path = folder.join(PINS_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let named = || path.display().to_string();
    let text = std::fs::read_to_string(&path).with_context(named)?;
    Ok(Some(Pins::read(&text).with_context(named)?))
}

/// All certificates of a folder, by file name. Where the folder has a list of pinned anchors, no other may stand there.
pub(super) fn authorities(folder: &Path) -> anyhow::Result<Vec<Certificate>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.retain(|path| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ENDINGS.contains(&ending))
    });
    paths.sort();
    let mut all = Vec::new();
    let pins = pins(folder)?;
    for path in paths {
        let found = certificates(&path)?;
        let stranger = found
            .iter()
            .find(|one| pins.as_ref().is_some_and(|pins| pins.lack(one)));
        if let Some(stranger) = stranger {
            anyhow::bail!(
                "{}: an anchor that {PINS_FILE} does not have, SHA-256 {}: compare it with what the authority \
                 publishes, then add it to the list or take the file away",
                path.display(),
                hex::encode(stranger.sha256())
            );
        }
        all.extend(found);
    }
    anyhow::ensure!(
        !all.is_empty(),
        "{}: no certificate in this folder",
        folder.display()
    );
    Ok(all)
}

fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// The first block of PEM, or what bare base64 says; anything else as it is.
fn unwrapped(raw: Vec<u8>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&raw) else {
        return raw;
    };
    let body = match text.split_once("-----BEGIN ") {
        Some((_, rest)) => rest
            .split_once("-----")
            .and_then(|(_, rest)| rest.split_once("-----END "))
            .map_or("", |(body, _)| body),
        None => text,
    };
    let compact: String = body.split_whitespace().collect();
    match STANDARD.decode(compact) {
        Ok(decoded) if decoded.first() == Some(&tag::SEQUENCE) => decoded,
        _ => raw,
    }
}

fn kind_of(bytes: Vec<u8>) -> Option<(Kind, Vec<u8>)> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if text.trim_ascii_start().starts_with(b"<") {
        return Some((Kind::Xml, bytes));
    }
    if let Ok(token) = tsp::granted(&bytes) {
        let token = token.to_vec();
        return Some((Kind::Timestamp, token));
    }
    let mut fields = ber::ber(&bytes)
        .ok()?
        .must_be(tag::SEQUENCE)
        .ok()?
        .inside()
        .ok()?;
    let first = fields.next().ok()?;
    let kind = match first.tag {
        tag::ENUMERATED => Kind::Ocsp,
        tag::OID if first.oid().ok()? != oid::SIGNED_DATA => return None,
        tag::OID if tsp::parse(&bytes).is_ok() => Kind::Timestamp,
        tag::OID => Kind::Cms,
        _ if crl::parse(&bytes).is_ok() => Kind::Crl,
        _ => Kind::Certificate,
    };
    Some((kind, bytes))
}
