//! An element as a document of its own, every octet of it as it stood: for a document that was put whole into
//! another. Declarations from outside are added to its start tag where its names use them, and only there, so
//! that a document that needs none stays what it was and a signature of its own still holds.

use roxmltree::Node;

use crate::canon::{escape_value, prefix_of, word_at};

/// The namespace of `xsi:type`, whose value is a name with a prefix.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

pub(crate) fn alone(node: Node<'_, '_>) -> String {
    let text = node.document().input_text();
    let mut walk = Walk {
        text,
        declared: Vec::new(),
        lacking: Vec::new(),
    };
    walk.element(node);
    let source = text.get(node.range()).unwrap_or_default();
    let name = word_at(text, node.range().start + 1);
    let (start, rest) = source.split_at(1 + name.len());
    let mut whole = start.as_bytes().to_vec();
    walk.lacking.sort_unstable();
    for prefix in walk.lacking {
        let bound = Some(prefix.as_str()).filter(|prefix| !prefix.is_empty());
        let Some(uri) = node.lookup_namespace_uri(bound) else {
            continue;
        };
        whole.extend_from_slice(b" xmlns");
        if !prefix.is_empty() {
            whole.push(b':');
            whole.extend_from_slice(prefix.as_bytes());
        }
        whole.extend_from_slice(b"=\"");
        escape_value(uri, &mut whole);
        whole.push(b'"');
    }
    whole.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&whole).into_owned()
}

struct Walk<'a> {
    text: &'a str,
    /// Prefixes that open elements declare.
    declared: Vec<&'a str>,
    /// Prefixes that are used and declared outside.
    lacking: Vec<String>,
}

impl<'a> Walk<'a> {
    fn element(&mut self, node: Node<'a, 'a>) {
        let outside = self.declared.len();
        let name = word_at(self.text, node.range().start + 1);
        self.declares(node.range().start + 1 + name.len());
        self.uses(prefix_of(name));
        for attribute in node.attributes() {
            let prefix = prefix_of(word_at(self.text, attribute.range().start));
            if !prefix.is_empty() {
                self.uses(prefix);
            }
            if attribute.namespace() == Some(XSI) && attribute.name() == "type" {
                self.uses(prefix_of(attribute.value().trim()));
            }
        }
        for child in node.children().filter(Node::is_element) {
            self.element(child);
        }
        self.declared.truncate(outside);
    }

    /// The declarations in the rest of a start tag, which is known to be well-formed.
    fn declares(&mut self, start: usize) {
        let mut rest = self.text.get(start..).unwrap_or_default();
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            if rest.is_empty() || rest.starts_with(['>', '/']) {
                return;
            }
            let name = word_at(rest, 0);
            let quote = rest.find(['"', '\'']);
            let Some((at, mark)) = quote.and_then(|at| Some((at, *rest.as_bytes().get(at)?)))
            else {
                return;
            };
            if name == "xmlns" {
                self.declared.push("");
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.declared.push(prefix);
            }
            let value = rest.get(at + 1..).unwrap_or_default();
            let Some(end) = value.find(char::from(mark)) else {
                return;
            };
            rest = value.get(end + 1..).unwrap_or_default();
        }
    }

    fn uses(&mut self, prefix: &str) {
        let known = self.declared.contains(&prefix) || self.lacking.iter().any(|one| one == prefix);
        if prefix != "xml" && !known {
            self.lacking.push(prefix.to_owned());
        }
    }
}
