//! Any document: its canonical form is a document too, and its own canonical form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xmldsig::{Document, Limits, Method};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::parse(bytes, &Limits::default()) else {
        return;
    };
    // The canonical form may bind on one element what several had bound above it.
    let wide = Limits { attributes_max: 1024, bytes_max: 64 * bytes.len(), ..Limits::default() };
    for method in [
        Method::INCLUSIVE,
        Method::INCLUSIVE.with_comments(),
        Method::EXCLUSIVE,
        Method::EXCLUSIVE.with_comments(),
    ] {
        let Ok(once) = document.canonical(&method) else {
            continue;
        };
        let again = Document::parse(&once, &wide)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&once)));
        assert!(again.canonical(&method).as_deref() == Ok(once.as_slice()), "{}", String::from_utf8_lossy(&once));
    }
});
