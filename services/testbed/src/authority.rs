//! The test certification authority: a root, an issuing authority under it, an authority for TLS, and the
//! certificates of the whole cast, in one folder.
//!
//! In: a folder, where revocation lists will lie, the instant. Out: the files that the README lists, private
//! keys readable by their owner only, and revocation lists on demand. `authority.json` is written last, so a
//! folder that has it is whole. It serves nothing and signs no document.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    Certificate, CertificateParams, CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair,
    PKCS_RSA_SHA256, RevocationReason, RevokedCertParams, RsaKeySize, SerialNumber, date_time_ymd,
};
use serde::{Deserialize, Serialize};
use signatures::sign::SignError;

use crate::{
    cast::{Key, Member, PARTICIPANTS, Standing, everybody},
    files,
    identity::{Identities, Identity},
};

mod profile;

/// Why the authority could not be made, opened or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}: {reason}", path.display())]
    Malformed { path: PathBuf, reason: String },
    #[error("no authority in {}; make one with `testbed authority --out FOLDER`", .0.display())]
    Missing(PathBuf),
    #[error("an authority is already in {}; choose another folder", .0.display())]
    Present(PathBuf),
    #[error("nobody of the name `{name}` has a certificate here; there are: {there}")]
    Nobody { name: String, there: String },
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("`{name}` cannot sign: {source}")]
    Signer { name: String, source: SignError },
}

/// What `authority.json` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    /// Where the certificates say that the revocation lists lie, without the file name.
    lists_url: String,
    made_at: Timestamp,
}

/// The two authorities that publish revocation lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Of the root, about issuing authorities: always empty.
    Root,
    /// Of the issuing authority, about people, officials and systems.
    Issuing,
}

impl List {
    /// Its file name under the lists' address.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Root => "root.crl",
            Self::Issuing => "issuing.crl",
        }
    }
}

/// The authority, ready to revoke.
pub struct Authority {
    folder: PathBuf,
    card: Card,
    root: Issuer<'static, KeyPair>,
    issuing: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes the authority and everybody's certificates in `folder`; revocation lists will lie under
    /// `lists_url`, for example `http://127.0.0.1:18090`. Takes a few seconds for the RSA keys.
    pub fn make(folder: &Path, lists_url: &str, now: Timestamp) -> Result<Self, Error> {
        if folder.join(CARD).exists() {
            return Err(Error::Present(folder.to_owned()));
        }
        let lists_url = lists_url.trim_end_matches('/').to_owned();
        let at = |list: List| format!("{lists_url}/{}", list.file_name());

        let params = profile::authority(&test_name("НЕГІЗГІ"), 1, None, now)?;
        let (root, _) = make_root(folder, "root", SIGNING, params)?;
        let params = profile::authority(&test_name("ҰЛТТЫҚ"), 0, Some(at(List::Root)), now)?;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &root)?;
        files::write_text(
            &folder.join(SIGNING).join("issuing.pem"),
            &certificate.pem(),
        )?;
        files::write_secret(&key_path(folder, "issuing"), &key.serialize_pem())?;
        let issuing = Issuer::new(params, key);

        let mut identities = Vec::new();
        for member in everybody() {
            let params = profile::signing(&member, at(List::Issuing), now)?;
            identities.push(issue_identity(
                folder,
                &member,
                &params,
                &issuing,
                &certificate,
            )?);
        }
        make_tls(folder, now)?;
        Identities::write(folder, &identities)?;
        let authority = Self {
            folder: folder.to_owned(),
            card: Card {
                lists_url,
                made_at: now,
            },
            root,
            issuing,
        };
        for list in [List::Root, List::Issuing] {
            let der = authority.revocation_list(list, &[], now, SignedDuration::from_hours(24))?;
            files::write_bytes(&folder.join("crl").join(list.file_name()), &der)?;
        }
        files::write_json(&folder.join(CARD), &authority.card)?;
        Ok(authority)
    }

    /// Opens the authority that [`Authority::make`] left in `folder`.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        if !folder.join(CARD).exists() {
            return Err(Error::Missing(folder.to_owned()));
        }
        let card = files::read_json(&folder.join(CARD))?;
        let issuer = |name: &str| -> Result<Issuer<'static, KeyPair>, Error> {
            let key = KeyPair::from_pem(&files::read_text(&key_path(folder, name))?)?;
            let certificate = folder.join(SIGNING).join(format!("{name}.pem"));
            Ok(Issuer::from_ca_cert_pem(
                &files::read_text(&certificate)?,
                key,
            )?)
        };
        let (root, issuing) = (issuer("root")?, issuer("issuing")?);
        Ok(Self {
            folder: folder.to_owned(),
            card,
            root,
            issuing,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the certificates say that the revocation lists lie.
    pub fn lists_url(&self) -> &str {
        &self.card.lists_url
    }

    /// A revocation list of the authority `list`, issued at `issued` and good for `valid`, in DER (RFC 5280).
    ///
    /// The member of the cast that is always revoked is on it, and those named in `also`.
    pub fn revocation_list(
        &self,
        list: List,
        also: &[String],
        issued: Timestamp,
        valid: SignedDuration,
    ) -> Result<Vec<u8>, Error> {
        let (signer, revoked) = match list {
            List::Root => (&self.root, Vec::new()),
            List::Issuing => (&self.issuing, self.revoked(also)?),
        };
        let revoked_certs = revoked
            .into_iter()
            .map(|serial| RevokedCertParams {
                serial_number: SerialNumber::from(serial),
                revocation_time: date_time_ymd(1970, 1, 1)
                    + profile::since_1970(issued - SignedDuration::from_hours(24)),
                reason_code: Some(RevocationReason::KeyCompromise),
                invalidity_date: None,
            })
            .collect();
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(1970, 1, 1) + profile::since_1970(issued),
            next_update: date_time_ymd(1970, 1, 1) + profile::since_1970(issued + valid),
            crl_number: SerialNumber::from(issued.as_second().cast_unsigned()),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(params.signed_by(signer)?.der().to_vec())
    }

    /// Serial numbers of the revoked.
    fn revoked(&self, also: &[String]) -> Result<Vec<Vec<u8>>, Error> {
        let identities = Identities::load(&self.folder)?;
        for name in also {
            identities.find(name)?;
        }
        let revoked = |i: &&Identity| i.standing == Standing::Revoked || also.contains(&i.name);
        let serials = identities.all().iter().filter(revoked).map(|i| {
            hex::decode(&i.serial).map_err(|e| Error::Malformed {
                path: self.folder.clone(),
                reason: format!("the serial number of {}: {e}", i.name),
            })
        });
        serials.collect()
    }
}

const CARD: &str = "authority.json";
const SIGNING: &str = "trust/signing";

fn key_path(folder: &Path, name: &str) -> PathBuf {
    folder.join("authority").join(format!("{name}.key.pem"))
}

/// The names of the real authorities, plainly marked.
fn test_name(kind: &str) -> String {
    format!("{kind} КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (KEZEK TESTBED)")
}

/// A self-signed authority: its certificate under `trust`, its key among the authority's own files.
fn make_root(
    folder: &Path,
    name: &str,
    trust: &str,
    params: CertificateParams,
) -> Result<(Issuer<'static, KeyPair>, Certificate), Error> {
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    files::write_text(
        &folder.join(trust).join(format!("{name}.pem")),
        &certificate.pem(),
    )?;
    files::write_secret(&key_path(folder, name), &key.serialize_pem())?;
    Ok((Issuer::new(params, key), certificate))
}

fn make_tls(folder: &Path, now: Timestamp) -> Result<(), Error> {
    let params = profile::authority("KEZEK TESTBED TLS", 0, None, now)?;
    let (ca, _) = make_root(folder, "ca", "trust/tls", params)?;
    let mut leaves = vec![("intake", profile::server(now)?)];
    for participant in PARTICIPANTS {
        leaves.push((participant.name, profile::client(participant, now)?));
    }
    for (name, params) in leaves {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &ca)?;
        let at = |kind: &str| folder.join("tls").join(format!("{name}.{kind}.pem"));
        files::write_text(&at("cert"), &certificate.pem())?;
        files::write_secret(&at("key"), &key.serialize_pem())?;
    }
    Ok(())
}

fn issue_identity(
    folder: &Path,
    member: &Member,
    params: &CertificateParams,
    issuing: &Issuer<'static, KeyPair>,
    issuing_certificate: &Certificate,
) -> Result<Identity, Error> {
    let key = match member.key {
        Key::EcdsaP256 => KeyPair::generate()?,
        Key::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
    };
    let certificate = params.signed_by(&key, issuing)?;
    let serial = params
        .serial_number
        .as_ref()
        .map(SerialNumber::to_bytes)
        .unwrap_or_default();
    let identity = Identity::of(member, hex::encode(serial));
    files::write_text(&folder.join(&identity.certificate), &certificate.pem())?;
    let chain = format!("{}{}", certificate.pem(), issuing_certificate.pem());
    files::write_text(&folder.join(&identity.chain), &chain)?;
    files::write_secret(&folder.join(&identity.key), &key.serialize_pem())?;
    Ok(identity)
}
