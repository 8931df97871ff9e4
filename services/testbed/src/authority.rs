//! The test certification authority: two hierarchies of a root and an issuing authority, one of GOST and one of
//! RSA, an authority for TLS, and the certificates of the whole cast, in one folder.
//!
//! In: a folder, where revocation lists will lie and OCSP be answered, the instant. Out: the files that the README
//! lists, private keys readable by their owner only, and revocation lists on demand. `authority.json` is written
//! last, so a folder that has it is whole. It serves nothing and signs no document.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use rcgen::SerialNumber;
use serde::{Deserialize, Serialize};
use signatures::{
    Certificate,
    pins::{PINS_FILE, Pins},
    sign::{
        Identity as Signer, SignError,
        crl::{self, Revoked},
    },
};

use crate::{
    cast::{Key, Member, PARTICIPANTS, Standing, everybody},
    files,
    identity::{Identities, Identity},
};

mod duty;
mod extension;
mod hierarchy;
mod key;
mod list;
mod office;
mod profile;

pub use duty::Duty;
pub use hierarchy::Hierarchy;
use key::SecretKey;
pub use list::{Entries, Kind, List};
use office::Office;
use profile::{Above, Around};

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
    #[error("an authority could not sign: {0}")]
    Signature(#[from] SignError),
    #[error("a key is none of those that are made here")]
    Key,
    #[error("`{name}` cannot sign: {source}")]
    Signer { name: String, source: SignError },
}

/// What `authority.json` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    /// Where the certificates say that the revocation lists lie, without the file name.
    lists_url: String,
    /// Where they say that OCSP is answered.
    ocsp_url: String,
    made_at: Timestamp,
}

/// A root and the issuing authority under it.
struct Offices {
    hierarchy: Hierarchy,
    root: Office,
    issuing: Office,
}

/// The authority, ready to revoke.
pub struct Authority {
    folder: PathBuf,
    card: Card,
    offices: [Offices; 2],
}

impl Authority {
    /// Makes the authority and everybody's certificates in `folder`; revocation lists will lie under
    /// `lists_url`, for example `http://127.0.0.1:18190`, OCSP be answered at `ocsp_url`. Takes a few seconds
    /// for the RSA keys.
    pub fn make(
        folder: &Path,
        lists_url: &str,
        ocsp_url: &str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        if folder.join(CARD).exists() {
            return Err(Error::Present(folder.to_owned()));
        }
        let lists_url = lists_url.trim_end_matches('/').to_owned();
        let found = |hierarchy| Offices::found(folder, hierarchy, &lists_url, now);
        let offices = [found(Hierarchy::Gost)?, found(Hierarchy::Rsa)?];
        let authority = Self {
            folder: folder.to_owned(),
            card: Card {
                lists_url,
                ocsp_url: ocsp_url.trim_end_matches('/').to_owned(),
                made_at: now,
            },
            offices,
        };
        for offices in &authority.offices {
            for duty in Duty::ALL {
                authority.above(offices, |above| {
                    duty.take(folder, offices.hierarchy, &offices.issuing, above, now)
                })?;
            }
        }
        let identities = everybody()
            .iter()
            .map(|member| authority.identify(member, now))
            .collect::<Result<Vec<_>, _>>()?;
        make_tls(folder, now)?;
        Identities::write(folder, &identities)?;
        let a_day = SignedDuration::from_hours(24);
        for list in List::all() {
            let der = authority.revocation_list(list, Entries::default(), now, a_day)?;
            files::write_bytes(&folder.join("crl").join(list.file_name()), &der)?;
        }
        authority.pin()?;
        files::write_json(&folder.join(CARD), &authority.card)?;
        Ok(authority)
    }

    /// Opens the authority that [`Authority::make`] left in `folder`.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        if !folder.join(CARD).exists() {
            return Err(Error::Missing(folder.to_owned()));
        }
        let open = |hierarchy| Offices::open(folder, hierarchy);
        let authority = Self {
            folder: folder.to_owned(),
            card: files::read_json(&folder.join(CARD))?,
            offices: [open(Hierarchy::Gost)?, open(Hierarchy::Rsa)?],
        };
        // A folder of before the list was written has none.
        if !authority.pins_path().exists() {
            authority.pin()?;
        }
        Ok(authority)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the certificates say that the revocation lists lie.
    pub fn lists_url(&self) -> &str {
        &self.card.lists_url
    }

    /// Where the certificates say that OCSP is answered.
    pub fn ocsp_url(&self) -> &str {
        &self.card.ocsp_url
    }

    /// The issuing authority of a hierarchy.
    pub fn issuing(&self, hierarchy: Hierarchy) -> &Certificate {
        self.offices(hierarchy).issuing.certificate()
    }

    /// Who answers for the issuing authority of a hierarchy.
    pub fn on_duty(&self, hierarchy: Hierarchy, duty: Duty) -> Result<Signer, Error> {
        duty.open(&self.folder, hierarchy, self.issuing(hierarchy))
    }

    /// The authorities by the file names of their certificates under the lists' address, in DER.
    pub fn certificates(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.offices.iter().flat_map(|offices| {
            [(ROOT, &offices.root), (ISSUING, &offices.issuing)].map(|(tier, office)| {
                let name = certificate_name(offices.hierarchy, tier);
                (name, office.certificate().der().to_vec())
            })
        })
    }

    /// A revocation list, issued at `issued` and good for `valid`, in DER (RFC 5280). The member of the
    /// cast that is always revoked is on it, and those of `entries`, each since a day before.
    pub fn revocation_list(
        &self,
        list: List,
        entries: Entries<'_>,
        issued: Timestamp,
        valid: SignedDuration,
    ) -> Result<Vec<u8>, Error> {
        let offices = self.offices(list.hierarchy);
        let (office, revoked) = match list.kind {
            Kind::Root => (&offices.root, Vec::new()),
            Kind::Issuing | Kind::Delta => (&offices.issuing, self.revoked(list, entries)?),
        };
        let since = revoked_since(issued);
        let revoked = revoked.into_iter().map(|serial| Revoked {
            serial,
            since,
            reason: Some(KEY_COMPROMISE),
        });
        let number = |at: Timestamp| at.as_second().to_be_bytes().to_vec();
        let base = self.card.made_at.min(issued);
        office.list(&crl::List {
            number: number(issued),
            base: (list.kind == Kind::Delta).then(|| number(base)),
            this_update: issued,
            next_update: issued + valid,
            revoked: revoked.collect(),
        })
    }

    /// Serial numbers of those who are on the list.
    fn revoked(&self, list: List, entries: Entries<'_>) -> Result<Vec<Vec<u8>>, Error> {
        let identities = Identities::load(&self.folder)?;
        for name in entries.revoked.iter().chain(entries.revoked_since) {
            identities.find(name)?;
        }
        let is_on = |identity: &&Identity| {
            Hierarchy::of(identity.algorithm) == list.hierarchy
                && (identity.standing == Standing::Revoked
                    || entries.revoked.contains(&identity.name)
                    || list.kind == Kind::Delta && entries.revoked_since.contains(&identity.name))
        };
        let serials = identities.all().iter().filter(is_on).map(|i| {
            hex::decode(&i.serial).map_err(|e| Error::Malformed {
                path: self.folder.clone(),
                reason: format!("the serial number of {}: {e}", i.name),
            })
        });
        serials.collect()
    }

    /// What is said of an issuing authority in the certificates under it.
    fn above<T>(&self, offices: &Offices, say: impl FnOnce(Above<'_>) -> T) -> T {
        let (lists_url, hierarchy) = (&self.card.lists_url, offices.hierarchy);
        say(Above {
            certificate: offices.issuing.certificate(),
            certificate_url: &format!("{lists_url}/{}", certificate_name(hierarchy, ISSUING)),
            list_url: &list_url(lists_url, hierarchy, Kind::Issuing),
        })
    }

    fn pins_path(&self) -> PathBuf {
        self.folder.join(SIGNING).join(PINS_FILE)
    }

    /// Writes the list of its own anchors beside them.
    fn pin(&self) -> Result<(), Error> {
        let roots = self.offices.iter().map(|one| one.root.certificate());
        let text = Pins::of(roots).to_toml().map_err(|e| Error::Malformed {
            path: self.pins_path(),
            reason: e.to_string(),
        })?;
        files::write_text(&self.pins_path(), &text)
    }

    fn offices(&self, hierarchy: Hierarchy) -> &Offices {
        let [gost, rsa] = &self.offices;
        match hierarchy {
            Hierarchy::Gost => gost,
            Hierarchy::Rsa => rsa,
        }
    }

    /// Certifies one of the cast and writes his files.
    fn identify(&self, member: &Member, now: Timestamp) -> Result<Identity, Error> {
        let offices = self.offices(Hierarchy::of(member.key));
        let params = self.above(offices, |above| {
            let delta_url = list_url(&self.card.lists_url, offices.hierarchy, Kind::Delta);
            let around = Around {
                above,
                delta_url: &delta_url,
                ocsp_url: &self.card.ocsp_url,
            };
            profile::signing(member, around, now)
        })?;
        let key = SecretKey::make(member.key)?;
        let certificate = offices.issuing.certify(&params, &key)?;
        let serial = params.serial_number.as_ref().map(SerialNumber::to_bytes);
        let identity = Identity::of(member, hex::encode(serial.unwrap_or_default()));
        let folder = &self.folder;
        let own = files::pem("CERTIFICATE", &certificate);
        let above = files::pem("CERTIFICATE", offices.issuing.certificate().der());
        files::write_text(&folder.join(&identity.certificate), &own)?;
        files::write_text(&folder.join(&identity.chain), &format!("{own}{above}"))?;
        files::write_secret(&folder.join(&identity.key), key.pem())?;
        Ok(identity)
    }
}

impl Offices {
    fn found(
        folder: &Path,
        hierarchy: Hierarchy,
        lists_url: &str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let found = |tier: &str, above: Option<&Office>, params| {
            let name = file_name(hierarchy, tier);
            Office::found(folder, SIGNING, &name, hierarchy.key(), above, &params)
        };
        let params = profile::authority(&hierarchy.common_name("НЕГІЗГІ"), 1, None, now)?;
        let root = found(ROOT, None, params)?;
        let above = Above {
            certificate: root.certificate(),
            certificate_url: &format!("{lists_url}/{}", certificate_name(hierarchy, ROOT)),
            list_url: &list_url(lists_url, hierarchy, Kind::Root),
        };
        let name = hierarchy.common_name("ҰЛТТЫҚ");
        let params = profile::authority(&name, 0, Some(above), now)?;
        let issuing = found(ISSUING, Some(&root), params)?;
        Ok(Self {
            hierarchy,
            root,
            issuing,
        })
    }

    fn open(folder: &Path, hierarchy: Hierarchy) -> Result<Self, Error> {
        let open = |tier| Office::open(folder, SIGNING, &file_name(hierarchy, tier));
        Ok(Self {
            hierarchy,
            root: open(ROOT)?,
            issuing: open(ISSUING)?,
        })
    }
}

const CARD: &str = "authority.json";
const SIGNING: &str = "trust/signing";
const ROOT: &str = "root";
const ISSUING: &str = "issuing";
/// CRLReason (RFC 5280 5.3.1).
const KEY_COMPROMISE: u8 = 1;

/// Since when somebody is revoked, on a list issued at that instant.
pub(crate) fn revoked_since(issued: Timestamp) -> Timestamp {
    issued - SignedDuration::from_hours(24)
}

fn file_name(hierarchy: Hierarchy, tier: &str) -> String {
    format!("{}-{tier}", hierarchy.name())
}

fn certificate_name(hierarchy: Hierarchy, tier: &str) -> String {
    format!("{}.cer", file_name(hierarchy, tier))
}

fn list_url(lists_url: &str, hierarchy: Hierarchy, kind: Kind) -> String {
    format!("{lists_url}/{}", List { hierarchy, kind }.file_name())
}

fn make_tls(folder: &Path, now: Timestamp) -> Result<(), Error> {
    let params = profile::authority("KEZEK TESTBED TLS", 0, None, now)?;
    let ca = Office::found(folder, "trust/tls", "ca", Key::EcdsaP256, None, &params)?;
    let mut leaves = vec![("intake", profile::server(now)?)];
    for participant in PARTICIPANTS {
        leaves.push((participant.name, profile::client(participant, now)?));
    }
    for (name, params) in leaves {
        let key = SecretKey::make(Key::EcdsaP256)?;
        let certificate = ca.certify(&params, &key)?;
        let at = |kind: &str| folder.join("tls").join(format!("{name}.{kind}.pem"));
        files::write_text(&at("cert"), &files::pem("CERTIFICATE", &certificate))?;
        files::write_secret(&at("key"), key.pem())?;
    }
    Ok(())
}
