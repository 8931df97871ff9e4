//! The values of primitive elements: numbers, identifiers, bits and texts.
//!
//! Takes an element whose type its place demands; gives its value or [`Malformed`]. Tolerant where
//! real certificates are odd (any non-zero boolean is true), strict where it decides something.

use super::{Element, Malformed, tag};

impl<'a> Element<'a> {
    /// The content of an OBJECT IDENTIFIER.
    pub fn oid(&self) -> Result<&'a [u8], Malformed> {
        let content = self.must_be(tag::OID)?.content;
        match content.last() {
            Some(last) if last & 0x80 == 0 => Ok(content),
            _ => Err(Malformed::BadValue("object identifier")),
        }
    }

    /// The content of an INTEGER without the zero octets that only carry the sign.
    pub fn integer(&self) -> Result<&'a [u8], Malformed> {
        trim(self.must_be(tag::INTEGER)?.content)
    }

    /// An INTEGER that fits in 32 bits and is not negative.
    pub fn small(&self) -> Result<u32, Malformed> {
        let content = self.must_be(tag::INTEGER)?.content;
        if content.first().is_none_or(|first| first & 0x80 != 0) {
            return Err(Malformed::BadValue("integer"));
        }
        let bytes = trim(content)?;
        if bytes.len() > 4 {
            return Err(Malformed::BadValue("integer"));
        }
        Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// A BOOLEAN. DER allows 0 and 255 only; a tolerant reader takes any other value for true.
    pub fn boolean(&self) -> Result<bool, Malformed> {
        match self.must_be(tag::BOOLEAN)?.content {
            [value] => Ok(*value != 0),
            _ => Err(Malformed::BadValue("boolean")),
        }
    }

    /// The bytes of a BIT STRING that is a whole number of octets.
    pub fn bit_octets(&self) -> Result<&'a [u8], Malformed> {
        match self.must_be(tag::BIT_STRING)?.content.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(Malformed::BadValue("bit string")),
        }
    }

    /// Whether bit `n` of a BIT STRING with named bits is set.
    pub fn named_bits(&self) -> Result<u32, Malformed> {
        match self.must_be(tag::BIT_STRING)?.content.split_first() {
            Some((unused, bytes)) if *unused < 8 => Ok(bytes
                .iter()
                .take(4)
                .enumerate()
                .fold(0, |all, (place, byte)| {
                    all | u32::from(byte.reverse_bits()) << (8 * place)
                })),
            _ => Err(Malformed::BadValue("bit string")),
        }
    }

    /// Text of any of the string types of a name (RFC 5280, 4.1.2.4). Octets that are no text of
    /// their type become U+FFFD: a name is for people, and it is compared by its DER bytes only.
    pub fn text(&self) -> Result<String, Malformed> {
        let bytes = self.content;
        match self.tag {
            tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING | 0x12 | 0x1a => {
                Ok(String::from_utf8_lossy(bytes).into_owned())
            }
            tag::TELETEX_STRING => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
            tag::BMP_STRING => {
                let units = bytes.chunks(2).map(|unit| {
                    unit.iter()
                        .fold(0, |number, byte| number << 8 | u16::from(*byte))
                });
                Ok(char::decode_utf16(units)
                    .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect())
            }
            tag::UNIVERSAL_STRING => Ok(bytes
                .chunks(4)
                .map(|unit| {
                    unit.iter()
                        .fold(0, |number, byte| number << 8 | u32::from(*byte))
                })
                .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()),
            _ => Err(Malformed::UnexpectedTag),
        }
    }
}

fn trim(content: &[u8]) -> Result<&[u8], Malformed> {
    let zeros = content.iter().take_while(|byte| **byte == 0).count();
    match content.get(zeros..) {
        Some([]) if zeros > 0 => Ok(&[0]),
        Some(rest) if !rest.is_empty() => Ok(rest),
        _ => Err(Malformed::BadValue("integer")),
    }
}
