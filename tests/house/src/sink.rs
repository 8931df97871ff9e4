//! A receiver of traces that forgets them: OTLP over gRPC on loopback.
//!
//! Faults need one that was there before it is gone; nobody reads what it got.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::transport::{Server, server::TcpIncoming};
use tonic::{Request, Response, Status};

/// See the module. Ends with the handle.
#[derive(Debug)]
pub(crate) struct Sink {
    url: String,
    exports: Arc<AtomicU64>,
    serving: JoinHandle<()>,
}

impl Sink {
    /// Listens on a free port.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let exports = Arc::default();
        let service = TraceServiceServer::new(Counting(Arc::clone(&exports)));
        let serving = Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpIncoming::from(listener));
        let serving = tokio::spawn(async move {
            // It ends with the listener, that is with this task.
            serving.await.ok();
        });
        Ok(Self {
            url,
            exports,
            serving,
        })
    }

    /// For `telemetry.otlp_endpoint`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many batches of spans it got.
    pub(crate) fn exports(&self) -> u64 {
        self.exports.load(Ordering::Relaxed)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Counting(Arc<AtomicU64>);

#[tonic::async_trait]
impl TraceService for Counting {
    async fn export(
        &self,
        _request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
