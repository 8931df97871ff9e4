//! Any bytes as a response and as a question: read or refused, and never believed.
#![no_main]

mod issuer;

use libfuzzer_sys::fuzz_target;
use signatures::Ocsp;
use signatures::sign::ocsp::read;

fuzz_target!(|bytes: &[u8]| {
    let _ = read(bytes);
    assert!(Ocsp::all(bytes, &issuer::ISSUER).is_err());
});
