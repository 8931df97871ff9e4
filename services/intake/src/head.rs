//! What a message says of itself first: kind, service, channel.
//!
//! Rights are checked before anything else of a message is judged, so these three are read even where the rest
//! is cut off or malformed. What cannot be read is left out: a later check says what is wrong with it.

use std::{borrow::Cow, fmt};

use message::{Channel, Kind, ServiceCode};
use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};

/// The three members that a right is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub kind: Option<Kind>,
    pub service: Option<ServiceCode>,
    pub channel: Option<Channel>,
}

/// Reads as much of the head as `body` lets.
pub fn read(body: &[u8]) -> Head {
    let mut head = Head::default();
    // Where the body breaks off, what was read until then stands.
    serde_json::Deserializer::from_slice(body)
        .deserialize_map(Fill(&mut head))
        .ok();
    head
}

struct Fill<'a>(&'a mut Head);

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match name.as_ref() {
                "kind" => self.0.kind = map.next_value::<Cow<'de, str>>()?.parse().ok(),
                "service" => self.0.service = map.next_value::<Cow<'de, str>>()?.parse().ok(),
                "channel" => self.0.channel = map.next_value::<Cow<'de, str>>()?.parse().ok(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_head_is_read_as_far_as_the_body_goes() {
        let body =
            br#"{"x":{"kind":"status"},"kind":"result","service":"apostille","channel":"portal"}"#;
        let whole = read(body);
        assert_eq!(whole.kind, Some(Kind::Result));
        assert_eq!(whole.channel, Some(Channel::Portal));
        let cut = read(&body[..60]);
        assert_eq!((cut.kind, cut.channel), (Some(Kind::Result), None));
        assert_eq!(cut.service, whole.service);
        assert_eq!(read(b"[1]"), Head::default());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            read(&bytes);
        }
    }
}
