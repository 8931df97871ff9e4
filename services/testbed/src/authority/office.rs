//! One certification authority: its certificate, and the key that certificates and lists are signed with.
//!
//! In: what a certificate or a list is to say. Out: the same, signed, in DER. No file is touched but its own two.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use signatures::{
    Certificate,
    sign::{Identity, anew, crl},
};

use super::{Error, key::SecretKey};
use crate::{cast::Key, files};

pub(super) struct Office {
    issuer: Issuer<'static, KeyPair>,
    gost: Option<gost::SigningKey>,
    identity: Identity,
}

impl Office {
    /// A new authority in the folder: under `above`, or at the top. The certificate goes to
    /// `<trust>/<name>.pem`, the key to `authority/<name>.key.pem`.
    pub(super) fn found(
        folder: &Path,
        trust: &str,
        name: &str,
        kind: Key,
        above: Option<&Self>,
        params: &CertificateParams,
    ) -> Result<Self, Error> {
        let key = SecretKey::make(kind)?;
        let der = if let Some(above) = above {
            above.certify(params, &key)?
        } else {
            let template = params.self_signed(&key.of_rcgen)?;
            signed(template.der(), &key, key.gost.as_ref())?
        };
        let certificate = files::pem("CERTIFICATE", &der);
        files::write_text(
            &folder.join(trust).join(format!("{name}.pem")),
            &certificate,
        )?;
        files::write_secret(&key_path(folder, name), key.pem())?;
        Self::of(&der, key)
    }

    /// Opens what [`Office::found`] left.
    pub(super) fn open(folder: &Path, trust: &str, name: &str) -> Result<Self, Error> {
        let key = SecretKey::read(files::read_text(&key_path(folder, name))?)?;
        let path = folder.join(trust).join(format!("{name}.pem"));
        let certificate = CertificateDer::from_pem_slice(files::read_text(&path)?.as_bytes());
        let certificate = certificate.map_err(|e| Error::Malformed {
            path,
            reason: e.to_string(),
        })?;
        Self::of(&certificate, key)
    }

    fn of(certificate: &[u8], key: SecretKey) -> Result<Self, Error> {
        let pkcs8 = PrivateKeyDer::from_pem_slice(key.pem().as_bytes()).map_err(|_| Error::Key)?;
        Ok(Self {
            issuer: Issuer::from_ca_cert_der(&certificate.into(), key.of_rcgen)?,
            identity: Identity::new(certificate, pkcs8.secret_der(), Vec::new())?,
            gost: key.gost,
        })
    }

    pub(super) fn certificate(&self) -> &Certificate {
        self.identity.certificate()
    }

    /// A certificate for the owner of `key`, in DER.
    pub(super) fn certify(
        &self,
        params: &CertificateParams,
        key: &SecretKey,
    ) -> Result<Vec<u8>, Error> {
        let template = params.signed_by(&key.of_rcgen, &self.issuer)?;
        signed(template.der(), key, self.gost.as_ref())
    }

    /// A revocation list, in DER.
    pub(super) fn list(&self, list: &crl::List) -> Result<Vec<u8>, Error> {
        Ok(crl::list(&self.identity, list)?)
    }
}

/// The template with its owner's key under the authority's GOST signature, or as it is where that is none.
fn signed(
    template: &[u8],
    owner: &SecretKey,
    authority: Option<&gost::SigningKey>,
) -> Result<Vec<u8>, Error> {
    let Some(authority) = authority else {
        return Ok(template.to_vec());
    };
    let key = owner.gost.as_ref().map(gost::SigningKey::public_key);
    Ok(anew(template, key, authority)?)
}

fn key_path(folder: &Path, name: &str) -> PathBuf {
    folder.join("authority").join(format!("{name}.key.pem"))
}
