//! Looking at the broker before the first message: are the queues there, and are they safe?
//!
//! AMQP cannot read a queue's arguments back. But declaring a queue again does nothing if every argument is the
//! same, and fails with the difference if one is not. So each queue is first looked up (and never made here:
//! that is the deployer's, from the definitions of the flow map), then declared as the map has it, then bound
//! again, which does nothing where the binding is there.

use flow::{Argument, DEAD, EXCHANGE, QueueDeclaration, RETURN};
use lapin::{
    Connection, ErrorKind, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{AMQPValue, FieldTable},
};

use tokio::select;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    Config,
    connect::{Backoff, Unavailable, channel, close, connect, within},
};

const HOW_TO_LOAD: &str = "load deploy/rabbitmq/definitions.json \
     (`rabbitmqctl import_definitions`), which is made from flow.toml";

/// Why a service must not start on this broker.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("{what} is missing on the broker: {HOW_TO_LOAD}")]
    Missing { what: String },
    #[error(
        "{what} is not as the map has it, and could lose messages: {why}. Move its messages away, delete it, \
         and {HOW_TO_LOAD}"
    )]
    Unsafe { what: String, why: String },
    #[error(
        "this user may not look at {what}: {why}. Give it `configure` on its queues and exchanges"
    )]
    Forbidden { what: String, why: String },
    #[error("cannot look at {what}")]
    Unavailable { what: String, source: Unavailable },
}

/// Checks the exchanges and `queues`, for example `map.queues_of("registry")`. Makes nothing but bindings.
pub async fn check(config: &Config, queues: &[QueueDeclaration]) -> Result<(), CheckError> {
    let connection = connect(config, "check").await;
    let connection = connection.map_err(|source| CheckError::Unavailable {
        what: "the broker".to_owned(),
        source,
    })?;
    let checked = check_on(config, &connection, queues).await;
    close(config, &connection).await;
    checked
}

/// [`check`], but waits for a broker that is not there or not ready yet, so that services may start in any
/// order. False if `shutdown` came first.
pub async fn check_when_up(
    config: &Config,
    queues: &[QueueDeclaration],
    shutdown: &CancellationToken,
) -> Result<bool, CheckError> {
    let mut backoff = Backoff::new(config);
    loop {
        let checked = select! {
            () = shutdown.cancelled() => return Ok(false),
            checked = check(config, queues) => checked,
        };
        let Err(CheckError::Unavailable { what, source }) = checked else {
            return checked.map(|()| true);
        };
        warn!(what, %source, "the broker cannot be looked at yet");
        select! {
            () = shutdown.cancelled() => return Ok(false),
            () = backoff.wait() => {}
        }
    }
}

async fn check_on(
    config: &Config,
    connection: &Connection,
    queues: &[QueueDeclaration],
) -> Result<(), CheckError> {
    let exchanges = [
        (EXCHANGE, ExchangeKind::Topic),
        (RETURN, ExchangeKind::Topic),
        (DEAD, ExchangeKind::Direct),
    ];
    for (name, kind) in exchanges {
        let what = format!("exchange `{name}`");
        check_exchange(config, connection, name, kind)
            .await
            .map_err(|error| explain(what, error))?;
    }
    for queue in queues {
        let what = format!("queue `{}`", queue.name);
        check_queue(config, connection, queue)
            .await
            .map_err(|error| explain(what, error))?;
    }
    Ok(())
}

async fn check_exchange(
    config: &Config,
    connection: &Connection,
    name: &str,
    kind: ExchangeKind,
) -> Result<(), Unavailable> {
    // A failed look closes its channel, so each thing is looked at on a channel of its own.
    let channel = channel(config, connection).await?;
    for passive in [true, false] {
        let options = ExchangeDeclareOptions {
            passive,
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        let table = FieldTable::default();
        let declared = channel.exchange_declare(name.into(), kind.clone(), options, table);
        within(config, declared).await?;
    }
    within(config, channel.close(200, "done".into())).await
}

async fn check_queue(
    config: &Config,
    connection: &Connection,
    queue: &QueueDeclaration,
) -> Result<(), Unavailable> {
    let channel = channel(config, connection).await?;
    for passive in [true, false] {
        let options = QueueDeclareOptions {
            passive,
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let name = queue.name.as_str().into();
        let declared = channel.queue_declare(name, options, arguments(queue));
        within(config, declared).await?;
    }
    for (exchange, key) in &queue.bindings {
        let bound = channel.queue_bind(
            queue.name.as_str().into(),
            (*exchange).into(),
            key.as_str().into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        within(config, bound).await?;
    }
    within(config, channel.close(200, "done".into())).await
}

pub(crate) fn arguments(queue: &QueueDeclaration) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in queue.arguments.table() {
        let value = match value {
            Argument::Text(text) => AMQPValue::LongString(text.into()),
            Argument::Number(number) => {
                AMQPValue::LongLongInt(i64::try_from(number).unwrap_or(i64::MAX))
            }
        };
        table.insert(name.into(), value);
    }
    table
}

fn explain(what: String, error: Unavailable) -> CheckError {
    let said = match &error {
        Unavailable::Failed(error) => match error.kind() {
            ErrorKind::ProtocolError(said) => Some(said.clone()),
            _ => None,
        },
        _ => None,
    };
    let Some(said) = said else {
        return CheckError::Unavailable {
            what,
            source: error,
        };
    };
    let why = said.get_message().to_string();
    // A queue that is there but has no leader yet is "not found" too, though not for long.
    let is_waking = why.contains("is down or inaccessible");
    match said.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) if !is_waking => CheckError::Missing { what },
        AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => CheckError::Unsafe { what, why },
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => CheckError::Forbidden { what, why },
        _ => CheckError::Unavailable {
            what,
            source: error,
        },
    }
}

#[cfg(test)]
mod tests {
    use lapin::protocol::AMQPError;

    use super::*;

    #[test]
    fn a_queue_that_is_only_waking_up_is_not_called_missing() {
        let not_found = |text: &str| {
            let said = AMQPError::new(AMQPSoftError::NOTFOUND.into(), text.into());
            let error = lapin::Error::from(ErrorKind::ProtocolError(said));
            explain("queue `journal`".to_owned(), error.into())
        };
        let missing = not_found("NOT_FOUND - no queue 'journal' in vhost '/'");
        assert!(matches!(missing, CheckError::Missing { .. }));
        let waking = not_found(
            "NOT_FOUND - home node 'a@b' of durable queue 'journal' in vhost '/' is down or inaccessible",
        );
        assert!(matches!(waking, CheckError::Unavailable { .. }));
    }
}
