//! The distribution point of revocation lists: issues them, keeps them fresh, serves them.
//!
//! In: the authority, how long lists are good, and orders from the control API (revoke more, let it be
//! stale). Out: `GET /gost-issuing.crl` and its like, and the authorities' certificates, in DER. Nothing is
//! revoked by itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    authority::{Authority, Entries, Error, List, revoked_since},
    cast::Standing,
    identity::Identity,
    kept::locked,
};

/// How the next lists are to be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Names of identities to revoke besides the one that always is.
    #[serde(default)]
    pub revoke: Vec<String>,
    /// Names to revoke on the delta lists alone.
    #[serde(default)]
    pub revoke_in_delta: Vec<String>,
    /// Seconds from issue to `nextUpdate`, 1 to a year.
    #[serde(default = "a_day")]
    pub valid_s: u32,
    /// Seconds ago that they claim to have been issued, up to a year: more than `valid_s` makes them stale.
    #[serde(default)]
    pub age_s: u32,
}

fn a_day() -> u32 {
    86_400
}

impl Default for Order {
    fn default() -> Self {
        Self {
            revoke: Vec::new(),
            revoke_in_delta: Vec::new(),
            valid_s: a_day(),
            age_s: 0,
        }
    }
}

impl Order {
    pub(crate) const YEAR_S: u32 = 366 * 86_400;

    pub fn check(&self) -> Result<(), String> {
        if self.valid_s == 0 || self.valid_s > Self::YEAR_S || self.age_s > Self::YEAR_S {
            return Err(format!("valid_s is 1 to {0}, age_s 0 to {0}", Self::YEAR_S));
        }
        Ok(())
    }
}

struct Issued {
    order: Order,
    at: Timestamp,
    /// By file name.
    lists: BTreeMap<String, Bytes>,
}

/// The lists as they are now.
pub struct Lists {
    authority: Arc<Authority>,
    /// By file name.
    certificates: BTreeMap<String, Bytes>,
    issued: Mutex<Issued>,
}

impl Lists {
    /// Issues the first lists.
    pub fn new(authority: Arc<Authority>, order: Order) -> Result<Arc<Self>, Error> {
        let issued = Mutex::new(issue(&authority, order)?);
        let certificates = authority.certificates();
        Ok(Arc::new(Self {
            certificates: certificates.map(|(name, der)| (name, der.into())).collect(),
            authority,
            issued,
        }))
    }

    /// Issues new lists as `order` says, and all later ones too.
    pub fn obey(&self, order: Order) -> Result<(), Error> {
        let issued = issue(&self.authority, order)?;
        *locked(&self.issued) = issued;
        Ok(())
    }

    /// Issues them anew every `every`, for ever.
    pub async fn keep_fresh(self: Arc<Self>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let order = locked(&self.issued).order.clone();
            if let Err(error) = self.obey(order) {
                tracing::error!(%error, "no new revocation lists; the old ones stay");
            }
        }
    }

    /// Since when somebody's certificate is revoked, on the full list or the delta list.
    pub(crate) fn revoked_since(&self, identity: &Identity) -> Option<Timestamp> {
        let issued = locked(&self.issued);
        let order = &issued.order;
        let named = order.revoke.iter().chain(&order.revoke_in_delta);
        let is_revoked = identity.standing == Standing::Revoked
            || named.into_iter().any(|name| *name == identity.name);
        is_revoked.then(|| revoked_since(issued.at))
    }

    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/health", get(|| async { "well" }))
            .route("/{file}", get(serve))
            .with_state(Arc::clone(self))
    }
}

async fn serve(State(lists): State<Arc<Lists>>, Path(file): Path<String>) -> Response {
    let list = locked(&lists.issued).lists.get(&file).cloned();
    if let Some(list) = list {
        return ([(header::CONTENT_TYPE, "application/pkix-crl")], list).into_response();
    }
    match lists.certificates.get(&file).cloned() {
        Some(der) => ([(header::CONTENT_TYPE, "application/pkix-cert")], der).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn issue(authority: &Authority, order: Order) -> Result<Issued, Error> {
    let issued = Timestamp::now() - SignedDuration::from_secs(i64::from(order.age_s));
    let valid = SignedDuration::from_secs(i64::from(order.valid_s));
    let entries = Entries {
        revoked: &order.revoke,
        revoked_since: &order.revoke_in_delta,
    };
    let lists = List::all()
        .map(|list| {
            let der = authority.revocation_list(list, entries, issued, valid)?;
            Ok((list.file_name(), der.into()))
        })
        .collect::<Result<_, Error>>()?;
    Ok(Issued {
        order,
        at: issued,
        lists,
    })
}
