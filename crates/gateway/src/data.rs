//! What stands in `data`: the business of a message, which the channel carries and does not read.

use std::fmt;

use xmldsig::{Document, Element, Limits, ParseError};

use crate::names::XSI;

/// The business data of a message, to the octet as it came.
///
/// Senders write it in four ways, which are told apart and kept: nothing; one element inside `data`; `data` itself
/// as the element, with its `xsi:type`, several children or text beside them; text, often XML in CDATA or escaped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Data(Form);

#[derive(Clone, PartialEq, Eq, Default)]
enum Form {
    #[default]
    Empty,
    /// One element inside `data`, which can stand alone.
    Inside(String),
    /// The element `data` itself.
    Whole {
        xml: String,
        kind: Option<Kind>,
    },
    Text(String),
}

/// What `xsi:type` says: a namespace, which may be empty, and a local name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub namespace: String,
    pub name: String,
}

impl Data {
    pub fn empty() -> Self {
        Self::default()
    }

    /// An element to stand inside `data`; if its own name is `data`, it is that element itself.
    pub fn xml(xml: &str) -> Result<Self, ParseError> {
        let document = Document::parse(xml.as_bytes(), &Limits::default())?;
        let root = document.unverified();
        Ok(if root.name() == "data" {
            Self::of(&root)
        } else {
            Self(Form::Inside(root.alone()))
        })
    }

    /// Text, which is escaped on its way.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(if text.is_empty() {
            Form::Empty
        } else {
            Form::Text(text)
        })
    }

    /// The data of an element `data`.
    pub(crate) fn of(data: &Element<'_>) -> Self {
        let mut children = data.children();
        let kind = kind(data).filter(|kind| kind.name != "anyType");
        Self(match (children.next(), children.next(), &kind) {
            (None, _, _) => {
                let text = data.text();
                if text.trim().is_empty() {
                    Form::Empty
                } else {
                    Form::Text(text)
                }
            }
            (Some(only), None, None) if data.text().trim().is_empty() => Form::Inside(only.alone()),
            _ => Form::Whole {
                xml: data.alone(),
                kind,
            },
        })
    }

    /// The business document: the bytes of the element, or of the text.
    pub fn payload(&self) -> &[u8] {
        match &self.0 {
            Form::Empty => b"",
            Form::Inside(text) | Form::Text(text) | Form::Whole { xml: text, .. } => {
                text.as_bytes()
            }
        }
    }

    /// The business document, read; what was text is read as well. Nothing in it is verified.
    pub fn document(&self, limits: &Limits) -> Result<Document<'_>, ParseError> {
        Document::parse(self.payload(), limits)
    }

    /// What `xsi:type` of `data` says: the name of the business document whose element is `data` itself.
    pub fn kind(&self) -> Option<&Kind> {
        match &self.0 {
            Form::Whole { kind, .. } => kind.as_ref(),
            _ => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0 == Form::Empty
    }

    /// Whether it came as text, and so may be a document only if it is read as one.
    pub fn is_text(&self) -> bool {
        matches!(self.0, Form::Text(_))
    }

    /// The element `data` to be written.
    pub(crate) fn element(&self) -> String {
        match &self.0 {
            Form::Empty => "<data/>".to_owned(),
            Form::Inside(xml) => format!("<data>{xml}</data>"),
            Form::Whole { xml, .. } => xml.clone(),
            Form::Text(text) => format!("<data>{}</data>", crate::xml::escaped(text)),
        }
    }
}

fn kind(element: &Element<'_>) -> Option<Kind> {
    let (namespace, name) = element.resolve(element.attribute(XSI, "type")?)?;
    Some(Kind {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })
}

impl fmt::Debug for Data {
    /// How it came and how long it is; what it says may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.0 {
            Form::Empty => "empty",
            Form::Inside(_) => "element",
            Form::Whole { .. } => "data",
            Form::Text(_) => "text",
        };
        write!(f, "Data({form}, {} bytes)", self.payload().len())
    }
}
