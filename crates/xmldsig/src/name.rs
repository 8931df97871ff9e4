//! A distinguished name as text (RFC 2253), as X509IssuerName has it: last part first.

use std::fmt::Write as _;

use signatures::ber::{self, Element, Malformed};
use signatures::{Name, oid};

/// Attributes that have a short name there.
const SHORT: &[(&[u8], &str)] = &[
    (oid::COMMON_NAME, "CN"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (oid::ORGANISATION, "O"),
    (oid::ORGANISATIONAL_UNIT, "OU"),
    (oid::COUNTRY, "C"),
    (&[0x55, 4, 9], "STREET"),
    (oid::USER_ID, "UID"),
];

/// The text of a name; empty when it cannot be read, which a parsed certificate's always can.
pub(crate) fn text(name: &Name) -> String {
    parts(name.der())
        .map(|mut parts| {
            parts.reverse();
            parts.join(",")
        })
        .unwrap_or_default()
}

fn parts(der: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut parts = Vec::new();
    let mut sets = ber::der(der)?.inside()?;
    while !sets.is_empty() {
        let mut members = sets.next()?.inside()?;
        let mut texts = Vec::new();
        while !members.is_empty() {
            let mut pair = members.next()?.inside()?;
            let kind = pair.next()?.oid()?.to_vec();
            texts.push(attribute(&kind, &pair.next()?));
        }
        parts.push(texts.join("+"));
    }
    Ok(parts)
}

fn attribute(kind: &[u8], value: &Element<'_>) -> String {
    let short = SHORT.iter().find(|(oid, _)| *oid == kind);
    if let (Some((_, short)), Ok(text)) = (short, value.text()) {
        return format!("{short}={}", escaped(&text));
    }
    let mut text = format!("{}=#", oid::dotted(kind));
    for octet in value.whole {
        // Writing to a String cannot fail.
        write!(text, "{octet:02x}").ok();
    }
    text
}

fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(text.len());
    for (place, c) in text.chars().enumerate() {
        let at_edge = c == ' ' && (place == 0 || place == last) || c == '#' && place == 0;
        if at_edge || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_read_as_punctuation_is_escaped() {
        assert_eq!(
            escaped("# A, \"B\" + C; D "),
            "\\# A\\, \\\"B\\\" \\+ C\\; D\\ "
        );
        assert_eq!(escaped("ҰЛТТЫҚ (GOST) 2022"), "ҰЛТТЫҚ (GOST) 2022");
    }
}
