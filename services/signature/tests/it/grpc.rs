//! The question by gRPC: the same opinions, told as answers.

use std::sync::Arc;

use message::Message;
use signature::grpc::Questions;
use tokio::net::TcpListener;
use tonic::transport::Channel;
use tonic::transport::server::TcpIncoming;
use wire::proto::signature::VerifyRequest;
use wire::proto::signature::signatures_client::SignaturesClient;
use wire::signature::{Answer, question, read_answer};

use crate::ca::{Leaf, REVOKED_SERIAL};
use crate::world::{PERSON, World};

async fn client(world: &World) -> SignaturesClient<Channel> {
    let (verify, _) = world.service();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tonic::transport::Server::builder()
        .add_service(Questions::server(Arc::clone(&verify), 1024 * 1024));
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
    let Answer::Valid { signers } = ask(&mut client, &world.signed_by(PERSON)).await else {
        panic!("not valid")
    };
    assert_eq!(signers.len(), 1);
    let revoked = world.signed_by(Leaf {
        serial: REVOKED_SERIAL,
        ..PERSON
    });
    let Answer::Invalid { code, .. } = ask(&mut client, &revoked).await else {
        panic!("not invalid")
    };
    assert_eq!(code, "certificate-revoked");
    let world = World::without_lists().await;
    let mut client = self::client(&world).await;
    let Answer::Undetermined { code, .. } = ask(&mut client, &world.signed_by(PERSON)).await else {
        panic!("not undetermined")
    };
    assert_eq!(code, "revocation-unknown");
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
