//! Any bytes as a token, an answer and a question: read or refused, and never believed without an anchor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signatures::Trust;
use signatures::sign::tsp::read;
use signatures::tsp::{granted, parse};

fuzz_target!(|bytes: &[u8]| {
    let _ = read(bytes);
    for token in [Ok(bytes), granted(bytes)] {
        if let Ok(token) = token.and_then(parse) {
            assert!(token.check(&Trust::default()).is_err());
        }
    }
});
