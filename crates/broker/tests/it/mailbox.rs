//! Mailboxes: nothing is lost between looking and confirming, whoever looks, confirms or dies.

use broker::{ConfirmError, Mailbox, MailboxEntry, Wish};
use flow::{EXCHANGE, RETURN};
use jiff::{SignedDuration, Timestamp};
use lapin::{BasicProperties, options::*, types::FieldTable};
use message::{About, Detail, Event, Fact, FactId, FactName, NotificationOutcome, ParticipantId};
use stage::Publication;

use crate::support::{House, amqp, eventually, house, message};

const BOX: &str = "[[lane]]\nname = 'mailbox.portal'\nkind = 'mailbox'\nfiled_by = 'portal'\n\
                   facts = ['delivered']\n";

/// Message `number` was delivered, so many seconds after 1970.
fn delivered(number: u64) -> Publication {
    let message = message(number);
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let detail = Detail::Delivered {
        provider: message::ProviderCode::new("committee").unwrap(),
        registration_number: number.to_string(),
    };
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::try_from(number).unwrap());
    let fact = Fact::new(about, at, "router", detail);
    Publication::end(Event::new(vec![fact], message)).unwrap()
}

/// That `event` was told, as intake would say it.
fn notified(event: &Event) -> Option<Publication> {
    let fact = event.facts.last()?;
    let detail = Detail::Notified {
        of: fact.id,
        channel: "mailbox".to_owned(),
        outcome: NotificationOutcome::Sent,
        recipient_masked: "portal".to_owned(),
    };
    let told = Fact::new(fact.about.clone(), Timestamp::now(), "intake", detail);
    Publication::end(Event {
        facts: vec![told],
        message: None,
    })
}

/// A house where the facts of these messages wait in the portal's mailbox.
async fn filled(numbers: std::ops::Range<u64>) -> House {
    let house = house(BOX).await;
    let publisher = house.publisher();
    let count = u32::try_from(numbers.end - numbers.start).unwrap();
    let all = numbers.map(|number| publisher.publish(delivered(number)));
    for ended in futures::future::join_all(all).await {
        ended.unwrap();
    }
    eventually("all wait", 30, async || {
        house.waiting("mailbox.portal").await == count
    })
    .await;
    house
}

fn mailbox(house: &House) -> Mailbox {
    let portal = ParticipantId::new("portal").unwrap();
    Mailbox::new(&house.config, house.map.mailbox(&portal).unwrap())
}

async fn seen(mailbox: &Mailbox, amount_max: usize) -> Vec<u64> {
    let entries = mailbox.look(amount_max, |_| Wish::Tell).await.unwrap();
    entries.iter().map(number).collect()
}

fn number(entry: &MailboxEntry) -> u64 {
    let message = entry.event.message.as_ref().unwrap();
    message.sender.reference.parse().unwrap()
}

fn id(number: u64) -> FactId {
    delivered(number).event.facts[0].id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_at_stays_and_comes_again_oldest_first_however_much_is_asked_for() {
    let house = filled(0..30).await;
    let mailbox = mailbox(&house);
    for amount_max in [3, 10, 1, 30, 2, 100, 7, 7] {
        let wanted: Vec<u64> = (0..30).take(amount_max).collect();
        assert_eq!(
            seen(&mailbox, usize::from(u8::try_from(amount_max).unwrap())).await,
            wanted
        );
    }
    assert!(seen(&mailbox, 0).await.is_empty());
    assert_eq!(house.waiting("mailbox.portal").await, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_confirmed_is_gone_and_registered_and_the_rest_keeps_its_order() {
    let house = filled(0..20).await;
    let (mailbox, publisher) = (mailbox(&house), house.publisher());
    let journal = house.journal(None);
    assert_eq!(seen(&mailbox, 5).await, [0, 1, 2, 3, 4]);
    for number in [1, 17, 0] {
        mailbox
            .confirm(&publisher, id(number), notified)
            .await
            .unwrap();
    }
    let mut left: Vec<u64> = (2..20).collect();
    left.retain(|number| *number != 17);
    assert_eq!(seen(&mailbox, 100).await, left);
    eventually("it is registered", 30, async || {
        journal.told(FactName::Notified).len() == 3
    })
    .await;
    for unknown in [id(1), id(99)] {
        let again = mailbox.confirm(&publisher, unknown, notified).await;
        assert!(
            matches!(again, Err(ConfirmError::NotThere { .. })),
            "{again:?}"
        );
    }
    assert_eq!(seen(&mailbox, 100).await, left);
    assert_eq!(journal.told(FactName::Notified).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reader_that_dies_was_holding_comes_to_the_next_one() {
    let house = filled(0..12).await;
    let (connection, channel) = amqp(&house.url).await;
    let options = BasicGetOptions::default();
    for _ in 0..5 {
        let got = channel.basic_get("mailbox.portal".into(), options).await;
        assert!(got.unwrap().is_some());
    }
    let mailbox = mailbox(&house);
    assert_eq!(
        seen(&mailbox, 100).await,
        (5..12).collect::<Vec<_>>(),
        "what another holds cannot be seen"
    );
    connection.close(200, "gone".into()).await.unwrap();
    eventually("it is back", 30, async || {
        house.waiting("mailbox.portal").await == 12
    })
    .await;
    assert_eq!(seen(&mailbox, 6).await, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_is_given_up_half_way_loses_nothing() {
    let house = filled(0..300).await;
    let mailbox = mailbox(&house);
    for _ in 0..5 {
        let looking = tokio::time::timeout(
            std::time::Duration::from_millis(15),
            mailbox.look(300, |_| Wish::Tell),
        );
        drop(looking.await);
    }
    eventually("all are back", 30, async || {
        house.waiting("mailbox.portal").await == 300
    })
    .await;
    assert_eq!(seen(&mailbox, 300).await, (0..300).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_serve_one_mailbox_and_each_entry_is_confirmed_once() {
    let house = filled(0..40).await;
    let publisher = house.publisher();
    let one = async |mailbox: Mailbox| {
        let mut confirmed = Vec::new();
        loop {
            let entries = mailbox.look(4, |_| Wish::Tell).await.unwrap();
            if entries.is_empty() && house.waiting("mailbox.portal").await == 0 {
                return confirmed;
            }
            for entry in entries {
                match mailbox.confirm(&publisher, entry.id, notified).await {
                    Ok(()) => confirmed.push(number(&entry)),
                    Err(ConfirmError::NotThere { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    };
    let (first, second) = tokio::join!(one(mailbox(&house)), one(mailbox(&house)));
    let mut all = [first, second].concat();
    all.sort_unstable();
    assert_eq!(all, (0..40).collect::<Vec<_>>());
    assert_eq!(house.waiting("mailbox.portal.parked").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_entries_are_looked_through_and_confirmed_in_their_order() {
    let house = filled(0..5000).await;
    let (mailbox, publisher) = (mailbox(&house), house.publisher());
    mailbox
        .confirm(&publisher, id(4999), notified)
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(seen(&mailbox, 3).await, [0, 1, 2], "though all were taken");
    eprintln!("a look through 4999 entries: {:?}", begun.elapsed());
    for number in 0..5 {
        let first = seen(&mailbox, 1).await;
        assert_eq!(first, [number]);
        mailbox
            .confirm(&publisher, id(number), notified)
            .await
            .unwrap();
    }
    assert_eq!(house.waiting("mailbox.portal").await, 4994);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_wished_for_is_told_and_copies_are_one_entry() {
    let house = filled(0..9).await;
    let publisher = house.publisher();
    publisher.publish(delivered(8)).await.unwrap();
    let mailbox = mailbox(&house);
    let wanted = message(8).number;
    let unwanted = message(3).number;
    let found = mailbox
        .look(5, |event| match event.message.as_ref().map(|m| m.number) {
            Some(number) if number == wanted => Wish::Tell,
            Some(number) if number == unwanted => Wish::Drop,
            _ => Wish::Leave,
        })
        .await
        .unwrap();
    assert_eq!(found.iter().map(number).collect::<Vec<_>>(), [8]);
    assert_eq!(seen(&mailbox, 100).await, [0, 1, 2, 4, 5, 6, 7, 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message_are_set_aside_and_hide_nothing() {
    let house = filled(0..2).await;
    let (_connection, channel) = amqp(&house.url).await;
    let publish = channel.basic_publish(
        RETURN.into(),
        "x.y.mailbox.portal".into(),
        BasicPublishOptions::default(),
        b"\xff\xff",
        BasicProperties::default(),
    );
    publish.await.unwrap();
    eventually("it has come", 30, async || {
        house.waiting("mailbox.portal").await == 3
    })
    .await;
    assert_eq!(seen(&mailbox(&house), 10).await, [0, 1]);
    eventually("it is set aside", 30, async || {
        house.waiting("mailbox.portal.parked").await == 1
    })
    .await;
    assert_eq!(house.waiting("mailbox.portal").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_registered_stays() {
    let house = filled(0..1).await;
    let (_connection, channel) = amqp(&house.url).await;
    // Without the journal's binding, the publish leads nowhere and comes back.
    let (exchange, table) = (EXCHANGE.into(), FieldTable::default());
    let unbound = channel.queue_unbind("journal".into(), exchange, "#".into(), table);
    unbound.await.unwrap();
    let (mailbox, publisher) = (mailbox(&house), house.publisher());
    let confirmed = mailbox.confirm(&publisher, id(0), notified).await;
    assert!(
        matches!(confirmed, Err(ConfirmError::NotPublished(_))),
        "{confirmed:?}"
    );
    assert_eq!(seen(&mailbox, 1).await, [0]);
}

/// It is asked from HTTP handlers, which run on any thread.
#[test]
fn a_mailbox_can_be_asked_from_any_thread() {
    fn on_any_thread<T: Send>(_: T) {}
    let map = crate::support::map(BOX);
    let portal = ParticipantId::new("portal").unwrap();
    let config = broker::Config::new("amqp://localhost");
    let mailbox = Mailbox::new(&config, map.mailbox(&portal).unwrap());
    on_any_thread(mailbox.look(1, |_| Wish::Tell));
}
