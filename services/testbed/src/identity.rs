//! The identities in a testbed's folder: who they are and the keys they sign with.
//!
//! In: `identities.json` and the PEM files beside it. Out: an [`Identity`] by name, and what it
//! signs with. Used by the played officials, by `kezekctl submit` and by tests; it signs nothing itself.

use std::path::{Path, PathBuf};

use message::{Bin, Iin};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use serde::{Deserialize, Serialize};
use signatures::{Certificate, sign::Identity as Signer};

use crate::{
    authority::Error,
    cast::{Key, Member, Role, Standing},
    files,
};

const INDEX: &str = "identities.json";

/// One who can sign. Paths are relative to the testbed's folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub name: String,
    pub role: Role,
    pub standing: Standing,
    pub algorithm: Key,
    pub common_name: String,
    pub iin: Option<Iin>,
    pub bin: Option<Bin>,
    pub organisation: Option<String>,
    pub email: String,
    /// E.164, in a code that no operator has.
    pub phone: String,
    /// Serial number of the certificate, in hexadecimal.
    pub serial: String,
    pub certificate: PathBuf,
    /// The certificate and the issuing authority's.
    pub chain: PathBuf,
    /// PKCS#8, mode 0600.
    pub key: PathBuf,
}

impl Identity {
    pub(crate) fn of(member: &Member, serial: String) -> Self {
        let file = |kind: &str| Path::new("identities").join(format!("{}.{kind}.pem", member.name));
        Self {
            name: member.name.to_owned(),
            role: member.role,
            standing: member.standing,
            algorithm: member.key,
            common_name: member.common_name(),
            iin: member.person.as_ref().map(|p| p.iin.clone()),
            bin: member.organisation.as_ref().map(|o| o.bin.clone()),
            organisation: member.organisation.as_ref().map(|o| o.name_ru.to_owned()),
            email: member.email(),
            phone: member.phone(),
            serial,
            certificate: file("cert"),
            chain: file("chain"),
            key: file("key"),
        }
    }
}

/// Everybody in a testbed's folder.
#[derive(Debug, Clone)]
pub struct Identities {
    folder: PathBuf,
    all: Vec<Identity>,
}

impl Identities {
    /// Reads the index that `testbed authority` wrote into `folder`.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        if !folder.join(INDEX).exists() {
            return Err(Error::Missing(folder.to_owned()));
        }
        Ok(Self {
            folder: folder.to_owned(),
            all: files::read_json(&folder.join(INDEX))?,
        })
    }

    pub(crate) fn write(folder: &Path, all: &[Identity]) -> Result<(), Error> {
        files::write_json(&folder.join(INDEX), &all)
    }

    pub fn all(&self) -> &[Identity] {
        &self.all
    }

    /// The identity called `name`; the error tells which there are.
    pub fn find(&self, name: &str) -> Result<&Identity, Error> {
        self.all
            .iter()
            .find(|i| i.name == name)
            .ok_or_else(|| Error::Nobody {
                name: name.to_owned(),
                there: self
                    .all
                    .iter()
                    .map(|i| i.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// The identity called `name`, ready to sign, with the issuing authority's certificate to send along.
    pub fn signer(&self, name: &str) -> Result<Signer, Error> {
        let identity = self.find(name)?;
        let path = self.folder.join(&identity.key);
        let malformed = |reason: String| Error::Malformed {
            path: path.clone(),
            reason,
        };
        let key = PrivateKeyDer::from_pem_file(&path).map_err(|e| malformed(e.to_string()))?;
        let chain = files::read_text(&self.folder.join(&identity.chain))?;
        let mut chain = Certificate::all_in_file(chain.as_bytes())
            .map_err(|e| malformed(e.to_string()))?
            .into_iter();
        let own = chain
            .next()
            .ok_or_else(|| malformed("the chain is empty".to_owned()))?;
        Signer::new(own.der(), key.secret_der(), chain.collect()).map_err(|source| Error::Signer {
            name: name.to_owned(),
            source,
        })
    }
}
