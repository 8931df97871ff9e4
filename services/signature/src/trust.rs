//! Whom to trust, from a folder that an operator fills: certificates in, anchors and names out.
//!
//! Every certificate file of the folder must be readable and an authority's, or the service does not start:
//! a trust store that is half read would refuse good people. An anchor counts only if the list of pinned anchors
//! has its SHA-256. Nothing is fetched.

use std::{collections::BTreeMap, fs, io, path::Path};

use signatures::pins::{Pins, PinsError};
use signatures::{Certificate, Malformed, NotAnAuthority, Trust};

/// Endings of certificate files; others in the folder are not looked at.
const ENDINGS: [&str; 4] = ["pem", "cer", "crt", "der"];

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("trust.folder: cannot read {path}: {source}")]
    Read { path: String, source: io::Error },
    #[error("trust.folder: {path} holds no certificate: {source}")]
    Malformed { path: String, source: Malformed },
    #[error(
        "trust.anchors: cannot read {path}: {source}; deploy/trust/README.md tells how the list is made"
    )]
    NoList { path: String, source: io::Error },
    #[error("trust.anchors: {path}: {source}")]
    BadList { path: String, source: PinsError },
    #[error(
        "trust.folder: {path} is an anchor that {list} does not have, SHA-256 {sha256}: compare it with what the \
         authority publishes, then add it to the list or take the file away"
    )]
    NotPinned {
        path: String,
        list: String,
        sha256: String,
    },
    #[error("trust.folder: {0}")]
    NotAnAuthority(#[from] NotAnAuthority),
    #[error("trust.folder: {0} has no self-issued certificate, so nothing to trust")]
    Empty(String),
    #[error("trust.crl.issuer, trust.ocsp.issuer: `{0}` is not a file in trust.folder")]
    NoSuchIssuer(String),
}

/// The authorities of a folder, by file name.
#[derive(Debug)]
pub struct Authorities(BTreeMap<String, Vec<Certificate>>);

impl Authorities {
    /// Reads every certificate file of the folder, and holds its anchors against the list of pinned ones.
    pub fn read(folder: &Path, list: &Path) -> Result<Self, TrustError> {
        let pins = pins(list)?;
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |source| TrustError::Read { path, source }
        };
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if !ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
                continue;
            }
            let bytes = fs::read(&path).map_err(unreadable(&path))?;
            let certificates = Certificate::all_in_file(&bytes).map_err(|source| {
                let path = path.display().to_string();
                TrustError::Malformed { path, source }
            })?;
            if let Some(stranger) = certificates.iter().find(|one| pins.lack(one)) {
                return Err(TrustError::NotPinned {
                    path: path.display().to_string(),
                    list: list.display().to_string(),
                    sha256: hex::encode(stranger.sha256()),
                });
            }
            let name = path.file_name().unwrap_or_default();
            files.insert(name.to_string_lossy().into_owned(), certificates);
        }
        let authorities = Self(files);
        if authorities.trust()?.anchors().is_empty() {
            return Err(TrustError::Empty(folder.display().to_string()));
        }
        Ok(authorities)
    }

    /// All of them: the self-issued are anchors.
    pub fn trust(&self) -> Result<Trust, TrustError> {
        Ok(Trust::of(self.0.values().flatten().cloned().collect())?)
    }

    /// The first certificate of a file.
    pub fn in_file(&self, name: &str) -> Result<&Certificate, TrustError> {
        let certificates = self.0.get(name).map(Vec::as_slice);
        let first = certificates.and_then(<[Certificate]>::first);
        first.ok_or_else(|| TrustError::NoSuchIssuer(name.to_owned()))
    }
}

fn pins(list: &Path) -> Result<Pins, TrustError> {
    let path = || list.display().to_string();
    let text = fs::read_to_string(list).map_err(|source| TrustError::NoList {
        path: path(),
        source,
    })?;
    Pins::read(&text).map_err(|source| TrustError::BadList {
        path: path(),
        source,
    })
}
