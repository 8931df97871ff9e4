//! Any bytes from a queue are read or refused; what is read is written back and read the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(event) = wire::decode(bytes) {
        assert!(wire::decode(&wire::encode(&event)).is_ok_and(|again| again == event));
    }
});
