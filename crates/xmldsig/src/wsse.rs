//! WS-Security 1.0 for SOAP 1.1 and 1.2: a signed Body (kz.md 4.4).
//!
//! [`open`] takes an envelope and gives the Body once it is verified; [`sign`] takes one and signs its
//! Body. One Security header, one signature in it, one reference, to the one Body by its Id; exclusive
//! canonical form when signing, any when verifying. What else stands in the header is not signed, and
//! nothing of it is given away.

use roxmltree::Node;
use signatures::Certificate;
use signatures::format::Rules;
use signatures::sign::Identity;

use crate::algorithms;
use crate::canon::{Method, canonicalize, word_at};
use crate::element::attribute_of;
use crate::key_info::{BASE64, WSSE, WSU, X509V3, decimal, is};
use crate::name;
use crate::open::{self, Demand, Found, Name, Signed, walk};
use crate::parse::{Document, Limits};
use crate::refused::Refused;
use crate::sign::{Draft, Layout, SignError, at_start_of, value};
use crate::signature::wrong;
use crate::verified::Opened;

/// Namespaces of SOAP 1.1 and 1.2 envelopes.
pub const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];

/// The one attribute by which a Body is referred to, and `Id` as some senders write it.
const IDS: &[Name<'static>] = &[(WSU, "Id"), ("", "Id")];

/// How the signature names its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The certificate inside a KeyIdentifier, as the gateway's own samples have it.
    KeyIdentifier,
    /// Issuer and serial number: the receiver has the certificate.
    IssuerSerial,
    /// A BinarySecurityToken in the header, and a Reference to it.
    BinarySecurityToken,
}

/// Opens a signed envelope. `known` are certificates that a signature may name without sending them.
pub fn open<'d>(
    document: &'d Document<'_>,
    known: &[Certificate],
    rules: &Rules<'_>,
) -> Result<Opened<'d>, Refused> {
    find(document, known, rules)?.unchanged()
}

/// Opens an envelope as far as it can be.
pub(crate) fn find<'d>(
    document: &'d Document<'_>,
    known: &[Certificate],
    rules: &Rules<'_>,
) -> Result<Found<'d>, Refused> {
    let soap =
        soap_of(document).ok_or_else(|| wrong("the document element is no SOAP envelope"))?;
    let security = [(soap, "Envelope"), (soap, "Header"), (WSSE, "Security")];
    let body = [(soap, "Envelope"), (soap, "Body")];
    let header = walk(document, &security)?;
    let signatures = header
        .children()
        .filter(|child| is(*child, crate::signature::DS, "Signature"))
        .count();
    if signatures > 1 {
        return Err(wrong("more than one signature in the Security header"));
    }
    let demand = Demand {
        signed: Signed::Path(&body),
        signatures_in: &security,
        ids: IDS,
        known,
    };
    open::find(document, &demand, rules)
}

/// Signs the Body of an envelope. `id` becomes its wsu:Id, unless it has one; it must stand nowhere else
/// in the envelope. Every octet of the envelope stays, but for that attribute and the header.
pub fn sign(
    envelope: &[u8],
    id: &str,
    identity: &Identity,
    naming: Naming,
) -> Result<Vec<u8>, SignError> {
    let with_id = with_body_id(envelope, id)?;
    let parsed = Document::parse(with_id.as_bytes(), &Limits::default())?;
    let soap = soap_of(&parsed).ok_or(SignError::Envelope)?;
    let body = only_child(parsed.tree.root_element(), soap, "Body")?;
    let id = attribute_of(body, WSU, "Id").ok_or(SignError::Envelope)?;
    let bearers = parsed.tree.descendants().filter(|node| {
        IDS.iter()
            .any(|(space, name)| attribute_of(*node, space, name) == Some(id))
    });
    if bearers.count() != 1 {
        return Err(SignError::Id(id.to_owned()));
    }
    let token_id = format!("X509-{id}");
    let draft = Draft {
        layout: Layout::Compact,
        id: Some(id.to_owned()),
        transforms: vec![(
            algorithms::canonical_uri(&Method::EXCLUSIVE),
            Method::EXCLUSIVE,
        )],
        signed_info: Method::EXCLUSIVE,
        octets: canonicalize(body, &Method::EXCLUSIVE, &[])?,
        key_info: key_info(identity, naming, &token_id),
    };
    let (before, after) = header_place(&parsed, body, soap)?;
    let soap_prefix = crate::canon::prefix_of(word_at(
        parsed.tree.input_text(),
        parsed.tree.root_element().range().start + 1,
    ));
    let must = if soap_prefix.is_empty() {
        // Without a prefix an attribute is in no namespace, so one is bound here.
        format!(" xmlns:soap=\"{soap}\" soap:mustUnderstand=\"1\"")
    } else {
        format!(" {soap_prefix}:mustUnderstand=\"1\"")
    };
    let token = match naming {
        Naming::BinarySecurityToken => format!(
            "<wsse:BinarySecurityToken xmlns:wsu=\"{WSU}\" EncodingType=\"{BASE64}\" \
             ValueType=\"{X509V3}\" wsu:Id=\"{}\">{}</wsse:BinarySecurityToken>",
            value(&token_id),
            Layout::Compact.lines(identity.certificate().der())
        ),
        Naming::KeyIdentifier | Naming::IssuerSerial => String::new(),
    };
    draft.sign_between(
        &format!("{before}<wsse:Security xmlns:wsse=\"{WSSE}\"{must}>{token}"),
        &format!("</wsse:Security>{after}"),
        identity,
    )
}

fn soap_of(document: &Document<'_>) -> Option<&'static str> {
    SOAP.into_iter()
        .find(|soap| is(document.tree.root_element(), soap, "Envelope"))
}

fn only_child<'d>(
    parent: Node<'d, 'd>,
    namespace: &str,
    name: &str,
) -> Result<Node<'d, 'd>, SignError> {
    let mut found = parent
        .children()
        .filter(|child| is(*child, namespace, name));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(SignError::Envelope),
    }
}

/// The envelope with an Id on its Body.
fn with_body_id(envelope: &[u8], id: &str) -> Result<String, SignError> {
    let parsed = Document::parse(envelope, &Limits::default())?;
    let text = parsed.tree.input_text();
    let soap = soap_of(&parsed).ok_or(SignError::Envelope)?;
    let body = only_child(parsed.tree.root_element(), soap, "Body")?;
    if attribute_of(body, WSU, "Id").is_some() {
        return Ok(text.to_owned());
    }
    let name_start = body.range().start + 1;
    let name_end = name_start + word_at(text, name_start).len();
    let (before, after) = text.split_at(name_end);
    let bound = body.lookup_namespace_uri(Some("wsu"));
    let above = body
        .parent_element()
        .and_then(|parent| parent.lookup_namespace_uri(Some("wsu")));
    let binding = match bound {
        Some(WSU) => String::new(),
        Some(_) if bound != above => return Err(SignError::Prefix),
        _ => format!(" xmlns:wsu=\"{WSU}\""),
    };
    Ok(format!("{before}{binding} wsu:Id=\"{}\"{after}", value(id)))
}

/// The envelope up to the place of the Security header, and from there. Makes a Header where there is
/// none.
fn header_place<'d>(
    document: &'d Document<'_>,
    body: Node<'d, 'd>,
    soap: &str,
) -> Result<(String, String), SignError> {
    let text = document.tree.input_text();
    let envelope = document.tree.root_element();
    let headers = envelope
        .children()
        .filter(|child| is(*child, soap, "Header"));
    if headers.count() > 0 {
        let header = only_child(envelope, soap, "Header")?;
        if header.range().start > body.range().start
            || header.children().any(|child| is(child, WSSE, "Security"))
        {
            return Err(SignError::Envelope);
        }
        return Ok(at_start_of(text, header));
    }
    let name = word_at(text, envelope.range().start + 1);
    let name = name.strip_suffix("Envelope").unwrap_or_default();
    let (before, after) = text.split_at(body.range().start);
    Ok((
        format!("{before}<{name}Header>"),
        format!("</{name}Header>{after}"),
    ))
}

fn key_info(identity: &Identity, naming: Naming, token_id: &str) -> String {
    let certificate = identity.certificate();
    let inside = match naming {
        Naming::KeyIdentifier => format!(
            "<wsse:KeyIdentifier EncodingType=\"{BASE64}\" ValueType=\"{X509V3}\">{}</wsse:KeyIdentifier>",
            Layout::Compact.lines(certificate.der())
        ),
        Naming::IssuerSerial => format!(
            "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName>\
             <ds:X509SerialNumber>{}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
            value(&name::text(certificate.issuer())).replace('>', "&gt;"),
            decimal(certificate.serial())
        ),
        Naming::BinarySecurityToken => format!(
            "<wsse:Reference URI=\"#{}\" ValueType=\"{X509V3}\"/>",
            value(token_id)
        ),
    };
    format!(
        "<ds:KeyInfo><wsse:SecurityTokenReference>{inside}</wsse:SecurityTokenReference></ds:KeyInfo>"
    )
}
