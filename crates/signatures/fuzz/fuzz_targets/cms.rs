//! Any bytes as an envelope: read or refused, never a panic, and never valid without an anchor.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use signatures::{Crls, Policy, Trust, Verdict, Verifier, attached_content};

fuzz_target!(|bytes: &[u8]| {
    let _ = attached_content(bytes);
    let policy = Policy { signing_certificate_required: false, ..Policy::default() };
    let verifier = Verifier::new(Trust::default(), policy);
    for content in [None, Some(b"content".as_slice())] {
        let verdict =
            verifier.verify(bytes, content, Timestamp::UNIX_EPOCH, &Crls::default());
        assert!(matches!(verdict, Verdict::Invalid(_)));
    }
});
