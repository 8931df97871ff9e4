//! The time-stamping authority of the test authority (RFC 3161, over HTTP).
//!
//! In: questions with the digest of something. Out: tokens with the time of now, by the key that goes with the
//! digest, under the national authority's policies (kz.md 1.5). A policy that is not offered, or one whose
//! digest is another, is rejected.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use signatures::{
    Malformed,
    ber::{self, tag},
    oid,
    sign::{
        Identity as Signer,
        tsp::{self, Asked, Stamp},
    },
};

use crate::authority::{Authority, Duty, Error, Hierarchy};

/// A policy, the digest that it takes, and who signs under it.
struct Policy {
    id: &'static [u8],
    digest: &'static [u8],
    signer: Signer,
}

/// 1.2.398.3.3.2.6.4: GOST 34.10-2015.
const OF_GOST: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4];
/// 1.2.398.3.3.2.6.2: RSA.
const OF_RSA: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 2, 6, 2];

/// See the module.
pub struct Stamper([Policy; 2]);

impl Stamper {
    pub fn new(authority: &Authority) -> Result<Arc<Self>, Error> {
        let policy = |id, digest, hierarchy| {
            let signer = authority.on_duty(hierarchy, Duty::Tsp)?;
            Ok::<_, Error>(Policy { id, digest, signer })
        };
        Ok(Arc::new(Self([
            policy(OF_GOST, oid::STREEBOG_512, Hierarchy::Gost)?,
            policy(OF_RSA, oid::SHA256, Hierarchy::Rsa)?,
        ])))
    }

    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/health", get(|| async { "well" }))
            .route("/", post(stamp))
            .with_state(Arc::clone(self))
    }

    fn answer(&self, question: &[u8], now: Timestamp) -> Vec<u8> {
        let Ok(asked) = tsp::read(question) else {
            return tsp::reject();
        };
        let Some(policy) = self.policy(&asked) else {
            return tsp::reject();
        };
        let token = tsp::stamp(
            &policy.signer,
            &Stamp {
                imprint: asked.imprint,
                policy: policy.id.to_vec(),
                serial: rand::random::<u64>().to_be_bytes().to_vec(),
                at: now,
                nonce: asked.nonce,
            },
        );
        token.map_or_else(
            |error| {
                tracing::error!(%error, "a timestamp could not be signed");
                tsp::reject()
            },
            |token| tsp::grant(&token),
        )
    }

    /// The policy for this digest, if the question asks for no other.
    fn policy(&self, asked: &Asked) -> Option<&Policy> {
        let digest = digest_of(&asked.imprint).ok()?;
        let Self(policies) = self;
        policies.iter().find(|policy| {
            policy.digest == digest && asked.policy.as_deref().is_none_or(|id| id == policy.id)
        })
    }
}

/// Content octets of the digest's identifier in a MessageImprint (RFC 3161 2.4.1).
fn digest_of(imprint: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut fields = ber::der(imprint)?.must_be(tag::SEQUENCE)?.inside()?;
    let mut algorithm = fields.expect(tag::SEQUENCE)?.inside()?;
    Ok(algorithm.next()?.oid()?.to_vec())
}

async fn stamp(State(stamper): State<Arc<Stamper>>, question: Bytes) -> Response {
    let answer = stamper.answer(&question, Timestamp::now());
    (
        [(header::CONTENT_TYPE, "application/timestamp-reply")],
        answer,
    )
        .into_response()
}
