//! Bytes ⇄ nouns. The only room that knows protobuf.
//!
//! [`encode`] and [`decode`] carry an [`Event`] through AMQP; the modules below hold the generated gRPC
//! clients and servers. What is read is checked: a message on the wire that the nouns do not allow is
//! [`Unreadable`], which names the field and never repeats its value.

mod decode;
mod encode;
pub mod registry;
pub mod signature;

use message::Event;
use prost::Message as _;

pub use decode::Unreadable;

/// The generated contracts, a module for each `proto/kezek/<noun>/v1`.
pub mod proto {
    #![allow(
        clippy::all,
        clippy::pedantic,
        clippy::clone_on_ref_ptr,
        unreachable_pub
    )]
    /// `kezek.message.v1`. The inner module is where contracts that use these nouns look for them.
    pub mod message {
        pub use v1::*;
        pub mod v1 {
            tonic::include_proto!("kezek.message.v1");
        }
    }
    /// `kezek.monitor.v1`
    pub mod monitor {
        pub use v1::*;
        pub mod v1 {
            tonic::include_proto!("kezek.monitor.v1");
        }
    }
    /// `kezek.registry.v1`
    pub mod registry {
        pub use v1::*;
        pub mod v1 {
            tonic::include_proto!("kezek.registry.v1");
        }
    }
    /// `kezek.signature.v1`
    pub mod signature {
        pub use v1::*;
        pub mod v1 {
            tonic::include_proto!("kezek.signature.v1");
        }
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
