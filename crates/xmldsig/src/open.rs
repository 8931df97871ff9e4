//! Opening a signed document: finds the signatures where they must be, follows each one's reference to
//! the one element that must be signed, and compares digests. Keys and trust come after ([`Opened`]).
//!
//! Several signatures were made one after the other, each over the document with those before it. So
//! they are opened from the last to the first, and each one that was opened is out of sight of the rest.

use std::borrow::Cow;

use roxmltree::{Node, NodeId};
use signatures::algorithm::ALGORITHMS;
use signatures::format::{Claim, Opened as Envelope, Rules, Stated};
use signatures::{Certificate, Policy, Reason};

use crate::canon::canonicalize;
use crate::key_info::{Finder, WSU, is};
use crate::parse::Document;
use crate::refused::Refused;
use crate::signature::{self, DS, Signature, wrong};
use crate::verified::Opened;

/// A namespace and a local name; the namespace may be empty.
pub type Name<'n> = (&'n str, &'n str);

/// What must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed<'n> {
    /// The whole document, or its document element by Id.
    Document,
    /// The element at the end of this path. The first name is that of the document element; each
    /// further one must be the only of its name inside the one before.
    Path(&'n [Name<'n>]),
    /// Whatever element the signatures refer to, the same for all. Look at what you are given.
    Any,
}

/// What is demanded of a document's signatures.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'n> {
    pub signed: Signed<'n>,
    /// The element whose children the signatures are; a path as in [`Signed::Path`]. Empty: the
    /// document element. Signatures in other places are content.
    pub signatures_in: &'n [Name<'n>],
    /// Attributes that are identifiers. A value that is referred to may stand once among all of them.
    pub ids: &'n [Name<'n>],
    /// Certificates that a signature may name without sending them.
    pub known: &'n [Certificate],
}

/// `Id`, `ID`, `id` and `wsu:Id`.
pub const IDS: &[Name<'static>] = &[("", "Id"), ("", "ID"), ("", "id"), (WSU, "Id")];

impl Demand<'static> {
    /// The document as a whole, signed inside itself, as NCALayer does it.
    pub const DOCUMENT: Self = Self {
        signed: Signed::Document,
        signatures_in: &[],
        ids: IDS,
        known: &[],
    };

    /// Any one element, signed by the children of the document element.
    pub const ANY: Self = Self {
        signed: Signed::Any,
        ..Self::DOCUMENT
    };
}

/// Opens a document with the algorithms and the default limits of [`signatures`].
pub fn open<'d>(document: &'d Document<'_>, demand: &Demand<'_>) -> Result<Opened<'d>, Refused> {
    let policy = Policy::default();
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    open_by(document, demand, &rules)
}

/// Opens a document by the rules of a verifier.
pub fn open_by<'d>(
    document: &'d Document<'_>,
    demand: &Demand<'_>,
    rules: &Rules<'_>,
) -> Result<Opened<'d>, Refused> {
    find(document, demand, rules)?.unchanged()
}

/// An open document of which a digest may be another one: enough to tell everything about its signers, and never
/// verified, since the claim says what is wrong with it.
pub(crate) struct Found<'d> {
    pub(crate) opened: Opened<'d>,
    changed: Option<Refused>,
}

impl<'d> Found<'d> {
    /// Whether a digest is another one.
    pub(crate) fn is_changed(&self) -> bool {
        self.changed.is_some()
    }

    /// The document, if every digest is right.
    pub(crate) fn unchanged(self) -> Result<Opened<'d>, Refused> {
        match self.changed {
            None => Ok(self.opened),
            Some(refused) => Err(refused),
        }
    }
}

/// Opens a document as far as it can be.
pub(crate) fn find<'d>(
    document: &'d Document<'_>,
    demand: &Demand<'_>,
    rules: &Rules<'_>,
) -> Result<Found<'d>, Refused> {
    let place = if demand.signatures_in.is_empty() {
        document.tree.root_element()
    } else {
        walk(document, demand.signatures_in)?
    };
    let nodes: Vec<Node<'_, '_>> = place
        .children()
        .filter(|child| is(*child, DS, "Signature"))
        .collect();
    if nodes.is_empty() {
        let why = "no Signature element in the place where it must be";
        return Err(Refused::new(Reason::NoSigner, why).at(document.position(place)));
    }
    if nodes.len() > rules.policy.signers_max {
        return Err(Refused::new(
            Reason::TooManySigners,
            "more signatures than allowed",
        ));
    }
    let mut opening = Opening {
        document,
        demand,
        rules,
        finder: Finder {
            document,
            known: demand.known,
        },
        signed: None,
        content: Vec::new(),
        hidden: Vec::new(),
        certificates: Vec::new(),
        claims: Vec::new(),
        changed: None,
    };
    for (number, node) in nodes.iter().enumerate().rev() {
        opening
            .signature(*node, number)
            .map_err(|refused| refused.of(number))?;
    }
    opening.finish()
}

struct Opening<'d, 'r, 'i> {
    document: &'d Document<'i>,
    demand: &'r Demand<'r>,
    rules: &'r Rules<'r>,
    finder: Finder<'r, 'i>,
    /// What is signed: an element, or the root of the document.
    signed: Option<Node<'d, 'd>>,
    /// Canonical form of what is signed, as the signature that was opened last has it.
    content: Vec<u8>,
    hidden: Vec<NodeId>,
    certificates: Vec<Certificate>,
    claims: Vec<Claim>,
    /// The first digest that was another one.
    changed: Option<Refused>,
}

impl<'d> Opening<'d, '_, '_> {
    fn signature(&mut self, node: Node<'d, 'd>, number: usize) -> Result<(), Refused> {
        let signature = signature::read(self.document, node, self.rules.algorithms)?;
        let here = self.document.position(node);
        let signed = self.referred(&signature).map_err(|no| no.at(here))?;
        let inside = node.ancestors().any(|ancestor| ancestor == signed);
        if inside && !signature.reference.enveloped {
            let why = "the signature stands inside of what it signs, without the enveloped-signature transform";
            return Err(wrong(why).at(here));
        }
        if self.signed.is_some_and(|other| {
            element_of(other).map(|node| node.id()) != element_of(signed).map(|node| node.id())
        }) {
            return Err(wrong("the signatures are about different elements").at(here));
        }
        self.signed = Some(signed);
        self.hidden.push(node.id());
        let reference = &signature.reference;
        self.content = canonicalize(signed, &reference.form, &self.hidden)?;
        let is_changed = (reference.digest.compute)(&self.content) != reference.value;
        if is_changed {
            let why = "what is signed was changed: its digest is another one";
            let refused = Refused::new(Reason::DigestMismatch, why).at(here);
            self.changed.get_or_insert(refused.of(number));
        }
        let certificates = self
            .finder
            .certificates(signature.key_info)
            .map_err(|no| no.at(here))?;
        let stated = Stated {
            signed: canonicalize(signature.signed_info, &signature.form, &[])?,
            algorithm: signature.named.algorithm,
            statement: signature.named.statement,
            signature: signature.value,
        };
        let signers = vec![self.certificates.len()];
        self.claims.push(if is_changed {
            Claim::broken(signers, Reason::DigestMismatch, Some(stated))
        } else {
            Claim::new(signers, stated)
        });
        self.certificates.extend(certificates);
        if self.certificates.len() > self.rules.policy.certificates_max {
            let why = "the signatures have more certificates than allowed";
            return Err(Refused::new(Reason::Malformed, why).at(here));
        }
        Ok(())
    }

    /// What the reference refers to, if that is what must be signed.
    fn referred(&self, signature: &Signature<'d>) -> Result<Node<'d, 'd>, Refused> {
        let root = self.document.tree.root();
        let referred = match signature.reference.id {
            None => root,
            Some(id) => self.by_id(id)?,
        };
        let element = element_of(referred);
        let demanded = match self.demand.signed {
            Signed::Any => element,
            Signed::Document => Some(self.document.tree.root_element()),
            Signed::Path(path) => Some(walk(self.document, path)?),
        };
        if element == demanded && element.is_some() {
            Ok(referred)
        } else {
            Err(wrong(
                "the signature is about another element than the one that must be signed",
            ))
        }
    }

    fn by_id(&self, id: &str) -> Result<Node<'d, 'd>, Refused> {
        let mut bearers = self
            .document
            .tree
            .descendants()
            .filter(Node::is_element)
            .flat_map(|node| node.attributes().map(move |attribute| (node, attribute)))
            .filter(|(_, attribute)| {
                let name = (attribute.namespace().unwrap_or_default(), attribute.name());
                attribute.value() == id && self.demand.ids.contains(&name)
            })
            .map(|(node, _)| node);
        match (bearers.next(), bearers.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(wrong("two elements have the Id that is referred to")),
            (None, _) => Err(wrong("no element has the Id that is referred to")),
        }
    }

    fn finish(mut self) -> Result<Found<'d>, Refused> {
        // They were opened from the last to the first, and are told in the order of the document.
        self.claims.reverse();
        let Some(element) = self.signed.and_then(element_of) else {
            return Err(wrong("nothing is signed"));
        };
        Ok(Found {
            opened: Opened {
                element,
                hidden: self.hidden,
                envelope: Envelope {
                    content: Cow::Owned(self.content),
                    certificates: self.certificates,
                    claims: self.claims,
                },
            },
            changed: self.changed,
        })
    }
}

/// The element itself, or the document element of a root.
fn element_of<'d>(node: Node<'d, 'd>) -> Option<Node<'d, 'd>> {
    if node.is_element() {
        Some(node)
    } else {
        node.children().find(Node::is_element)
    }
}

/// The element at the end of a path.
pub(crate) fn walk<'d>(
    document: &'d Document<'_>,
    path: &[Name<'_>],
) -> Result<Node<'d, 'd>, Refused> {
    let mut here = document.tree.root();
    for (namespace, name) in path {
        let mut found = here.children().filter(|child| {
            child.is_element()
                && child.tag_name().namespace().unwrap_or_default() == *namespace
                && child.tag_name().name() == *name
        });
        here = match (found.next(), found.next()) {
            (Some(only), None) => only,
            (None, _) => {
                return Err(lacking(format!(
                    "there is no element `{name}` in its place"
                )));
            }
            (Some(_), Some(_)) => {
                return Err(lacking(format!(
                    "there are two elements `{name}` in one place"
                )));
            }
        };
    }
    Ok(here)
}

fn lacking(why: String) -> Refused {
    Refused::new(Reason::ReferenceWrong, why)
}
