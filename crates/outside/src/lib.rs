//! How we speak with a system outside our walls: a register, a provider.
//!
//! In go strict settings and a JSON body; out comes a reply, or a [`fault::Fault`] that says whether trying
//! again helps and who is to blame. All adapters read failures here and nowhere else, so that all lanes close
//! and open for the same reasons. Nothing is retried, logged or counted here: whoever runs the step does that.

mod peer;
#[cfg(feature = "replay")]
pub mod replay;
mod reply;
mod settings;

pub use peer::{Peer, Words};
pub use reply::Reply;
pub use settings::{BadSettings, HttpSettings, read};
