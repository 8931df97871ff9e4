//! Any bytes as a request or an answer of the channels: read or refused, never a panic; what was read is written
//! so that it is read as the same again.
#![no_main]

use gateway::security::Guard;
use gateway::{Limits, Operation, read_call, read_reply, write_call, write_fault, write_reply};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

/// What is written may be a little more than what was read: namespaces that are brought along, an envelope around.
const WIDE: Limits = Limits {
    bytes_max: usize::MAX,
    depth_max: 110,
    elements_max: 400_000,
    attributes_max: 200,
    namespaces_max: 200,
};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    if let Ok(call) = read_call(bytes, &limits) {
        let again = read_call(write_call(&call).as_bytes(), &WIDE);
        assert_eq!(again.as_ref(), Ok(&call));
        let opened = Guard::off()
            .open(bytes, &limits, Timestamp::UNIX_EPOCH)
            .unwrap();
        assert_eq!(read_call(opened.body.as_bytes(), &WIDE).as_ref(), Ok(&call));
    }
    match read_reply(bytes, &limits) {
        Ok(Ok(reply)) => {
            let again = read_reply(write_reply(&reply).as_bytes(), &WIDE);
            assert_eq!(again, Ok(Ok(reply)));
        }
        Ok(Err(fault)) => {
            let written = write_fault(&fault, Operation::SyncSend);
            assert!(read_reply(written.as_bytes(), &WIDE).unwrap().is_err());
        }
        Err(_) => {}
    }
});
