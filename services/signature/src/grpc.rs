//! `kezek.signature.v1.Signatures`: the stage's question, asked from outside the broker.
//!
//! Takes a message, gives the same opinion the stage would have, and changes nothing. A question that cannot
//! be read is `INVALID_ARGUMENT`; "cannot be told just now" is an answer and no error.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use wire::proto::signature::signatures_server::{Signatures, SignaturesServer};
use wire::proto::signature::{VerifyRequest, VerifyResponse};
use wire::signature::{Answer, answer, read_question};

use crate::verify::{Opinion, Verify};

/// The service, on top of the stage.
#[derive(Debug)]
pub struct Questions(Arc<Verify>);

impl Questions {
    /// A server for questions of at most `bytes_max` bytes.
    pub fn server(verify: Arc<Verify>, bytes_max: usize) -> SignaturesServer<Self> {
        SignaturesServer::new(Self(verify)).max_decoding_message_size(bytes_max)
    }
}

#[tonic::async_trait]
impl Signatures for Questions {
    async fn verify(
        &self,
        request: Request<VerifyRequest>,
    ) -> Result<Response<VerifyResponse>, Status> {
        let message = read_question(request.into_inner())
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let said = match self.0.examine(&message).await {
            Ok(Opinion::Signed(signers)) => Answer::Valid { signers },
            Ok(Opinion::Refused(refusal)) => Answer::Invalid {
                code: refusal.code.name.to_owned(),
                explanation: refusal.explanation,
            },
            Err(fault) => Answer::Undetermined {
                code: fault.code.name.to_owned(),
                explanation: fault.explanation,
            },
        };
        Ok(Response::new(answer(said)))
    }
}
