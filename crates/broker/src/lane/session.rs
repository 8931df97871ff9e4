//! One connection, one channel, one consumer of a lane's queue. When anything of it fails, it is thrown away
//! as a whole and another one is opened.

use flow::Lane;
use futures::StreamExt;
use lapin::{
    Channel, Connection, Consumer,
    message::Delivery,
    options::{
        BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions,
        BasicQosOptions, BasicRejectOptions,
    },
    types::FieldTable,
};

use super::acks::{Ack, Acks};
use crate::{
    Config,
    connect::{Unavailable, channel, close, connect, within},
};

/// See the module.
pub(super) struct Session {
    /// Tells the deliveries of this session from those of earlier ones.
    pub(super) number: u64,
    config: Config,
    queue: String,
    connection: Connection,
    channel: Channel,
    /// Absent while nothing is taken from the queue.
    consumer: Option<Consumer>,
    /// The consumer is told to stop; what was on its way still comes.
    pub(super) is_stopping: bool,
    pub(super) acks: Acks,
}

impl Session {
    /// Connects and begins to take from the lane's queue, `window` at most.
    pub(super) async fn open(
        config: &Config,
        lane: &Lane,
        number: u64,
    ) -> Result<Self, Unavailable> {
        let connection = connect(config, &format!("lane {}", lane.name)).await?;
        let channel = channel(config, &connection).await?;
        let qos = channel.basic_qos(lane.window, BasicQosOptions::default());
        within(config, qos).await?;
        let mut session = Self {
            number,
            config: config.clone(),
            queue: lane.name.to_string(),
            connection,
            channel,
            consumer: None,
            is_stopping: false,
            acks: Acks::new(lane.window),
        };
        session.consume().await?;
        Ok(session)
    }

    pub(super) fn is_consuming(&self) -> bool {
        self.consumer.is_some()
    }

    /// Takes from the queue.
    pub(super) async fn consume(&mut self) -> Result<(), Unavailable> {
        let consuming = self.channel.basic_consume(
            self.queue.as_str().into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        self.consumer = Some(within(&self.config, consuming).await?);
        self.is_stopping = false;
        Ok(())
    }

    /// Takes nothing more from the queue; what is on its way still comes, until [`Session::next`] says that
    /// the consumer has ended.
    pub(super) async fn stop_consuming(&mut self) -> Result<(), Unavailable> {
        let Some(consumer) = &self.consumer else {
            return Ok(());
        };
        self.is_stopping = true;
        let cancelled = self
            .channel
            .basic_cancel(consumer.tag(), BasicCancelOptions::default());
        within(&self.config, cancelled).await
    }

    /// The next delivery; `None` when the consumer has ended. Waits for ever while there is no consumer.
    pub(super) async fn next(&mut self) -> Option<Result<Delivery, lapin::Error>> {
        match &mut self.consumer {
            Some(consumer) => consumer.next().await,
            None => std::future::pending().await,
        }
    }

    /// The consumer has ended.
    pub(super) fn stopped(&mut self) {
        self.consumer = None;
        self.is_stopping = false;
    }

    /// Acknowledges what is done.
    pub(super) async fn acknowledge(&mut self) -> Result<(), Unavailable> {
        for ack in self.acks.take_ready() {
            let (tag, multiple) = match ack {
                Ack::UpTo(tag) => (tag, true),
                Ack::One(tag) => (tag, false),
            };
            let acked = self.channel.basic_ack(tag, BasicAckOptions { multiple });
            within(&self.config, acked).await?;
        }
        Ok(())
    }

    /// Makes a dead letter of a delivery: the broker moves it aside, at least once.
    pub(super) async fn reject(&mut self, tag: u64) -> Result<(), Unavailable> {
        self.acks.rejected(tag);
        let rejected = self
            .channel
            .basic_reject(tag, BasicRejectOptions { requeue: false });
        within(&self.config, rejected).await
    }

    /// Hands everything that is not acknowledged back to the queue, and disconnects.
    pub(super) async fn end(self) -> Result<(), Unavailable> {
        let everything = BasicNackOptions {
            multiple: true,
            requeue: true,
        };
        within(&self.config, self.channel.basic_nack(0, everything)).await?;
        within(&self.config, self.channel.close(200, "done".into())).await?;
        close(&self.config, &self.connection).await;
        Ok(())
    }
}
