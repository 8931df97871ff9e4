//! The mail server, spoken to by a real client.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, message::MultiPart,
    transport::smtp::Error,
};

use crate::play::Play;

const SUBJECT: &str = "Өтінішіңіз қабылданды / Заявление принято, № 00001";

async fn send(play: &Play) -> Result<(), Error> {
    let address = play.url("smtp");
    let (host, port) = address.split_once(':').unwrap();
    let mail = Message::builder()
        .from("kezek@gov.test".parse().unwrap())
        .to("Үлгілі Айгүл <aigul@mail.test>".parse().unwrap())
        .subject(SUBJECT)
        .multipart(MultiPart::alternative_plain_html(
            "Сәлем!\n.нүкте басында\nпривет".to_owned(),
            "<b>Сәлем</b>".to_owned(),
        ))
        .unwrap();
    let client = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(port.parse().unwrap())
        .build();
    client.send(mail).await.map(drop)
}

/// Whether a client that waits half a second has no answer. (Its own timeout covers the connection only.)
async fn gives_up(play: &Play) -> bool {
    tokio::time::timeout(Duration::from_millis(500), send(play))
        .await
        .is_err()
}

#[tokio::test]
async fn a_mail_is_kept_with_its_subject_and_both_texts_decoded() {
    let play = Play::start().await;
    send(&play).await.unwrap();
    let mails = play.control("/mail").await;
    let mail = &mails[0];
    assert_eq!(mail["subject"], SUBJECT);
    assert_eq!(mail["to"][0], "aigul@mail.test");
    assert_eq!(mail["from"], "kezek@gov.test");
    assert_eq!(mail["text"], "Сәлем!\n.нүкте басында\nпривет");
    assert_eq!(mail["html"], "<b>Сәлем</b>");
}

#[tokio::test]
async fn its_faults_are_those_of_a_mail_server() {
    let play = Play::start().await;
    play.fault("smtp", "error-500", 0).await;
    assert!(send(&play).await.unwrap_err().is_transient());
    play.fault("smtp", "error-503", 0).await;
    assert!(send(&play).await.unwrap_err().is_transient());
    play.fault("smtp", "reject", 0).await;
    assert!(send(&play).await.unwrap_err().is_permanent());
    play.fault("smtp", "garbage", 0).await;
    assert!(send(&play).await.is_err());
    play.fault("smtp", "hang", 0).await;
    assert!(gives_up(&play).await);
    play.fault("smtp", "down", 0).await;
    assert!(send(&play).await.is_err());
    play.fault("smtp", "none", 0).await;
    assert_eq!(
        play.control("/mail").await.as_array().unwrap().len(),
        0,
        "none of them was taken"
    );

    send(&play).await.unwrap();
    play.fault("smtp", "late", 30_000).await;
    assert!(gives_up(&play).await);
    assert_eq!(
        play.control("/mail").await.as_array().unwrap().len(),
        2,
        "late, but taken"
    );
}
