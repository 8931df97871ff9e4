//! What the adapters of the gateway's two channels share: an application as kezek's own document in `data`, and
//! the document that answers it.

use fault::{Fault, delivery::PROVIDER_REJECTED, inside::INTERNAL};
use gateway::{
    Data, Limits,
    client::Named,
    kezek::{Root, from_json, to_json},
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Acceptance, Handover,
    handed::{DOING, WORDS, application, registration_number},
};

pub(crate) const NAMED: Named = Named {
    words: WORDS,
    rejected: &PROVIDER_REJECTED,
};

/// What a provider's document says.
pub(crate) enum Said {
    Registered(Acceptance),
    /// It does not take the application, for good.
    Refused,
}

#[derive(Deserialize)]
struct Registered {
    registration_number: String,
    registered_at: Timestamp,
}

/// The application as it stands in `data`.
pub(crate) fn data(handover: &Handover<'_>) -> Result<Data, Fault> {
    let xml = from_json(Root::Application, &application(handover)?);
    let xml = xml.map_err(|unfit| {
        // A character that XML has no way to carry: no other try can carry it.
        Fault::never(&PROVIDER_REJECTED, DOING).because(unfit.to_string())
    })?;
    Data::xml(&xml).map_err(|_| Fault::never(&INTERNAL, DOING).because("our own XML is none"))
}

/// Reads the provider's document: `registered`, or an `event` that says `refused`. Text in `data` is read as a
/// document too. The error says what is wrong, without personal data.
pub(crate) fn said(data: &Data) -> Result<Said, String> {
    if data.is_empty() {
        return Err("an answer without data".to_owned());
    }
    let document = data.document(&Limits::default());
    let document = document.map_err(|error| format!("data that is no XML ({})", error.at))?;
    let element = document.unverified();
    let root = Root::of(&element);
    let json = to_json(&element).map_err(|unfit| unfit.to_string())?;
    match root {
        Some(Root::Registered) => {
            let registered: Registered =
                serde_json::from_value(json).map_err(|_| "`registered` that is none")?;
            let number = registration_number(&registered.registration_number)
                .ok_or("a registration number that is none")?;
            Ok(Said::Registered(Acceptance {
                registration_number: number,
                registered_at: registered.registered_at,
            }))
        }
        Some(Root::Event) if json.get("fact").is_some_and(|fact| fact == "refused") => {
            Ok(Said::Refused)
        }
        _ => Err("a document that is neither `registered` nor a refusal".to_owned()),
    }
}

/// The fault for an application that the provider does not take.
pub(crate) fn refused(why: &str) -> Fault {
    Fault::never(&PROVIDER_REJECTED, DOING).because(why)
}
