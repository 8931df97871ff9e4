//! Any bytes as stored evidence: read or refused, the same after it was written, and the same answer twice.
//!
//! What does not begin as JSON is cut into pieces (two octets of length, then so many), which are put into
//! a bundle at the places of its members: so what lies under the base64 is reached as well.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use signatures::bundle::Bundle;
use signatures::format::FORMATS;

fuzz_target!(|bytes: &[u8]| {
    let bundle = match bytes.first() {
        Some(b'{') => Bundle::from_json(bytes),
        _ => Bundle::from_json(&of_pieces(bytes)),
    };
    let Ok(bundle) = bundle else {
        return;
    };
    let written = bundle.to_json().expect("what was read can be written");
    assert_eq!(Bundle::from_json(&written).expect("what was written can be read"), bundle);
    let content = Some(b"content".as_slice());
    if let Ok(report) = bundle.verify(content, FORMATS) {
        let again = bundle.verify(content, FORMATS).expect("the same as before");
        assert_eq!(again, report);
    }
});

fn of_pieces(mut bytes: &[u8]) -> Vec<u8> {
    let mut next = || {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (piece, rest) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes(*length))));
        bytes = rest;
        Some(STANDARD.encode(piece))
    };
    let (signature, anchor, between, timestamp) = (next(), next(), next(), next());
    let mut revocation = Vec::new();
    while let Some(der) = next() {
        revocation.push(json!({"kind": "crl", "der": der}));
    }
    let bundle = json!({
        "version": 1,
        "signature": signature.unwrap_or_default(),
        "timestamp": timestamp.filter(|token| !token.is_empty()),
        "anchors": [anchor],
        "intermediates": [between],
        "revocation": revocation,
        "at": "2026-06-15T09:00:00Z",
        "demands": {"signing_certificate_required": false, "list_grace_s": 0, "ocsp_age_s_max": 300},
        "expected": [{"iin": "850315400104"}],
        "outcome": "valid",
    });
    bundle.to_string().into_bytes()
}
