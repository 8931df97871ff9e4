//! The question by gRPC: the same opinions, told as answers.

use std::sync::Arc;

use message::Message;
use signature::grpc::Questions;
use tokio::net::TcpListener;
use tonic::transport::Channel;
use tonic::transport::server::TcpIncoming;
use wire::proto::signature::signatures_client::SignaturesClient;
use wire::proto::signature::{VerifyBatchRequest, VerifyRequest};
use wire::signature::{Answer, Opinion, question, read_answer};

use crate::ca::{Leaf, REVOKED_SERIAL};
use crate::world::{PERSON, World};

async fn client(world: &World) -> SignaturesClient<Channel> {
    let (verify, _) = world.service();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tonic::transport::Server::builder().add_service(Questions::server(
        Arc::clone(&verify),
        1024 * 1024,
        3,
    ));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    SignaturesClient::connect(format!("http://{address}"))
        .await
        .unwrap()
}

async fn ask(client: &mut SignaturesClient<Channel>, message: &Message) -> Answer {
    read_answer(client.verify(question(message)).await.unwrap().into_inner()).unwrap()
}

#[tokio::test]
async fn all_three_answers_are_given() {
    let world = World::new().await;
    let mut client = client(&world).await;
    let valid = ask(&mut client, &world.signed_by(PERSON)).await;
    let Opinion::Valid { signers } = &valid.opinion else {
        panic!("not valid")
    };
    assert_eq!(signers.len(), 1);
    let told: Vec<_> = valid
        .findings
        .iter()
        .map(|one| one.aspect.as_str())
        .collect();
    let order = signatures::Aspect::ALL.map(signatures::Aspect::as_str);
    assert_eq!(told, order);
    assert!(valid.findings.iter().all(|one| one.outcome != "invalid"));
    let kinds: Vec<_> = valid.evidence.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["crl", "crl"]);
    let revoked = world.signed_by(Leaf {
        serial: REVOKED_SERIAL,
        ..PERSON
    });
    let refused = ask(&mut client, &revoked).await;
    assert_eq!(code(&refused), "certificate-revoked");
    let wrong: Vec<_> = refused
        .findings
        .iter()
        .filter(|one| one.outcome == "invalid")
        .map(|one| (one.signature, one.signer, one.code.as_str()))
        .collect();
    assert_eq!(wrong, [(1, 1, "revoked")]);
    let world = World::without_lists().await;
    let mut client = self::client(&world).await;
    let waits = ask(&mut client, &world.signed_by(PERSON)).await;
    assert!(matches!(waits.opinion, Opinion::Undetermined { .. }));
    assert_eq!(code(&waits), "revocation-unknown");
}

/// The code of an answer that is not valid.
fn code(answer: &Answer) -> &str {
    match &answer.opinion {
        Opinion::Valid { .. } => "valid",
        Opinion::Invalid { code, .. } | Opinion::Undetermined { code, .. } => code,
    }
}

#[tokio::test]
async fn a_batch_is_answered_in_order_and_is_bounded() {
    let world = World::new().await;
    let mut client = client(&world).await;
    let good = world.signed_by(PERSON);
    let revoked = world.signed_by(Leaf {
        serial: REVOKED_SERIAL,
        ..PERSON
    });
    let questions: Vec<_> = [&good, &revoked, &good].map(question).to_vec();
    let request = VerifyBatchRequest {
        questions: questions.clone(),
    };
    let answers = client.verify_batch(request).await.unwrap().into_inner();
    let answers: Vec<Answer> = answers
        .answers
        .into_iter()
        .map(|one| read_answer(one).unwrap())
        .collect();
    let codes: Vec<&str> = answers.iter().map(code).collect();
    assert_eq!(codes, ["valid", "certificate-revoked", "valid"]);
    let too_many = VerifyBatchRequest {
        questions: [questions.clone(), questions].concat(),
    };
    let status = client.verify_batch(too_many).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn what_is_no_question_is_told_so() {
    let world = World::new().await;
    let mut client = client(&world).await;
    let status = client
        .verify(VerifyRequest { message: None })
        .await
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
    assert_eq!(status.message(), "field `message` is missing");
    let mut huge = world.signed_by(PERSON);
    huge.document.content = vec![0; 2 * 1024 * 1024];
    assert!(client.verify(question(&huge)).await.is_err());
}
