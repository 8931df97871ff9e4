//! The notifier against a post office, an SMS gateway and a participant's receiver on loopback, and a Redis of
//! its own: every ending of the stage on every channel, and that everything is sent once.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod email;
mod letters;
mod made;
mod once;
mod post;
mod preview;
mod process;
mod sms;
mod webhook;

use std::{path::PathBuf, sync::Arc};

use fault::{Again, Blame, Fault};
use jiff::Timestamp;
use made::{application, event};
use message::{Detail, Event, NotificationOutcome};
use notifier::{
    channels,
    notify::Notify,
    texts::Texts,
    told::{self, Told},
};
use post::Post;
use regulations::Regulations;
use stage::{Next, Verdict};

fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn regulations() -> Regulations {
    Regulations::load(&repository().join("deploy/regulations")).unwrap()
}

fn memory_at(url: &str) -> Told {
    let text = format!("url = \"{url}\"\ntimeout_ms = 2000");
    let config: told::Config = toml::from_str(&text).unwrap();
    Told::new(&config).unwrap()
}

/// The stage of `notifier.<name>` with these settings and this Redis.
fn stage_of(name: &str, adapter: &str, settings: &str, redis_url: &str) -> Notify {
    Notify {
        name: name.to_owned(),
        channel: channels::open(adapter, &toml::from_str(settings).unwrap()).unwrap(),
        texts: Arc::new(Texts::read().unwrap()),
        regulations: Arc::new(regulations()),
        told: memory_at(redis_url),
        now: Timestamp::now,
    }
}

/// The stage of `notifier.email` with this post office and this Redis.
fn stage(post: &Post, redis_url: &str) -> Notify {
    let settings = format!(
        "address = \"{}\"\ntls = \"none\"\nfrom = \"kezek <no-reply@kezek.test>\"",
        post.address
    );
    stage_of("email", "smtp", &settings, redis_url)
}

/// A Redis that nobody started.
const NO_REDIS: &str = "redis://127.0.0.1:1";

fn notified(verdict: Result<Verdict, Fault>) -> (NotificationOutcome, String) {
    notified_by("email", verdict)
}

fn notified_by(name: &str, verdict: Result<Verdict, Fault>) -> (NotificationOutcome, String) {
    match verdict.unwrap() {
        Verdict::Pass {
            facts,
            next: Next::Journal,
            ..
        } => match facts.as_slice() {
            [
                Detail::Notified {
                    outcome,
                    recipient_masked,
                    channel,
                    ..
                },
            ] => {
                assert_eq!(channel, name);
                (*outcome, recipient_masked.clone())
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Code, whether to try again, whom it is blamed on; and that no address is told.
fn fault(verdict: Result<Verdict, Fault>) -> (&'static str, Again, Blame) {
    let fault = verdict.unwrap_err();
    let told = format!("{fault} {fault:?}");
    assert!(
        !told.contains("aigul") && !told.contains("mail.example") && !told.contains("0000017"),
        "{told}"
    );
    (fault.code.name, fault.again, fault.blame)
}

const OUTAGE: (&str, Again, Blame) = ("mail-server-unreachable", Again::Later, Blame::Lane);
const UNDER_WAY: (&str, Again, Blame) = ("notification-under-way", Again::Later, Blame::Message);
const LATER: (&str, Again, Blame) = ("mail-failed", Again::Later, Blame::Message);

fn received() -> Event {
    event(application(), Detail::Received)
}
