//! The client over a real line: it signs what it sends, takes only what is signed as agreed, and says of each
//! failure whether it is the message's.

use std::path::{Path, PathBuf};

use fault::delivery::{PROVIDER_FAILED, PROVIDER_GARBLED, PROVIDER_REJECTED, PROVIDER_UNREACHABLE};
use fault::{Again, Blame};
use gateway::client::{Client, Named, Settings, shown};
use gateway::security::{Guard, Security};
use gateway::types::{GetMessages, GetMessagesReply, SyncMessageInfo, SyncSend};
use gateway::{
    Call, Data, Fault, Limits, Naming, Operation, Reply, code, read_call, write_fault, write_reply,
};
use outside::Words;
use outside::replay::{Recording, Replay};

use crate::world::{System, WORLD, now};

const NAMED: Named = Named {
    words: Words {
        unreachable: &PROVIDER_UNREACHABLE,
        failed: &PROVIDER_FAILED,
        garbled: &PROVIDER_GARBLED,
        doing: "ask in a test",
    },
    rejected: &PROVIDER_REJECTED,
};

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A client of the channel at `endpoint`, signed both ways.
fn client(endpoint: &str, folder: &Path, security: &str) -> Client {
    let mut table: toml::Table = toml::from_str("service_id = 'S'\nsender_id = 'kezek'").unwrap();
    let mut set = |field: &str, value: &str| table.insert(field.to_owned(), value.into());
    set("endpoint", endpoint);
    set("security", security);
    for (field, text) in [
        ("certificate_file", &WORLD.us.certificate_pem),
        ("key_file", &WORLD.us.key_pem),
    ] {
        set(field, file(folder, field, text).to_str().unwrap());
    }
    let pinned = file(folder, "pinned", &WORLD.gateway.certificate_pem);
    let pinned = vec![toml::Value::from(pinned.to_str().unwrap())];
    table.insert("peer_certificates".to_owned(), pinned.into());
    let (settings, _) = Settings::beside::<toml::Table>(&table, &[]).unwrap();
    settings.client(NAMED, now).unwrap()
}

fn question() -> GetMessages {
    GetMessages {
        message_id: None,
        correlation_id: Some("c-1".to_owned()),
        request_date: None,
        service_id: "S".to_owned(),
        sender: None,
        amount: None,
        properties: Vec::new(),
    }
}

fn answer() -> GetMessagesReply {
    GetMessagesReply {
        response_date: now(),
        session_id: String::new(),
        messages: Vec::new(),
    }
}

fn sealed(by: &System, envelope: String) -> String {
    let guard = by.guard(Security::Signed, Naming::IssuerSerial, &[]);
    String::from_utf8(guard.seal(envelope, "id-7").unwrap()).unwrap()
}

async fn replies(status: u16, envelope: &str) -> Replay {
    let response = format!("HTTP/1.1 {status} X\ncontent-type: text/xml\n\n{envelope}\n");
    Replay::start(Recording::Response(response)).await.unwrap()
}

/// What the client makes of an answer, over a channel that is signed as `security` says.
async fn asked(
    security: &str,
    status: u16,
    envelope: &str,
) -> Result<GetMessagesReply, fault::Fault> {
    let folder = tempfile::tempdir().unwrap();
    let replay = replies(status, envelope).await;
    let client = client(&replay.endpoint(), folder.path(), security);
    client.get_messages(question()).await
}

#[tokio::test]
async fn what_goes_out_is_signed_and_what_is_signed_by_the_pinned_certificate_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let envelope = sealed(&WORLD.gateway, write_reply(&Reply::GetMessages(answer())));
    let replay = replies(200, &envelope).await;
    let client = client(&replay.endpoint(), folder.path(), "required");
    assert_eq!(client.get_messages(question()).await.unwrap(), answer());
    let sent = &replay.asked()[0];
    let theirs = WORLD
        .gateway
        .guard(Security::Required, Naming::KeyIdentifier, &[&WORLD.us]);
    let opened = theirs.open(&sent.body, &Limits::default(), now()).unwrap();
    let call = read_call(opened.body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(call, Call::GetMessages(question()));
    client.probe().await.unwrap();
}

#[tokio::test]
async fn what_is_not_signed_as_agreed_is_garbled() {
    let plain = write_reply(&Reply::GetMessages(answer()));
    for (security, envelope, told) in [
        ("required", plain.clone(), "SCE007"),
        ("required", sealed(&WORLD.stranger, plain.clone()), "SCE006"),
        ("signed", sealed(&WORLD.stranger, plain.clone()), "SCE006"),
    ] {
        let fault = asked(security, 200, &envelope).await.unwrap_err();
        assert_eq!(
            (fault.code.name, fault.again),
            ("provider-garbled", Again::Later)
        );
        assert!(fault.explanation.starts_with(told), "{fault}");
    }
    assert_eq!(asked("signed", 200, &plain).await.unwrap(), answer());
}

#[tokio::test]
async fn a_fault_says_whether_again_helps_and_who_is_to_blame() {
    for (code, name, again, blame) in [
        (
            code::TRANSPORT_TIME,
            "provider-unreachable",
            Again::Later,
            Blame::Lane,
        ),
        (
            code::TRANSPORT_WRONG,
            "provider-unreachable",
            Again::Later,
            Blame::Lane,
        ),
        (
            code::TRANSPORT_UNSIGNED,
            "provider-unreachable",
            Again::Later,
            Blame::Lane,
        ),
        (
            code::DATA_TIME,
            "provider-unreachable",
            Again::Later,
            Blame::Lane,
        ),
        (
            code::DATA_UNSIGNED,
            "provider-unreachable",
            Again::Later,
            Blame::Lane,
        ),
        (
            code::NO_SERVICE,
            "provider-unreachable",
            Again::Later,
            Blame::Lane,
        ),
        (
            code::DATA_WRONG,
            "provider-rejected",
            Again::Never,
            Blame::Message,
        ),
        (
            code::FORMAT,
            "provider-rejected",
            Again::Never,
            Blame::Message,
        ),
        ("XYZ", "provider-rejected", Again::Never, Blame::Message),
        (
            code::INTERNAL,
            "provider-failed",
            Again::Later,
            Blame::Message,
        ),
    ] {
        let envelope = write_fault(
            &Fault::new(code, "900101300017", now()),
            Operation::GetMessages,
        );
        let fault = asked("required", 500, &sealed(&WORLD.gateway, envelope))
            .await
            .unwrap_err();
        assert_eq!(
            (fault.code.name, fault.again, fault.blame),
            (name, again, blame),
            "{code}"
        );
        assert_eq!(fault.explanation, format!("fault {code}"));
    }
    // An unsigned fault may be anybody's: it is not believed, and the message waits.
    let envelope = write_fault(&Fault::new(code::FORMAT, "", now()), Operation::GetMessages);
    let fault = asked("required", 500, &envelope).await.unwrap_err();
    assert_eq!(
        (fault.code.name, fault.again),
        ("provider-failed", Again::Later)
    );
    assert_eq!(shown("900101300017"), "without a known code");
}

#[tokio::test]
async fn an_answer_of_another_operation_is_garbled() {
    let folder = tempfile::tempdir().unwrap();
    let replay = replies(200, &write_reply(&Reply::GetMessages(answer()))).await;
    let client = client(&replay.endpoint(), folder.path(), "signed");
    let call = SyncSend {
        info: SyncMessageInfo {
            message_id: "m-1".to_owned(),
            correlation_id: None,
            service_id: "S".to_owned(),
            message_date: now(),
            route_id: None,
            sender: client.sender().clone(),
            properties: Vec::new(),
            session_id: None,
        },
        data: Data::empty(),
    };
    let fault = client.send_sync(call).await.unwrap_err();
    assert_eq!(fault.explanation, "the answer is to another operation");
}

#[test]
fn a_guard_that_is_off_needs_nothing() {
    assert_eq!(Guard::off().security(), Security::Off);
}
