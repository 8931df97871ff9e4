//! Documents that are one text, signed as XML: for callers whose documents are no XML, such as a form in JSON,
//! and who take XML signatures beside CMS.
//!
//! The document element may have any name. Inside it are the text and the signatures, and nothing else, so
//! the text is all there is to the document: what is verified and what is read cannot be two things.

use roxmltree::Node;
use signatures::Reason;

use crate::element::text_of;
use crate::key_info::is;
use crate::open::IDS;
use crate::parse::{Document, Limits};
use crate::refused::Refused;
use crate::signature::DS;

/// The text of such a document, of which nothing is verified: for checks before the signature is looked at.
/// [`crate::format::TEXT`] gives the same text of the same bytes when they are verified.
///
/// # Errors
/// [`Reason::Malformed`] for what is no XML within the limits; [`Reason::ContentTypeWrong`] for an element
/// that has anything but text and signatures inside, or an attribute that is no identifier.
pub fn text(bytes: &[u8], limits: &Limits) -> Result<String, Refused> {
    of(&Document::parse(bytes, limits)?)
}

pub(crate) fn of(document: &Document<'_>) -> Result<String, Refused> {
    let root = document.tree.root_element();
    let odd =
        |node: &Node<'_, '_>| node.is_pi() || node.is_element() && !is(*node, DS, "Signature");
    if let Some(odd) = root.children().find(odd) {
        let why =
            "beside the text and its signatures there is something else in the document element";
        return Err(Refused::new(Reason::ContentTypeWrong, why).at(document.position(odd)));
    }
    let is_id = |attribute: &roxmltree::Attribute<'_, '_>| {
        IDS.contains(&(attribute.namespace().unwrap_or_default(), attribute.name()))
    };
    if !root.attributes().all(|attribute| is_id(&attribute)) {
        let why = "the document element has an attribute that is no identifier";
        return Err(Refused::new(Reason::ContentTypeWrong, why).at(document.position(root)));
    }
    Ok(text_of(root))
}
