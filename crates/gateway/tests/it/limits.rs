//! What is refused, and how it is told.

use gateway::{Limits, Operation, read_call, read_reply};

fn refusal(xml: &str) -> String {
    let refusal = read_call(xml.as_bytes(), &Limits::default()).unwrap_err();
    refusal.to_string()
}

fn sync(request: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <SendMessage><request>{request}</request></SendMessage></s:Body></s:Envelope>"
    )
}

#[test]
fn no_entity_is_ever_resolved_and_no_limit_passed() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"&#60;\">]><a>&b;</a>";
    assert!(refusal(bomb).contains("document type"), "{}", refusal(bomb));
    assert!(refusal("<a>&b;</a>").starts_with("SCE001"));
    let deep = sync(&["<a>".repeat(200), "</a>".repeat(200)].concat());
    assert!(
        refusal(&deep).contains("nested deeper"),
        "{}",
        refusal(&deep)
    );
    let wide = sync(&"<a/>".repeat(200_001));
    assert!(
        refusal(&wide).contains("more elements"),
        "{}",
        refusal(&wide)
    );
    let attributes: Vec<String> = (0..65).map(|number| format!(" a{number}=''")).collect();
    let many = sync(&format!("<a{}/>", attributes.concat()));
    assert!(
        refusal(&many).contains("more attributes"),
        "{}",
        refusal(&many)
    );
    let small = Limits {
        bytes_max: 10,
        ..Limits::default()
    };
    let long = read_call(sync("").as_bytes(), &small).unwrap_err();
    assert!(long.why.contains("larger"), "{long}");
}

#[test]
fn what_is_wrong_is_told_by_its_field_and_never_repeated() {
    let good = "<messageId>900101300017</messageId><serviceId>S</serviceId><messageDate>2026-11-22T12:00:00</messageDate>\
                <sender><senderId>s</senderId></sender>";
    let info = |info: &str| sync(&format!("<requestInfo>{info}</requestInfo>"));
    read_call(info(good).as_bytes(), &Limits::default()).unwrap();
    for (changed, told) in [
        (
            good.replace("messageId", "id"),
            "`messageId` is missing in `requestInfo`",
        ),
        (
            format!("{good}{good}"),
            "`messageId` stands twice in `requestInfo`",
        ),
        (
            good.replace("2026-11-22T", "900101300017"),
            "`messageDate` in `requestInfo` is not a time (xs:dateTime)",
        ),
        (
            good.replace("T12:00:00", " 12:00:00"),
            "`messageDate` in `requestInfo` is not a time (xs:dateTime)",
        ),
        (
            good.replace(">S<", "><b>900101300017</b><"),
            "`serviceId` has elements inside, and must be text",
        ),
    ] {
        assert_eq!(refusal(&info(&changed)), format!("SCE001: {told}"));
    }
    let refused = read_call(info("").as_bytes(), &Limits::default()).unwrap_err();
    assert_eq!(refused.operation, Some(Operation::SyncSend));
    assert_eq!(
        refusal(&sync("").replace("request>", "answer>")),
        "SCE001: `request` is missing in `SendMessage`"
    );
    assert_eq!(refusal("<a/>"), "SCE001: the document is no SOAP envelope");
    assert_eq!(
        refusal(&sync("").replace("SendMessage", "Other")),
        "SCE001: the Body holds no request that the channels know"
    );
    let two = sync("").replace("</s:Body>", "<a/></s:Body>");
    assert_eq!(
        refusal(&two),
        "SCE001: the Body must hold exactly one element"
    );
    let quoted = refusal("<a b='900101300017' b='1'/>");
    assert!(!quoted.contains("900101300017"), "{quoted}");
}

#[test]
fn errors_inside_errors_end_somewhere() {
    let mut error = "<errorCode>1</errorCode>".to_owned();
    for _ in 0..9 {
        error = format!("<errorCode>1</errorCode><errorMessage/><subError>{error}</subError>");
    }
    let fault = format!(
        "<Envelope><Body><Fault><faultcode>Client</faultcode><detail><e>{error}</e></detail></Fault></Body></Envelope>"
    );
    let read = read_reply(fault.as_bytes(), &Limits::default())
        .unwrap()
        .unwrap_err();
    assert_eq!(read.error, None);
}
