//! Any bytes as a key, a signature and a digest of each scheme: read or refused, and a prepared key says the same.
#![no_main]

use gost::{PublicKey, Scheme, SigningKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for scheme in Scheme::ALL {
        let size = scheme.size();
        let (key, rest) = bytes.split_at(bytes.len().min(2 * size));
        let (signature, digest) = rest.split_at(rest.len().min(2 * size));
        let _ = SigningKey::new(scheme, digest);
        if let Ok(key) = PublicKey::new(scheme, key) {
            let plain = key.verify_digest(digest, signature);
            let prepared = key.prepare().map(|key| key.verify_digest(digest, signature));
            assert_eq!(prepared, Ok(plain));
        }
    }
});
