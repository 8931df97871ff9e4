//! The map as RabbitMQ's `definitions.json`.

use serde_json::{Map as Object, Value, json};

use crate::{DEAD, EXCHANGE, Map, QueueArguments, QueueDeclaration, RETURN, topology::Argument};

impl QueueArguments {
    fn json(&self) -> Value {
        let member = |(name, value): (&str, Argument)| {
            let value = match value {
                Argument::Text(text) => Value::from(text),
                Argument::Number(number) => Value::from(number),
            };
            (name.to_owned(), value)
        };
        Value::Object(
            self.table()
                .into_iter()
                .map(member)
                .collect::<Object<_, _>>(),
        )
    }
}

impl Map {
    /// What the broker has to know, for virtual host `/`: import it at boot or with
    /// `rabbitmqctl import_definitions`. Users are made elsewhere, for they carry secrets.
    pub fn definitions(&self) -> Value {
        let queues = self.queues();
        let exchange = |name: &str, kind: &str| {
            json!({"name": name, "vhost": "/", "type": kind, "durable": true, "auto_delete": false,
                   "internal": false, "arguments": {}})
        };
        let queue = |queue: &QueueDeclaration| {
            json!({"name": queue.name, "vhost": "/", "durable": true, "auto_delete": false,
                   "arguments": queue.arguments.json()})
        };
        let bindings = |queue: &QueueDeclaration| {
            let name = queue.name.clone();
            let binding = move |(source, key): &(&str, String)| {
                json!({"source": source, "vhost": "/", "destination": name, "destination_type": "queue",
                       "routing_key": key, "arguments": {}})
            };
            queue.bindings.iter().map(binding).collect::<Vec<_>>()
        };
        json!({
            "vhosts": [{"name": "/"}],
            "exchanges": [exchange(EXCHANGE, "topic"), exchange(RETURN, "topic"), exchange(DEAD, "direct")],
            "queues": queues.iter().map(queue).collect::<Vec<_>>(),
            "bindings": queues.iter().flat_map(bindings).collect::<Vec<_>>(),
        })
    }

    /// [`Map::definitions`] as the text of `deploy/rabbitmq/definitions.json`.
    pub fn definitions_text(&self) -> String {
        format!("{:#}\n", self.definitions())
    }
}

#[cfg(test)]
mod tests {
    use crate::Map;

    #[test]
    fn the_definitions_we_deploy_are_those_of_the_map() {
        let map = Map::parse(include_str!("../../../deploy/flow.toml")).unwrap();
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/rabbitmq/definitions.json"
        );
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == map.definitions_text(),
            "out of date: run `cargo run -p kezekctl -- flow --definitions > deploy/rabbitmq/definitions.json`"
        );
    }
}
