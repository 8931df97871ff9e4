//! What a participant's system sends to intake: an application with its signed document.
//!
//! In: who applies, for what, with which form. Out: the JSON body of `POST /v1/messages`. Everything
//! that a test may want to spoil is a public field.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::People;

/// How a message's document is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedAs {
    /// CMS beside the document.
    Cms,
    /// XML with the document inside.
    Xml,
    /// XML that was signed for another document, see [`People::wrapped_xml`].
    WrappedXml,
}

/// An application of the portal, ready to be changed and sent.
#[derive(Clone, Debug)]
pub struct Application {
    /// The sender's own id; the same id again is the same application.
    pub id: Uuid,
    /// Which system sends it.
    pub participant: &'static str,
    pub channel: &'static str,
    pub service: &'static str,
    /// Name of the one who applies.
    pub applicant: &'static str,
    /// Name of the one whose certificate signs; the applicant himself where the law is kept.
    pub signer: &'static str,
    pub signed_as: SignedAs,
    /// The form's fields: the document that is signed.
    pub form: Value,
    pub receipt: Option<String>,
    pub consent: Option<Value>,
    /// Who files for the applicant, and under which power of attorney (G5).
    pub representative: Option<Value>,
    pub classification: &'static str,
    /// The applicant's own: kk, ru or en.
    pub language: &'static str,
}

impl Application {
    fn portal(service: &'static str, applicant: &'static str, form: Value) -> Self {
        Self {
            id: Uuid::now_v7(),
            participant: "portal",
            channel: "portal",
            service,
            applicant,
            signer: applicant,
            signed_as: SignedAs::Cms,
            form,
            receipt: None,
            consent: None,
            representative: None,
            classification: "open",
            language: "kk",
        }
    }

    /// Service 1: paid, to the Committee.
    pub fn apostille(applicant: &'static str) -> Self {
        let form = json!({
            "document_kind": "certificate",
            "document_number": "АС-2026/117",
            "document_date": "2026-02-03",
            "issued_by": "Үлгілік ұлттық мұрағат",
            "country": "DE",
        });
        Self::portal("apostille", applicant, form)
    }

    /// Service 2: free; `archive` chooses the provider (`national`, or another for the Committee).
    pub fn archive_certificate(applicant: &'static str, archive: &str) -> Self {
        let form = json!({
            "archive": archive,
            "subject": "work-record",
            "details": "Үлгі зауытындағы еңбек өтілі, 1979-1991",
        });
        Self::portal("archive-certificate", applicant, form)
    }

    /// Service 3: paid, to the Committee.
    pub fn mass_media(applicant: &'static str) -> Self {
        let form = json!({
            "title": "Үлгі таңы",
            "medium": "periodical",
            "languages": ["kk", "ru"],
            "territory": "Қазақстан Республикасы",
        });
        Self::portal("mass-media-registration", applicant, form)
    }

    /// The same, by an applicant who wants to be told in this language.
    #[must_use]
    pub fn in_language(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    /// The same, filed at the front office by its operator.
    #[must_use]
    pub fn at_front_office(mut self, operator: &'static str) -> Self {
        self.participant = "front-office";
        self.channel = "front-office";
        self.signer = operator;
        if let Some(form) = self.form.as_object_mut() {
            form.insert("papers".to_owned(), json!(["identity-document"]));
        }
        self.consent = Some(json!({
            "form": "paper", "reference": "К-2026/42", "given_at": "2026-02-03T10:00:00+05:00",
        }));
        self
    }

    /// The same, filed by somebody under a power of attorney that a notary certified (G5).
    pub fn under_power(mut self, people: &People, by: &str, power: &str) -> anyhow::Result<Self> {
        self.representative = Some(json!({
            "iin": people.find(by)?.iin,
            "power_of_attorney": { "number": power, "certified": "notary" },
        }));
        if let Some(papers) = self.form["papers"].as_array_mut() {
            papers.push(json!("power-of-attorney"));
        }
        Ok(self)
    }

    /// The fee of its service in tenge, as the regulations say.
    pub fn fee_tenge(&self) -> Option<u64> {
        match self.service {
            "apostille" => Some(2163),
            "mass-media-registration" => Some(21_625),
            _ => None,
        }
    }

    /// Signs the form and writes the message.
    pub fn sealed(&self, people: &People) -> anyhow::Result<Value> {
        let applicant = people.find(self.applicant)?;
        let mut who = json!({
            "name": applicant.common_name,
            "email": applicant.email,
            "phone": applicant.phone,
            "language": self.language,
        });
        // A head applies for his organisation; everybody else for himself.
        match (&applicant.bin, &applicant.iin) {
            (Some(bin), _) => who["bin"] = json!(bin),
            (None, iin) => who["iin"] = json!(iin),
        }
        let mut message = json!({
            "id": self.id,
            "kind": "application",
            "service": self.service,
            "channel": self.channel,
            "language": self.language,
            "classification": self.classification,
            "applicant": who,
            "attachments": [],
        });
        seal(
            &mut message,
            people,
            self.signer,
            self.signed_as,
            &self.form,
        )?;
        if let Some(receipt) = &self.receipt {
            message["receipt"] = json!(receipt);
        }
        if let Some(consent) = &self.consent {
            message["consent"] = consent.clone();
        }
        if let Some(representative) = &self.representative {
            message["representative"] = representative.clone();
        }
        Ok(message)
    }
}

/// What a provider's system says of an application (X5, X7): the report itself is the signed document.
pub(crate) fn report(
    people: &People,
    signer: &str,
    service: &str,
    report: &Value,
) -> anyhow::Result<Value> {
    let kind = if report.get("status").is_some() {
        "status"
    } else {
        "result"
    };
    let mut message = json!({
        "id": Uuid::now_v7(),
        "kind": kind,
        "service": service,
        "channel": "provider",
        "language": "kk",
        "classification": "open",
        "attachments": [],
        "report": report,
    });
    seal(&mut message, people, signer, SignedAs::Cms, report)?;
    Ok(message)
}

/// What an operator of the front office asks a register: the query itself is the signed document. `query` has
/// `register`, `subject` and `purpose`.
pub fn query(
    people: &People,
    operator: &str,
    service: &str,
    query: &Value,
) -> anyhow::Result<Value> {
    let mut message = json!({
        "id": Uuid::now_v7(),
        "kind": "query",
        "service": service,
        "channel": "front-office",
        "language": "kk",
        "classification": "open",
        "consent": { "form": "paper", "reference": "К-2026/42", "given_at": "2026-02-03T10:00:00+05:00" },
        "attachments": [],
        "query": query,
    });
    seal(&mut message, people, operator, SignedAs::Cms, query)?;
    Ok(message)
}

/// Puts the document and its signature into the message.
fn seal(
    message: &mut Value,
    people: &People,
    signer: &str,
    signed_as: SignedAs,
    said: &Value,
) -> anyhow::Result<()> {
    let document = said.to_string();
    let (format, signature) = match signed_as {
        SignedAs::Cms => ("cms-detached", people.sign(signer, document.as_bytes())?),
        SignedAs::Xml => ("xml-enveloped", people.sign_as_xml(signer, &document)?),
        SignedAs::WrappedXml => ("xml-enveloped", people.wrapped_xml(signer, &document)?),
    };
    message["document"] = json!({ "media_type": "application/json" });
    if signed_as == SignedAs::Cms {
        message["document"]["content"] = json!(STANDARD.encode(&document));
    }
    message["signatures"] = json!([{ "format": format, "content": STANDARD.encode(&signature) }]);
    Ok(())
}
