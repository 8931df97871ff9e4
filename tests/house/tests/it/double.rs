//! Delivers every message to its lane a second time, as an at-least-once broker may at any moment.
//!
//! It listens to everything that is published to the exchange and puts a copy of each message that
//! leads to a lane straight into that lane's queue. A copy is never copied again: what a stage makes
//! of it has the same id, and an id is doubled once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use rig::Rig;
use tokio::task::JoinHandle;

/// See the module.
pub(crate) struct Doubler {
    task: JoinHandle<()>,
    doubled: Arc<AtomicU64>,
}

impl Doubler {
    pub(crate) async fn start(rig: &Rig) -> Self {
        let connection = Connection::connect(&rig.broker.url(), ConnectionProperties::default())
            .await
            .unwrap();
        let channel = connection.create_channel().await.unwrap();
        let own = QueueDeclareOptions {
            exclusive: true,
            auto_delete: true,
            ..Default::default()
        };
        channel
            .queue_declare("doubler".into(), own, FieldTable::default())
            .await
            .unwrap();
        channel
            .queue_bind(
                "doubler".into(),
                "kezek".into(),
                "#".into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
            .unwrap();
        let options = BasicConsumeOptions {
            no_ack: true,
            ..Default::default()
        };
        let mut messages = channel
            .basic_consume(
                "doubler".into(),
                "doubler".into(),
                options,
                FieldTable::default(),
            )
            .await
            .unwrap();
        let doubled = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&doubled);
        let task = tokio::spawn(async move {
            use futures::StreamExt;
            // Held here: the connection closes with it.
            let _connection = connection;
            let mut seen = HashSet::new();
            while let Some(Ok(message)) = messages.next().await {
                let key = message.routing_key.to_string();
                let Some(lane) = lane_of(&key) else { continue };
                let id = message
                    .properties
                    .message_id()
                    .as_ref()
                    .map(ToString::to_string);
                if !seen.insert((key.clone(), id)) {
                    continue;
                }
                channel
                    .basic_publish(
                        "".into(),
                        lane.into(),
                        BasicPublishOptions::default(),
                        &message.data,
                        message.properties.clone(),
                    )
                    .await
                    .unwrap();
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { task, doubled }
    }

    /// Ends it; gives how many messages it doubled.
    pub(crate) fn stop(self) -> u64 {
        self.task.abort();
        self.doubled.load(Ordering::Relaxed)
    }
}

/// `verified.registry.payment` leads to the lane `registry.payment`; one word leads to no lane, and
/// four are a failed attempt or a parked message.
fn lane_of(key: &str) -> Option<&str> {
    let (_, lane) = key.split_once('.')?;
    (lane.split('.').count() == 2).then_some(lane)
}
