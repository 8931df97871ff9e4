use std::time::Duration;

use fault::{Again, Blame, Refusal, delivery, inside};
use jiff::SignedDuration;
use message::{Detail, Event, Message, Outcome};
use monitor::{
    follow::{Follow, Judgement, against},
    store::{Settlement, Writer},
};
use stage::{Next, Stage, Verdict};

use crate::{
    samples::{
        application, batch, fact, provider, refused, report, result, routed, start, status, way,
    },
    support::Ground,
};

struct Lane {
    ground: Ground,
    stage: Follow,
    writer: Writer,
}

/// A lane that does not wait for the journal; the journal holds application 1, delivered to the committee.
async fn lane(name: &str) -> Lane {
    let ground = Ground::new(name).await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, way(1))).await.unwrap();
    let stage = Follow::new(ground.store.clone(), Duration::ZERO);
    Lane {
        ground,
        stage,
        writer,
    }
}

impl Lane {
    async fn journal(&mut self, events: Vec<Event>) {
        let next = self.writer.next_offset();
        self.writer.write(&batch(next, events)).await.unwrap();
    }

    /// The report enters, is verified, and comes to the lane.
    async fn hand_in(&mut self, report: &Message) -> Result<Verdict, fault::Fault> {
        let received = fact(report, 60, Detail::Received);
        self.journal(vec![Event::new(vec![received], report.clone())])
            .await;
        self.handle(report).await
    }

    async fn handle(&self, report: &Message) -> Result<Verdict, fault::Fault> {
        let verified = fact(report, 61, Detail::Verified { signers: vec![] });
        let event = Event::new(vec![verified], report.clone());
        self.stage.handle(&event).await
    }
}

fn refusal(verdict: Result<Verdict, fault::Fault>) -> Refusal {
    match verdict {
        Ok(Verdict::Refuse { refusal, .. }) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_status_of_the_provider_that_has_it_is_bound_to_the_applicant() {
    let mut lane = lane("status_bound").await;
    let report = report(7, 1, "committee", status("in-progress"));
    let Verdict::Pass {
        message,
        facts,
        next,
    } = lane.hand_in(&report).await.unwrap()
    else {
        panic!("not passed");
    };
    let told = Detail::StatusReported {
        provider: provider("committee"),
        status: "in-progress".to_owned(),
    };
    assert_eq!((facts, next), (vec![told], Next::End));
    assert_eq!(message.applicant, application(1).applicant);
    assert_eq!(message.filed, application(1).filing());
    assert_eq!(message.filing(), application(1).filing());
    assert_eq!(message.provider, Some(provider("committee")));
    assert_eq!(message.id, report.id);
}

#[tokio::test]
async fn the_first_result_decides_and_only_its_own_copies_pass_again() {
    let mut lane = lane("result").await;
    let granted = report(8, 1, "committee", result(Outcome::Granted));
    for _ in 0..2 {
        let verdict = lane.hand_in(&granted).await.unwrap();
        assert!(matches!(verdict, Verdict::Pass { .. }), "{verdict:?}");
    }
    let other = report(9, 1, "committee", result(Outcome::Refused));
    let refusal_of_other = refusal(lane.hand_in(&other).await);
    assert_eq!(refusal_of_other.code, &delivery::REPORT_CONTRADICTS);
    assert!(refusal_of_other.explanation.contains("granted"));

    let mut tardy = report(10, 1, "committee", status("in-progress"));
    tardy.received_at = start() + SignedDuration::from_secs(1);
    let refusal_of_tardy = refusal(lane.hand_in(&tardy).await);
    assert_eq!(refusal_of_tardy.code, &delivery::REPORT_CONTRADICTS);
}

#[tokio::test]
async fn a_report_of_another_provider_is_refused_as_foreign() {
    let mut lane = lane("of_another").await;
    let report = report(7, 1, "national-archive", result(Outcome::Granted));
    let refusal = refusal(lane.hand_in(&report).await);
    assert_eq!(refusal.code, &delivery::APPLICATION_FOREIGN);
    assert_eq!(
        lane.ground.sql("SELECT count(*) FROM settlements").await,
        "0"
    );
}

#[tokio::test]
async fn an_unknown_number_is_refused_only_once_the_journal_has_come_as_far_as_the_report() {
    let mut lane = lane("unknown").await;
    let report = report(7, 99, "committee", status("in-progress"));
    let fault = lane.handle(&report).await.unwrap_err();
    assert_eq!(fault.code, &delivery::APPLICATION_NOT_DELIVERED);
    assert_eq!((fault.again, fault.blame), (Again::Later, Blame::Message));
    let refusal = refusal(lane.hand_in(&report).await);
    assert_eq!(refusal.code, &delivery::APPLICATION_UNKNOWN);
}

#[tokio::test]
async fn a_report_that_overtook_the_delivery_waits_and_then_passes() {
    let mut lane = lane("overtook").await;
    let mut events = way(2);
    let delivery = events.pop().unwrap();
    lane.journal(events).await;
    let report = report(7, 2, "committee", result(Outcome::Granted));
    let fault = lane.hand_in(&report).await.unwrap_err();
    assert_eq!(fault.code, &delivery::APPLICATION_NOT_DELIVERED);
    assert_eq!(
        lane.ground.sql("SELECT count(*) FROM settlements").await,
        "0"
    );
    lane.journal(vec![delivery]).await;
    let verdict = lane.handle(&report).await.unwrap();
    assert!(matches!(verdict, Verdict::Pass { .. }));
}

#[tokio::test]
async fn one_try_waits_for_the_journal_that_is_just_behind() {
    let mut lane = lane("patient").await;
    let mut events = way(2);
    let delivery = events.pop().unwrap();
    lane.journal(events).await;
    let report = report(7, 2, "committee", status("registered"));
    let received = fact(&report, 60, Detail::Received);
    let event = Event::new(vec![received], report);
    let stage = Follow::new(lane.ground.store.clone(), Duration::from_mins(1));
    let (verdict, ()) = tokio::join!(stage.handle(&event), lane.journal(vec![delivery]));
    assert!(matches!(verdict.unwrap(), Verdict::Pass { .. }));
}

#[tokio::test]
async fn a_report_on_an_application_that_was_refused_on_the_way_contradicts() {
    let mut lane = lane("never_delivered").await;
    let message = application(2);
    let mut events = way(2);
    events.truncate(2);
    let no = fact(&message, 5, refused("payment-missing"));
    events.push(Event::new(vec![no], message.clone()));
    lane.journal(events).await;
    let report = report(7, 2, "committee", result(Outcome::Granted));
    let refusal = refusal(lane.hand_in(&report).await);
    assert_eq!(refusal.code, &delivery::REPORT_CONTRADICTS);
}

#[tokio::test]
async fn a_report_while_it_is_on_its_way_to_somebody_else_is_foreign() {
    let mut lane = lane("on_its_way").await;
    let message = application(2);
    let gone = fact(&message, 3, routed("national-archive"));
    lane.journal(vec![Event::new(vec![gone], message)]).await;
    let report = report(7, 2, "committee", result(Outcome::Granted));
    let refusal = refusal(lane.hand_in(&report).await);
    assert_eq!(refusal.code, &delivery::APPLICATION_FOREIGN);
}

#[tokio::test]
async fn a_report_from_a_sender_that_is_no_provider_is_refused() {
    let mut lane = lane("no_provider").await;
    let mut report = report(7, 1, "committee", result(Outcome::Granted));
    report.sender.provider = None;
    let refusal = refusal(lane.hand_in(&report).await);
    assert_eq!(refusal.code, &delivery::APPLICATION_FOREIGN);
}

#[tokio::test]
async fn what_is_no_report_is_never_tried_again() {
    let lane = lane("no_report").await;
    let fault = lane.handle(&application(1)).await.unwrap_err();
    assert_eq!((fault.code, fault.again), (&inside::INTERNAL, Again::Never));
}

#[test]
fn a_status_that_came_in_before_the_decision_was_only_slower_and_passes() {
    let settled = |second| Settlement {
        message_id: crate::samples::id(8).as_uuid(),
        provider: "committee".to_owned(),
        outcome: "granted".to_owned(),
        received_at: start() + SignedDuration::from_secs(second),
    };
    let word = status("in-progress");
    let report = report(7, 1, "committee", word.clone());
    assert_eq!(against(&report, &word, None), Judgement::Pass);
    assert_eq!(against(&report, &word, Some(&settled(5))), Judgement::Pass);
    let judged = against(&report, &word, Some(&settled(-5)));
    assert!(matches!(judged, Judgement::Refuse(..)), "{judged:?}");
}
