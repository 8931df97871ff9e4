//! XML signatures as one more format of [`signatures::Verifier`]: for those who only want a verdict and
//! the signed bytes.

use signatures::format::{Format, Opened, Rules};
use signatures::{Finding, Reason};

use crate::open::{Demand, open_by};
use crate::parse::{Document, Limits};

/// XML signatures under one demand.
#[derive(Debug, Clone, Copy)]
pub struct XmlDsig(pub Demand<'static>);

/// Documents that are signed as a whole, inside themselves.
pub static ENVELOPED: XmlDsig = XmlDsig(Demand::DOCUMENT);

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
        let limits = Limits::default();
        let limits = Limits {
            bytes_max: limits.bytes_max.min(rules.policy.bytes_max),
            ..limits
        };
        let document = Document::parse(signature, &limits).map_err(|_| Reason::Malformed)?;
        let opened = open_by(&document, &self.0, rules).map_err(|refused| refused.finding)?;
        if content.is_some_and(|content| content != &*opened.envelope.content) {
            return Err(Reason::ContentDiffers.into());
        }
        Ok(opened.envelope)
    }
}
