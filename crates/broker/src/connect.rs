//! Connecting to the broker, and the pauses between tries.
//!
//! Recovery is ours, not the library's: whoever loses a connection opens another one here and knows exactly
//! what has to be done again on it.

use std::time::Duration;

use lapin::{Channel, Connection, ConnectionProperties};
use tokio::time::timeout;

use crate::Config;

/// The broker cannot be used just now.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    #[error("the broker's address is wrong")]
    Address(#[from] crate::InvalidConfig),
    #[error("the broker did not answer within {0:?}")]
    Silent(Duration),
    #[error("the broker: {0}")]
    Failed(#[from] lapin::Error),
}

/// A connection called `name` in the broker's own lists.
pub(crate) async fn connect(config: &Config, name: &str) -> Result<Connection, Unavailable> {
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let connecting = Connection::connect_uri(config.uri()?, properties);
    within(config, connecting).await
}

/// A channel of its own on `connection`.
pub(crate) async fn channel(
    config: &Config,
    connection: &Connection,
) -> Result<Channel, Unavailable> {
    within(config, connection.create_channel()).await
}

/// An answer of the broker, or [`Unavailable::Silent`] when it takes longer than a question may.
pub(crate) async fn within<T>(
    config: &Config,
    answer: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, Unavailable> {
    let limit = config.connect_max();
    let answered = timeout(limit, answer).await;
    Ok(answered.map_err(|_| Unavailable::Silent(limit))??)
}

/// Asks the broker something, on a connection and a channel made for it. What the question took and did not
/// acknowledge goes back.
pub(crate) async fn ask<T, E: From<Unavailable>>(
    config: &Config,
    name: &str,
    question: impl AsyncFnOnce(Channel) -> Result<T, E>,
) -> Result<T, E> {
    let connection = connect(config, name).await?;
    let channel = channel(config, &connection).await?;
    let answer = question(channel.clone()).await;
    // The library complains aloud when a channel is dropped while its connection closes.
    drop(within(config, channel.close(200, "done".into())).await);
    close(config, &connection).await;
    answer
}

/// Ends a connection in good order, if it still can be.
pub(crate) async fn close(config: &Config, connection: &Connection) {
    // A connection that cannot be closed is closed already.
    drop(within(config, connection.close(200, "done".into())).await);
}

/// Pauses that double up to a longest one, each shortened by up to half at random, so that the services do not
/// come back all at the same moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(config: &Config) -> Self {
        let min = Duration::from_millis(config.reconnect_ms_min);
        Self {
            min,
            max: Duration::from_millis(config.reconnect_ms_max),
            next: min,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.next = self.min;
    }

    pub(crate) async fn wait(&mut self) {
        let pause = self.pause(rand::random());
        tokio::time::sleep(pause).await;
    }

    fn pause(&mut self, random: f64) -> Duration {
        let pause = self.next.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0);
        self.next = (self.next * 2).min(self.max);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew_after_success() {
        let mut config = Config::new("amqp://localhost");
        (config.reconnect_ms_min, config.reconnect_ms_max) = (100, 300);
        let mut backoff = Backoff::new(&config);
        let pauses: Vec<u128> = (0..4).map(|_| backoff.pause(0.0).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 300, 300]);
        backoff.reset();
        assert_eq!(backoff.pause(1.0).as_millis(), 50);
    }
}
