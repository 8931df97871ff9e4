//! Foreign bytes in, a [`Document`] out: one parse, which verification and use share.
//!
//! There is no document type, so no entities but the five that XML itself has, nothing is expanded and
//! nothing is fetched. Every size is bounded by [`Limits`] before a tree is built.

use std::fmt;

use crate::canon::{Method, canonicalize};
use crate::element::Element;
use crate::guard;
use crate::refused::Refused;

/// What a document may be, at most. The defaults are far above what the gateway's and NCALayer's
/// documents are, and far below what would hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document. Default 16 MiB.
    pub bytes_max: usize,
    /// Elements inside elements. Default 100; canonicalization recurses this deep.
    pub depth_max: usize,
    /// Elements of the document; it may have twice as many attributes, and four times as many nodes
    /// (elements, texts, comments, instructions). Default 200 000.
    pub elements_max: usize,
    /// Attributes of one element, declarations of namespaces included. Default 64.
    pub attributes_max: usize,
    /// Declarations of namespaces that are in force at one place. Default 64.
    pub namespaces_max: usize,
}

/// Where in a document, for people: both are counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// A document is refused before anything in it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct ParseError {
    pub at: Position,
    pub why: Why,
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("the document is larger than allowed; send less at once")]
    TooLarge,
    #[error("the bytes are not UTF-8; save the document as UTF-8")]
    NotUtf8,
    #[error("the XML declaration names another encoding than UTF-8; save the document as UTF-8")]
    Encoding,
    #[error("the XML declaration names another version than 1.0")]
    Version,
    #[error("a document type (DTD) is not allowed; remove <!DOCTYPE …>")]
    DocumentType,
    #[error("elements are nested deeper than allowed")]
    TooDeep,
    #[error("more elements than allowed")]
    TooManyElements,
    #[error("more texts, comments and instructions than allowed")]
    TooManyNodes,
    #[error("an element or the document has more attributes than allowed")]
    TooManyAttributes,
    #[error("more namespaces in force than allowed")]
    TooManyNamespaces,
    #[error("a tag, comment, CDATA section or instruction does not end")]
    Unfinished,
    #[error("the namespace `{0}` is relative; no canonical form is defined for it")]
    RelativeNamespace(String),
    #[error("the prefix `{0}` is bound to nothing; XML 1.0 does not know that")]
    PrefixUnbound(String),
    #[error(
        "the name of a processing instruction is reserved or does not end where its text begins"
    )]
    Instruction,
    #[error("not well-formed: {0}")]
    NotWellFormed(String),
}

/// A well-formed document inside its [`Limits`]. Nothing in it is believed.
#[derive(Debug)]
pub struct Document<'i> {
    pub(crate) tree: roxmltree::Document<'i>,
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 16 * 1024 * 1024,
            depth_max: 100,
            elements_max: 200_000,
            attributes_max: 64,
            namespaces_max: 64,
        }
    }
}

// === impl Position ===

impl Position {
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

// === impl Document ===

impl<'i> Document<'i> {
    /// Reads a document. The bytes must be UTF-8 XML 1.0 without a document type.
    pub fn parse(bytes: &'i [u8], limits: &Limits) -> Result<Self, ParseError> {
        let start = |why| ParseError {
            at: Position { line: 1, column: 1 },
            why,
        };
        if bytes.len() > limits.bytes_max {
            return Err(start(Why::TooLarge));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(before);
            ParseError {
                at: Position::of(&before, before.len()),
                why: Why::NotUtf8,
            }
        })?;
        guard::check(text, *limits)?;
        let nodes_max = limits.elements_max.saturating_mul(4);
        let options = roxmltree::ParsingOptions {
            nodes_limit: u32::try_from(nodes_max).unwrap_or(u32::MAX),
            ..roxmltree::ParsingOptions::default()
        };
        let tree = roxmltree::Document::parse_with_options(text, options)
            .map_err(|error| not_well_formed(&error))?;
        let document = Self { tree };
        document.namespaces_have_a_canonical_form()?;
        document.instructions_have_names()?;
        Ok(document)
    }

    /// The document element, of which nothing was verified: for documents that need no signature, and to
    /// look up which signed part is to be opened.
    pub fn unverified(&self) -> Element<'_> {
        Element {
            node: self.tree.root_element(),
            hidden: &[],
        }
    }

    /// The canonical form of the whole document.
    pub fn canonical(&self, method: &Method) -> Result<Vec<u8>, Refused> {
        canonicalize(self.tree.root(), method, &[])
    }

    pub(crate) fn position(&self, node: roxmltree::Node<'_, '_>) -> Position {
        Position::of(self.tree.input_text(), node.range().start)
    }

    fn namespaces_have_a_canonical_form(&self) -> Result<(), ParseError> {
        let elements = self.tree.descendants().filter(roxmltree::Node::is_element);
        for element in elements {
            let parent = element.parent_element();
            let inherited = |declared: &roxmltree::Namespace<'_>| {
                parent.is_some_and(|parent| {
                    parent
                        .namespaces()
                        .any(|other| std::ptr::eq(other, declared))
                })
            };
            for declared in element.namespaces() {
                let why = match (declared.name(), declared.uri()) {
                    (None, "") => continue,
                    (Some(prefix), "") => Why::PrefixUnbound(prefix.to_owned()),
                    (_, uri) if is_absolute(uri) => continue,
                    (_, uri) => Why::RelativeNamespace(uri.chars().take(100).collect()),
                };
                if !inherited(declared) {
                    return Err(ParseError {
                        at: self.position(element),
                        why,
                    });
                }
            }
        }
        Ok(())
    }

    /// The parser takes `<?a$b?>` for the instruction `a`, and any name that begins so for one of its own (XML 1.0,
    /// 2.6: white space stands between, and `xml` is reserved): what it makes of that is not what was written.
    fn instructions_have_names(&self) -> Result<(), ParseError> {
        let text = self.tree.input_text();
        for node in self.tree.descendants().filter(roxmltree::Node::is_pi) {
            let target = node.pi().map_or("", |instruction| instruction.target);
            let written = text.get(node.range()).unwrap_or_default();
            let rest = written
                .strip_prefix("<?")
                .and_then(|rest| rest.strip_prefix(target));
            let ends = rest.is_some_and(|rest| {
                rest.starts_with([' ', '\t', '\r', '\n']) || rest.starts_with("?>")
            });
            if !ends || target.eq_ignore_ascii_case("xml") {
                return Err(ParseError {
                    at: self.position(node),
                    why: Why::Instruction,
                });
            }
        }
        Ok(())
    }
}

/// Whether a URI begins with a scheme (RFC 3986, 3.1).
fn is_absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

fn not_well_formed(error: &roxmltree::Error) -> ParseError {
    let at = error.pos();
    let why = match error {
        roxmltree::Error::DtdDetected => Why::DocumentType,
        roxmltree::Error::NodesLimitReached => Why::TooManyNodes,
        other => Why::NotWellFormed(other.to_string().chars().take(200).collect()),
    };
    ParseError {
        at: Position {
            line: at.row as usize,
            column: at.col as usize,
        },
        why,
    }
}
