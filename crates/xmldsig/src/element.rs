//! An element for reading: nothing outside of it can be reached from it, and the signatures that were
//! verified are not seen in it.

use roxmltree::{Node, NodeId};

use crate::alone::alone;
use crate::canon::{self, Method};
use crate::refused::Refused;

/// One element of what was signed, or of a document that nobody verified ([`crate::Document::unverified`]).
/// It leads to its children only.
#[derive(Clone, Copy)]
pub struct Element<'v> {
    pub(crate) node: Node<'v, 'v>,
    pub(crate) hidden: &'v [NodeId],
}

impl<'v> Element<'v> {
    /// Local name.
    pub fn name(&self) -> &'v str {
        self.node.tag_name().name()
    }

    /// Namespace; empty when it has none.
    pub fn namespace(&self) -> &'v str {
        self.node.tag_name().namespace().unwrap_or_default()
    }

    /// Whether it has this namespace and local name.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace() == namespace && self.name() == name
    }

    /// The value of an attribute. The namespace of one without prefix is empty.
    pub fn attribute(&self, namespace: &str, name: &str) -> Option<&'v str> {
        attribute_of(self.node, namespace, name)
    }

    /// The elements directly inside, in order.
    pub fn children(&self) -> impl Iterator<Item = Self> + use<'v> {
        let hidden = self.hidden;
        self.node
            .children()
            .filter(move |node| node.is_element() && !hidden.contains(&node.id()))
            .map(move |node| Self { node, hidden })
    }

    /// The only child of this local name, whatever its namespace; none when there are several.
    pub fn only(&self, name: &str) -> Option<Self> {
        let mut found = self.children().filter(|child| child.name() == name);
        found.next().filter(|_| found.next().is_none())
    }

    /// All text directly inside, in one piece: a comment in between does not cut it.
    pub fn text(&self) -> String {
        text_of(self.node)
    }

    /// The namespace and the local name that a qualified name means in this place, as `xsi:type` has one; none
    /// if its prefix is bound to nothing. Without prefix it is in the default namespace.
    pub fn resolve<'n>(&self, name: &'n str) -> Option<(&'v str, &'n str)> {
        let name = name.trim();
        match name.split_once(':') {
            Some((prefix, local)) => Some((self.node.lookup_namespace_uri(Some(prefix))?, local)),
            None => Some((
                self.node.lookup_namespace_uri(None).unwrap_or_default(),
                name,
            )),
        }
    }

    /// The element as it stood, to the octet, but with those declarations of namespaces from around it that
    /// its names use, so that it can stand alone.
    pub fn alone(&self) -> String {
        alone(self.node)
    }

    /// The element as a document of its own: its exclusive canonical form without comments, in which
    /// everything was signed, whatever form the signature used.
    pub fn canonical(&self) -> Result<Vec<u8>, Refused> {
        canon::canonicalize(self.node, &Method::EXCLUSIVE, self.hidden)
    }

    /// The element as it stood, with its comments and signatures. For a document that was put whole
    /// into another and has signatures of its own: parse it and [`crate::open`] it.
    pub fn source(&self) -> &'v str {
        let text = self.node.document().input_text();
        text.get(self.node.range()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Element<'_> {
    /// The name only: what is inside may be personal.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Element({})", self.name())
    }
}

/// The value of an attribute; the namespace of one without prefix is empty.
pub(crate) fn attribute_of<'d>(node: Node<'d, '_>, namespace: &str, name: &str) -> Option<&'d str> {
    node.attributes()
        .find(|one| one.namespace().unwrap_or_default() == namespace && one.name() == name)
        .map(|one| one.value())
}

/// All text directly inside a node.
pub(crate) fn text_of(node: Node<'_, '_>) -> String {
    node.children()
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect()
}
