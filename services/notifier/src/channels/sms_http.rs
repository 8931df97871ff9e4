//! SMS by a gateway that speaks JSON over HTTP.
//!
//! `POST {endpoint}/messages` under the header `Idempotency-Key: <notification id>`, with
//! `{"id", "from", "to", "text"}`; the answer is `{"id", "status"}`, where the status is `accepted` or
//! `rejected`. 422 rejects, too. `GET {endpoint}/health` says whether it is up. `outside::Peer` reads the other
//! failures.

use async_trait::async_trait;
use fault::{
    Fault,
    delivery::{SMS_FAILED, SMS_GARBLED, SMS_GATEWAY_UNREACHABLE},
};
use message::Message;
use outside::{HttpSettings, Peer, Words};
use serde::Deserialize;
use serde_json::json;

use super::{Adapter, Answer, BadSettings, Channel, Note, own_settings};
use crate::occasion::Form;

pub(super) const ADAPTER: Adapter = Adapter {
    name: "sms-http",
    build,
};

const WORDS: Words = Words {
    unreachable: &SMS_GATEWAY_UNREACHABLE,
    failed: &SMS_FAILED,
    garbled: &SMS_GARBLED,
    doing: "send the SMS",
};

/// The fields besides [`HttpSettings`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Who the SMS is from: a number, or up to 11 Latin letters and digits (GSM 03.38).
    from: String,
}

#[derive(Debug)]
struct SmsHttp {
    peer: Peer,
    from: String,
}

/// Members that we do not know are let pass.
#[derive(Deserialize)]
struct Said {
    status: String,
}

fn build(table: &toml::Table) -> Result<Box<dyn Channel>, BadSettings> {
    let (own, http) = own_settings(table, &["from"]);
    let Settings { from } = outside::read(&own)?;
    let is_name = from.len() <= 11 && from.chars().all(|c| c.is_ascii_alphanumeric());
    if from.is_empty() || !(is_name || e164(&from).is_some()) {
        let problem = "must be a number, or up to 11 Latin letters and digits";
        return Err(BadSettings::new("from", problem));
    }
    let http: HttpSettings = outside::read(&http)?;
    let peer = Peer::new(&http, WORDS)?;
    Ok(Box::new(SmsHttp { peer, from }))
}

#[async_trait]
impl Channel for SmsHttp {
    fn form(&self) -> Form {
        Form::Sms
    }

    fn address<'a>(&'a self, message: &'a Message) -> Option<&'a str> {
        let phone = message.applicant.as_ref()?.phone.as_deref()?.trim();
        (!phone.is_empty()).then_some(phone)
    }

    fn mask(&self, address: &str) -> String {
        let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
        let last: String = digits[digits.len().saturating_sub(2)..].iter().collect();
        format!("•••{last}")
    }

    async fn send(&self, note: Note<'_>) -> Result<Answer, Fault> {
        // What is not even a number no gateway has to refuse.
        let Some(to) = e164(note.address) else {
            return Ok(Answer::Rejected);
        };
        let text = &note.letter.text;
        let body = json!({ "id": note.id, "from": self.from, "to": to, "text": text });
        let headers = [("idempotency-key", note.id)];
        let reply = self.peer.post("messages", &headers, &body).await?;
        if reply.status.as_u16() == 422 {
            return Ok(Answer::Rejected);
        }
        let said: Said = reply.json()?;
        match said.status.as_str() {
            "accepted" => Ok(Answer::Taken),
            "rejected" => Ok(Answer::Rejected),
            _ => Err(reply.garbled("a status that is none")),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.peer.probe().await
    }
}

/// A telephone number as the networks know it (E.164): `+` and 8 to 15 digits. People part the digits by
/// spaces, hyphens and brackets, and begin with 8 where +7 is meant.
fn e164(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '\u{a0}'))
        .collect();
    let digits = match digits.strip_prefix('+') {
        Some(digits) => digits.to_owned(),
        None if digits.len() == 11 && digits.starts_with("87") => format!("7{}", &digits[1..]),
        None => return None,
    };
    let is_number = (8..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    is_number.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let mobile = Some("+77010000017".to_owned());
        for written in ["+77010000017", "8 (701) 000-00-17", "+7 701 000 00 17"] {
            assert_eq!(e164(written), mobile, "{written}");
        }
        for none in [
            "",
            "+",
            "1414",
            "7010000017",
            "+7701000001x",
            "+0000000000",
            "+1234567890123456",
        ] {
            assert_eq!(e164(none), None, "{none}");
        }
    }
}
