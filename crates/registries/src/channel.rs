//! A register on the channels of the e-government gateway: what both channels share.
//!
//! A mapping describes what stands in `data`; whether the data must be signed, apart from its transport, is a
//! setting, and so is whether we sign ours.

use std::{fmt, path::PathBuf};

use fault::{
    Fault,
    inside::INTERNAL,
    registers::{REGISTER_FAILED, REGISTER_GARBLED, REGISTER_REFUSED, REGISTER_UNREACHABLE},
};
use gateway::{
    Data, Limits,
    client::{Client, Named, Settings},
};
use jiff::Timestamp;
use outside::Words;
use serde::{Deserialize, de::DeserializeOwned};
use signatures::sign::Identity;
use xmldsig::sign::{Layout, enveloped};

use crate::{
    Answer, BadSettings, Question,
    mapped::{self, Mapped, garbled},
    seal::{self, Seal},
};

pub(crate) const DOING: &str = "ask the register";

const NAMED: Named = Named {
    words: Words {
        unreachable: &REGISTER_UNREACHABLE,
        failed: &REGISTER_FAILED,
        garbled: &REGISTER_GARBLED,
        doing: DOING,
    },
    rejected: &REGISTER_REFUSED,
};

/// How the request stands in `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    /// As an element, or as `data` itself where the template says so.
    #[default]
    Element,
    /// As text, escaped.
    Text,
}

/// What we put into `data`, beside the mapping.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DataSettings {
    /// `element` or `text`. Default `element`.
    #[serde(default)]
    data: Form,
    /// PEM or DER: the certificate that our requests are signed with, inside of `data`. Default: they are not.
    #[serde(default)]
    data_certificate_file: Option<PathBuf>,
    /// PEM, PKCS #8: its key.
    #[serde(default)]
    data_key_file: Option<PathBuf>,
}

const DATA_FIELDS: &[&str] = &["data", "data_certificate_file", "data_key_file"];

/// A register on a channel.
pub(crate) struct Channel {
    pub(crate) client: Client,
    pub(crate) service_id: String,
    pub(crate) route_id: Option<String>,
    mapped: Mapped,
    seal: Seal,
    form: Form,
    signs: Option<Identity>,
}

impl Channel {
    /// Makes the channel and the settings that an adapter has of its own, which are the fields named in `own`.
    pub(crate) fn open<T: DeserializeOwned>(
        settings: &toml::Table,
        own: &[&str],
    ) -> Result<(Self, T), BadSettings> {
        let (described, rest) = mapped::parted(settings, mapped::FIELDS);
        let (sealed, rest) = mapped::parted(&rest, seal::FIELDS);
        let (data, rest) = mapped::parted(&rest, DATA_FIELDS);
        let (channel, own) = Settings::beside::<T>(&rest, own)?;
        let mapped = Mapped::open(&outside::read(&described)?)?;
        if mapped.format() != mapping::Format::Xml || !mapped.asks() {
            let problem = "its `format` must be `xml`, and it must have a `request.template`";
            return Err(BadSettings::new("mapping", problem));
        }
        let data: DataSettings = outside::read(&data)?;
        let signs = match (&data.data_certificate_file, &data.data_key_file) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(seal::identity(certificate, key)?),
            (Some(_), None) => {
                let problem = "is needed with `data_certificate_file`";
                return Err(BadSettings::new("data_key_file", problem));
            }
            (None, Some(_)) => {
                let problem = "is needed with `data_key_file`";
                return Err(BadSettings::new("data_certificate_file", problem));
            }
        };
        let opened = Self {
            client: channel.client(NAMED, Timestamp::now)?,
            service_id: channel.service_id,
            route_id: channel.route_id,
            mapped,
            seal: Seal::open(&outside::read(&sealed)?)?,
            form: data.data,
            signs,
        };
        Ok((opened, own))
    }

    /// Whether nothing is believed that its owner has not signed.
    pub(crate) fn wants_signatures(&self) -> bool {
        self.seal.is_demanded()
    }

    /// What stands in `data` of the request.
    pub(crate) fn data(&self, question: &Question, now: Timestamp) -> Result<Data, Fault> {
        let request = self.mapped.request(question, now)?.unwrap_or_default();
        let request = match &self.signs {
            None => request,
            Some(identity) => signed(&request, identity)?,
        };
        match self.form {
            Form::Text => Ok(Data::text(request)),
            Form::Element => {
                Data::xml(&request).map_err(|e| broken(&format!("its request: {}", e.at)))
            }
        }
    }

    /// What the register said in `data` of its answer.
    pub(crate) fn read(
        &self,
        data: &Data,
        question: &Question,
        now: Timestamp,
    ) -> Result<Answer, Fault> {
        if data.is_empty() {
            return Err(garbled("its data is empty"));
        }
        // What the parser says besides the place may quote the answer.
        let document = data
            .document(&Limits::default())
            .map_err(|e| garbled(format!("its data is no XML at {}", e.at)))?;
        if self.seal.is_demanded() {
            let (verified, signer) = self.seal.judge(&document, now)?;
            let answer = mapping::Answer::Xml(verified.element());
            return self.mapped.read(answer, question, Some(signer));
        }
        let answer = mapping::Answer::Xml(document.unverified());
        self.mapped.read(answer, question, None)
    }
}

fn signed(request: &str, identity: &Identity) -> Result<String, Fault> {
    let signed = enveloped(request.trim().as_bytes(), identity, Layout::Compact);
    let signed = signed.map_err(|error| {
        // Our key cannot sign, whatever the question: nothing goes out until that is put right.
        let fault = Fault::outage(&REGISTER_UNREACHABLE, DOING);
        let fault = fault.because("our own signature of the request cannot be made");
        fault.from_source(error)
    })?;
    String::from_utf8(signed).map_err(|_| broken("its signed request is not UTF-8"))
}

fn broken(why: &str) -> Fault {
    Fault::never(&INTERNAL, DOING).because(why)
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.client, self.mapped)
    }
}

#[cfg(test)]
mod tests {
    use message::{Iin, MessageId, Number, RegisterName, ServiceCode};
    use xmldsig::{Demand, Document};

    use super::*;
    use crate::{Purpose, Subject};

    /// Settings of an adapter that has none of its own.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    fn question() -> Question {
        let id = MessageId::from_uuid(uuid::Uuid::from_u128(7));
        Question {
            request_id: id,
            register: RegisterName::new("gbd-fl").unwrap(),
            subject: Subject::Person(Iin::new("900101300017").unwrap()),
            purpose: Purpose {
                application: Number::of(id),
                service: ServiceCode::new("apostille").unwrap(),
                operator: String::new(),
                consent: "<token>".to_owned(),
            },
        }
    }

    #[test]
    fn a_request_may_be_signed_inside_of_its_data_apart_from_its_transport() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let key = rcgen::KeyPair::generate().unwrap();
        let names = rcgen::CertificateParams::new(vec!["kezek.test".to_owned()]).unwrap();
        let certificate = names.self_signed(&key).unwrap();
        std::fs::write(path("ours.pem"), certificate.pem()).unwrap();
        std::fs::write(path("ours.key"), key.serialize_pem()).unwrap();
        let mapping = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/registers/gbd-fl.toml"
        );
        let shown = |name: &str| path(name).display().to_string();
        let settings = format!(
            "endpoint = 'https://register.invalid'\nservice_id = 'S'\nsender_id = 'kezek'\n\
             mapping = '{mapping}'\nvalues = {{ sender_code = 'K', kdp_public_key = 'P' }}\n\
             data_certificate_file = '{}'\ndata_key_file = '{}'\n",
            shown("ours.pem"),
            shown("ours.key"),
        );
        let settings = toml::from_str(&settings).unwrap();
        let (channel, Nothing {}) = Channel::open(&settings, &[]).unwrap();
        let data = channel.data(&question(), Timestamp::UNIX_EPOCH).unwrap();

        let document = Document::parse(data.payload(), &Limits::default()).unwrap();
        let ours = signatures::Certificate::parse(certificate.der()).unwrap();
        let opened = xmldsig::open(&document, &Demand::DOCUMENT).unwrap();
        let verified = opened.pinned(&[ours]).unwrap();
        let token = verified.element().only("kdpToken").unwrap();
        assert_eq!(token.text(), "<token>");
        let told = verified.element().only("messageDate").unwrap().text();
        assert_eq!(told, "1970-01-01T06:00:00+06:00", "local time, of its day");
    }
}
