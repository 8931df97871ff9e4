//! Any mapping and any answer, parted by a zero byte: refused or read, never a panic; what is read is read the
//! same again, and a template that was taken stays well-formed whatever its values are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mapping::{Answer, Asked, Format, Mapping, Values};
use xmldsig::{Document, Limits};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (text, answer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(mapping) = Mapping::parse(text, Values::new()) else { return };
    let hostile = String::from_utf8_lossy(answer);
    let asked: Asked = mapping
        .about()
        .names()
        .map(|name| (name, if name == "subject.amount_tenge" { "7" } else { &*hostile }))
        .collect();
    let request = mapping.request(&asked).map(|filled| filled.expect("every name has a value"));
    match mapping.format() {
        Format::Xml => {
            let limits = Limits { bytes_max: usize::MAX, ..Limits::default() };
            if let Some(request) = request {
                assert!(Document::parse(request.as_bytes(), &limits).is_ok(), "{request}");
            }
            let Ok(document) = Document::parse(answer, &Limits::default()) else { return };
            let read = || mapping.read(Answer::Xml(document.unverified()), &asked);
            assert_eq!(read(), read());
        }
        Format::Json => {
            if let Some(request) = request {
                assert!(serde_json::from_str::<serde_json::Value>(&request).is_ok(), "{request}");
            }
            let Ok(value) = serde_json::from_slice::<serde_json::Value>(answer) else { return };
            let read = || mapping.read(Answer::Json(&value), &asked);
            assert_eq!(read(), read());
        }
    }
});
