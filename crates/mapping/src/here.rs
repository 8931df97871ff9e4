//! One place of an answer, XML or JSON, from which paths lead further.

use serde_json::Value;
use xmldsig::Element;

use crate::bad::Unreadable;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A whole answer.
#[derive(Debug, Clone, Copy)]
pub enum Answer<'d> {
    /// The document element; the first step of a path names it.
    Xml(Element<'d>),
    Json(&'d Value),
}

/// One place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Here<'d> {
    /// Above the document element.
    Root(Element<'d>),
    Element(Element<'d>),
    Attribute(&'d str),
    Json(&'d Value),
}

impl<'d> From<Answer<'d>> for Here<'d> {
    fn from(answer: Answer<'d>) -> Self {
        match answer {
            Answer::Xml(element) => Self::Root(element),
            Answer::Json(value) => Self::Json(value),
        }
    }
}

impl<'d> Here<'d> {
    /// The elements of this local name inside; of any name if none is given.
    pub(crate) fn elements(self, name: Option<&str>) -> Vec<Element<'d>> {
        let fits = |one: &Element<'d>| name.is_none_or(|name| one.name() == name);
        match self {
            Self::Root(element) => Some(element).into_iter().filter(fits).collect(),
            Self::Element(element) => element.children().filter(fits).collect(),
            Self::Attribute(_) | Self::Json(_) => Vec::new(),
        }
    }

    pub(crate) fn attribute(self, name: &str) -> Option<&'d str> {
        match self {
            Self::Element(element) => element.attribute("", name),
            _ => None,
        }
    }

    /// The member of an object, the item of a list (RFC 6901).
    pub(crate) fn token(self, token: &str) -> Option<&'d Value> {
        match self {
            Self::Json(Value::Object(members)) => members.get(token),
            Self::Json(Value::Array(items)) => {
                let plain = token == "0" || !token.starts_with(['0', '+']);
                items.get(token.parse::<usize>().ok().filter(|_| plain)?)
            }
            _ => None,
        }
    }

    /// The one text that stands here; none where it is empty, `null` or `xsi:nil`.
    pub(crate) fn text(self, field: &str) -> Result<Option<String>, Unreadable> {
        let text = match self {
            Self::Root(_) | Self::Json(Value::Null) => String::new(),
            Self::Attribute(text) => text.to_owned(),
            Self::Element(element) if element.children().next().is_some() => {
                return Err(Unreadable::form(field, "holds elements, not one text"));
            }
            Self::Element(element) => match element.attribute(XSI, "nil") {
                Some("true" | "1") => String::new(),
                _ => element.text(),
            },
            Self::Json(Value::String(text)) => text.clone(),
            Self::Json(Value::Bool(_) | Value::Number(_)) => self.json_text(),
            Self::Json(Value::Array(_) | Value::Object(_)) => {
                return Err(Unreadable::form(
                    field,
                    "holds a list or an object, not one value",
                ));
            }
        };
        let text = text.trim();
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    fn json_text(self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            _ => String::new(),
        }
    }

    /// The items of a list: of JSON its items, of XML the place itself.
    pub(crate) fn items(self) -> Vec<Self> {
        match self {
            Self::Json(Value::Array(items)) => items.iter().map(Here::Json).collect(),
            Self::Json(Value::Null) => Vec::new(),
            one => vec![one],
        }
    }

    /// Whether anything stands here.
    pub(crate) fn is_something(self) -> bool {
        match self {
            Self::Json(value) => !value.is_null(),
            Self::Element(element) => !matches!(element.attribute(XSI, "nil"), Some("true" | "1")),
            Self::Root(_) | Self::Attribute(_) => true,
        }
    }
}
