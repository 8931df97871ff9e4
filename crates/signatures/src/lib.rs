//! Electronic signatures: bytes in, a three-valued [`Verdict`] out.
//!
//! A [`Verifier`] holds whom to trust ([`Trust`]) and what to demand ([`Policy`]); [`Revocation`] is
//! given in with each question, and so is the instant. Formats (`format`) and algorithms (`algorithm`)
//! are tables, so that one more changes no caller. The bytes that were verified come back in
//! [`Valid::content`]. No network, no clock, no state; no input makes it panic; persons' data leave
//! only inside [`Private`].
//!
//! ```
//! use jiff::Timestamp;
//! use signatures::{Certificate, Crls, Policy, Reason, Trust, Verdict, Verifier};
//!
//! let trust = Trust::of(Vec::<Certificate>::new())?;
//! let verifier = Verifier::new(trust, Policy::default());
//! let verdict = verifier.verify(b"<xml/>", None, Timestamp::UNIX_EPOCH, &Crls::default());
//! let Verdict::Invalid(finding) = verdict else { panic!("no signature, and yet not refused") };
//! assert_eq!(finding.reason, Reason::FormatUnknown);
//! # Ok::<(), signatures::NotAnAuthority>(())
//! ```

pub mod algorithm;
pub mod ber;
pub mod certificate;
mod chain;
mod cms;
pub mod crl;
pub mod encode;
mod extensions;
pub mod format;
mod name;
pub mod ocsp;
pub mod oid;
mod policy;
mod private;
mod revocation;
mod role;
pub mod sign;
mod time;
pub mod tsp;
mod verdict;
mod verify;

pub use ber::Malformed;
pub use certificate::Certificate;
pub use chain::{NotAnAuthority, Trust};
pub use cms::attached_content;
pub use crl::{Crl, CrlError, Delta};
pub use extensions::{Extensions, usage};
pub use name::{Name, Subject};
pub use ocsp::{Ocsp, OcspError};
pub use policy::Policy;
pub use private::Private;
pub use revocation::{Crls, Freshness, Lack, Revocation, Status};
pub use role::Role;
pub use tsp::{Token, TspError};
pub use verdict::{Finding, Need, Reason, Signer, Valid, Verdict};
pub use verify::Verifier;
