//! Canonical XML: a node of a document in, its one octet form out.
//!
//! Inclusive 1.0 (REC-xml-c14n-20010315) and exclusive 1.0 (REC-xml-exc-c14n-20020718), each with or
//! without comments, for the whole document, or for one element with everything in it. Elements may be
//! hidden, which is how an enveloped signature stays out of what it signs. The work is proportional to
//! the document times the namespaces in force, both of which [`crate::Limits`] bound.

use roxmltree::{Node, NodeId};
use signatures::Reason;

use crate::refused::Refused;

/// Octets of a canonical form, at most. The exclusive form repeats the name of a namespace wherever it
/// is used anew, so it can be far longer than the document.
const BYTES_MAX: usize = 64 * 1024 * 1024;

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A canonicalization method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// Exclusive: only the namespaces that are visibly used, and those that are listed here.
    pub exclusive: bool,
    /// Keep comments.
    pub comments: bool,
    /// InclusiveNamespaces PrefixList of the exclusive form; `#default` is the default namespace.
    pub prefixes: Vec<String>,
}

impl Method {
    /// Inclusive, without comments.
    pub const INCLUSIVE: Self = Self {
        exclusive: false,
        comments: false,
        prefixes: Vec::new(),
    };

    /// Exclusive, without comments.
    pub const EXCLUSIVE: Self = Self {
        exclusive: true,
        comments: false,
        prefixes: Vec::new(),
    };

    /// The same with comments.
    #[must_use]
    pub fn with_comments(self) -> Self {
        Self {
            comments: true,
            ..self
        }
    }
}

/// The octets of `apex`, which is an element or the root of the document, without the hidden elements.
pub(crate) fn canonicalize(
    apex: Node<'_, '_>,
    method: &Method,
    hidden: &[NodeId],
) -> Result<Vec<u8>, Refused> {
    let mut writer = Writer {
        text: apex.document().input_text(),
        method,
        hidden,
        apex: apex.id(),
        rendered: Vec::new(),
        out: Vec::with_capacity(apex.range().len()),
    };
    if apex.is_root() {
        writer.top(apex);
    } else {
        writer.node(apex);
    }
    if writer.out.len() > BYTES_MAX {
        let why = "the canonical form is larger than allowed: namespaces with long names are used in many places";
        return Err(Refused::new(Reason::Malformed, why));
    }
    Ok(writer.out)
}

struct Writer<'a, 'm> {
    text: &'a str,
    method: &'m Method,
    hidden: &'m [NodeId],
    apex: NodeId,
    /// Namespaces that open elements of the output carry, the outermost first. A prefix of "" is the
    /// default namespace.
    rendered: Vec<(&'a str, &'a str)>,
    out: Vec<u8>,
}

impl<'a> Writer<'a, '_> {
    /// The document: what stands outside of the root element is set off by line feeds.
    fn top(&mut self, root: Node<'a, 'a>) {
        let mut after = false;
        for child in root.children() {
            let shown = child.is_pi() || child.is_comment() && self.method.comments;
            if shown && after {
                self.out.push(b'\n');
            }
            self.node(child);
            if shown && !after {
                self.out.push(b'\n');
            }
            after = after || child.is_element();
        }
    }

    fn node(&mut self, node: Node<'a, 'a>) {
        if node.is_element() {
            // Past the limit nothing is added, and the whole is refused.
            if self.out.len() <= BYTES_MAX && !self.hidden.contains(&node.id()) {
                self.element(node);
            }
        } else if node.is_text() {
            escape_text(node.text().unwrap_or_default(), &mut self.out);
        } else if node.is_comment() {
            if self.method.comments {
                self.push("<!--");
                self.push(node.text().unwrap_or_default());
                self.push("-->");
            }
        } else if let Some(instruction) = node.pi() {
            self.push("<?");
            self.push(instruction.target);
            if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
                self.push(" ");
                self.push(value);
            }
            self.push("?>");
        }
    }

    fn element(&mut self, node: Node<'a, 'a>) {
        let name = word_at(self.text, node.range().start + 1);
        let outside = self.rendered.len();
        self.push("<");
        self.push(name);
        self.namespaces(node, name);
        self.attributes(node);
        self.push(">");
        for child in node.children() {
            self.node(child);
        }
        self.push("</");
        self.push(name);
        self.push(">");
        self.rendered.truncate(outside);
    }

    fn namespaces(&mut self, node: Node<'a, 'a>, name: &'a str) {
        let outside = self.rendered.len();
        if self.method.exclusive {
            self.used(node, name);
        } else {
            self.in_force(node);
        }
        let Some(new) = self.rendered.get_mut(outside..) else {
            return;
        };
        new.sort_unstable();
        for (prefix, uri) in new {
            self.out.extend_from_slice(b" xmlns");
            if !prefix.is_empty() {
                self.out.push(b':');
                self.out.extend_from_slice(prefix.as_bytes());
            }
            self.out.extend_from_slice(b"=\"");
            escape_value(uri, &mut self.out);
            self.out.push(b'"');
        }
    }

    /// Inclusive: what is in force here and was not yet written.
    fn in_force(&mut self, node: Node<'a, 'a>) {
        let parent = node.parent_element().filter(|_| node.id() != self.apex);
        if parent.is_some_and(|parent| declares_nothing(node, parent)) {
            return;
        }
        for namespace in node.namespaces() {
            self.render(namespace.name().unwrap_or_default(), namespace.uri());
        }
    }

    /// Exclusive: what the names use, and the listed prefixes.
    fn used(&mut self, node: Node<'a, 'a>, name: &'a str) {
        let uri = node.tag_name().namespace().unwrap_or_default();
        self.render(prefix_of(name), uri);
        for attribute in node.attributes() {
            if let Some(uri) = attribute.namespace() {
                let name = word_at(self.text, attribute.range().start);
                self.render(prefix_of(name), uri);
            }
        }
        let method = self.method;
        for listed in &method.prefixes {
            let listed = Some(listed.as_str()).filter(|name| *name != "#default");
            if let Some(found) = node.namespaces().find(|one| one.name() == listed) {
                self.render(found.name().unwrap_or_default(), found.uri());
            }
        }
    }

    fn render(&mut self, prefix: &'a str, uri: &'a str) {
        if prefix == "xml" {
            return;
        }
        let written = self.rendered.iter().rev().find(|(p, _)| *p == prefix);
        let written = written.map(|(_, uri)| *uri);
        // "No default namespace" is only said where there was one.
        if written != Some(uri) && !(prefix.is_empty() && uri.is_empty() && written.is_none()) {
            self.rendered.push((prefix, uri));
        }
    }

    fn attributes(&mut self, node: Node<'a, 'a>) {
        let named = |node: Node<'a, 'a>| {
            node.attributes()
                .map(|one| (one.namespace().unwrap_or_default(), one.name(), one))
                .collect::<Vec<_>>()
        };
        let mut all = named(node);
        if !self.method.exclusive && node.id() == self.apex {
            // xml:lang, xml:space and the like reach down from elements that are not shown.
            for ancestor in node.ancestors().skip(1) {
                for (namespace, name, one) in named(ancestor) {
                    if namespace == XML && !all.iter().any(|(n, l, _)| (*n, *l) == (XML, name)) {
                        all.push((namespace, name, one));
                    }
                }
            }
        }
        all.sort_unstable_by_key(|(namespace, name, _)| (*namespace, *name));
        for (_, _, attribute) in all {
            self.push(" ");
            self.push(word_at(self.text, attribute.range().start));
            self.push("=\"");
            escape_value(attribute.value(), &mut self.out);
            self.push("\"");
        }
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

/// Whether both have the very same namespaces in force. The parser keeps each pair of prefix and URI
/// once, so addresses tell.
fn declares_nothing(node: Node<'_, '_>, parent: Node<'_, '_>) -> bool {
    let (mut ours, mut theirs) = (node.namespaces(), parent.namespaces());
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if std::ptr::eq(one, other) => {}
            _ => return false,
        }
    }
}

/// The qualified name that stands at `start` in the source: the tree keeps no prefixes.
pub(crate) fn word_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let end = rest
        .find([' ', '\t', '\r', '\n', '/', '>', '='])
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// The prefix of a qualified name; empty when it has none.
pub(crate) fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

fn escape_text(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

pub(crate) fn escape_value(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

fn escape(text: &str, out: &mut Vec<u8>, of: impl Fn(u8) -> Option<&'static str>) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (place, byte) in bytes.iter().enumerate() {
        if let Some(escaped) = of(*byte) {
            out.extend_from_slice(bytes.get(written..place).unwrap_or_default());
            out.extend_from_slice(escaped.as_bytes());
            written = place + 1;
        }
    }
    out.extend_from_slice(bytes.get(written..).unwrap_or_default());
}
