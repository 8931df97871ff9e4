//! The path itself: messages in at intake's door, acceptances out at the provider's.
//!
//! In: bodies and a [`Record`]. Out: the record filled. Answers and acceptances are joined by the application's
//! number, whichever is heard of first. The provider's ledger is asked for what is new a hundred times a second
//! at most, however fast messages come.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail};
use message::Number;
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use testbed::{officer, provider::Acceptance};

use super::{
    pace::{Pace, drive},
    record::Record,
};

const ANSWER_MAX: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Where the path begins and ends.
pub(crate) struct Ends {
    /// Connections to intake, used in turn.
    clients: Vec<Client>,
    intake: String,
    /// Base address of the provider in the testbed's control API.
    provider: String,
    feed: Client,
}

/// Which application is which message.
#[derive(Default)]
struct Numbers {
    place: HashMap<String, usize>,
    /// Arrived before their answer was heard.
    early: HashMap<String, i64>,
}

impl Ends {
    pub(crate) fn open(
        folder: &Path,
        participant: &str,
        connections: u16,
        intake: &str,
        provider: String,
    ) -> anyhow::Result<Self> {
        let client = |_| officer::client(folder, participant, ANSWER_MAX);
        Ok(Self {
            clients: (0..connections.max(1))
                .map(client)
                .collect::<Result<_, _>>()?,
            intake: format!("{}/v1/messages", intake.trim_end_matches('/')),
            provider,
            feed: Client::builder().timeout(ANSWER_MAX).build()?,
        })
    }

    /// Whether the provider sends statuses and results by itself.
    pub(crate) async fn set_auto(&self, auto: bool) -> anyhow::Result<()> {
        let request = self.feed.put(format!("{}/mode", self.provider));
        let answer = request.json(&json!({"auto": auto})).send().await;
        answer
            .context("the testbed does not answer")?
            .error_for_status()?;
        Ok(())
    }

    /// Sends all bodies and follows them to their acceptance; tells the numbers that they were given.
    pub(crate) async fn travel(
        &self,
        pace: Pace,
        bodies: Vec<Vec<u8>>,
        record: &Arc<Record>,
    ) -> anyhow::Result<HashSet<Number>> {
        let numbers = Arc::new(Mutex::new(Numbers::default()));
        let mut seen = 0;
        loop {
            let before = self.acceptances(seen).await?.len();
            seen += before;
            if before == 0 {
                break;
            }
        }
        let send = |place: usize, body| {
            let client = &self.clients[place % self.clients.len()];
            let request = client
                .post(&self.intake)
                .header(CONTENT_TYPE, "application/json");
            let (sent, record) = (request.body(body).send(), Arc::clone(record));
            let numbers = Arc::clone(&numbers);
            async move {
                let number = number(sent.await.context("intake does not answer")?).await?;
                let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(at_us) = numbers.early.remove(&number) {
                    record.arrived(place, at_us);
                }
                numbers.place.insert(number, place);
                Ok(())
            }
        };
        tokio::select! {
            followed = self.follow(seen, &numbers, record) => followed?,
            () = drive(pace, bodies, record, send) => {}
        }
        let numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(numbers
            .place
            .keys()
            .map(|number| number.parse())
            .collect::<Result<_, _>>()?)
    }

    /// Enters acceptances for ever.
    async fn follow(
        &self,
        mut seen: usize,
        numbers: &Mutex<Numbers>,
        record: &Record,
    ) -> anyhow::Result<()> {
        loop {
            let accepted = self.acceptances(seen).await?;
            seen += accepted.len();
            for Acceptance { number, at_us } in accepted {
                let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
                match numbers.place.get(&number) {
                    Some(place) => record.arrived(*place, at_us),
                    None => drop(numbers.early.insert(number, at_us)),
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn acceptances(&self, after: usize) -> anyhow::Result<Vec<Acceptance>> {
        let url = format!("{}/accepted?after={after}", self.provider);
        let answer = self.feed.get(url).send().await;
        let answer = answer.context("the testbed does not answer")?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

/// The number of an accepted application.
async fn number(answer: reqwest::Response) -> anyhow::Result<String> {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    if status != StatusCode::ACCEPTED {
        let part = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        bail!(
            "intake says {status} {} {} {}",
            part("code"),
            part("detail"),
            part("field")
        );
    }
    let number = body["number"].as_str();
    Ok(number.context("intake gave no number")?.to_owned())
}
