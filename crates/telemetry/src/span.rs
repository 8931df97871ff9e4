//! Every span there is, by the semantic conventions: nothing made elsewhere is exported.
//!
//! In: what is about to be done, and the context that came with it, if any. Out: a span to do it in
//! (`tracing::Instrument`). Context is written into what leaves by [`crate::propagation`]. Nothing that a
//! caller wrote gets in here but routes, keys and ids of ours.

use http::{HeaderMap, Method, StatusCode};
use opentelemetry::{
    Context, Value,
    trace::{Status, TraceContextExt},
};
use tracing::{Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{names, propagation};

/// What tells the spans made here from all others.
pub(crate) const TARGET: &str = module_path!();

/// Which end of a call a span stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// A request that came over HTTP, in the trace of its headers. `route` is the pattern that matched its path.
pub fn http_server(
    scheme: &'static str,
    method: &Method,
    route: Option<&str>,
    headers: &HeaderMap,
) -> Span {
    let (word, method) = method_words(method);
    let span = info_span!(
        "http server",
        otel.name = route.map_or(word.to_owned(), |route| format!("{word} {route}")),
        otel.kind = "server",
        { names::HTTP_REQUEST_METHOD } = method,
        { names::HTTP_ROUTE } = route,
        { names::URL_SCHEME } = scheme,
        { names::URL_PATH } = route.unwrap_or("REDACTED"),
        { names::HTTP_RESPONSE_STATUS_CODE } = Empty,
        { names::PARTICIPANT } = Empty,
        { names::MESSAGE_ID } = Empty,
        { names::APPLICATION_NUMBER } = Empty,
        { names::ERROR_CODE } = Empty,
    );
    propagation::follow(&span, propagation::extract_http(headers));
    span
}

/// A request of ours over HTTP. `url` comes from the configuration.
pub fn http_client(method: &Method, host: &str, port: Option<u16>, url: &str) -> Span {
    let (word, method) = method_words(method);
    info_span!(
        "http client",
        otel.name = word,
        otel.kind = "client",
        { names::HTTP_REQUEST_METHOD } = method,
        { names::SERVER_ADDRESS } = host,
        { names::SERVER_PORT } = port,
        { names::URL_FULL } = url,
        { names::HTTP_RESPONSE_STATUS_CODE } = Empty,
    )
}

/// How a method stands in a span's name and in its attribute. Callers may invent any number of them.
fn method_words(method: &Method) -> (&'static str, &'static str) {
    let known = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ];
    let known = known.into_iter().find(|known| method == known);
    known.map_or(("HTTP", "_OTHER"), |known| (known, known))
}

/// The answer to an HTTP request. What the caller did wrong is no failure of the server.
pub fn http_answered(span: &Span, side: Side, status: StatusCode) {
    span.record(names::HTTP_RESPONSE_STATUS_CODE, status.as_u16());
    let is_failure = match side {
        Side::Client => status.as_u16() >= 400,
        Side::Server => status.is_server_error(),
    };
    if is_failure {
        failed(span, status.as_u16().to_string());
    }
}

/// A call that came over gRPC, in the trace of its metadata. `method` is `package.Service/Method`.
pub(crate) fn rpc_server(method: &str, headers: &HeaderMap) -> Span {
    let span = info_span!(
        "rpc server",
        otel.name = method,
        otel.kind = "server",
        { names::RPC_SYSTEM } = names::GRPC,
        { names::RPC_METHOD } = method,
        { names::RPC_STATUS_CODE } = Empty,
    );
    propagation::follow(&span, propagation::extract_http(headers));
    span
}

/// A call of ours over gRPC.
pub(crate) fn rpc_client(method: &str, host: &str, port: Option<u16>) -> Span {
    info_span!(
        "rpc client",
        otel.name = method,
        otel.kind = "client",
        { names::RPC_SYSTEM } = names::GRPC,
        { names::RPC_METHOD } = method,
        { names::SERVER_ADDRESS } = host,
        { names::SERVER_PORT } = port,
        { names::RPC_STATUS_CODE } = Empty,
    )
}

/// A publish to `exchange` under `key`; `id` is the AMQP message id.
pub fn send(exchange: &str, key: &str, id: Option<&str>) -> Span {
    let destination = format!("{exchange}:{key}");
    info_span!(
        "send",
        otel.name = format!("send {destination}"),
        otel.kind = "producer",
        { names::MESSAGING_SYSTEM } = names::RABBITMQ,
        { names::MESSAGING_OPERATION_NAME } = "send",
        { names::MESSAGING_OPERATION_TYPE } = "send",
        { names::MESSAGING_DESTINATION_NAME } = destination,
        { names::MESSAGING_ROUTING_KEY } = key,
        { names::MESSAGING_MESSAGE_ID } = id,
    )
}

/// Where a message came from.
#[derive(Debug)]
pub struct Origin<'a> {
    pub exchange: &'a str,
    pub key: &'a str,
    /// The AMQP message id.
    pub id: Option<&'a str>,
    /// The context in its headers.
    pub sent: Context,
}

/// A step over one message, out of the queue of `lane`: in the trace of its publish, and linked to it.
pub fn process(lane: &str, origin: Origin<'_>) -> Span {
    let destination = format!("{}:{}:{lane}", origin.exchange, origin.key);
    let span = info_span!(
        "process",
        otel.name = format!("process {destination}"),
        otel.kind = "consumer",
        { names::MESSAGING_SYSTEM } = names::RABBITMQ,
        { names::MESSAGING_OPERATION_NAME } = "process",
        { names::MESSAGING_OPERATION_TYPE } = "process",
        { names::MESSAGING_DESTINATION_NAME } = destination,
        { names::MESSAGING_ROUTING_KEY } = origin.key,
        { names::MESSAGING_MESSAGE_ID } = origin.id,
        { names::LANE } = lane,
        { names::MESSAGE_ID } = Empty,
        { names::APPLICATION_NUMBER } = Empty,
        { names::ERROR_CODE } = Empty,
    );
    span.add_link(origin.sent.span().span_context().clone());
    propagation::follow(&span, origin.sent);
    span
}

/// Work on a batch out of `queue`: a trace of its own, linked to the publish of each entry.
pub fn process_batch(queue: &str, sent: impl ExactSizeIterator<Item = Context>) -> Span {
    let span = info_span!(
        parent: None,
        "process",
        otel.name = format!("process {queue}"),
        otel.kind = "consumer",
        { names::MESSAGING_SYSTEM } = names::RABBITMQ,
        { names::MESSAGING_OPERATION_NAME } = "process",
        { names::MESSAGING_OPERATION_TYPE } = "process",
        { names::MESSAGING_DESTINATION_NAME } = queue,
        { names::MESSAGING_BATCH_COUNT } = sent.len(),
    );
    for context in sent {
        span.add_link(context.span().span_context().clone());
    }
    span
}

/// Telling an applicant by `channel`, from the first byte to the receiver's word. Nobody's address is in it.
pub fn notify(channel: &str) -> Span {
    info_span!(
        "notify",
        otel.name = format!("notify {channel}"),
        otel.kind = "client",
        { names::NOTIFICATION_CHANNEL } = channel,
        { names::ERROR_CODE } = Empty,
    )
}

/// What was being done failed; `kind` is one of a small set.
pub fn failed(span: &Span, kind: impl Into<Value>) {
    span.set_attribute(names::ERROR_TYPE, kind);
    span.set_status(Status::error(""));
}
