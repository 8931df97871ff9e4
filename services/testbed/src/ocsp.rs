//! The OCSP responder of the test authority (RFC 6960), over HTTP POST and GET.
//!
//! In: questions about certificates of the issuing authorities, and orders from the control API. Out: signed
//! answers that are always up to date with the orders to the revocation lists, in the form of the national
//! authority's (kz.md 1.6): the nonce repeated, no `nextUpdate`, a certificate that was never issued told as
//! revoked on hold since 1970. Nothing is kept.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use signatures::{
    Certificate,
    ocsp::Status,
    sign::{
        Identity as Signer,
        ocsp::{self, Asked, Single},
    },
};

use crate::{
    authority::{Authority, Duty, Error, Hierarchy},
    identity::{Identities, Identity},
    kept::locked,
    lists::{Lists, Order as ListsOrder},
};

/// How answers are to be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Names of identities whose certificates were, so it says, never issued.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// Seconds ago that answers claim to have been made, up to a year.
    #[serde(default)]
    pub age_s: u32,
    /// Leave the nonce out of answers, as a responder does that signs ahead of time.
    #[serde(default)]
    pub without_nonce: bool,
}

impl Order {
    pub fn check(&self) -> Result<(), String> {
        if self.age_s > ListsOrder::YEAR_S {
            return Err(format!("age_s is 0 to {}", ListsOrder::YEAR_S));
        }
        Ok(())
    }
}

/// See the module.
pub struct Responder {
    lists: Arc<Lists>,
    identities: Identities,
    /// Each hierarchy's issuing authority, and who answers for it.
    signers: Vec<(Certificate, Signer)>,
    /// Serial numbers of those who answer for the authorities themselves. They are never revoked.
    on_duty: Vec<Vec<u8>>,
    order: Mutex<Order>,
}

/// OCSPResponseStatus (RFC 6960 4.2.1).
const MALFORMED: u8 = 1;
const INTERNAL_ERROR: u8 = 2;
const UNAUTHORIZED: u8 = 6;

impl Responder {
    /// Answers as the orders to `lists` say.
    pub fn new(authority: &Authority, lists: Arc<Lists>) -> Result<Arc<Self>, Error> {
        let signers = Hierarchy::ALL
            .into_iter()
            .map(|hierarchy| {
                let issuing = authority.issuing(hierarchy).clone();
                Ok((issuing, authority.on_duty(hierarchy, Duty::Ocsp)?))
            })
            .collect::<Result<_, Error>>()?;
        let mut on_duty = Vec::new();
        for hierarchy in Hierarchy::ALL {
            for duty in Duty::ALL {
                let own = authority.on_duty(hierarchy, duty)?;
                on_duty.push(own.certificate().serial().to_vec());
            }
        }
        Ok(Arc::new(Self {
            on_duty,
            identities: Identities::load(authority.folder())?,
            lists,
            signers,
            order: Mutex::default(),
        }))
    }

    /// Answers as `order` says from now on.
    pub fn obey(&self, order: Order) -> Result<(), Error> {
        for name in &order.unknown {
            self.identities.find(name)?;
        }
        *locked(&self.order) = order;
        Ok(())
    }

    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/health", get(|| async { "well" }))
            .route("/", get(nothing_asked).post(posted))
            .route("/{*question}", get(got))
            .with_state(Arc::clone(self))
    }

    fn answer(&self, question: &[u8], now: Timestamp) -> Vec<u8> {
        let Ok(asked) = ocsp::read(question) else {
            return ocsp::no_answer(MALFORMED);
        };
        let found = self
            .signers
            .iter()
            .find(|(issuing, _)| asked.is_of(issuing));
        let Some((_, signer)) = found else {
            return ocsp::no_answer(UNAUTHORIZED);
        };
        let order = locked(&self.order).clone();
        let produced_at = now - SignedDuration::from_secs(i64::from(order.age_s));
        let response = ocsp::Response {
            singles: vec![Single {
                status: self.status(&asked, &order),
                id: asked.id,
                this_update: produced_at,
                next_update: None,
            }],
            produced_at,
            nonce: asked.nonce.filter(|_| !order.without_nonce),
            by_key: false,
            unknown_as_revoked: true,
        };
        ocsp::respond(signer, &response).unwrap_or_else(|error| {
            tracing::error!(%error, "an OCSP answer could not be signed");
            ocsp::no_answer(INTERNAL_ERROR)
        })
    }

    fn status(&self, asked: &Asked, order: &Order) -> Status {
        if self.on_duty.contains(&asked.serial) {
            return Status::Good;
        }
        let serial = hex::encode(&asked.serial);
        let is_meant = |identity: &&Identity| identity.serial == serial;
        let found = self.identities.all().iter().find(is_meant);
        match found.filter(|identity| !order.unknown.contains(&identity.name)) {
            None => Status::Unknown,
            Some(identity) => match self.lists.revoked_since(identity) {
                Some(since) => Status::Revoked {
                    since,
                    on_hold: false,
                },
                None => Status::Good,
            },
        }
    }
}

async fn posted(State(responder): State<Arc<Responder>>, question: Bytes) -> Response {
    answered(responder.answer(&question, Timestamp::now()))
}

/// The question in base64 in the path (RFC 6960 A.1).
async fn got(State(responder): State<Arc<Responder>>, Path(question): Path<String>) -> Response {
    let question = STANDARD.decode(question).unwrap_or_default();
    answered(responder.answer(&question, Timestamp::now()))
}

async fn nothing_asked() -> Response {
    answered(ocsp::no_answer(MALFORMED))
}

fn answered(der: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/ocsp-response")], der).into_response()
}
