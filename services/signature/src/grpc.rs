//! `kezek.signature.v1.Signatures`: the stage's question, asked from outside the broker.
//!
//! Takes a message, gives the same opinion the stage would have, and changes nothing. A question that cannot
//! be read is `INVALID_ARGUMENT`; "cannot be told just now" is an answer and no error.

use std::sync::Arc;

use fault::Fault;
use message::Message;
use tonic::{Request, Response, Status};
use wire::Unreadable;
use wire::proto::signature::signatures_server::{Signatures, SignaturesServer};
use wire::proto::signature::{
    VerifyBatchRequest, VerifyBatchResponse, VerifyRequest, VerifyResponse,
};
use wire::signature::{self as told, Answer, answer, read_question};

use crate::verify::{Looked, Opinion, Verify};

/// The service, on top of the stage.
#[derive(Debug)]
pub struct Questions {
    verify: Arc<Verify>,
    batch_max: usize,
}

impl Questions {
    /// A server for requests of at most `bytes_max` bytes, and batches of at most `batch_max` questions.
    pub fn server(
        verify: Arc<Verify>,
        bytes_max: usize,
        batch_max: usize,
    ) -> SignaturesServer<Self> {
        SignaturesServer::new(Self { verify, batch_max }).max_decoding_message_size(bytes_max)
    }

    async fn ask(&self, message: &Message) -> Answer {
        match self.verify.look(message).await {
            Ok(looked) => Answer {
                opinion: opinion(self.verify.conclude(message, &looked)),
                findings: findings(&looked),
                evidence: evidence(&looked),
            },
            Err(fault) => Answer {
                opinion: opinion(Err(fault)),
                findings: vec![],
                evidence: vec![],
            },
        }
    }
}

#[tonic::async_trait]
impl Signatures for Questions {
    async fn verify(
        &self,
        request: Request<VerifyRequest>,
    ) -> Result<Response<VerifyResponse>, Status> {
        let message = read_question(request.into_inner()).map_err(|e| unreadable(&e))?;
        Ok(Response::new(answer(self.ask(&message).await)))
    }

    /// One question after the other: each uses the threads for blocking work, and the asker who wants more
    /// at once sends more requests.
    async fn verify_batch(
        &self,
        request: Request<VerifyBatchRequest>,
    ) -> Result<Response<VerifyBatchResponse>, Status> {
        let questions = request.into_inner().questions;
        if questions.len() > self.batch_max {
            return Err(Status::invalid_argument(format!(
                "{} questions; at most {} are answered at once",
                questions.len(),
                self.batch_max
            )));
        }
        let messages = questions.into_iter().map(read_question);
        let messages: Vec<Message> = messages
            .collect::<Result<_, _>>()
            .map_err(|e| unreadable(&e))?;
        let mut answers = Vec::with_capacity(messages.len());
        for message in &messages {
            answers.push(answer(self.ask(message).await));
        }
        Ok(Response::new(VerifyBatchResponse { answers }))
    }
}

fn unreadable(error: &Unreadable) -> Status {
    Status::invalid_argument(error.to_string())
}

fn opinion(concluded: Result<Opinion, Fault>) -> told::Opinion {
    match concluded {
        Ok(Opinion::Signed(signers)) => told::Opinion::Valid { signers },
        Ok(Opinion::Refused(refusal)) => told::Opinion::Invalid {
            code: refusal.code.name.to_owned(),
            explanation: refusal.explanation,
        },
        Err(fault) => told::Opinion::Undetermined {
            code: fault.code.name.to_owned(),
            explanation: fault.explanation,
        },
    }
}

fn findings(looked: &Looked) -> Vec<told::Finding> {
    // Both are bounded far below: a message has few signatures, and a signature few signers.
    let from_one = |place: usize| u32::try_from(place + 1).unwrap_or(u32::MAX);
    let checks = looked.checks();
    checks
        .map(|(signature, signer, check)| told::Finding {
            signature: from_one(signature),
            signer: signer.map_or(0, from_one),
            aspect: check.aspect.as_str().to_owned(),
            outcome: check.said.outcome().to_owned(),
            code: check.said.code().to_owned(),
        })
        .collect()
}

fn evidence(looked: &Looked) -> Vec<told::Evidence> {
    let pieces = looked.evidence().into_iter();
    pieces
        .map(|piece| told::Evidence {
            kind: piece.kind.as_str().to_owned(),
            sha256: piece.sha256,
            produced_at: piece.produced_at,
        })
        .collect()
}
