//! From what stands in `data` to the very bytes that the JSON door takes, so that one pipeline judges both.
//!
//! In: the message of a channel. Out: JSON. The id of the message is the channel's `messageId`, whatever that is;
//! without one, the id in the document. Its service is what the channel's `serviceId` means for this participant.

use fault::door::{MALFORMED, UNKNOWN_SERVICE};
use gateway::{Data, Limits, kezek};
use participants::Gateway;
use serde_json::{Value, json};

use crate::{checks::Received, problem::Problem};

/// Characters of a `messageId`, at most.
const ID_CHARS_MAX: usize = 128;

/// What the channel says of a message besides its data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub message_id: Option<&'a str>,
    pub service_id: &'a str,
}

/// The message as JSON, and the id it goes by.
pub(super) fn open(
    head: Head<'_>,
    data: &Data,
    gateway: &Gateway,
    limits: &Limits,
) -> Result<(String, Received), Problem> {
    let malformed = |detail: String| Problem::new(&MALFORMED, detail).at("data");
    let service = gateway
        .service(head.service_id)
        .ok_or_else(|| Problem::new(&UNKNOWN_SERVICE, "").at("serviceId"))?;
    let document = data.document(limits).map_err(|error| {
        malformed(format!(
            "holds no message of kezek: stopped at {}",
            error.at
        ))
    })?;
    let root = document.unverified();
    if kezek::Root::of(&root) != Some(kezek::Root::Message) {
        let detail = "must hold the element `message` of urn:kezek:message:v1 (?xsd=kezek.xsd)";
        return Err(malformed(detail.to_owned()));
    }
    let mut message = kezek::to_json(&root).map_err(|unfit| {
        let problem = malformed(unfit.why.to_owned());
        if unfit.at.is_empty() {
            problem
        } else {
            problem.at(format!("data/message/{}", unfit.at))
        }
    })?;
    if message
        .get("service")
        .is_some_and(|given| *given != json!(service))
    {
        let detail = "is another service than serviceId says";
        return Err(Problem::new(&MALFORMED, detail).at("data/message/service"));
    }
    message["service"] = json!(service);
    let id = match head.message_id {
        Some(id) => id.to_owned(),
        None => message["id"].as_str().unwrap_or_default().to_owned(),
    };
    if id.is_empty() || id.chars().count() > ID_CHARS_MAX || id.chars().any(char::is_control) {
        let detail = format!("must have 1 to {ID_CHARS_MAX} characters, and no control characters");
        return Err(Problem::new(&MALFORMED, detail).at("messageId"));
    }
    message["id"] = Value::from(id.as_str());
    let received = Received {
        bytes: message.to_string().into_bytes(),
        whole: true,
        any_id: true,
    };
    Ok((id, received))
}
