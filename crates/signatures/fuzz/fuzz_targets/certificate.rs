//! Any bytes as a certificate, or a file of them: read or refused, and what is read can be described.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signatures::Certificate;

fuzz_target!(|bytes: &[u8]| {
    let _ = Certificate::all_in_file(bytes);
    if let Ok(certificate) = Certificate::parse(bytes) {
        assert_eq!(certificate.der(), bytes);
        let _ = (certificate.owner(), certificate.roles(), certificate.subject().printed());
        let _ = (certificate.sha256(), certificate.authority());
    }
});
