//! Recorded variants of the channels' messages (kz.md 4), one file each in `tests/cases`.

use gateway::kezek::{self, Root};
use gateway::types::{MessageType, StatusInfo};
use gateway::{
    Call, Data, Fault, Kind, Limits, Reply, Side, read_call, read_reply, state, write_call,
};
use jiff::Timestamp;

fn recorded(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/cases/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn call(name: &str) -> Call {
    let call = read_call(&recorded(name), &Limits::default()).unwrap();
    let written = write_call(&call);
    assert_eq!(
        read_call(written.as_bytes(), &Limits::default()),
        Ok(call.clone()),
        "{name}"
    );
    call
}

fn reply(name: &str) -> Result<Reply, Fault> {
    read_reply(&recorded(name), &Limits::default()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn payload(data: &Data) -> &str {
    std::str::from_utf8(data.payload()).unwrap()
}

macro_rules! the {
    ($variant:path, $value:expr) => {
        match $value {
            $variant(inside) => inside,
            other => panic!("{other:?}"),
        }
    };
}

#[test]
fn what_axis_adds_is_let_pass_and_what_is_nil_or_empty_is_missing() {
    let call = the!(Call::SyncSend, call("sync_axis"));
    let info = &call.info;
    assert_eq!(
        (info.message_id.as_str(), info.service_id.as_str()),
        ("m-1", "GBDUL_INFO_BY_BIN")
    );
    assert_eq!((&info.correlation_id, &info.route_id), (&None, &None));
    assert_eq!(info.message_date, at("2023-02-14T04:30:00.125Z"));
    assert_eq!(info.sender.password.as_ref().unwrap().reveal(), "p&ss");
    assert_eq!(
        (info.properties.len(), info.properties[0].value.as_str()),
        (1, "true")
    );
    assert_eq!(
        info.session_id.as_deref(),
        Some("0a1b2c3d-0000-4000-8000-000000000001")
    );
    assert!(call.data.is_text());
    assert_eq!(
        payload(&call.data),
        "<request><BIN>120140000027</BIN></request>"
    );
    let limits = Limits::default();
    let document = call.data.document(&limits).unwrap();
    assert_eq!(
        document.unverified().only("BIN").unwrap().text(),
        "120140000027"
    );
}

#[test]
fn qualified_data_is_read_and_its_element_keeps_every_octet_but_for_what_it_needs_to_stand_alone() {
    let call = the!(Call::SyncSend, call("sync_qualified_data"));
    let expected = "<p:q xmlns:i=\"http://bip.bee.kz/SyncChannel/v10/Interfaces\" xmlns:p=\"urn:p\" i:kept=\"yes\"> <!-- kept --> <p:r/></p:q>";
    assert_eq!(payload(&call.data), expected);
    assert_eq!(call.data.kind(), None);
}

#[test]
fn typed_data_is_the_document_itself_in_any_order_of_the_rest() {
    let call = the!(Call::SyncSend, call("sync_typed_data"));
    assert_eq!(call.info.message_id, "m-3");
    let kind = Kind {
        namespace: "http://message.persistence.interactive.nat".to_owned(),
        name: "Request".to_owned(),
    };
    assert_eq!(call.data.kind(), Some(&kind));
    assert_eq!(
        payload(&call.data),
        "<data xmlns:cs=\"http://message.persistence.interactive.nat\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"cs:Request\"><messageId>7</messageId><iin>900101300017</iin></data>"
    );
}

#[test]
fn qualified_children_escaped_data_and_times_without_offset_are_read() {
    let call = the!(Call::SyncSend, call("sync_qualified_children"));
    assert_eq!(call.info.message_id, "m-4");
    assert_eq!(call.info.message_date, at("2026-11-22T07:00:00Z"));
    assert_eq!(payload(&call.data), "<a>1</a>");
}

#[test]
fn success_is_one_code_alone_and_a_refusal_may_come_without_data() {
    let reply = the!(Reply::SyncSend, reply("sync_refused").unwrap());
    assert_eq!(reply.info.status.code, "VAL-R-004");
    assert!(!reply.info.status.is_success() && StatusInfo::success().is_success());
    assert!(reply.data.is_empty());
    assert!(!format!("{reply:?}").contains("Некорректный"), "{reply:?}");
}

#[test]
fn an_async_message_may_lack_its_id_and_says_what_it_is() {
    let send = the!(Call::Send, call("async_send"));
    assert_eq!(
        (&send.info.message_id, &send.info.message_type),
        (&None, &MessageType::Notification)
    );
    assert_eq!(send.data.kind().unwrap().name, "docOutgoing");
    let push = the!(Call::PushSend, call("push_message"));
    assert_eq!(
        push.info.message_type,
        MessageType::Other("TEST".to_owned())
    );
    assert!(push.data.is_empty());
}

#[test]
fn what_waits_is_asked_for_and_read_without_what_is_nil() {
    let asked = the!(Call::GetMessages, call("async_get_messages"));
    assert_eq!(
        (asked.amount, &asked.sender, asked.request_date),
        (Some(5), &None, None)
    );
    let got = the!(Reply::GetMessages, reply("async_messages").unwrap());
    assert_eq!((got.session_id.as_str(), got.messages.len()), ("", 1));
    assert_eq!(got.messages[0].info.correlation_id.as_deref(), Some("m-1"));
    let limits = Limits::default();
    let document = got.messages[0].data.document(&limits).unwrap();
    assert_eq!(Root::of(&document.unverified()), Some(Root::Registered));
    let json = kezek::to_json(&document.unverified()).unwrap();
    assert_eq!(json["registration_number"], "K-1");
}

#[test]
fn deliveries_and_states_are_read() {
    let notified = the!(
        Call::DeliveryNotification,
        call("async_delivery_notification")
    );
    let status = notified.notification.delivery_status;
    assert_eq!(
        (
            status.receive_status.as_str(),
            status.resend_message.as_str()
        ),
        (state::NOT_DELIVERED, "true")
    );
    assert_eq!(status.error.unwrap().code, "SCE001");
    let asked = the!(Reply::MessageStatus, reply("async_message_status").unwrap());
    assert_eq!(asked.message_state, state::ON_DELIVERY);
    let pushed = the!(Call::PushStatus, call("push_status"));
    assert_eq!(pushed.notification.message_state, state::DELIVERY_STOPPED);
    assert_eq!(pushed.notification.status.message, "stopped");
}

#[test]
fn a_fault_is_known_by_its_innermost_code_whatever_it_came_as() {
    let nested = reply("fault_nested").unwrap_err();
    assert_eq!((nested.code(), &nested.side), ("SCE006", &Side::Server));
    assert_eq!(
        nested.error.as_ref().unwrap().session_id.as_deref(),
        Some("s-1")
    );
    let foreign = reply("fault_foreign").unwrap_err();
    assert_eq!(
        (foreign.code(), foreign.message.as_str(), &foreign.error),
        ("", "boom", &None)
    );
    let newer = reply("fault_soap12").unwrap_err();
    assert_eq!(
        (newer.code(), &newer.side, newer.message.as_str()),
        ("SCE004", &Side::Client, "no")
    );
    assert_eq!(newer.error.unwrap().date, None);
}
