#![doc = include_str!("../README.md")]

pub mod algorithm;
pub mod ber;
pub mod bundle;
pub mod certificate;
mod chain;
mod cms;
pub mod crl;
pub mod encode;
pub mod evidence;
mod extensions;
pub mod format;
mod name;
pub mod ocsp;
pub mod oid;
mod party;
pub mod pins;
mod policy;
mod private;
mod report;
mod revocation;
mod role;
pub mod sign;
mod time;
pub mod tsp;
mod verdict;
mod verify;
mod words;

pub use ber::Malformed;
pub use certificate::Certificate;
pub use chain::{NotAnAuthority, Trust};
pub use cms::attached_content;
pub use crl::{Crl, CrlError, Delta};
pub use evidence::Evidence;
pub use extensions::{Extensions, usage};
pub use name::{Name, Subject};
pub use ocsp::{Ocsp, OcspError};
pub use party::{Party, expect, share};
pub use policy::Policy;
pub use private::Private;
pub use report::{Aspect, Check, Checks, Examined, Report, Said};
pub use revocation::{
    Answer, Crls, Freshness, Kept, Lack, OCSP_AGE_MAX, Ocsps, Revocation, Sources, Status,
};
pub use role::Role;
pub use tsp::{Token, TspError};
pub use verdict::{Finding, Need, Reason, Signer, Valid, Verdict};
pub use verify::{Question, Verifier};
pub use words::Words;
