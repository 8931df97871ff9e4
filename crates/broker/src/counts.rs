//! How much waits where: the counts of queues, as the broker tells anybody who may look at them.

use flow::QueueDeclaration;
use lapin::{options::QueueDeclareOptions, types::FieldTable};

use crate::{
    Config,
    connect::{Unavailable, ask, within},
};

/// What stands in a queue just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueCount {
    pub name: String,
    /// Messages that wait; those in work are not counted.
    pub messages: u32,
    pub consumers: u32,
}

/// The counts of `queues`, for example `map.queues()`, in their order.
pub async fn counts(
    config: &Config,
    queues: &[QueueDeclaration],
) -> Result<Vec<QueueCount>, Unavailable> {
    ask(config, "counts", async |channel| {
        let mut counts = Vec::with_capacity(queues.len());
        for queue in queues {
            let options = QueueDeclareOptions {
                passive: true,
                ..QueueDeclareOptions::default()
            };
            let name = queue.name.as_str().into();
            let declared = channel.queue_declare(name, options, FieldTable::default());
            let declared = within(config, declared).await?;
            counts.push(QueueCount {
                name: queue.name.clone(),
                messages: declared.message_count(),
                consumers: declared.consumer_count(),
            });
        }
        Ok(counts)
    })
    .await
}
