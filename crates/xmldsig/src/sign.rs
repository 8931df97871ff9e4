//! Signing XML, for the test bed, `kezekctl`, the gateway and tests: a document and an identity in, the
//! signed document out, in the form that NCALayer gives it (kz.md 2.5).
//!
//! The document is not written anew: the Signature is put in before the end tag of its document element,
//! and every other octet stays. Signing again signs the first signature too.

use std::borrow::Cow;

use base64::Engine as _;
use roxmltree::Node;
use signatures::algorithm::Digest;
use signatures::certificate::AlgorithmId;
use signatures::sign::{Identity, SignError as KeyError};

use crate::algorithms;
use crate::canon::{Method, canonicalize, word_at};
use crate::element::attribute_of;
use crate::key_info::is;
use crate::open::IDS;
use crate::parse::{Document, Limits, ParseError};
use crate::refused::Refused;
use crate::signature::{DS, ENVELOPED, EXC};

/// Characters in a line of wrapped base64.
const LINE_CHARS: usize = 76;

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the document cannot be read: {0}")]
    Document(#[from] ParseError),
    #[error(transparent)]
    Canonical(#[from] Refused),
    #[error("the key cannot sign: {0}")]
    Key(#[from] KeyError),
    #[error("the algorithm of the key has no name in XML signatures")]
    AlgorithmUnnamed,
    #[error("the document has not exactly one element with the Id `{0}`")]
    Id(String),
    #[error("no SOAP envelope with one Body, and at most one Header before it")]
    Envelope,
    #[error("the Body cannot take a wsu:Id: its start tag binds the prefix wsu to something else")]
    Prefix,
}

/// How base64 is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Lines of 76 characters that end in `&#13;` and a line feed, and a line feed after each element:
    /// NCALayer and the programs on Apache's library.
    Wrapped,
    /// Everything in one line: newer NCALayer.
    Compact,
}

/// Signs the whole document, enveloped: inclusive canonical form, one reference to `""`.
pub fn enveloped(
    document: &[u8],
    identity: &Identity,
    layout: Layout,
) -> Result<Vec<u8>, SignError> {
    let parsed = Document::parse(document, &Limits::default())?;
    let form = Method::INCLUSIVE.with_comments();
    let draft = Draft {
        layout,
        id: None,
        transforms: vec![
            (ENVELOPED, Method::INCLUSIVE),
            (algorithms::canonical_uri(&form), form),
        ],
        signed_info: Method::INCLUSIVE,
        // The document without the signature is the document as it is now.
        octets: canonicalize(parsed.tree.root(), &Method::INCLUSIVE, &[])?,
        key_info: certificates(identity, layout),
    };
    let root = parsed.tree.root_element();
    let (before, after) = at_end_of(parsed.tree.input_text(), root);
    draft.sign_between(&before, &after, identity)
}

/// Signs a text as a document of its own, see [`fn@crate::text`]: `<document>the text</document>`.
pub fn text(text: &str, identity: &Identity, layout: Layout) -> Result<Vec<u8>, SignError> {
    let mut document = String::with_capacity(text.len() + 32);
    document.push_str("<document>");
    for char in text.chars() {
        match char {
            '&' => document.push_str("&amp;"),
            '<' => document.push_str("&lt;"),
            '>' => document.push_str("&gt;"),
            // As itself it would be read as the end of a line.
            '\r' => document.push_str("&#13;"),
            char => document.push(char),
        }
    }
    document.push_str("</document>");
    enveloped(document.as_bytes(), identity, layout)
}

/// Signs the element with this Id: exclusive canonical form of SignedInfo, inclusive form of the
/// element. The Signature becomes the last child of the document element.
pub fn by_id(
    document: &[u8],
    id: &str,
    identity: &Identity,
    layout: Layout,
) -> Result<Vec<u8>, SignError> {
    let parsed = Document::parse(document, &Limits::default())?;
    let root = parsed.tree.root_element();
    let bearer = |node: &Node<'_, '_>| {
        IDS.iter()
            .any(|(namespace, name)| attribute_of(*node, namespace, name) == Some(id))
    };
    let mut found = parsed.tree.descendants().filter(bearer);
    let (Some(element), None) = (found.next(), found.next()) else {
        return Err(SignError::Id(id.to_owned()));
    };
    let form = Method::INCLUSIVE.with_comments();
    let mut transforms = vec![(algorithms::canonical_uri(&form), form)];
    if element == root {
        transforms.insert(0, (ENVELOPED, Method::INCLUSIVE));
    }
    let draft = Draft {
        layout,
        id: Some(id.to_owned()),
        transforms,
        signed_info: Method::EXCLUSIVE,
        octets: canonicalize(element, &Method::INCLUSIVE, &[])?,
        key_info: certificates(identity, layout),
    };
    let (before, after) = at_end_of(parsed.tree.input_text(), root);
    draft.sign_between(&before, &after, identity)
}

/// A signature that is still to be made.
pub(crate) struct Draft {
    pub(crate) layout: Layout,
    /// What is referred to; none for the whole document.
    pub(crate) id: Option<String>,
    pub(crate) transforms: Vec<(&'static str, Method)>,
    /// Canonical form of SignedInfo.
    pub(crate) signed_info: Method,
    /// What is digested.
    pub(crate) octets: Vec<u8>,
    /// The KeyInfo element.
    pub(crate) key_info: String,
}

impl Draft {
    /// The document `before`, the Signature, `after`.
    pub(crate) fn sign_between(
        &self,
        before: &str,
        after: &str,
        identity: &Identity,
    ) -> Result<Vec<u8>, SignError> {
        let statement = statement(identity)?;
        let (uri, digest_uri, digest) =
            algorithms::written(&statement).ok_or(SignError::AlgorithmUnnamed)?;
        let end = self.layout.end();
        let open = format!(
            "<ds:Signature xmlns:ds=\"{DS}\">{end}{}<ds:SignatureValue>",
            self.signed_info(uri, digest_uri, digest)
        );
        let close = format!(
            "</ds:SignatureValue>{end}{}{end}</ds:Signature>",
            self.key_info
        );
        // SignedInfo takes namespaces from around it, so it is canonicalized where it will stand.
        let unsigned = [before, &open, &close, after].concat();
        let parsed = Document::parse(unsigned.as_bytes(), &Limits::default())?;
        let place = before.len();
        let signed_info = parsed
            .tree
            .descendants()
            .find(|node| is(*node, DS, "SignedInfo") && node.range().start > place)
            .ok_or(SignError::Envelope)?;
        let octets = canonicalize(signed_info, &self.signed_info, &[])?;
        let signature = algorithms::given(&statement, identity.sign(&octets)?)
            .ok_or(SignError::AlgorithmUnnamed)?;
        let value = self.layout.block(&signature);
        Ok([before, &open, &value, &close, after].concat().into_bytes())
    }

    fn signed_info(&self, uri: &str, digest_uri: &str, digest: &Digest) -> String {
        let end = self.layout.end();
        let reference = self.id.as_deref().map_or(Cow::Borrowed(""), |id| {
            Cow::Owned(format!("#{}", value(id)))
        });
        let transforms: String = self
            .transforms
            .iter()
            .map(|(uri, method)| {
                let listed = prefix_list(method);
                if listed.is_empty() {
                    format!("<ds:Transform Algorithm=\"{uri}\"/>{end}")
                } else {
                    format!("<ds:Transform Algorithm=\"{uri}\">{listed}</ds:Transform>{end}")
                }
            })
            .collect();
        let form = algorithms::canonical_uri(&self.signed_info);
        let digest_value = self.layout.lines(&(digest.compute)(&self.octets));
        format!(
            "<ds:SignedInfo>{end}\
             <ds:CanonicalizationMethod Algorithm=\"{form}\"/>{end}\
             <ds:SignatureMethod Algorithm=\"{uri}\"/>{end}\
             <ds:Reference URI=\"{reference}\">{end}\
             <ds:Transforms>{end}{transforms}</ds:Transforms>{end}\
             <ds:DigestMethod Algorithm=\"{digest_uri}\"/>{end}\
             <ds:DigestValue>{digest_value}</ds:DigestValue>{end}\
             </ds:Reference>{end}</ds:SignedInfo>{end}"
        )
    }
}

impl Layout {
    fn end(self) -> &'static str {
        match self {
            Self::Wrapped => "\n",
            Self::Compact => "",
        }
    }

    /// Base64 without anything around it.
    pub(crate) fn lines(self, octets: &[u8]) -> String {
        let text = base64::engine::general_purpose::STANDARD.encode(octets);
        match self {
            Self::Compact => text,
            Self::Wrapped => text
                .as_bytes()
                .chunks(LINE_CHARS)
                .map(String::from_utf8_lossy)
                .collect::<Vec<_>>()
                .join("&#13;\n"),
        }
    }

    /// Base64 in lines of its own.
    fn block(self, octets: &[u8]) -> String {
        let end = self.end();
        format!("{end}{}{end}", self.lines(octets))
    }
}

fn certificates(identity: &Identity, layout: Layout) -> String {
    let end = layout.end();
    let certificate = layout.block(identity.certificate().der());
    format!(
        "<ds:KeyInfo>{end}<ds:X509Data>{end}<ds:X509Certificate>{certificate}</ds:X509Certificate>{end}\
         </ds:X509Data>{end}</ds:KeyInfo>"
    )
}

fn prefix_list(method: &Method) -> String {
    if method.prefixes.is_empty() {
        return String::new();
    }
    let prefixes = value(&method.prefixes.join(" "));
    format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC}\" PrefixList=\"{prefixes}\"/>")
}

fn statement(identity: &Identity) -> Result<AlgorithmId, SignError> {
    let read = || {
        let der = identity.statement();
        let mut fields = signatures::ber::der(&der)?.inside()?;
        fields.next()?.oid().map(<[u8]>::to_vec)
    };
    Ok(AlgorithmId {
        oid: read().map_err(|_| SignError::AlgorithmUnnamed)?,
        parameters: Vec::new(),
    })
}

/// A text as it stands in an attribute.
pub(crate) fn value(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    crate::canon::escape_value(text, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The document up to the end tag of `node`, and from there. An empty tag is opened.
pub(crate) fn at_end_of(text: &str, node: Node<'_, '_>) -> (String, String) {
    let range = node.range();
    let name = word_at(text, range.start + 1);
    let (before, after) = text.split_at(range.end);
    if let Some(open) = before.strip_suffix("/>") {
        (format!("{open}>"), format!("</{name}>{after}"))
    } else {
        let end = before.rfind("</").unwrap_or(before.len());
        let (inside, tag) = before.split_at(end);
        (inside.to_owned(), format!("{tag}{after}"))
    }
}

/// The document up to where the content of `node` begins, and from there. An empty tag is opened.
pub(crate) fn at_start_of(text: &str, node: Node<'_, '_>) -> (String, String) {
    match node.first_child() {
        Some(child) => {
            let (before, after) = text.split_at(child.range().start);
            (before.to_owned(), after.to_owned())
        }
        None => at_end_of(text, node),
    }
}
