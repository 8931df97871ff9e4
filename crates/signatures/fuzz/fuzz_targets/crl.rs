//! Any bytes as a revocation list, whole or of changes: read or refused, and never believed.
#![no_main]

mod issuer;

use libfuzzer_sys::fuzz_target;
use signatures::{Crl, Delta};

fuzz_target!(|bytes: &[u8]| {
    assert!(Crl::open(bytes, &issuer::ISSUER).is_err());
    assert!(Delta::open(bytes, &issuer::ISSUER).is_err());
});
