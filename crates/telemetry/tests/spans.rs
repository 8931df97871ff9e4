//! The spans as an exporter gets them: names, kinds, parents, links, and where the context goes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, Request, Response, StatusCode};
use opentelemetry::trace::{SpanKind, Status, TracerProvider as _};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use telemetry::{
    grpc, names, propagation,
    span::{self, Origin, Side},
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

/// What `work` exports, oldest end first.
fn exported(work: impl Future<Output = ()>) -> Vec<SpanData> {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let kept = Kept::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(kept.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = tracing_subscriber::registry().with(layer);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let _in_place = tracing::subscriber::set_default(subscriber);
    runtime.unwrap().block_on(work);
    let spans = kept.0.lock().unwrap();
    spans.clone()
}

fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|pair| pair.key.as_str() == key);
    found.map_or(String::new(), |pair| pair.value.to_string())
}

#[test]
fn a_message_is_processed_in_the_trace_of_its_publish_and_linked_to_it() {
    let spans = exported(async {
        let mut headers = HeaderMap::new();
        let sent = span::send("kezek", "verified.router.route", Some("fact-1"));
        propagation::inject_http(&sent, &mut headers);
        drop(sent);
        let origin = Origin {
            exchange: "kezek",
            key: "verified.router.route",
            id: Some("fact-1"),
            sent: propagation::extract_http(&headers),
        };
        drop(span::process("router.route", origin));
        let sent = [propagation::extract_http(&headers)];
        drop(span::process_batch("journal", sent.into_iter()));
    });
    let [sent, step, batch] = spans.as_slice() else {
        panic!("{spans:?}");
    };
    assert_eq!(sent.name, "send kezek:verified.router.route");
    assert_eq!(sent.span_kind, SpanKind::Producer);
    assert_eq!(
        step.name,
        "process kezek:verified.router.route:router.route"
    );
    assert_eq!(step.span_kind, SpanKind::Consumer);
    assert_eq!(step.parent_span_id, sent.span_context.span_id());
    assert_eq!(step.span_context.trace_id(), sent.span_context.trace_id());
    assert_eq!(
        step.links[0].span_context.span_id(),
        sent.span_context.span_id()
    );
    assert_eq!(attribute(step, names::LANE), "router.route");
    assert_eq!(batch.name, "process journal");
    assert_ne!(batch.span_context.trace_id(), sent.span_context.trace_id());
    assert_eq!(
        batch.links[0].span_context.span_id(),
        sent.span_context.span_id()
    );
    assert_eq!(attribute(batch, names::MESSAGING_BATCH_COUNT), "1");
}

#[test]
fn a_request_is_named_by_its_route_and_never_by_its_path() {
    let spans = exported(async {
        let headers = HeaderMap::new();
        let put = Method::PUT;
        let known = span::http_server("https", &put, Some("/v1/attachments/{sha256}"), &headers);
        span::http_answered(&known, Side::Server, StatusCode::NOT_FOUND);
        drop(known);
        let strange = Method::from_bytes(b"ALMATY").unwrap();
        let unknown = span::http_server("https", &strange, None, &headers);
        span::http_answered(&unknown, Side::Server, StatusCode::SERVICE_UNAVAILABLE);
    });
    assert_eq!(spans[0].name, "PUT /v1/attachments/{sha256}");
    assert_eq!(spans[0].status, Status::Unset, "the caller's mistake");
    assert_eq!(spans[1].name, "HTTP");
    assert_eq!(attribute(&spans[1], names::HTTP_REQUEST_METHOD), "_OTHER");
    assert_eq!(attribute(&spans[1], names::URL_PATH), "REDACTED");
    assert_eq!(attribute(&spans[1], names::ERROR_TYPE), "503");
    assert_ne!(spans[1].status, Status::Unset);
}

#[test]
fn a_call_is_one_trace_through_both_ends_and_its_status_is_noted() {
    let method = "kezek.monitor.v1.Monitor/GetReceipt";
    let spans = exported(async {
        let not_found = service_fn(async |_: Request<()>| {
            let answer = Response::builder().header("grpc-status", "5").body(());
            answer.map_err(|_| std::io::Error::other("no answer"))
        });
        let server = grpc::server("kezek.monitor.v1.Monitor").layer(not_found);
        let to = http::Uri::from_static("http://127.0.0.1:18305");
        let mut client = grpc::client(server, &to);
        for path in [method, "grpc.health.v1.Health/Check"] {
            let request = Request::builder().uri(format!("http://127.0.0.1:18305/{path}"));
            let request = request.body(()).unwrap();
            let step = span::notify("email");
            let ready = client.ready().await.unwrap();
            ready.call(request).instrument(step).await.unwrap();
        }
    });
    let named = |kind| {
        let mut all = spans
            .iter()
            .filter(|span| span.span_kind == kind && span.name == method);
        all.next().unwrap()
    };
    let (server, client) = (named(SpanKind::Server), named(SpanKind::Client));
    assert_eq!(server.parent_span_id, client.span_context.span_id());
    assert_eq!(attribute(server, names::RPC_STATUS_CODE), "NOT_FOUND");
    assert_eq!(
        server.status,
        Status::Unset,
        "an answer, not a failure of the server"
    );
    assert_eq!(attribute(client, names::SERVER_PORT), "18305");
    assert_eq!(attribute(client, names::ERROR_TYPE), "NOT_FOUND");
    let of_others = spans
        .iter()
        .filter(|span| span.span_kind == SpanKind::Server);
    assert_eq!(of_others.count(), 1, "only the calls of its own service");
}
