//! kezek's own documents on the channels, in the namespace `urn:kezek:message:v1`: the same members as the JSON
//! door has, in the same order, translated without loss. `wsdl/kezek.xsd` is their schema.
//!
//! Names are translated (`powerOfAttorney`, `power_of_attorney`), lists are repeated elements, numbers and truths
//! are text, bytes stay base64, and JSON of no fixed form travels as text. What is null, and a list without
//! entries, is left out. Whether a member must be there, and what it may be, is judged behind the door.

mod members;
#[cfg(test)]
mod tests;

use serde_json::{Map, Number, Value};
use xmldsig::Element;

use self::members::{Kind, Member};
use crate::names::XSI;
use crate::xml::{carries, escaped};

/// The namespace of all of them.
pub const NAMESPACE: &str = "urn:kezek:message:v1";

/// Of the signature that a sender may put at the end of a document, over all of it. It is about the document and
/// no member of it.
const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Which document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Root {
    /// What a participant sends: the envelope of the JSON door.
    Message,
    /// What he is answered: it is taken.
    Accepted,
    /// What a register said to a query.
    Answer,
    /// What became of an application: an entry of a mailbox.
    Event,
    /// What a provider is handed.
    Application,
    /// What the provider answers.
    Registered,
}

/// A document is not one of kezek's. Names the place by the names of the one who wrote it, as far as they are
/// known ones, and never repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{why}", place(.at))]
pub struct Unfit {
    /// The way to the place, `consent/givenAt` in XML and `consent.given_at` in JSON; empty for the whole.
    pub at: String,
    pub why: &'static str,
}

fn place(at: &str) -> String {
    if at.is_empty() {
        String::new()
    } else {
        format!("`{at}` ")
    }
}

impl Root {
    pub const ALL: [Self; 6] = [
        Self::Message,
        Self::Accepted,
        Self::Answer,
        Self::Event,
        Self::Application,
        Self::Registered,
    ];

    /// The name of its element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Accepted => "accepted",
            Self::Answer => "answer",
            Self::Event => "event",
            Self::Application => "application",
            Self::Registered => "registered",
        }
    }

    /// Which document an element is: by its name, or by its `xsi:type` where it is the gateway's `data` itself.
    pub fn of(element: &Element<'_>) -> Option<Self> {
        let (namespace, name) = if element.name() == "data" {
            element.resolve(element.attribute(XSI, "type")?)?
        } else {
            (element.namespace(), element.name())
        };
        let mut all = Self::ALL.into_iter();
        all.find(|one| namespace == NAMESPACE && one.name().eq_ignore_ascii_case(name))
    }

    fn members(self) -> &'static [Member] {
        match self {
            Self::Message => members::MESSAGE,
            Self::Accepted => members::ACCEPTED,
            Self::Answer => members::ANSWER,
            Self::Event => members::EVENT,
            Self::Application => members::APPLICATION,
            Self::Registered => members::REGISTERED,
        }
    }
}

/// The JSON of a document, which [`Root::of`] knows.
pub fn to_json(element: &Element<'_>) -> Result<Value, Unfit> {
    let root = Root::of(element).ok_or(Unfit {
        at: String::new(),
        why: "is no document of urn:kezek:message:v1",
    })?;
    object_of(element, root.members(), "")
}

/// The XML of a document, as an element that can stand anywhere.
pub fn from_json(root: Root, json: &Value) -> Result<String, Unfit> {
    let mut out = ["<", root.name(), " xmlns=\"", NAMESPACE, "\">"].concat();
    write_object(&mut out, json, root.members(), "")?;
    out.push_str(&["</", root.name(), ">"].concat());
    Ok(out)
}

// === from XML ===

fn object_of(element: &Element<'_>, members: &[Member], at: &str) -> Result<Value, Unfit> {
    let mut object = Map::new();
    if !element.text().trim().is_empty() {
        return Err(unfit(at, "has text between its elements"));
    }
    for child in element.children() {
        let is_signature = at.is_empty() && child.is(SIGNATURES, "Signature");
        if is_signature || matches!(child.attribute(XSI, "nil"), Some("true" | "1")) {
            continue;
        }
        let known = members.iter().find(|member| member.xml == child.name());
        let Some(member) = known else {
            return Err(unfit(at, "holds an element that is not known there"));
        };
        let at = [at, if at.is_empty() { "" } else { "/" }, member.xml].concat();
        let value = value_of(&child, member.kind, &at)?;
        if member.list {
            let list = object
                .entry(member.json)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(value);
            }
        } else if object.insert(member.json.to_owned(), value).is_some() {
            return Err(unfit(&at, "stands twice"));
        }
    }
    Ok(Value::Object(object))
}

fn value_of(element: &Element<'_>, kind: Kind, at: &str) -> Result<Value, Unfit> {
    if let Kind::Object(members) = kind {
        return object_of(element, members, at);
    }
    if element.children().next().is_some() {
        return Err(unfit(at, "has elements inside, and must be text"));
    }
    let text = element.text();
    Ok(match kind {
        Kind::Text => Value::String(text),
        Kind::Word => Value::String(text.trim().to_owned()),
        Kind::Bytes => Value::String(text.split_ascii_whitespace().collect()),
        Kind::Number => {
            let number = text.trim().parse::<u64>();
            let number = number.map_err(|_| unfit(at, "is not a whole number"))?;
            Value::Number(Number::from(number))
        }
        Kind::Truth => Value::Bool(match text.trim() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return Err(unfit(at, "is neither true nor false")),
        }),
        Kind::Json => serde_json::from_str(&text).map_err(|_| unfit(at, "is not JSON"))?,
        Kind::Object(_) => Value::Null,
    })
}

// === from JSON ===

fn write_object(out: &mut String, json: &Value, members: &[Member], at: &str) -> Result<(), Unfit> {
    let Value::Object(object) = json else {
        return Err(unfit(at, "is not an object"));
    };
    if object
        .keys()
        .any(|key| !members.iter().any(|member| member.json == key))
    {
        return Err(unfit(at, "holds a member that is not known there"));
    }
    for member in members {
        let Some(value) = object.get(member.json).filter(|value| !value.is_null()) else {
            continue;
        };
        let at = [at, if at.is_empty() { "" } else { "." }, member.json].concat();
        if !member.list {
            write_value(out, value, member, &at)?;
            continue;
        }
        let Value::Array(list) = value else {
            return Err(unfit(&at, "is not a list"));
        };
        for (number, value) in list.iter().enumerate() {
            write_value(out, value, member, &format!("{at}[{number}]"))?;
        }
    }
    Ok(())
}

fn write_value(out: &mut String, value: &Value, member: &Member, at: &str) -> Result<(), Unfit> {
    out.push_str(&["<", member.xml, ">"].concat());
    match (member.kind, value) {
        (Kind::Object(members), value) => write_object(out, value, members, at)?,
        (Kind::Json, value) => write_text(out, &value.to_string(), at)?,
        (Kind::Text, Value::String(text)) => write_text(out, text, at)?,
        (Kind::Word | Kind::Bytes, Value::String(text)) => {
            if text.contains(|char: char| char.is_whitespace()) && member.kind == Kind::Bytes
                || text.trim() != text
            {
                return Err(unfit(at, "has white space where none may be"));
            }
            write_text(out, text, at)?;
        }
        (Kind::Number, Value::Number(number)) if number.is_u64() => {
            out.push_str(&number.to_string());
        }
        (Kind::Truth, Value::Bool(truth)) => out.push_str(if *truth { "true" } else { "false" }),
        (Kind::Number, _) => return Err(unfit(at, "is not a whole number")),
        (Kind::Truth, _) => return Err(unfit(at, "is neither true nor false")),
        (Kind::Text | Kind::Word | Kind::Bytes, _) => return Err(unfit(at, "is not text")),
    }
    out.push_str(&["</", member.xml, ">"].concat());
    Ok(())
}

fn write_text(out: &mut String, text: &str, at: &str) -> Result<(), Unfit> {
    if !text.chars().all(carries) {
        return Err(unfit(at, "holds a character that XML cannot carry"));
    }
    out.push_str(&escaped(text));
    Ok(())
}

fn unfit(at: &str, why: &'static str) -> Unfit {
    Unfit {
        at: at.to_owned(),
        why,
    }
}
