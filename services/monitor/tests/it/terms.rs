//! What a deadline is moved by: outages, failed tries, corrections, holidays; and where it has no end.

use jiff::Timestamp;
use message::{Channel, Detail, Event, Fact, NotificationOutcome, ServiceCode};

use crate::{
    clockwork::{about_lane, add, clock, closed, happened, look, received, row},
    samples::{
        application, at, delivered, fact, failed, lane, provider, refused, report, status, way,
    },
};

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

#[test]
fn terms_that_end_past_the_calendar_are_known_beforehand() {
    let rules = crate::support::rules();
    assert_eq!(rules.endless(at(0)), []);
    let late = "2027-12-20T10:00:00+05:00".parse().unwrap();
    let endless = rules.endless(late);
    assert!(endless.iter().all(|one| one.covered_to == 2027));
    let known: Vec<_> = endless
        .iter()
        .filter(|one| one.channel == Channel::Portal)
        .map(|one| (one.service.to_string(), one.step, one.allowed.to_string()))
        .collect();
    let media = "mass-media-registration".to_owned();
    assert_eq!(known, [(media, 11, "15wd".to_owned())]);
}
