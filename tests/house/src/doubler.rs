//! Delivers every message to its lane a second time, as an at-least-once broker may at any moment.
//!
//! It listens to everything that is published to the exchange and puts a copy of each message that
//! leads to a lane straight into that lane's queue. A copy is never copied again: what a stage makes
//! of it has the same id, and an id is doubled once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, Consumer};
use rig::Rig;
use tokio::task::JoinHandle;

/// See the module. Ends with the handle.
#[derive(Debug)]
pub(crate) struct Doubler {
    task: JoinHandle<()>,
    doubled: Arc<AtomicUsize>,
}

impl Doubler {
    /// Listens from now on.
    pub(crate) async fn start(rig: &Rig) -> anyhow::Result<Self> {
        let connection =
            Connection::connect(&rig.broker.url(), ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        let messages = everything(&channel).await?;
        let doubled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&doubled);
        let task = tokio::spawn(async move {
            // Held here: the connection closes with it.
            let _connection = connection;
            double(&channel, messages, &count).await;
        });
        Ok(Self { task, doubled })
    }

    /// How many messages it has doubled so far.
    pub(crate) fn count(&self) -> usize {
        self.doubled.load(Ordering::Relaxed)
    }
}

impl Drop for Doubler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A copy of everything that is published to the exchange.
async fn everything(channel: &Channel) -> Result<Consumer, lapin::Error> {
    let own = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..Default::default()
    };
    channel
        .queue_declare("doubler".into(), own, FieldTable::default())
        .await?;
    let bound = channel.queue_bind(
        "doubler".into(),
        "kezek".into(),
        "#".into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    bound.await?;
    let options = BasicConsumeOptions {
        no_ack: true,
        ..Default::default()
    };
    let arguments = FieldTable::default();
    let consumed = channel.basic_consume("doubler".into(), "doubler".into(), options, arguments);
    consumed.await
}

async fn double(channel: &Channel, mut messages: Consumer, count: &AtomicUsize) {
    let mut seen = HashSet::new();
    while let Some(Ok(message)) = messages.next().await {
        let key = message.routing_key.to_string();
        let Some(lane) = lane_of(&key) else { continue };
        let id = message.properties.message_id().as_ref();
        if !seen.insert((key.clone(), id.map(ToString::to_string))) {
            continue;
        }
        let options = BasicPublishOptions::default();
        let properties = message.properties.clone();
        let copy =
            channel.basic_publish("".into(), lane.into(), options, &message.data, properties);
        if copy.await.is_err() {
            // Without the broker nothing is doubled; who counts will see it.
            return;
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// `verified.registry.payment` leads to the lane `registry.payment`; one word leads to no lane, and
/// four are a failed attempt or a parked message.
fn lane_of(key: &str) -> Option<&str> {
    let (_, lane) = key.split_once('.')?;
    (lane.split('.').count() == 2).then_some(lane)
}
