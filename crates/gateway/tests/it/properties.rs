//! What holds for every message: written and read it is the same, and no bytes make the codec panic.

use gateway::{Limits, Operation, read_call, read_reply, write_call, write_fault, write_reply};
use proptest::prelude::*;

use crate::messages::{call, fault, reply};

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_that_was_written_is_read_as_it_was(call in call()) {
        let written = write_call(&call);
        prop_assert_eq!(read_call(written.as_bytes(), &Limits::default()).unwrap(), call);
    }

    #[test]
    fn an_answer_that_was_written_is_read_as_it_was(reply in reply()) {
        let written = write_reply(&reply);
        let read = read_reply(written.as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(read.unwrap(), reply);
    }

    #[test]
    fn a_fault_that_was_written_is_read_as_it_was(
        fault in fault(),
        operation in prop::sample::select(&Operation::ALL[..]),
    ) {
        let written = write_fault(&fault, operation);
        let read = read_reply(written.as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(read.unwrap_err(), fault);
    }

    #[test]
    fn what_is_cut_or_changed_is_refused_or_read_and_never_a_panic(
        call in call(),
        cut in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = write_call(&call).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            if let Ok(call) = read_call(bytes, &Limits::default()) {
                let again = write_call(&call);
                prop_assert_eq!(read_call(again.as_bytes(), &Limits::default()).unwrap(), call);
            }
            if let Err(refusal) = read_reply(bytes, &Limits::default()) {
                prop_assert_eq!(refusal.code, "SCE001");
            }
        }
    }

    #[test]
    fn nothing_secret_or_personal_shows(call in call()) {
        let shown = format!("{call:?}");
        if let Some(password) = call.sender().and_then(|sender| sender.password.as_ref()) {
            let secret = format!("{:?}", password.reveal());
            prop_assert!(secret.len() < 6 || !shown.contains(secret.trim_matches('"')), "{}", shown);
        }
    }
}
