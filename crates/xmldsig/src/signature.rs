//! The Signature element, read strictly (XML Signature 1.1, section 4): what it says, nothing checked.
//!
//! Exactly one reference; every child in its place and none besides; no comments or instructions inside
//! SignedInfo; the transforms are a removal of the signature and one canonical form, in this order.
//! XPath, XSLT, Base64 and external references do not exist here.

use base64::Engine as _;
use roxmltree::Node;
use signatures::Reason;
use signatures::algorithm::{Algorithm, Digest};

use crate::algorithms::{self, Named};
use crate::canon::Method;
use crate::element::{attribute_of, text_of};
use crate::parse::Document;
use crate::refused::Refused;

pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// How all namespaces of XAdES begin (ETSI EN 319 132-1).
const XADES: &str = "http://uri.etsi.org/01903/";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Octets of a base64 value, at most: certificates are the largest.
const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Prefixes of an InclusiveNamespaces list, at most.
const PREFIXES_MAX: usize = 32;

/// A Signature element that was read.
#[derive(Debug)]
pub(crate) struct Signature<'d> {
    pub(crate) signed_info: Node<'d, 'd>,
    pub(crate) form: Method,
    pub(crate) named: Named,
    /// As the algorithm takes it.
    pub(crate) value: Vec<u8>,
    pub(crate) reference: Reference<'d>,
    pub(crate) key_info: Option<Node<'d, 'd>>,
}

/// Its one Reference.
#[derive(Debug)]
pub(crate) struct Reference<'d> {
    /// The Id it points at; none for the whole document.
    pub(crate) id: Option<&'d str>,
    pub(crate) enveloped: bool,
    pub(crate) form: Method,
    pub(crate) digest: &'static Digest,
    pub(crate) value: Vec<u8>,
}

/// Reads a Signature element.
pub(crate) fn read<'d>(
    document: &'d Document<'_>,
    node: Node<'d, 'd>,
    accepted: &[&'static dyn Algorithm],
) -> Result<Signature<'d>, Refused> {
    if let Some(properties) = node.descendants().find(is_xades) {
        let why = "this is XAdES, which is not verified here: sign without QualifyingProperties";
        return Err(Refused::new(Reason::FormatUnknown, why).at(document.position(properties)));
    }
    let mut parts = Parts::of(document, node)?;
    let signed_info = parts.expect("SignedInfo")?;
    let value_node = parts.expect("SignatureValue")?;
    let key_info = parts.optional("KeyInfo");
    parts.finish()?;
    if let Some(odd) = signed_info
        .descendants()
        .find(|one| one.is_comment() || one.is_pi())
    {
        return Err(
            malformed("a comment or instruction inside SignedInfo").at(document.position(odd))
        );
    }
    let mut parts = Parts::of(document, signed_info)?;
    let form_node = parts.expect("CanonicalizationMethod")?;
    let method_node = parts.expect("SignatureMethod")?;
    let reference_node = parts.expect("Reference")?;
    parts.finish().map_err(|refused| Refused {
        finding: Reason::ReferenceWrong.into(),
        ..refused
    })?;

    let in_place = |refused: Refused| refused.at(document.position(signed_info));
    let form = canonical_form(document, form_node)?;
    Parts::of(document, method_node)?.finish()?;
    let named =
        algorithms::signature(algorithm_of(document, method_node)?, accepted).map_err(in_place)?;
    let value = base64_of(document, value_node)?;
    let value = named
        .taken(value)
        .map_err(|refused| refused.at(document.position(value_node)))?;
    Ok(Signature {
        signed_info,
        form,
        named,
        value,
        reference: reference(document, reference_node, accepted)?,
        key_info,
    })
}

fn is_xades(node: &Node<'_, '_>) -> bool {
    node.is_element()
        && node.tag_name().name() == "QualifyingProperties"
        && node
            .tag_name()
            .namespace()
            .is_some_and(|namespace| namespace.starts_with(XADES))
}

fn reference<'d>(
    document: &'d Document<'_>,
    node: Node<'d, 'd>,
    accepted: &[&'static dyn Algorithm],
) -> Result<Reference<'d>, Refused> {
    let refuse = |why: &'static str| Err(wrong(why).at(document.position(node)));
    let id = match attribute_of(node, "", "URI") {
        None => return refuse("a Reference without URI: write URI=\"\" or URI=\"#id\""),
        Some("") => None,
        Some(uri) => match uri.strip_prefix('#') {
            Some(id) if !id.is_empty() && !id.contains(['(', '#', '%']) => Some(id),
            _ => return refuse("a Reference to something outside of the document, or by XPointer"),
        },
    };
    let mut parts = Parts::of(document, node)?;
    let transforms = parts.optional("Transforms");
    let method = parts.expect("DigestMethod")?;
    let value = parts.expect("DigestValue")?;
    parts.finish()?;
    let (enveloped, form) = match transforms {
        Some(transforms) => read_transforms(document, transforms)?,
        None => (false, Method::INCLUSIVE),
    };
    Parts::of(document, method)?.finish()?;
    let digest = algorithms::digest(algorithm_of(document, method)?, accepted)
        .map_err(|refused| refused.at(document.position(method)))?;
    Ok(Reference {
        id,
        enveloped,
        // A same-document reference leaves the comments out before any transform (4.4.3.3), whatever
        // the canonical form would do with them.
        form: Method {
            comments: false,
            ..form
        },
        digest,
        value: base64_of(document, value)?,
    })
}

fn read_transforms(document: &Document<'_>, node: Node<'_, '_>) -> Result<(bool, Method), Refused> {
    let refuse = |why: &'static str| {
        Refused::new(Reason::AlgorithmUnsupported, why).at(document.position(node))
    };
    let mut parts = Parts::of(document, node)?;
    let mut enveloped = false;
    let mut form = None;
    while let Some(transform) = parts.optional("Transform") {
        if form.is_some() {
            return Err(refuse("a transform after the canonical form"));
        }
        if algorithm_of(document, transform)? == ENVELOPED {
            if enveloped {
                return Err(refuse("the enveloped-signature transform twice"));
            }
            Parts::of(document, transform)?.finish()?;
            enveloped = true;
        } else {
            form = Some(canonical_form(document, transform)?);
        }
    }
    parts.finish()?;
    Ok((enveloped, form.unwrap_or(Method::INCLUSIVE)))
}

fn canonical_form(document: &Document<'_>, node: Node<'_, '_>) -> Result<Method, Refused> {
    let uri = algorithm_of(document, node)?;
    let Some(mut method) = algorithms::canonical(uri) else {
        let shown: String = uri.chars().take(200).collect();
        return Err(Refused::new(
            Reason::AlgorithmUnsupported,
            format!("the transform or canonical form `{shown}` is not accepted"),
        )
        .at(document.position(node)));
    };
    let mut children = node.children().filter(Node::is_element);
    let listed = children.next();
    if let Some(listed) = listed {
        let names = attribute_of(listed, "", "PrefixList").unwrap_or_default();
        method.prefixes = names.split_whitespace().map(str::to_owned).collect();
        let fits = method.exclusive
            && listed.tag_name().namespace() == Some(EXC)
            && listed.tag_name().name() == "InclusiveNamespaces"
            && method.prefixes.len() <= PREFIXES_MAX;
        if !fits {
            return Err(
                malformed("something odd inside a canonical form").at(document.position(listed))
            );
        }
    }
    match children.next() {
        Some(odd) => {
            Err(malformed("something odd inside a canonical form").at(document.position(odd)))
        }
        None => Ok(method),
    }
}

fn algorithm_of<'d>(document: &Document<'_>, node: Node<'d, 'd>) -> Result<&'d str, Refused> {
    attribute_of(node, "", "Algorithm")
        .ok_or_else(|| malformed("an algorithm without its URI").at(document.position(node)))
}

/// The octets of a base64 text; white space, and the `&#13;` of the authority's programs, is read over.
pub(crate) fn base64_of(document: &Document<'_>, node: Node<'_, '_>) -> Result<Vec<u8>, Refused> {
    let refuse = |why: &'static str| Err(malformed(why).at(document.position(node)));
    if node.children().any(|child| child.is_element()) {
        return refuse("an element where base64 should be");
    }
    let mut text = text_of(node);
    text.retain(|c| !matches!(c, ' ' | '\t' | '\r' | '\n'));
    if text.len() / 4 * 3 > VALUE_BYTES_MAX {
        return refuse("a base64 value that is too long");
    }
    match base64::engine::general_purpose::STANDARD.decode(text) {
        Ok(octets) if !octets.is_empty() => Ok(octets),
        _ => refuse("no base64 where it should be"),
    }
}

pub(crate) fn malformed(why: &'static str) -> Refused {
    Refused::new(Reason::Malformed, why)
}

pub(crate) fn wrong(why: &'static str) -> Refused {
    Refused::new(Reason::ReferenceWrong, why)
}

/// The child elements of one element of XML Signature, taken in their order.
struct Parts<'p, 'd, 'i> {
    document: &'p Document<'i>,
    parent: Node<'d, 'd>,
    children: Vec<Node<'d, 'd>>,
    next: usize,
}

impl<'p, 'd, 'i> Parts<'p, 'd, 'i> {
    fn of(document: &'p Document<'i>, parent: Node<'d, 'd>) -> Result<Self, Refused> {
        let blank = |node: &Node<'_, '_>| {
            node.text()
                .unwrap_or_default()
                .bytes()
                .all(|byte| byte.is_ascii_whitespace())
        };
        if let Some(odd) = parent.children().find(|one| one.is_text() && !blank(one)) {
            return Err(
                malformed("text between the elements of a signature").at(document.position(odd))
            );
        }
        Ok(Self {
            document,
            parent,
            children: parent.children().filter(Node::is_element).collect(),
            next: 0,
        })
    }

    fn optional(&mut self, name: &str) -> Option<Node<'d, 'd>> {
        let child = *self.children.get(self.next)?;
        let found = child.tag_name().namespace() == Some(DS) && child.tag_name().name() == name;
        found.then(|| {
            self.next += 1;
            child
        })
    }

    fn expect(&mut self, name: &'static str) -> Result<Node<'d, 'd>, Refused> {
        self.optional(name).ok_or_else(|| {
            Refused::new(
                Reason::Malformed,
                format!(
                    "no {name} in its place inside {}",
                    self.parent.tag_name().name()
                ),
            )
            .at(self.document.position(self.parent))
        })
    }

    fn finish(&self) -> Result<(), Refused> {
        match self.children.get(self.next) {
            Some(odd) => Err(Refused::new(
                Reason::Malformed,
                format!(
                    "`{}` is one element too many inside {}",
                    odd.tag_name().name().chars().take(100).collect::<String>(),
                    self.parent.tag_name().name()
                ),
            )
            .at(self.document.position(*odd))),
            None => Ok(()),
        }
    }
}
