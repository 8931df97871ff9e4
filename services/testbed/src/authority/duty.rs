//! Who answers for the authority: OCSP responders and time-stamping authorities, one of each in each hierarchy.

use std::path::Path;

use jiff::Timestamp;
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use signatures::{Certificate, sign::Identity};

use super::{Error, Hierarchy, key::SecretKey, office::Office, profile, profile::Above};
use crate::files;

/// What somebody answers for the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Whether certificates are revoked (RFC 6960).
    Ocsp,
    /// What time it is (RFC 3161).
    Tsp,
}

impl Duty {
    pub const ALL: [Self; 2] = [Self::Ocsp, Self::Tsp];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ocsp => "ocsp",
            Self::Tsp => "tsp",
        }
    }

    /// Certifies its key and writes both among the authority's own files.
    pub(super) fn take(
        self,
        folder: &Path,
        hierarchy: Hierarchy,
        issuing: &Office,
        above: Above<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let common_name = hierarchy.common_name(&self.name().to_uppercase());
        let params = profile::duty(self, &common_name, above, now)?;
        let key = SecretKey::make(hierarchy.key())?;
        let certificate = issuing.certify(&params, &key)?;
        let at = |kind: &str| self.path(folder, hierarchy, kind);
        files::write_text(&at("cert"), &files::pem("CERTIFICATE", &certificate))?;
        files::write_secret(&at("key"), key.pem())
    }

    /// Opens what [`Duty::take`] left.
    pub(super) fn open(
        self,
        folder: &Path,
        hierarchy: Hierarchy,
        issuing: &Certificate,
    ) -> Result<Identity, Error> {
        let read = |kind: &str| files::read_text(&self.path(folder, hierarchy, kind));
        let path = self.path(folder, hierarchy, "cert");
        let malformed = |e: signatures::Malformed| Error::Malformed {
            path,
            reason: e.to_string(),
        };
        let mut own = Certificate::all_in_file(read("cert")?.as_bytes()).map_err(malformed)?;
        let key = PrivateKeyDer::from_pem_slice(read("key")?.as_bytes()).map_err(|_| Error::Key)?;
        let own = own.swap_remove(0);
        Ok(Identity::new(
            own.der(),
            key.secret_der(),
            vec![issuing.clone()],
        )?)
    }

    fn path(self, folder: &Path, hierarchy: Hierarchy, kind: &str) -> std::path::PathBuf {
        let name = format!("{}-{}.{kind}.pem", hierarchy.name(), self.name());
        folder.join("authority").join(name)
    }
}
