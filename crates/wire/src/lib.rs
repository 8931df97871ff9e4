//! Bytes ⇄ nouns. The only room that knows protobuf.
//!
//! [`encode`] and [`decode`] carry an [`Event`] through AMQP; the modules below hold the generated gRPC
//! clients and servers. What is read is checked: a message on the wire that the nouns do not allow is
//! [`Unreadable`], which names the field and never repeats its value.

mod decode;
mod encode;

use message::Event;
use prost::Message as _;

pub use decode::Unreadable;

/// The generated contracts, a module for each `proto/kezek/<noun>/v1`.
pub mod proto {
    #![allow(clippy::all, clippy::pedantic, unreachable_pub)]
    /// `kezek.message.v1`
    pub mod message {
        tonic::include_proto!("kezek.message.v1");
    }
}

/// The bytes of an event.
pub fn encode(event: &Event) -> Vec<u8> {
    encode::event(event).encode_to_vec()
}

/// Reads an event. Fails with the field that is wrong.
pub fn decode(bytes: &[u8]) -> Result<Event, Unreadable> {
    decode::event(proto::message::Event::decode(bytes)?)
}
