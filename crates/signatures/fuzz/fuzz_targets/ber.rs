//! Any bytes as BER and as DER: what is DER is BER too, and the DER form of anything is its own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signatures::ber;
use signatures::encode::canonical;

fuzz_target!(|bytes: &[u8]| {
    if ber::der(bytes).is_ok_and(|element| canonical(&element).is_ok()) {
        assert!(ber::ber(bytes).is_ok_and(|element| canonical(&element).is_ok()));
    }
    if let Ok(element) = ber::ber(bytes)
        && let Ok(once) = canonical(&element)
    {
        let again = ber::der(&once).expect("the canonical form is DER");
        assert_eq!(canonical(&again).as_deref(), Ok(&*once));
    }
});
