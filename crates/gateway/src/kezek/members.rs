//! The members of kezek's documents: what each is called in XML and in JSON, and what it is.

/// One member of an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) xml: &'static str,
    pub(crate) json: &'static str,
    pub(crate) kind: Kind,
    /// Repeated elements, a list in JSON.
    pub(crate) list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To the character.
    Text,
    /// Without white space around it: ids, codes, times.
    Word,
    /// Base64 without white space.
    Bytes,
    /// A whole number, not negative.
    Number,
    Truth,
    /// JSON of no fixed form, as text.
    Json,
    Object(&'static [Member]),
}

use Kind::{Bytes, Json, Number, Object, Text, Truth, Word};

const fn one(xml: &'static str, json: &'static str, kind: Kind) -> Member {
    Member {
        xml,
        json,
        kind,
        list: false,
    }
}

const fn list(xml: &'static str, json: &'static str, kind: Kind) -> Member {
    Member {
        xml,
        json,
        kind,
        list: true,
    }
}

/// As `services/intake/src/envelope.rs` reads it.
pub(crate) const MESSAGE: &[Member] = &[
    one("id", "id", Word),
    one("kind", "kind", Word),
    one("service", "service", Word),
    one("channel", "channel", Word),
    one("language", "language", Word),
    one("classification", "classification", Word),
    one("applicant", "applicant", Object(APPLICANT)),
    one("representative", "representative", Object(REPRESENTATIVE)),
    one("consent", "consent", Object(CONSENT)),
    one("receipt", "receipt", Text),
    one("document", "document", Object(DOCUMENT)),
    list("signature", "signatures", Object(SIGNATURE)),
    list("attachment", "attachments", Object(ATTACHMENT)),
    one("report", "report", Object(REPORT)),
    one("query", "query", Object(QUERY)),
];

const APPLICANT: &[Member] = &[
    one("iin", "iin", Word),
    one("bin", "bin", Word),
    one("name", "name", Text),
    one("email", "email", Text),
    one("phone", "phone", Text),
    one("language", "language", Word),
];

const REPRESENTATIVE: &[Member] = &[
    one("iin", "iin", Word),
    one("powerOfAttorney", "power_of_attorney", Object(POWER)),
];

const POWER: &[Member] = &[
    one("number", "number", Text),
    one("certified", "certified", Word),
];

const CONSENT: &[Member] = &[
    one("form", "form", Word),
    one("reference", "reference", Text),
    one("givenAt", "given_at", Word),
];

const DOCUMENT: &[Member] = &[
    one("mediaType", "media_type", Word),
    one("content", "content", Bytes),
];

const SIGNATURE: &[Member] = &[
    one("format", "format", Word),
    one("content", "content", Bytes),
];

const ATTACHMENT: &[Member] = &[
    one("sha256", "sha256", Word),
    one("name", "name", Text),
    one("mediaType", "media_type", Word),
    one("sizeBytes", "size_bytes", Number),
];

const REPORT: &[Member] = &[
    one("number", "number", Word),
    one("status", "status", Text),
    one("outcome", "outcome", Word),
    one("reason", "reason", Text),
];

const QUERY: &[Member] = &[
    one("register", "register", Word),
    one("subject", "subject", Object(SUBJECT)),
    one("purpose", "purpose", Text),
    one("application", "application", Word),
];

/// Whom or what a query is about: `iin`, `bin`, a power of attorney or a payment.
const SUBJECT: &[Member] = &[
    one("iin", "iin", Word),
    one("bin", "bin", Word),
    one("powerOfAttorney", "power_of_attorney", Text),
    one("principal", "principal", Word),
    one("representative", "representative", Word),
    one("receipt", "receipt", Text),
    one("payer", "payer", Word),
    one("service", "service", Word),
    one("amountTenge", "amount_tenge", Number),
];

pub(crate) const ACCEPTED: &[Member] = &[
    one("number", "number", Word),
    one("acceptedAt", "accepted_at", Word),
    one("messageId", "message_id", Word),
];

pub(crate) const ANSWER: &[Member] = &[
    one("number", "number", Word),
    one("register", "register", Word),
    one("found", "found", Truth),
    one("recordJson", "record", Json),
    one("sourceAt", "source_at", Word),
    one("cached", "cached", Truth),
];

pub(crate) const EVENT: &[Member] = &[
    one("number", "number", Word),
    one("fact", "fact", Word),
    one("at", "at", Word),
    one("service", "service", Word),
    one("reference", "reference", Text),
    one("provider", "provider", Word),
    one("registrationNumber", "registration_number", Text),
    one("status", "status", Text),
    one("outcome", "outcome", Word),
    one("code", "code", Word),
    one("reason", "reason", Text),
    one("document", "document", Object(DOCUMENT)),
    list("signature", "signatures", Object(SIGNATURE)),
    list("attachment", "attachments", Object(ATTACHMENT)),
];

/// As a provider gets it over JSON (`crates/providers`).
pub(crate) const APPLICATION: &[Member] = &[
    one("messageId", "message_id", Word),
    one("number", "number", Word),
    one("service", "service", Word),
    one("channel", "channel", Word),
    one("receivedAt", "received_at", Word),
    one("applicant", "applicant", Object(HANDED_APPLICANT)),
    one(
        "representative",
        "representative",
        Object(HANDED_REPRESENTATIVE),
    ),
    one("document", "document", Object(HANDED_DOCUMENT)),
    list("signature", "signatures", Object(HANDED_SIGNATURE)),
    list("attachment", "attachments", Object(ATTACHMENT)),
    list("finding", "findings", Object(FINDING)),
    one("receipt", "receipt", Text),
];

const HANDED_APPLICANT: &[Member] = &[
    one("id", "id", Word),
    one("kind", "kind", Word),
    one("name", "name", Text),
    one("email", "email", Text),
    one("phone", "phone", Text),
];

const HANDED_REPRESENTATIVE: &[Member] = &[
    one("iin", "iin", Word),
    one("powerOfAttorney", "power_of_attorney", Text),
    one("certified", "certified", Word),
];

const HANDED_DOCUMENT: &[Member] = &[
    one("mediaType", "media_type", Word),
    one("contentBase64", "content_base64", Bytes),
    one("sha256", "sha256", Word),
];

const HANDED_SIGNATURE: &[Member] = &[
    one("format", "format", Word),
    one("contentBase64", "content_base64", Bytes),
];

const FINDING: &[Member] = &[
    one("register", "register", Word),
    one("recordJson", "record", Json),
];

pub(crate) const REGISTERED: &[Member] = &[
    one("registrationNumber", "registration_number", Text),
    one("registeredAt", "registered_at", Word),
];
