//! One AMQP message, ready to be sent: body, properties, and where it goes.
//!
//! It keeps its ids through every repetition, so that whatever is stored twice can be told as one.

use std::collections::BTreeMap;

use bytes::Bytes;
use flow::EXCHANGE;
use lapin::{
    BasicProperties,
    message::Delivery,
    types::{AMQPValue, FieldTable, ShortString},
};
use stage::Publication;
use telemetry::propagation;
use tracing::Span;

/// Media type of every body of ours.
const CONTENT_TYPE: &str = "application/protobuf";
/// The protobuf type of every body of ours.
const KIND: &str = "kezek.message.v1.Event";
/// Written to disk before it is confirmed.
pub(crate) const PERSISTENT: u8 = 2;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parcel {
    pub(crate) exchange: &'static str,
    pub(crate) key: String,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Bytes,
}

impl Parcel {
    /// A publication in the trace of `span`. Its id is that of its last fact: derived, so the same step done
    /// again gives the same id.
    pub(crate) fn of(publication: &Publication, span: &Span) -> Self {
        let mut headers = BTreeMap::new();
        propagation::inject(span, |name, value| {
            headers.insert(ShortString::from(name), AMQPValue::LongString(value.into()));
        });
        // The broker reads this header: the keys in it lead to more queues by the same publish.
        if let Some(also) = &publication.also {
            let keys = vec![AMQPValue::LongString(also.as_str().into())];
            headers.insert("CC".into(), AMQPValue::FieldArray(keys.into()));
        }
        let mut properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type(CONTENT_TYPE.into())
            .with_type(KIND.into())
            .with_headers(FieldTable::from(headers));
        if let Some(fact) = publication.event.facts.last() {
            properties = properties
                .with_message_id(fact.id.to_string().into())
                .with_timestamp(u64::try_from(fact.at.as_second()).unwrap_or(0));
        }
        Self {
            exchange: EXCHANGE,
            key: publication.key.clone(),
            properties,
            body: wire::encode(&publication.event).into(),
        }
    }

    /// A message sent again as it came, to another exchange.
    pub(crate) fn again(delivery: Delivery, exchange: &'static str, key: String) -> Self {
        Self {
            exchange,
            key,
            properties: delivery.properties.with_delivery_mode(PERSISTENT),
            body: delivery.data.into(),
        }
    }

    /// The same in the trace that `properties` came with, if they came with one: whoever sends a message on
    /// again is no part of its way.
    pub(crate) fn in_trace_of(mut self, properties: &BasicProperties) -> Self {
        let theirs = properties.headers().as_ref().map(FieldTable::inner);
        let mut headers = self.properties.headers().clone().unwrap_or_default();
        for name in propagation::HEADERS {
            if let Some(value) = theirs.and_then(|headers| headers.get(name)) {
                headers.insert(name.into(), value.clone());
            }
        }
        self.properties = self.properties.with_headers(headers);
        self
    }

    /// What tells it from others: parcels that are alike in this go to the same place under the same id.
    pub(crate) fn identity(&self) -> (&str, &str, Option<&str>) {
        let id = self.properties.message_id().as_ref();
        (self.exchange, &self.key, id.map(ShortString::as_str))
    }
}

/// The trace that a delivery belongs to.
pub(crate) fn trace_of(properties: &BasicProperties) -> opentelemetry::Context {
    propagation::extract(|name| {
        let headers = properties.headers().as_ref()?.inner();
        match headers.get(name)? {
            AMQPValue::LongString(text) => Some(text.to_string()),
            AMQPValue::ShortString(text) => Some(text.to_string()),
            _ => None,
        }
    })
}
