//! What verdicts rest on, kept for years: a file for each signature of a verified message, with everything that a later
//! reader needs to ask the same question again without any network.
//!
//! In: the reports about a message's signatures. Out: bundles ([`signatures::bundle`]), and they lie in the store before
//! the message goes on. A file is named for its message and for the signature inside, so what comes twice is written
//! once. A store that cannot be reached is a fault, and the message waits.

use std::sync::Arc;

use jiff::SignedDuration;
use message::MessageId;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt as _, path::Path};
use signatures::bundle::{Asked, Bundle, BundleError};
use signatures::{Freshness, Party, Question, Report, Verifier, share};

/// By which terms a verifier believed answers and lists.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub freshness: Freshness,
    pub ocsp_age_max: SignedDuration,
}

/// The evidence of one signature, ready to be kept.
#[derive(Debug)]
pub struct Bundled {
    /// SHA-256 of the signature, hexadecimal.
    pub name: String,
    pub json: Vec<u8>,
}

/// Makes the files of a message whose signatures all hold.
pub fn bundle(
    verifier: &Verifier,
    asked: &[(Question<'_>, &Report<'_>)],
    parties: &[Party],
    terms: Terms,
) -> Result<Vec<Bundled>, BundleError> {
    let one = |(question, report): &(Question<'_>, &Report<'_>)| {
        let parties = share(report, parties);
        let asked = Asked {
            question: *question,
            parties: &parties,
            freshness: terms.freshness,
            ocsp_age_max: terms.ocsp_age_max,
        };
        Ok(Bundled {
            name: hex::encode(signatures::evidence::sha256(question.signature)),
            json: Bundle::of(&asked, verifier, report).to_json()?,
        })
    };
    asked.iter().map(one).collect()
}

/// Where evidence is kept.
#[derive(Debug, Clone)]
pub struct Keeper(Arc<dyn ObjectStore>);

impl Keeper {
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self(store)
    }

    /// Keeps the files of a message; what is there already stays.
    pub async fn keep(&self, id: MessageId, bundles: Vec<Bundled>) -> Result<(), StoreError> {
        let Self(store) = self;
        for bundled in bundles {
            let place = place(id, &bundled.name);
            if !is_there(store, &place).await? {
                store.put(&place, bundled.json.into()).await?;
            }
        }
        Ok(())
    }

    /// Whether the store answers and takes something.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let Self(store) = self;
        let place = Path::from("evidence/probe");
        store.put(&place, "".into()).await.map(drop)
    }
}

/// Where the evidence of a signature lies: `evidence/<message id>/<SHA-256 of the signature>.json`.
pub fn place(id: MessageId, name: &str) -> Path {
    Path::from(format!("evidence/{id}/{name}.json"))
}

async fn is_there(store: &Arc<dyn ObjectStore>, place: &Path) -> Result<bool, StoreError> {
    match store.head(place).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
