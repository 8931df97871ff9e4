//! The distribution point of revocation lists: issues them, keeps them fresh, serves them.
//!
//! In: the authority, how long lists are good, and orders from the control API (revoke more, let it be
//! stale). Out: `GET /issuing.crl` and `/root.crl` in DER. Nothing is revoked by itself.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, header},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    authority::{Authority, Error, List},
    kept::locked,
};

/// How the next lists are to be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Names of identities to revoke besides the one that always is.
    #[serde(default)]
    pub revoke: Vec<String>,
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
            valid_s: a_day(),
            age_s: 0,
        }
    }
}

impl Order {
    const YEAR_S: u32 = 366 * 86_400;

    pub fn check(&self) -> Result<(), String> {
        if self.valid_s == 0 || self.valid_s > Self::YEAR_S || self.age_s > Self::YEAR_S {
            return Err(format!("valid_s is 1 to {0}, age_s 0 to {0}", Self::YEAR_S));
        }
        Ok(())
    }
}

struct Issued {
    order: Order,
    root: Vec<u8>,
    issuing: Vec<u8>,
}

/// The lists as they are now.
pub struct Lists {
    authority: Authority,
    issued: Mutex<Issued>,
}

impl Lists {
    /// Issues the first lists.
    pub fn new(authority: Authority, order: Order) -> Result<Arc<Self>, Error> {
        let issued = Mutex::new(issue(&authority, order)?);
        Ok(Arc::new(Self { authority, issued }))
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

    pub fn routes(self: &Arc<Self>) -> Router {
        let at = |list: List| format!("/{}", list.file_name());
        let serve =
            |list: List| get(async move |State(lists): State<Arc<Self>>| (TYPE, lists.list(list)));
        Router::new()
            .route("/health", get(|| async { "well" }))
            .route(&at(List::Root), serve(List::Root))
            .route(&at(List::Issuing), serve(List::Issuing))
            .with_state(Arc::clone(self))
    }

    fn list(&self, list: List) -> Vec<u8> {
        let issued = locked(&self.issued);
        match list {
            List::Root => issued.root.clone(),
            List::Issuing => issued.issuing.clone(),
        }
    }
}

const TYPE: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/pkix-crl")];

fn issue(authority: &Authority, order: Order) -> Result<Issued, Error> {
    let issued = Timestamp::now() - SignedDuration::from_secs(i64::from(order.age_s));
    let valid = SignedDuration::from_secs(i64::from(order.valid_s));
    let list = |list| authority.revocation_list(list, &order.revoke, issued, valid);
    let (root, issuing) = (list(List::Root)?, list(List::Issuing)?);
    Ok(Issued {
        order,
        root,
        issuing,
    })
}
