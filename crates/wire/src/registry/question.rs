//! The question that a verified query is, as the registry takes it.

use message::{Message, Subject};

use crate::proto::registry::{
    LookupRequest, Payment, PowerOfAttorney, Purpose, lookup_request::Subject as Asked,
};

/// The question that a query is, once its signers are known; none for a message that is no query.
///
/// Who asks is the official of the sender who signed, else the system.
pub fn lookup(message: &Message) -> Option<LookupRequest> {
    let query = message.query.as_ref()?;
    let official = message
        .signers
        .iter()
        .find(|signer| signer.bin.as_ref() == Some(&message.sender.bin) && !signer.name.is_empty());
    let system = || message.sender.participant.to_string();
    let consent = message.consent.as_ref().map(|c| c.reference.clone());
    let service = match &query.subject {
        Subject::Payment { service, .. } => service,
        _ => &message.service,
    };
    Some(LookupRequest {
        message_id: message.id.as_uuid().into_bytes().to_vec(),
        register: query.register.to_string(),
        subject: Some(subject(&query.subject)),
        purpose: Some(Purpose {
            application: query
                .application
                .map(|number| number.to_string())
                .unwrap_or_default(),
            service: service.to_string(),
            operator: official.map_or_else(system, |signer| signer.name.clone()),
            consent: consent.unwrap_or_default(),
            text: query.purpose.clone(),
        }),
        participant: system(),
    })
}

fn subject(subject: &Subject) -> Asked {
    match subject {
        Subject::Person(iin) => Asked::Iin(iin.reveal().to_owned()),
        Subject::Organisation(bin) => Asked::Bin(bin.reveal().to_owned()),
        Subject::PowerOfAttorney {
            number,
            principal,
            representative,
        } => Asked::PowerOfAttorney(PowerOfAttorney {
            number: number.clone(),
            principal: principal.reveal().to_owned(),
            representative: representative.reveal().to_owned(),
        }),
        Subject::Payment {
            receipt,
            payer,
            amount_tenge,
            ..
        } => Asked::Payment(Payment {
            receipt: receipt.clone(),
            payer: payer.reveal().to_owned(),
            amount_tenge: *amount_tenge,
        }),
    }
}
