//! Any bytes as a revocation list: read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = signatures::crl::parse(bytes);
});
