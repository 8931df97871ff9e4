//! The clock against a private PostgreSQL: what is due is told once, oldest first, whoever looks and dies.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use jiff::Timestamp;
use message::{About, Detail, Event, Fact, FactId, NotificationOutcome, Outcome, ServiceCode};
use monitor::{
    clock::{Clock, Look, Teller},
    config::Deadlines,
    store::Writer,
};
use tokio::sync::Notify;

use crate::{
    samples::{
        application, at, batch, delivered, fact, failed, issued, lane, provider, refused, report,
        status, way,
    },
    support::Ground,
};

/// Keeps what it is told; confirms while `confirms`.
#[derive(Default)]
pub(crate) struct Recorder {
    told: Mutex<Vec<Event>>,
    refuses: AtomicBool,
    hangs: AtomicBool,
    pub(crate) news: Notify,
}

#[async_trait]
impl Teller for Recorder {
    fn is_ready(&self) -> bool {
        true
    }

    async fn tell(&self, events: Vec<Event>) -> Vec<bool> {
        let stored = vec![!self.refuses.load(Ordering::Relaxed); events.len()];
        self.told.lock().unwrap().extend(events);
        self.news.notify_one();
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        stored
    }
}

impl Recorder {
    /// What was told since the last time.
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The same as name, step and percent.
    fn said(&self) -> Vec<String> {
        let told = self.take();
        let facts = told.iter().flat_map(|event| &event.facts);
        facts.map(|fact| said(&fact.detail)).collect()
    }
}

pub(crate) fn said(detail: &Detail) -> String {
    match detail {
        Detail::DeadlineNear {
            step, used_percent, ..
        } => format!("step {step} near {used_percent}"),
        Detail::DeadlinePassed { step, .. } => format!("step {step} passed"),
        other => format!("{other:?}"),
    }
}

fn ids(events: &[Event]) -> Vec<FactId> {
    let facts = events.iter().flat_map(|event| &event.facts);
    facts.map(|fact| fact.id).collect()
}

pub(crate) fn settings(batch_max: u16) -> Deadlines {
    Deadlines {
        batch_max,
        ..Deadlines::default()
    }
}

fn clock(ground: &Ground) -> (Clock, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let clock = Clock::new(
        ground.store.clone(),
        Arc::<Recorder>::clone(&recorder),
        settings(200),
    );
    (clock, recorder)
}

/// A ground on which these events have happened.
async fn happened(name: &str, events: Vec<Event>) -> (Ground, Writer) {
    let ground = Ground::new(name).await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, events)).await.unwrap();
    (ground, writer)
}

pub(crate) async fn add(writer: &mut Writer, events: Vec<Event>) {
    let offset = writer.next_offset();
    writer.write(&batch(offset, events)).await.unwrap();
}

pub(crate) fn received(seed: u64, second: i64) -> Event {
    let message = application(seed);
    Event::new(vec![fact(&message, second, Detail::Received)], message)
}

fn about_lane(name: &str, second: i64, detail: Detail) -> Event {
    let told = Fact::new(About::Lane(lane(name)), at(second), "registry", detail);
    Event {
        facts: vec![told],
        message: None,
    }
}

fn closed(name: &str, second: i64) -> Event {
    let detail = Detail::LaneClosed {
        code: "register-unreachable".to_owned(),
        explanation: String::new(),
    };
    about_lane(name, second, detail)
}

async fn row(ground: &Ground) -> String {
    let columns = "step, told_percent, pause_reason, next_at IS NULL, due_at";
    ground
        .sql(&format!(
            "SELECT {columns} FROM deadlines ORDER BY number, step"
        ))
        .await
}

async fn look(clock: &Clock, second: i64) -> Look {
    clock.look(at(second)).await.unwrap()
}

#[tokio::test]
async fn each_warning_and_the_end_are_told_once_and_the_row_goes_with_the_step() {
    // Step 6 (the signature) may take 15 s: warned at 7.5 and 12.
    let (ground, mut writer) = happened("told_once", vec![received(1, 0)]).await;
    let (clock, recorder) = clock(&ground);
    assert_eq!(look(&clock, 7).await, Look::default());
    for (second, expected) in [
        (8, "step 6 near 50"),
        (12, "step 6 near 80"),
        (16, "step 6 passed"),
    ] {
        let once = Look {
            claimed: 1,
            told: 1,
        };
        assert_eq!(look(&clock, second).await, once);
        assert_eq!(look(&clock, second).await, Look::default());
        let told = recorder.take();
        let detail = &told[0].facts[0].detail;
        assert_eq!(said(detail), expected);
        if let Detail::DeadlinePassed { due_at, .. } = detail {
            assert_eq!(*due_at, at(15));
        }
        // What the journal says of it changes nothing.
        add(&mut writer, told).await;
        assert_eq!(look(&clock, second).await, Look::default());
    }
    assert_eq!(look(&clock, 1000).await, Look::default());
    assert_eq!(row(&ground).await, "6|100||t|2026-11-22 07:00:15+00");
    assert!(ground.store.verify(None).await.unwrap().is_whole());

    add(&mut writer, way(1)).await;
    let steps = ground.sql("SELECT step FROM deadlines").await;
    assert_eq!(steps, "11", "delivered: the result is what is waited for");
    let answer = report(9, 1, "committee", crate::samples::result(Outcome::Granted));
    let granted = fact(&answer, 60, issued("committee", Outcome::Granted));
    add(&mut writer, vec![Event::new(vec![granted], answer)]).await;
    assert_eq!(row(&ground).await, "");
}

#[tokio::test]
async fn who_is_late_already_is_not_told_that_he_is_near_it() {
    let (ground, mut writer) = happened("superseded", vec![received(1, 0)]).await;
    let (clock, recorder) = clock(&ground);
    look(&clock, 16).await;
    assert_eq!(recorder.said(), ["step 6 passed"]);
    look(&clock, 17).await;
    assert_eq!(recorder.said(), [] as [&str; 0]);
    // Of two warnings that were missed only the later one is told.
    add(&mut writer, vec![received(2, 100)]).await;
    look(&clock, 113).await;
    assert_eq!(recorder.said(), ["step 6 near 80"]);
}

#[tokio::test]
async fn an_outage_of_the_register_moves_the_end_and_is_written_down() {
    let message = application(1);
    let verified = fact(&message, 1, Detail::Verified { signers: vec![] });
    let events = vec![received(1, 0), Event::new(vec![verified], message)];
    // Step 4 (the register of payments) may take 90 s, from second 1.
    let (ground, mut writer) = happened("outage", events).await;
    let (clock, recorder) = clock(&ground);
    add(&mut writer, vec![closed("registry.payment", 50)]).await;
    look(&clock, 49).await;
    assert_eq!(recorder.said(), ["step 4 near 50"]);
    for second in [80, 92, 300] {
        look(&clock, second).await;
    }
    assert_eq!(recorder.said(), [] as [&str; 0]);
    let reason = "outage registry.payment register-unreachable";
    let paused = ground
        .sql("SELECT pause_reason, paused_since, next_at IS NULL FROM deadlines")
        .await;
    assert_eq!(paused, format!("{reason}|2026-11-22 07:00:50+00|t"));
    let pressed = ground.store.pressed(None, at(300)).await.unwrap();
    assert_eq!((pressed.late, pressed.near, pressed.paused), (0, 0, 1));

    add(
        &mut writer,
        vec![about_lane("registry.payment", 350, Detail::LaneOpened)],
    )
    .await;
    assert_eq!(look(&clock, 351).await.told, 0);
    assert_eq!(row(&ground).await, "4|50||f|2026-11-22 07:06:31+00");
    look(&clock, 373).await;
    look(&clock, 392).await;
    assert_eq!(recorder.said(), ["step 4 near 80", "step 4 passed"]);
    let outages = ground
        .sql("SELECT lane, code, opened_at - closed_at FROM outages")
        .await;
    assert_eq!(outages, "registry.payment|register-unreachable|00:05:00");
}

#[tokio::test]
async fn a_try_that_failed_outside_and_a_correction_stop_the_clock_until_the_next_fact() {
    let message = application(1);
    let mut events = way(1);
    events.truncate(4);
    events.push(Event::new(
        vec![fact(&message, 20, failed("router.committee", 1))],
        message.clone(),
    ));
    // Step 9 (registering) may take 90 s, from second 2.
    let (ground, mut writer) = happened("failed_try", events).await;
    let (clock, recorder) = clock(&ground);
    look(&clock, 500).await;
    assert_eq!(recorder.said(), [] as [&str; 0]);
    assert!(
        row(&ground)
            .await
            .starts_with("9|0|outage router.committee provider-failed|t")
    );
    let taken = fact(&message, 600, delivered("committee"));
    add(&mut writer, vec![Event::new(vec![taken], message)]).await;
    assert!(row(&ground).await.starts_with("11|0||f"));

    // The result may take three days; the provider waits from the first to the fifth.
    let day = 86_400;
    for (seed, second, word) in [(8, day, "correction-requested"), (9, 5 * day, "in-work")] {
        let word_of = report(seed, 1, "committee", status(word));
        let detail = Detail::StatusReported {
            provider: provider("committee"),
            status: word.to_owned(),
        };
        let told = fact(&word_of, second, detail);
        add(&mut writer, vec![Event::new(vec![told], word_of)]).await;
        if seed == 8 {
            assert_eq!(look(&clock, 4 * day).await.told, 0);
            let paused = row(&ground).await;
            assert!(
                paused.starts_with("11|0|correction correction-requested|t"),
                "{paused}"
            );
        }
    }
    assert_eq!(row(&ground).await, "11|0||f|2026-11-29 07:10:00+00");
    look(&clock, 8 * day).await;
    assert_eq!(recorder.said(), ["step 11 passed"]);
}

#[tokio::test]
async fn a_refusal_is_under_way_until_the_applicant_was_told() {
    let message = application(1);
    let told = fact(&message, 2, refused("signature-wrong"));
    let told = Fact {
        detail: Detail::Refused {
            lane: Some(lane("signature.verify")),
            code: "signature-wrong".to_owned(),
            explanation: String::new(),
        },
        ..told
    };
    let of = told.id;
    let events = vec![received(1, 0), Event::new(vec![told], message.clone())];
    let (ground, mut writer) = happened("refusal", events).await;
    assert!(row(&ground).await.starts_with("7|0||f"));
    let notified = Detail::Notified {
        of,
        channel: "email".to_owned(),
        outcome: NotificationOutcome::Sent,
        recipient_masked: "a***@example.kz".to_owned(),
    };
    let notified = Event::new(vec![fact(&message, 3, notified)], message);
    add(&mut writer, vec![notified]).await;
    assert_eq!(row(&ground).await, "");
}

#[tokio::test]
async fn terms_in_working_days_leave_out_the_holidays_and_end_where_the_calendar_does() {
    let delivered_at = |seed: u64, moment: &str| {
        let mut message = application(seed);
        message.service = ServiceCode::new("mass-media-registration").unwrap();
        let moment: Timestamp = moment.parse().unwrap();
        let second = moment.duration_since(at(0)).as_secs();
        let facts = vec![
            fact(&message, second - 2, Detail::Received),
            fact(&message, second - 1, Detail::Verified { signers: vec![] }),
            fact(&message, second, delivered("committee")),
        ];
        Event::new(facts, message)
    };
    let events = vec![
        delivered_at(1, "2026-12-14T10:00:00+05:00"),
        delivered_at(2, "2027-12-20T10:00:00+05:00"),
    ];
    let (ground, _writer) = happened("holidays", events).await;
    let due = "SELECT due_at, next_at IS NULL FROM deadlines WHERE step = 11 ORDER BY began_at";
    // Without 16 December, 1, 4 and 7 January and the weekends: Friday 8 January. Past 2027 nobody knows.
    assert_eq!(ground.sql(due).await, "2027-01-08 05:00:00+00|f\n|t");
    let (clock, recorder) = clock(&ground);
    clock
        .look("2027-01-08T09:59:59+05:00".parse().unwrap())
        .await
        .unwrap();
    assert!(!recorder.said().contains(&"step 11 passed".to_owned()));
    clock
        .look("2027-01-08T10:00:01+05:00".parse().unwrap())
        .await
        .unwrap();
    assert!(recorder.said().contains(&"step 11 passed".to_owned()));
}

#[tokio::test]
async fn of_two_clocks_each_deadline_is_told_by_one() {
    let events = (1..=400).map(|seed| received(seed, 0)).collect();
    let (ground, _writer) = happened("two_clocks", events).await;
    let recorder = Arc::new(Recorder::default());
    let work = async || {
        let clock = Clock::new(
            ground.store.clone(),
            Arc::<Recorder>::clone(&recorder),
            settings(30),
        );
        let mut told = 0;
        loop {
            let look = clock.look(at(20)).await.unwrap();
            if look.claimed == 0 {
                return told;
            }
            told += look.told;
        }
    };
    let (first, second) = tokio::join!(work(), work());
    assert_eq!(first + second, 400);
    assert!(first > 0 && second > 0, "{first} {second}");
    let told = ids(&recorder.take());
    assert_eq!(
        (told.len(), told.iter().collect::<HashSet<_>>().len()),
        (400, 400)
    );
}

#[tokio::test]
async fn a_clock_killed_between_publish_and_note_is_followed_by_the_same_fact_which_is_stored_once()
{
    let (ground, mut writer) = happened("killed", vec![received(1, 0)]).await;
    let (first, recorder) = clock(&ground);
    recorder.hangs.store(true, Ordering::Relaxed);
    let killed = tokio::spawn(async move { first.look(at(16)).await });
    while recorder.told.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    killed.abort();
    let told = recorder.take();

    let (second, recorder) = clock(&ground);
    assert_eq!(look(&second, 70).await, Look::default(), "still claimed");
    assert_eq!(look(&second, 77).await.told, 1);
    let again = recorder.take();
    assert_eq!(ids(&told), ids(&again));
    assert!(told[0].facts[0].at < again[0].facts[0].at);
    add(&mut writer, [told, again].concat()).await;
    let stored = ground
        .sql("SELECT count(*) FROM journal WHERE name = 'deadline-passed'")
        .await;
    assert_eq!(stored, "1");
}

#[tokio::test]
async fn what_the_broker_did_not_confirm_is_told_again_when_the_claim_ends() {
    let (ground, _writer) = happened("unconfirmed", vec![received(1, 0)]).await;
    let (clock, recorder) = clock(&ground);
    recorder.refuses.store(true, Ordering::Relaxed);
    let claimed = look(&clock, 16).await;
    assert_eq!((claimed.claimed, claimed.told), (1, 0));
    recorder.refuses.store(false, Ordering::Relaxed);
    assert_eq!(look(&clock, 20).await, Look::default());
    assert_eq!(look(&clock, 77).await.told, 1);
    let told = ids(&recorder.take());
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn deadlines_made_anew_are_the_same_and_other_rules_make_them_anew() {
    let mut events: Vec<Event> = (1..=30).flat_map(way).collect();
    events.extend((31..=60).map(|seed| received(seed, 0)));
    events.push(closed("router.committee", 3));
    let (ground, mut writer) = happened("anew", events).await;
    let (clock, recorder) = clock(&ground);
    look(&clock, 16).await;
    add(&mut writer, recorder.take()).await;
    let all = "SELECT number, step, service, began_at, near_at, due_at, paused_since, pause_reason,
                      waits_for, told_percent, next_at, awaits_notice
               FROM deadlines ORDER BY number, step";
    let before = ground.sql(all).await;
    assert_eq!(before.lines().count(), 60);
    assert_eq!(ground.store.make_deadlines_anew(at(20)).await.unwrap(), 60);
    assert_eq!(ground.sql(all).await, before);
    // By the same rules there is nothing to do; after other ones all is made from nothing.
    assert_eq!(ground.store.make_deadlines_anew(at(20)).await.unwrap(), 0);
    ground
        .sql("TRUNCATE deadlines; UPDATE deadline_rules SET fingerprint = 'old'")
        .await;
    assert_eq!(ground.store.make_deadlines_anew(at(20)).await.unwrap(), 60);
    assert_eq!(ground.sql(all).await, before);
}

#[tokio::test]
async fn a_lane_that_answers_long_after_it_closed_is_open_although_nobody_said_so() {
    let (ground, mut writer) =
        happened("silent_opening", vec![closed("registry.payment", 0)]).await;
    let enriched = |seed, second| {
        let message = application(seed);
        let register = message::RegisterName::new("payment").unwrap();
        Event::new(
            vec![fact(&message, second, Detail::Enriched { register })],
            message,
        )
    };
    let lasts = "SELECT opened_at IS NULL FROM outages";
    // What was in hand when the lane closed may be answered.
    add(&mut writer, vec![enriched(1, 5)]).await;
    assert_eq!(ground.sql(lasts).await, "t");
    add(&mut writer, vec![enriched(2, 90)]).await;
    assert_eq!(ground.sql(lasts).await, "f");
    // Two workers of a lane close and open it; it is open when one of them says so.
    add(
        &mut writer,
        vec![
            closed("registry.payment", 200),
            closed("registry.payment", 201),
        ],
    )
    .await;
    add(
        &mut writer,
        vec![about_lane("registry.payment", 210, Detail::LaneOpened)],
    )
    .await;
    let outages = ground
        .sql("SELECT count(*), count(opened_at) FROM outages")
        .await;
    assert_eq!(outages, "2|2");
}
