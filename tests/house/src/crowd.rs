//! Many applicants at once, each as patient as a participant's system has to be; some come only when something is
//! going wrong already.
//!
//! In: how many. Out: what intake accepted: sender's id, number, provider. Whoever is refused a
//! connection, hears nothing or is told to try later sends the same message with the same id again;
//! any other answer ends the test. Loops are bounded by a deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rig::{Application, Rig};
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::dice::Dice;

/// How many send at the same time: about what intake takes at once.
const AT_ONCE: usize = 500;
/// Of so many applicants one comes late.
const LATE_OF: usize = 6;
/// How long one sender goes on trying.
const PATIENCE: Duration = Duration::from_mins(5);

/// What intake said yes to.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The sender's own id.
    pub id: Uuid,
    pub number: String,
    pub service: &'static str,
    /// Where it has to arrive.
    pub provider: &'static str,
    /// How often it was sent until the yes.
    pub tries: u32,
}

impl Accepted {
    pub(crate) fn of(application: &Application, number: &str, tries: u32) -> Self {
        Self {
            id: application.id,
            number: number.to_owned(),
            service: application.service,
            provider: provider(application),
            tries,
        }
    }
}

/// Everything that was accepted.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    pub accepted: Vec<Accepted>,
}

/// A crowd that is still sending.
#[derive(Debug)]
pub struct Sending {
    senders: JoinSet<anyhow::Result<Accepted>>,
    begun: Arc<AtomicUsize>,
    /// Whether those who come late may come.
    late: watch::Sender<bool>,
}

impl Crowd {
    /// Starts sending `count` applications of all three services, in an order of the dice; they go on in the
    /// background. A sixth of them waits for [`Sending::let_the_others_come`]. `copies` is how often each accepted
    /// message is sent again, as a confused system might.
    pub async fn sends(
        rig: &Arc<Rig>,
        count: usize,
        copies: u32,
        dice: &mut Dice,
    ) -> anyhow::Result<Sending> {
        let client = rig.people.client("portal")?;
        let mut kinds: Vec<usize> = (0..count).collect();
        dice.shuffle(&mut kinds);
        let mut crowd = Vec::with_capacity(count);
        for kind in kinds {
            let mut application = of_kind(kind);
            rig.pay(&mut application).await?;
            let message = application.sealed(&rig.people)?;
            crowd.push((application, message));
        }
        let url = format!("{}/v1/messages", rig.addresses().intake_url());
        let door = Arc::new(Semaphore::new(AT_ONCE));
        let (late, _) = watch::channel(false);
        let mut sending = Sending {
            senders: JoinSet::new(),
            begun: Arc::new(AtomicUsize::new(0)),
            late,
        };
        for (place, (application, message)) in crowd.into_iter().enumerate() {
            let (client, url, door) = (client.clone(), url.clone(), Arc::clone(&door));
            let begun = Arc::clone(&sending.begun);
            let is_late = place % LATE_OF == LATE_OF - 1;
            let mut may_come = sending.late.subscribe();
            sending.senders.spawn(async move {
                if is_late {
                    may_come.wait_for(|may| *may).await?;
                }
                let _place = door.acquire().await?;
                begun.fetch_add(1, Ordering::Relaxed);
                let (number, tries) = send(&client, &url, &message).await?;
                for _ in 0..copies {
                    let (again, _) = send(&client, &url, &message).await?;
                    if again != number {
                        bail!("the same id was answered {number} and then {again}");
                    }
                }
                Ok(Accepted::of(&application, &number, tries))
            });
        }
        Ok(sending)
    }

    /// Those that must arrive at a provider.
    pub fn at<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = &'a Accepted> + 'a {
        self.accepted
            .iter()
            .filter(move |accepted| accepted.provider == provider)
    }

    /// How many had to be sent more than once.
    pub fn repeated(&self) -> usize {
        self.accepted
            .iter()
            .filter(|accepted| accepted.tries > 1)
            .count()
    }
}

impl Sending {
    /// How many were sent so far, whether they are accepted or not.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// From now on those come who come late.
    pub fn let_the_others_come(&self) {
        self.late.send_replace(true);
    }

    /// Waits until everything is accepted.
    pub async fn accepted(mut self) -> anyhow::Result<Crowd> {
        self.let_the_others_come();
        let mut crowd = Crowd::default();
        while let Some(accepted) = self.senders.join_next().await {
            crowd.accepted.push(accepted??);
        }
        Ok(crowd)
    }
}

/// All three services, both providers, with and without registers on the way.
fn of_kind(place: usize) -> Application {
    match place % 4 {
        0 => Application::apostille("aigul"),
        1 => Application::archive_certificate("dana", "national"),
        2 => Application::archive_certificate("ivan", "central-state"),
        _ => Application::mass_media("gulnar-publisher"),
    }
}

fn provider(application: &Application) -> &'static str {
    if application.form["archive"] == "national" {
        "national-archive"
    } else {
        "committee"
    }
}

/// Sends until it is accepted; gives the number and how often it was sent.
async fn send(
    client: &reqwest::Client,
    url: &str,
    message: &Value,
) -> anyhow::Result<(String, u32)> {
    let deadline = Instant::now() + PATIENCE;
    for tries in 1.. {
        // A connection that broke says nothing about the message: the same id again will tell.
        if let Ok(answer) = client.post(url).json(message).send().await {
            let status = answer.status();
            let body = answer.json::<Value>().await.unwrap_or_default();
            if status.as_u16() == 202 {
                let number = body["number"].as_str().context("202 without a number")?;
                return Ok((number.to_owned(), tries));
            }
            if !status.is_server_error() && status.as_u16() != 429 {
                bail!("intake refused a good application: {status} {body}");
            }
        }
        if Instant::now() > deadline {
            bail!("not accepted within {PATIENCE:?}, {tries} tries");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    unreachable!("the loop ends by answer or deadline")
}
