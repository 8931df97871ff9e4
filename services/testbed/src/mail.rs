//! Reading a mail far enough to show it: headers decoded, the text and HTML parts found and decoded.
//!
//! In: the bytes between DATA and the final dot (RFC 5322, MIME of RFC 2045 to 2047, UTF-8 only). Out: a
//! [`Mail`]. It is lenient: what it cannot decode it shows as it came, since a test wants to see it.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::Serialize;

/// A received mail.
#[derive(Debug, Clone, Serialize)]
pub struct Mail {
    pub at: Timestamp,
    /// From the envelope.
    pub from: String,
    /// From the envelope.
    pub to: Vec<String>,
    /// Decoded.
    pub subject: String,
    pub message_id: String,
    /// The first `text/plain` part, decoded.
    pub text: String,
    /// The first `text/html` part, decoded.
    pub html: Option<String>,
}

impl Mail {
    /// Reads `raw`, received with this envelope.
    pub fn read(at: Timestamp, from: String, to: Vec<String>, raw: &[u8]) -> Self {
        let part = Part::read(raw);
        let subject = decode_words(&part.header("subject"));
        let message_id = part.header("message-id");
        let (mut text, mut html) = (None, None);
        part.leaves(&mut |leaf| match leaf.media_type().as_str() {
            "text/html" => drop(html.get_or_insert_with(|| leaf.decoded())),
            "text/plain" => drop(text.get_or_insert_with(|| leaf.decoded())),
            _ => {}
        });
        Self {
            at,
            from,
            to,
            subject,
            message_id,
            text: text.unwrap_or_default(),
            html,
        }
    }
}

/// How deep parts may lie in parts.
const DEPTH_MAX: usize = 8;

struct Part<'a> {
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    fn read(raw: &'a [u8]) -> Self {
        let end = find(raw, b"\r\n\r\n").map_or(raw.len(), |at| at + 2);
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(&raw[..end]).lines() {
            match (
                line.starts_with([' ', '\t']),
                headers.last_mut(),
                line.split_once(':'),
            ) {
                (true, Some((_, value)), _) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (_, _, Some((name, value))) => {
                    headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
                }
                _ => {}
            }
        }
        Self {
            headers,
            body: raw.get(end + 2..).unwrap_or_default(),
        }
    }

    fn header(&self, name: &str) -> String {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.clone())
            .unwrap_or_default()
    }

    fn media_type(&self) -> String {
        let value = self.header("content-type");
        let media_type = value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        if media_type.is_empty() {
            "text/plain".to_owned()
        } else {
            media_type
        }
    }

    fn boundary(&self) -> Option<String> {
        let value = self.header("content-type");
        let parameter = value
            .split(';')
            .skip(1)
            .find_map(|p| p.trim().strip_prefix("boundary="))?;
        Some(format!("--{}", parameter.trim_matches('"')))
    }

    fn leaves(&self, see: &mut dyn FnMut(&Part<'_>)) {
        self.leaves_down_to(DEPTH_MAX, see);
    }

    fn leaves_down_to(&self, depth: usize, see: &mut dyn FnMut(&Part<'_>)) {
        let inner = self
            .boundary()
            .filter(|_| self.media_type().starts_with("multipart/"));
        let Some(boundary) = inner.filter(|_| depth > 0) else {
            return see(self);
        };
        let mut rest = self.body;
        // What stands before the first boundary is no part, nor what follows the last (`--boundary--`).
        let mut first = true;
        while let Some(at) = find(rest, boundary.as_bytes()) {
            if !first {
                Part::read(&rest[..at]).leaves_down_to(depth - 1, see);
            }
            first = false;
            rest = &rest[at + boundary.len()..];
            match rest.strip_prefix(b"\r\n") {
                Some(next) => rest = next,
                None => return,
            }
        }
    }

    fn decoded(&self) -> String {
        let bytes = match self
            .header("content-transfer-encoding")
            .to_lowercase()
            .as_str()
        {
            "base64" => {
                let packed: Vec<u8> = self
                    .body
                    .iter()
                    .copied()
                    .filter(|b| !b.is_ascii_whitespace())
                    .collect();
                STANDARD
                    .decode(packed)
                    .unwrap_or_else(|_| self.body.to_vec())
            }
            "quoted-printable" => quoted_printable(self.body, false),
            _ => self.body.to_vec(),
        };
        String::from_utf8_lossy(&bytes)
            .trim_end()
            .replace("\r\n", "\n")
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// Decodes `=XX`, soft line ends, and in a header word `_` as a space. Wrong escapes stay as they are.
fn quoted_printable(bytes: &[u8], word: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).unwrap_or_default();
        let hex = std::str::from_utf8(escape)
            .ok()
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        let (decoded, taken) = match (byte, hex) {
            (b'=', _) if escape == b"\r\n" => (None, 3),
            (b'=', Some(decoded)) => (Some(decoded), 3),
            (b'_', _) if word => (Some(b' '), 1),
            _ => (Some(byte), 1),
        };
        out.extend(decoded);
        at += taken;
    }
    out
}

/// Decodes `=?utf-8?b?…?=` and `=?utf-8?q?…?=` (RFC 2047); space between two such words falls away.
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut after_word = false;
    for token in value.split(' ').filter(|t| !t.is_empty()) {
        let word = decode_word(token);
        if !(out.is_empty() || after_word && word.is_some()) {
            out.push(' ');
        }
        after_word = word.is_some();
        out.push_str(word.as_deref().unwrap_or(token));
    }
    out
}

fn decode_word(token: &str) -> Option<String> {
    let inner = token.strip_prefix("=?")?.strip_suffix("?=")?;
    let [charset, encoding, text] = inner.splitn(3, '?').collect::<Vec<_>>().try_into().ok()?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match encoding {
        "b" | "B" => STANDARD.decode(text).ok()?,
        "q" | "Q" => quoted_printable(text.as_bytes(), true),
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Mail {
        let raw = raw.replace('\n', "\r\n");
        Mail::read(
            Timestamp::UNIX_EPOCH,
            "a@a.test".into(),
            vec!["b@b.test".into()],
            raw.as_bytes(),
        )
    }

    #[test]
    fn a_subject_in_two_encoded_words_is_one_text() {
        let mail = read("Subject: =?utf-8?b?w4Rk?=\n =?utf-8?q?=C3=A9_x?= plain\n\nbody\n");
        assert_eq!(mail.subject, "Ädé x plain");
        assert_eq!(mail.text, "body");
    }

    #[test]
    fn both_alternatives_are_found_and_decoded() {
        let mail = read(
            "Content-Type: multipart/alternative;\n boundary=\"x\"\n\npreamble\n--x\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
             =C3=A9=\nt=C3=A9\n--x\nContent-Type: text/html\n\
             Content-Transfer-Encoding: base64\n\nPGI+w6k8\nL2I+\n--x--\nepilogue\n",
        );
        assert_eq!(mail.text, "été");
        assert_eq!(mail.html.as_deref(), Some("<b>é</b>"));
    }

    #[test]
    fn what_cannot_be_decoded_is_shown_as_it_came() {
        let mail = read("Subject: =?koi8-r?b?7w==?= =?utf-8?b?!?=\n\n=ZZ\n");
        assert_eq!(mail.subject, "=?koi8-r?b?7w==?= =?utf-8?b?!?=");
        assert_eq!(read("").text, "");
    }
}
