//! W3C trace context (`traceparent`) through whatever has headers.
//!
//! A carrier is a pair of closures over names and texts, so this room knows neither AMQP nor HTTP.

use std::collections::HashMap;

use opentelemetry::{Context, global};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The header names of W3C trace context, lower case.
pub const HEADERS: [&str; 2] = ["traceparent", "tracestate"];

/// Writes the context of `span` through `set(name, value)`.
pub fn inject(span: &Span, mut set: impl FnMut(&str, String)) {
    let mut carrier = HashMap::new();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&span.context(), &mut carrier);
    });
    for (name, value) in carrier {
        set(&name, value);
    }
}

/// Reads a context through `get(name)`; an empty one if there is none.
pub fn extract(get: impl Fn(&str) -> Option<String>) -> Context {
    let carrier: HashMap<String, String> = HEADERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), get(name)?)))
        .collect();
    global::get_text_map_propagator(|propagator| propagator.extract(&carrier))
}

/// Makes `span` a child of the context that came with a message or request.
pub fn follow(span: &Span, parent: Context) {
    // Fails only for a span that has begun or is not recorded; the trace is then shorter, nothing else.
    drop(span.set_parent(parent));
}

/// Writes the context of `span` into HTTP headers, which gRPC's metadata are too.
pub fn inject_http(span: &Span, headers: &mut http::HeaderMap) {
    inject(span, |name, value| {
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::try_from(name),
            http::HeaderValue::try_from(value),
        ) {
            headers.insert(name, value);
        }
    });
}

/// The context that came with HTTP headers.
pub fn extract_http(headers: &http::HeaderMap) -> Context {
    extract(|name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    })
}
