//! Any bytes as a signed document or envelope: read or refused, never a panic, never verified without
//! a certificate that is trusted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signatures::Policy;
use signatures::algorithm::ALGORITHMS;
use signatures::format::Rules;
use xmldsig::{Demand, Document, Limits, Signed, open, wsse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::parse(bytes, &Limits::default()) else {
        return;
    };
    let policy = Policy::default();
    let rules = Rules { policy: &policy, algorithms: ALGORITHMS };
    let path = Demand { signed: Signed::Path(&[("", "doc"), ("", "part")]), ..Demand::DOCUMENT };
    let opened = [
        open(&document, &Demand::DOCUMENT),
        open(&document, &Demand::ANY),
        open(&document, &path),
        wsse::open(&document, &[], &rules),
    ];
    for opened in opened.into_iter().flatten() {
        assert!(opened.pinned(&[]).is_err());
    }
});
