//! Starting and stopping: one call each in `chassis`.

use std::time::Duration;

use opentelemetry::{InstrumentationScope, KeyValue, global, trace::TracerProvider as _};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::SdkMeterProvider,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use prometheus::{Encoder, Registry, TextEncoder};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{Config, LogFormat, logs::Json, names};

/// Links of one span at most: as many as a batch of the journal has entries.
const LINKS_MAX: u32 = 512;

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error(transparent)]
    Config(#[from] crate::InvalidConfig),
    #[error("cannot set up the OTLP exporter")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    #[error("cannot set up the Prometheus page")]
    Prometheus(#[from] opentelemetry_sdk::error::OTelSdkError),
    #[error("telemetry is already set up in this process")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// What has been set up; [`Telemetry::stop`] sends what is left.
#[derive(Debug)]
pub struct Telemetry {
    registry: Registry,
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

/// Sets up traces, metrics and logs for the process `service`. Inside a Tokio runtime, once.
pub fn start(service: &'static str, config: &Config) -> Result<Telemetry, SetupError> {
    config.check()?;
    global::set_text_map_propagator(TraceContextPropagator::new());
    let resource = Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.namespace", "kezek"))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new(
            "service.instance.id",
            uuid::Uuid::now_v7().to_string(),
        ))
        .build();

    let mut traces = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_max_links_per_span(LINKS_MAX)
        .with_sampler(sampler(config));
    if let Some(endpoint) = &config.otlp_endpoint {
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(Duration::from_secs(5))
            .build()?;
        traces = traces.with_batch_exporter(exporter);
    }
    let traces = traces.build();
    global::set_tracer_provider(traces.clone());

    let registry = Registry::new();
    let page = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()?;
    let metrics = SdkMeterProvider::builder()
        .with_resource(resource)
        .with_reader(page)
        .build();
    global::set_meter_provider(metrics.clone());

    // Of spans, logs need the trace only, which is at hand: keeping what each span says costs more than all lines do.
    let events = filter_fn(|metadata| !metadata.is_span());
    let filter = EnvFilter::new(&config.log_filter).and(events);
    let logs = match config.log_format {
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .boxed(),
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .event_format(Json)
            .with_writer(std::io::stderr)
            .boxed(),
    };
    let scope = InstrumentationScope::builder("kezek")
        .with_schema_url(names::SCHEMA)
        .build();
    // Only what is made in `span` is exported: libraries name theirs as they like, and events are logs.
    let ours = filter_fn(|metadata| metadata.is_span() && metadata.target() == crate::span::TARGET);
    let spans = tracing_opentelemetry::layer()
        .with_tracer(traces.tracer_with_scope(scope))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false);
    tracing_subscriber::registry()
        .with(spans.with_filter(ours))
        .with(logs.with_filter(filter))
        .try_init()?;
    Ok(Telemetry {
        registry,
        traces,
        metrics,
    })
}

/// Which traces are recorded. Where nobody collects them only their ids travel, for the logs.
fn sampler(config: &Config) -> Sampler {
    if config.otlp_endpoint.is_none() {
        return Sampler::AlwaysOff;
    }
    Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample_ratio)))
}

impl Telemetry {
    /// The Prometheus page, text format.
    pub fn page(&self) -> Result<String, prometheus::Error> {
        let mut page = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut page)?;
        Ok(String::from_utf8_lossy(&page).into_owned())
    }

    /// Sends what is left, within a few seconds. Blocks: call it off the runtime's workers.
    pub fn stop(&self) {
        for (what, stopped) in [
            ("traces", self.traces.shutdown()),
            ("metrics", self.metrics.shutdown()),
        ] {
            if let Err(error) = stopped {
                tracing::warn!(%error, "the last {what} could not be sent");
            }
        }
    }
}
