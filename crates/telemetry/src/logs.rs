//! Logs for machines: one JSON object a line, with the trace it belongs to.

use std::{collections::BTreeMap, fmt};

use opentelemetry::{Context, trace::TraceContextExt};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields, format::Writer, time::FormatTime, time::SystemTime,
    },
    registry::LookupSpan,
};

/// Writes events as JSON: `timestamp`, `level`, `target`, `message`, `trace_id`, `span_id` and the fields.
pub(crate) struct Json;

#[derive(Default)]
struct Fields(BTreeMap<&'static str, serde_json::Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name(), value.into());
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name(), value.into());
    }
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let context = Context::current();
        let span = context.span().span_context().clone();
        if span.is_valid() {
            fields
                .0
                .insert("trace_id", span.trace_id().to_string().into());
            fields
                .0
                .insert("span_id", span.span_id().to_string().into());
        }
        let mut at = String::new();
        SystemTime.format_time(&mut Writer::new(&mut at))?;
        fields.0.insert("timestamp", at.into());
        fields
            .0
            .insert("level", event.metadata().level().as_str().into());
        fields.0.insert("target", event.metadata().target().into());
        let line = serde_json::to_string(&fields.0).map_err(|_| fmt::Error)?;
        writeln!(writer, "{line}")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use opentelemetry::trace::TracerProvider as _;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_line_is_a_json_object_that_names_its_trace() {
        let kept = Kept::default();
        let writer = kept.clone();
        let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
        let subscriber = tracing_subscriber::registry()
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")))
            .with(
                tracing_subscriber::fmt::layer()
                    .event_format(Json)
                    .with_writer(move || writer.clone()),
            );
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("step");
            let _inside = span.enter();
            tracing::warn!(lane = "router.committee", failed = 3_u64, "the lane closed");
        });
        let line: serde_json::Value = serde_json::from_slice(&kept.0.lock().unwrap()).unwrap();
        assert_eq!(line["message"], "the lane closed");
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["lane"], "router.committee");
        assert_eq!(line["failed"], 3);
        assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
    }
}
