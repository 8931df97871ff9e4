//! A house of its own for each test: a virtual host on a shared broker, with the queues of a small map.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use broker::{Config, Entry, Publisher, Reader, read_journal, run_lane};
use fault::Fault;
use flow::{Argument, DEAD, EXCHANGE, Map, QueueDeclaration, RETURN};
use jiff::Timestamp;
use lapin::{
    Connection, ConnectionProperties, ExchangeKind,
    message::Delivery,
    options::*,
    types::{AMQPValue, FieldTable},
};
use message::*;
use rig::Broker;
use stage::{Next, Publication, Stage, Verdict};
use tokio::{sync::OnceCell, task::JoinHandle};
use tokio_util::sync::CancellationToken;

static SHARED: OnceCell<Broker> = OnceCell::const_new();
static COUNT: AtomicU64 = AtomicU64::new(0);

/// The broker that the tests share.
pub(crate) async fn shared() -> &'static Broker {
    log();
    let started = SHARED.get_or_try_init(Broker::start).await;
    started.expect("a RabbitMQ of our own")
}

/// Shows our own log beside a failing test, if `RUST_LOG` asks for it.
pub(crate) fn log() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_test_writer();
    log.try_init().ok();
}

/// Where a test lives.
pub(crate) struct House {
    pub(crate) url: String,
    pub(crate) config: Config,
    pub(crate) map: Arc<Map>,
}

/// A map with short delays and the lanes given as TOML.
pub(crate) fn map(lanes: &str) -> Arc<Map> {
    let text = format!("delays = ['1s', '2s']\n{lanes}");
    Arc::new(Map::parse(&text).expect("a valid map"))
}

/// A house on the shared broker with all queues of the map.
pub(crate) async fn house(lanes: &str) -> House {
    let house = empty_house(lanes).await;
    furnish(&house.url, &house.map.queues()).await;
    house
}

/// A house with the exchanges only.
pub(crate) async fn empty_house(lanes: &str) -> House {
    let vhost = format!("house-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let broker = shared().await;
    let all = "<<\".*\">>";
    let make = format!(
        "rabbit_vhost:add(<<\"{vhost}\">>, <<\"test\">>), rabbit_auth_backend_internal:set_permissions(\
         <<\"guest\">>, <<\"{vhost}\">>, {all}, {all}, {all}, <<\"test\">>)."
    );
    broker.ctl(&["eval", &make]).await.expect("a virtual host");
    let url = broker.url().replace("%2f", &vhost);
    furnish(&url, &[]).await;
    House {
        config: Config::new(&url),
        url,
        map: map(lanes),
    }
}

pub(crate) async fn amqp(url: &str) -> (Connection, lapin::Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default()).await;
    let connection = connection.expect("a connection");
    let channel = connection.create_channel().await.expect("a channel");
    (connection, channel)
}

/// Makes what a deployer would make.
pub(crate) async fn furnish(url: &str, queues: &[QueueDeclaration]) {
    let (_connection, channel) = amqp(url).await;
    for (name, kind) in [
        (EXCHANGE, ExchangeKind::Topic),
        (RETURN, ExchangeKind::Topic),
        (DEAD, ExchangeKind::Direct),
    ] {
        let options = ExchangeDeclareOptions {
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        let made = channel.exchange_declare(name.into(), kind, options, FieldTable::default());
        made.await.expect("an exchange");
    }
    for queue in queues {
        declare(&channel, queue).await;
    }
}

async fn declare(channel: &lapin::Channel, queue: &QueueDeclaration) {
    let mut table = FieldTable::default();
    for (name, value) in queue.arguments.table() {
        let value = match value {
            Argument::Text(text) => AMQPValue::LongString(text.into()),
            Argument::Number(number) => AMQPValue::LongLongInt(number.try_into().unwrap()),
        };
        table.insert(name.into(), value);
    }
    let name = || queue.name.as_str().into();
    let made = channel.queue_declare(name(), QueueDeclareOptions::durable(), table);
    made.await.expect("a queue");
    for (exchange, key) in &queue.bindings {
        let (exchange, key) = ((*exchange).into(), key.as_str().into());
        let options = QueueBindOptions::default();
        let bound = channel.queue_bind(name(), exchange, key, options, FieldTable::default());
        bound.await.expect("a binding");
    }
}

impl House {
    pub(crate) fn publisher(&self) -> Publisher {
        Publisher::start(&self.config, "test")
    }

    /// Messages that wait in a queue.
    pub(crate) async fn waiting(&self, queue: &str) -> u32 {
        let queues: Vec<_> = self
            .map
            .queues()
            .into_iter()
            .filter(|q| q.name == queue)
            .collect();
        assert_eq!(queues.len(), 1, "no queue {queue}");
        broker::counts(&self.config, &queues)
            .await
            .expect("a count")[0]
            .messages
    }

    /// Takes everything out of a queue.
    pub(crate) async fn empty(&self, queue: &str) -> Vec<Delivery> {
        let (_connection, channel) = amqp(&self.url).await;
        let mut all = Vec::new();
        let options = BasicGetOptions { no_ack: true };
        while let Some(got) = channel
            .basic_get(queue.into(), options)
            .await
            .expect("a look")
        {
            all.push(got.delivery);
        }
        all
    }

    /// Runs a stage over a lane, until it is told to stop.
    pub(crate) fn work(&self, lane: &str, stage: impl Stage, publisher: &Publisher) -> Working {
        let stop = CancellationToken::new();
        let lane = LaneName::new(lane).unwrap();
        let running = run_lane(
            self.config.clone(),
            Arc::clone(&self.map),
            lane,
            Arc::new(stage),
            publisher.clone(),
            stop.clone(),
            Timestamp::now,
        );
        Working {
            stop,
            task: tokio::spawn(async move { running.await.expect("a lane of the map") }),
        }
    }

    /// Reads the whole journal, as far as it goes, in the background.
    pub(crate) fn journal(&self, after: Option<u64>) -> Heard {
        let heard = Heard::default();
        let reading = read_journal(
            self.config.clone(),
            after,
            heard.clone(),
            heard.stop.clone(),
        );
        tokio::spawn(reading);
        heard
    }
}

/// A lane at work.
pub(crate) struct Working {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    /// Stops it in good order and waits until it has stopped.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(30), self.task).await;
        ended.expect("it stops in time").expect("it does not panic");
    }

    /// Ends it where it stands, as a killed process would.
    pub(crate) async fn kill(self) {
        self.task.abort();
        let ended = self.task.await;
        assert!(ended.is_err_and(|error| error.is_cancelled()));
    }
}

/// Everything a journal reader was given.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    pub(crate) entries: Arc<Mutex<Vec<Entry>>>,
    pub(crate) stop: CancellationToken,
}

#[async_trait]
impl Reader for Heard {
    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        self.entries.lock().unwrap().extend(entries);
        Ok(())
    }
}

impl Heard {
    /// How often each fact of that name was told, by the message it is about.
    pub(crate) fn told(&self, name: FactName) -> BTreeMap<MessageId, usize> {
        let mut told = BTreeMap::new();
        for entry in self.entries.lock().unwrap().iter() {
            let facts = entry.event.iter().flat_map(|event| &event.facts);
            for fact in facts.filter(|fact| fact.name() == name) {
                if let About::Message { id, .. } = &fact.about {
                    *told.entry(*id).or_default() += 1;
                }
            }
        }
        told
    }

    pub(crate) fn facts(&self) -> Vec<FactName> {
        let entries = self.entries.lock().unwrap();
        let events = entries.iter().flat_map(|entry| &entry.event);
        events
            .flat_map(|event| event.facts.iter().map(Fact::name))
            .collect()
    }
}

/// A stage made of a function; a message that passes is `delivered` and at its end.
pub(crate) struct Step<F>(pub F);

#[async_trait]
impl<F, R> Stage for Step<F>
where
    F: Fn(Event) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), Fault>> + Send,
{
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        self.0(event.clone()).await?;
        Ok(passed(event))
    }
}

pub(crate) fn passed(event: &Event) -> Verdict {
    Verdict::Pass {
        message: event.message.clone().expect("a message"),
        facts: vec![Detail::Delivered {
            provider: ProviderCode::new("committee").unwrap(),
            registration_number: "7".to_owned(),
        }],
        next: Next::End,
    }
}

/// An invented message; each number gives another one.
pub(crate) fn message(number: u64) -> Message {
    let id = 0x019a_b8d5_7c00_8000_8000_0000_0000_0000_u128 + u128::from(number);
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(id));
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: Bin::new("050740004818").unwrap_or_else(|_| some_bin()),
            reference: number.to_string(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::Portal,
        received_at: Timestamp::UNIX_EPOCH,
        applicant: None,
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: vec![b'x'; 500],
        },
        signatures: vec![],
        attachments: vec![],
        report: None,
        provider: None,
        signers: vec![],
        findings: vec![],
        plan: Plan::new(vec![]),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

fn some_bin() -> Bin {
    let mut tries = (0..100_000).map(|n| format!("0507400{n:05}"));
    tries.find_map(|text| Bin::new(&text).ok()).unwrap()
}

/// Message `number`, received, on its way to `lane`.
pub(crate) fn received(number: u64, lane: &str) -> Publication {
    let message = message(number);
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let fact = Fact::new(about, Timestamp::now(), "intake", Detail::Received);
    let lane = LaneName::new(lane).unwrap();
    Publication::pass(Event::new(vec![fact], message), &lane).unwrap()
}

/// Publishes messages `numbers` to `lane`, many at a time.
pub(crate) async fn publish_all(publisher: &Publisher, numbers: std::ops::Range<u64>, lane: &str) {
    let all = numbers.map(|number| publisher.publish(received(number, lane)));
    for ended in futures::future::join_all(all).await {
        ended.expect("it is stored");
    }
}

/// Asks `question` until it says yes; past `limit_s` seconds the test fails, naming what was awaited.
pub(crate) async fn eventually(what: &str, limit_s: u64, mut question: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(limit_s);
    while !question().await {
        assert!(Instant::now() < deadline, "not within {limit_s} s: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
