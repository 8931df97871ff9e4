//! A real receiver of traces: OTLP over gRPC on loopback, which remembers every span it got.
//!
//! In: what services export. Out: plain spans, with all values as text. Nothing is sampled or dropped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{self as otlp, span::SpanKind};
use tokio::net::TcpListener;
use tonic::transport::{Server, server::TcpIncoming};
use tonic::{Request, Response, Status};

/// A span as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// The service that made it.
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// None for the root of a trace.
    pub(crate) parent: Option<String>,
    /// Ids of spans it is linked to.
    pub(crate) links: Vec<String>,
    pub(crate) attributes: BTreeMap<String, String>,
    /// What the process says of itself.
    pub(crate) resource: BTreeMap<String, String>,
    /// The version of the conventions that its names follow.
    pub(crate) schema: String,
    /// Everything that was received of it, for a search.
    pub(crate) whole: String,
}

impl Span {
    /// The value of an attribute; empty where there is none.
    pub(crate) fn get(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }
}

/// See the module. Ends with the handle.
#[derive(Debug)]
pub(crate) struct Collector {
    url: String,
    spans: Arc<Mutex<Vec<Span>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let spans = Arc::default();
        let service = TraceServiceServer::new(Taking(Arc::clone(&spans)));
        let serving = Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpIncoming::from(listener));
        let server = tokio::spawn(async move { serving.await.unwrap() });
        Self { url, spans, server }
    }

    /// The endpoint for `telemetry.otlp_endpoint`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything received so far.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Taking(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Taking {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for group in request.into_inner().resource_spans {
            let resource = texts(group.resource.unwrap_or_default().attributes);
            for scoped in group.scope_spans {
                let scope = format!("{:?} {}", scoped.scope, scoped.schema_url);
                for span in scoped.spans {
                    spans.push(read(span, &resource, &scoped.schema_url, &scope));
                }
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn read(span: otlp::Span, resource: &BTreeMap<String, String>, schema: &str, scope: &str) -> Span {
    let hex = |bytes: &[u8]| {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect::<String>()
    };
    Span {
        service: resource.get("service.name").cloned().unwrap_or_default(),
        whole: format!("{resource:?} {scope} {span:?}"),
        kind: span.kind(),
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: Some(hex(&span.parent_span_id)).filter(|id| !id.is_empty()),
        links: span.links.iter().map(|link| hex(&link.span_id)).collect(),
        name: span.name,
        attributes: texts(span.attributes),
        resource: resource.clone(),
        schema: schema.to_owned(),
    }
}

fn texts(pairs: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    pairs
        .into_iter()
        .map(|pair| (pair.key, text(pair.value)))
        .collect()
}
