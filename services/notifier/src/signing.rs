//! Signing what goes to a participant's system, so that it can tell ours from others' and new from repeated.
//!
//! The public convention "Standard Webhooks": HMAC-SHA-256 over `<id>.<time>.<body>`, so that neither can be
//! changed; the receiver refuses what is too old and what it has seen. Two secrets at once, the new one and
//! the one before, let both sides change theirs without losing anything. Secrets are never shown.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jiff::Timestamp;

/// What secrets begin with.
const PREFIX: &str = "whsec_";

/// The secrets shared with one receiver.
pub struct Secrets(Vec<Key>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Reads one or two secrets, parted by a space: `whsec_` and 24 to 64 bytes in base64 each. Says what is
    /// wrong without repeating any of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let key = |word: &str| {
            let bytes = BASE64.decode(word.strip_prefix(PREFIX)?).ok()?;
            let is_fitting = (24..=64).contains(&bytes.len());
            is_fitting.then(|| Key::new(HMAC_SHA256, &bytes))
        };
        let keys: Option<Vec<Key>> = text.split_whitespace().map(key).collect();
        let keys = keys.ok_or("must be `whsec_` and 24 to 64 bytes in base64")?;
        match keys.len() {
            1 | 2 => Ok(Self(keys)),
            _ => Err("must be one secret, or two parted by a space"),
        }
    }

    /// The signatures of a body that is sent as `id` at `at`: one for each secret, parted by a space.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let mut signed = format!("{id}.{}.", at.as_second()).into_bytes();
        signed.extend_from_slice(body);
        let signature = |key| format!("v1,{}", BASE64.encode(sign(key, &signed)));
        let all: Vec<String> = self.0.iter().map(signature).collect();
        all.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Secret, id, time, body and signature of the convention's own example.
    const EXAMPLE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn it_signs_as_the_convention_does() {
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let signed = |secrets: &str| {
            let secrets = Secrets::parse(secrets).unwrap();
            secrets.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                at,
                b"{\"test\": 2432232314}",
            )
        };
        let known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed(EXAMPLE), known);
        let other = format!("whsec_{}", BASE64.encode([7; 32]));
        let both = signed(&format!("{other} {EXAMPLE}"));
        assert_eq!(both, format!("{} {known}", signed(&other)));
    }

    #[test]
    fn bad_secrets_are_refused_and_none_is_shown() {
        let short = format!("whsec_{}", BASE64.encode([7; 23]));
        let three = [EXAMPLE; 3].join(" ");
        for bad in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_%",
            &short,
            &three,
        ] {
            assert!(Secrets::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            format!("{:?}", Secrets::parse(EXAMPLE).unwrap()),
            "Secrets(1)"
        );
    }
}
