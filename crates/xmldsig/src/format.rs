//! XML signatures as one more format of [`signatures::Verifier`]: for those who only want a verdict and
//! the signed bytes.

use std::borrow::Cow;

use signatures::format::{Format, Opened, Rules};
use signatures::{Certificate, Finding, Reason};

use crate::open::{Demand, Found, find};
use crate::parse::{Document, Limits};
use crate::refused::Refused;
use crate::text;
use crate::wsse;

/// XML signatures under one demand.
#[derive(Debug, Clone, Copy)]
pub struct XmlDsig(pub Demand<'static>);

/// The signed Body of a SOAP envelope (WS-Security).
#[derive(Debug, Clone, Copy)]
pub struct SoapBody {
    /// Certificates that an envelope may name without sending them.
    pub known: &'static [Certificate],
}

/// Documents that are signed as a whole, inside themselves.
pub static ENVELOPED: XmlDsig = XmlDsig(Demand::DOCUMENT);

/// Documents of which some one element is signed: whoever uses this must look at the signed bytes.
pub static ANY: XmlDsig = XmlDsig(Demand::ANY);

/// Signed SOAP envelopes with the certificate in them. Stands before other XML formats in a table, since those would take one too.
pub static SOAP_BODY: SoapBody = SoapBody { known: &[] };

/// Documents that are one text, see [`fn@crate::text`]. What comes out as content is the text in UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct XmlText;

pub static TEXT: XmlText = XmlText;

/// Octets in which the namespace of an envelope must turn up.
const HEAD: usize = 4096;

impl Format for XmlDsig {
    fn name(&self) -> &'static str {
        "xmldsig"
    }

    fn recognises(&self, signature: &[u8]) -> bool {
        let text = signature
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(signature)
            .trim_ascii_start();
        text.starts_with(b"<")
    }

    /// A `content` that is given must be the canonical form of what is signed.
    fn open<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
        rules: &Rules<'_>,
    ) -> Result<Opened<'a>, Finding> {
        opened(signature, content, rules, |document| {
            find(document, &self.0, rules)
        })
    }
}

impl Format for SoapBody {
    fn name(&self) -> &'static str {
        "soap-body"
    }

    fn recognises(&self, signature: &[u8]) -> bool {
        let head = signature.get(..HEAD).unwrap_or(signature);
        let holds = |needle: &str| {
            head.windows(needle.len())
                .any(|part| part == needle.as_bytes())
        };
        ENVELOPED.recognises(signature) && wsse::SOAP.into_iter().any(holds)
    }

    /// A `content` that is given must be the canonical form of the Body.
    fn open<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
        rules: &Rules<'_>,
    ) -> Result<Opened<'a>, Finding> {
        opened(signature, content, rules, |document| {
            wsse::find(document, self.known, rules)
        })
    }
}

impl Format for XmlText {
    fn name(&self) -> &'static str {
        "xml-text"
    }

    fn recognises(&self, signature: &[u8]) -> bool {
        ENVELOPED.recognises(signature)
    }

    /// A `content` that is given must be the text. The signatures cover the whole document, which is nothing
    /// but that text.
    fn open<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
        rules: &Rules<'_>,
    ) -> Result<Opened<'a>, Finding> {
        opened(signature, content, rules, |document| {
            let mut found = find(document, &Demand::DOCUMENT, rules)?;
            found.opened.envelope.content = Cow::Owned(text::of(document)?.into_bytes());
            Ok(found)
        })
    }
}

fn opened<'a>(
    signature: &[u8],
    content: Option<&[u8]>,
    rules: &Rules<'_>,
    open: impl for<'d> FnOnce(&'d Document<'_>) -> Result<Found<'d>, Refused>,
) -> Result<Opened<'a>, Finding> {
    let limits = Limits::default();
    let limits = Limits {
        bytes_max: limits.bytes_max.min(rules.policy.bytes_max),
        ..limits
    };
    let document = Document::parse(signature, &limits).map_err(|_| Reason::Malformed)?;
    let found = open(&document).map_err(|refused| refused.finding)?;
    let is_changed = found.is_changed();
    let envelope = found.opened.envelope;
    // What was changed is another content, and that it was changed is the better answer.
    if !is_changed && content.is_some_and(|content| content != &*envelope.content) {
        return Err(Reason::ContentDiffers.into());
    }
    Ok(envelope)
}
