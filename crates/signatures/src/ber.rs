//! Reading BER and DER (X.690): bytes in, elements out, nothing copied unless a string came in pieces.
//!
//! Takes untrusted bytes. Gives [`Element`]s that borrow from them. Knows two sets of rules: DER for
//! certificates and revocation lists (one encoding only), BER for CMS from streaming signers
//! (indefinite lengths, strings in pieces, kz.md 2.4). Depth is bounded by [`DEPTH_MAX`], every length
//! is checked against what is there, and no input makes it panic. It never interprets what it reads.

mod value;

use std::borrow::Cow;

/// Elements inside elements, at most. CMS with every attribute needs 18.
pub const DEPTH_MAX: u8 = 24;

/// Bit of the tag octet that says "holds elements, not bytes".
const CONSTRUCTED: u8 = 0x20;

/// Tag octets of the types that certificates, lists and CMS are made of.
pub mod tag {
    pub const END_OF_CONTENTS: u8 = 0x00;
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OID: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0a;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const PRINTABLE_STRING: u8 = 0x13;
    pub const TELETEX_STRING: u8 = 0x14;
    pub const IA5_STRING: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const UNIVERSAL_STRING: u8 = 0x1c;
    pub const BMP_STRING: u8 = 0x1e;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;

    /// `[n]` holding bytes.
    pub const fn context(n: u8) -> u8 {
        0x80 | n
    }

    /// `[n]` holding elements.
    pub const fn context_constructed(n: u8) -> u8 {
        0xa0 | n
    }
}

/// Why bytes are not what they should be. The position is left out on purpose: it would say nothing
/// to the person who has to act, and the input is at hand for the one who debugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the bytes end inside an element")]
    Truncated,
    #[error("bytes follow the last element")]
    Trailing,
    #[error("an element is of another type than its place asks for")]
    UnexpectedTag,
    #[error("a tag number above 30, which nothing here uses")]
    LongTag,
    #[error("a length that is not allowed here")]
    BadLength,
    #[error("elements are nested deeper than {DEPTH_MAX}")]
    TooDeep,
    #[error("a value that its type does not allow: {0}")]
    BadValue(&'static str),
    #[error("larger than the limit: {0}")]
    TooLarge(&'static str),
}

/// Which encodings are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    Der,
    Ber,
}

/// One element: its tag, its content, and all of its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// The tag octet, class and constructed bit included.
    pub tag: u8,
    /// What is inside; the end-of-contents mark of an indefinite length is not part of it.
    pub content: &'a [u8],
    /// Header, content and end mark, as they came.
    pub whole: &'a [u8],
    rules: Rules,
    depth: u8,
}

/// Walks over the elements of one level.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    rules: Rules,
    depth: u8,
}

/// Reads the single DER element that `input` is.
pub fn der(input: &[u8]) -> Result<Element<'_>, Malformed> {
    only(input, Rules::Der)
}

/// Reads the single BER element that `input` is.
pub fn ber(input: &[u8]) -> Result<Element<'_>, Malformed> {
    only(input, Rules::Ber)
}

fn only(input: &[u8], rules: Rules) -> Result<Element<'_>, Malformed> {
    let mut reader = Reader {
        rest: input,
        rules,
        depth: 0,
    };
    let element = reader.next()?;
    reader.finish()?;
    Ok(element)
}

// === impl Reader ===

impl<'a> Reader<'a> {
    /// Whether all elements of this level were read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Octets of this level that were not read yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Refuses anything that is left on this level.
    pub fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed::Trailing)
        }
    }

    /// The next element, whatever it is.
    #[expect(clippy::should_implement_trait, reason = "fails, so it is no Iterator")]
    pub fn next(&mut self) -> Result<Element<'a>, Malformed> {
        let header = Header::read(self.rest, self.rules)?;
        let after = self.rest.get(header.size..).ok_or(Malformed::Truncated)?;
        let (length, end_mark) = match header.length {
            Some(length) => (length, 0),
            None => (indefinite_length(after, self.depth + 1)?, 2),
        };
        let content = after.get(..length).ok_or(Malformed::Truncated)?;
        let size = header.size + length + end_mark;
        let whole = self.rest.get(..size).ok_or(Malformed::Truncated)?;
        self.rest = self.rest.get(size..).ok_or(Malformed::Truncated)?;
        Ok(Element {
            tag: header.tag,
            content,
            whole,
            rules: self.rules,
            depth: self.depth,
        })
    }

    /// The next element, which must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let element = self.next()?;
        if element.tag == tag {
            Ok(element)
        } else {
            Err(Malformed::UnexpectedTag)
        }
    }

    /// The next element if it has this tag; otherwise nothing is read.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) {
            self.next().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The tag of the next element, if there is one.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }
}

// === impl Element ===

impl<'a> Element<'a> {
    /// Whether this element holds elements.
    pub fn is_constructed(&self) -> bool {
        self.tag & CONSTRUCTED != 0
    }

    /// A reader over the elements inside.
    pub fn inside(&self) -> Result<Reader<'a>, Malformed> {
        if !self.is_constructed() {
            return Err(Malformed::UnexpectedTag);
        }
        if self.depth >= DEPTH_MAX {
            return Err(Malformed::TooDeep);
        }
        Ok(Reader {
            rest: self.content,
            rules: self.rules,
            depth: self.depth + 1,
        })
    }

    /// Refuses an element of another type.
    pub fn must_be(self, tag: u8) -> Result<Self, Malformed> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(Malformed::UnexpectedTag)
        }
    }

    /// The same under the tag that an `IMPLICIT` one stands for.
    pub(crate) fn retagged(self, tag: u8) -> Self {
        Self { tag, ..self }
    }

    /// The single element inside, as an `EXPLICIT` tag holds it.
    pub fn only_child(&self) -> Result<Element<'a>, Malformed> {
        let mut reader = self.inside()?;
        let child = reader.next()?;
        reader.finish()?;
        Ok(child)
    }

    /// The bytes of a string whose primitive tag is `primitive`. Under BER it may be in pieces
    /// (X.690 8.7.3), which are put together; the pieces' own headers never stay in the result.
    pub fn octets(&self, primitive: u8) -> Result<Cow<'a, [u8]>, Malformed> {
        if self.tag == primitive {
            return Ok(Cow::Borrowed(self.content));
        }
        if self.tag != primitive | CONSTRUCTED || self.rules == Rules::Der {
            return Err(Malformed::UnexpectedTag);
        }
        let mut bytes = Vec::with_capacity(self.content.len());
        self.gather(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }

    fn gather(&self, into: &mut Vec<u8>) -> Result<(), Malformed> {
        let mut pieces = self.inside()?;
        while !pieces.is_empty() {
            let piece = pieces.next()?;
            match piece.tag {
                tag::OCTET_STRING => into.extend_from_slice(piece.content),
                tag if tag == tag::OCTET_STRING | CONSTRUCTED => piece.gather(into)?,
                _ => return Err(Malformed::UnexpectedTag),
            }
        }
        Ok(())
    }
}

/// Tag and length, and how many octets they take. No length means "until the end mark".
struct Header {
    tag: u8,
    length: Option<usize>,
    size: usize,
}

impl Header {
    fn read(input: &[u8], rules: Rules) -> Result<Self, Malformed> {
        let (&tag, rest) = input.split_first().ok_or(Malformed::Truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(Malformed::LongTag);
        }
        if tag == tag::END_OF_CONTENTS {
            return Err(Malformed::UnexpectedTag);
        }
        let (&first, rest) = rest.split_first().ok_or(Malformed::Truncated)?;
        if first < 0x80 {
            return Ok(Self {
                tag,
                length: Some(usize::from(first)),
                size: 2,
            });
        }
        if first == 0x80 {
            let allowed = rules == Rules::Ber && tag & CONSTRUCTED != 0;
            return if allowed {
                Ok(Self {
                    tag,
                    length: None,
                    size: 2,
                })
            } else {
                Err(Malformed::BadLength)
            };
        }
        let count = usize::from(first & 0x7f);
        if count > 4 {
            return Err(Malformed::BadLength);
        }
        let octets = rest.get(..count).ok_or(Malformed::Truncated)?;
        let length = octets
            .iter()
            .fold(0u32, |number, octet| number << 8 | u32::from(*octet));
        let shortest = length >= 0x80 && octets.first() != Some(&0);
        if rules == Rules::Der && !shortest {
            return Err(Malformed::BadLength);
        }
        let length = usize::try_from(length).map_err(|_| Malformed::BadLength)?;
        Ok(Self {
            tag,
            length: Some(length),
            size: 2 + count,
        })
    }
}

/// Octets before the end mark of an element of indefinite length whose content `input` begins with.
fn indefinite_length(input: &[u8], depth: u8) -> Result<usize, Malformed> {
    if depth > DEPTH_MAX {
        return Err(Malformed::TooDeep);
    }
    let mut at = 0;
    loop {
        let rest = input.get(at..).ok_or(Malformed::Truncated)?;
        if rest.first() == Some(&tag::END_OF_CONTENTS) {
            return match rest.get(1) {
                Some(0) => Ok(at),
                Some(_) => Err(Malformed::BadLength),
                None => Err(Malformed::Truncated),
            };
        }
        let header = Header::read(rest, Rules::Ber)?;
        at += header.size;
        at += if let Some(length) = header.length {
            length
        } else {
            let inner = input.get(at..).ok_or(Malformed::Truncated)?;
            indefinite_length(inner, depth + 1)? + 2
        };
    }
}
