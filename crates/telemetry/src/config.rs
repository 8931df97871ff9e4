//! The `[telemetry]` section of every service's configuration.

use serde::Deserialize;

/// What is seen of a process, and where it goes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Logs for people (`text`) or for machines (`json`, with trace ids). Default `text`.
    pub log_format: LogFormat,
    /// Which logs are written, in `tracing`'s filter language. Default `info`.
    pub log_filter: String,
    /// OTLP/gRPC receiver, for example `http://127.0.0.1:4317`. Default: traces are not exported.
    pub otlp_endpoint: Option<String>,
    /// Share of traces that are kept where no caller has decided, 0 to 1. Default 1.
    pub sample_ratio: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            otlp_endpoint: None,
            sample_ratio: 1.0,
        }
    }
}

/// A field of `[telemetry]` is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("telemetry.{field}: {why}")]
pub struct InvalidConfig {
    pub field: &'static str,
    pub why: String,
}

impl Config {
    /// Checks what parsing alone cannot.
    pub fn check(&self) -> Result<(), InvalidConfig> {
        let wrong = |field, why: String| Err(InvalidConfig { field, why });
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            return wrong(
                "sample_ratio",
                format!("{} is not within 0 to 1", self.sample_ratio),
            );
        }
        if let Err(error) = self.log_filter.parse::<tracing_subscriber::EnvFilter>() {
            return wrong("log_filter", error.to_string());
        }
        if let Some(endpoint) = &self.otlp_endpoint
            && !endpoint.starts_with("http://")
            && !endpoint.starts_with("https://")
        {
            return wrong(
                "otlp_endpoint",
                "must begin with http:// or https://".to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_out_of_bounds_is_refused_with_its_field() {
        let field = |config: Config| config.check().unwrap_err().field;
        let usual = Config::default();
        assert_eq!(usual.check(), Ok(()));
        assert_eq!(
            field(Config {
                sample_ratio: 1.5,
                ..usual.clone()
            }),
            "sample_ratio"
        );
        assert_eq!(
            field(Config {
                log_filter: "a=b=c".to_owned(),
                ..usual.clone()
            }),
            "log_filter"
        );
        let endpoint = Some("collector:4317".to_owned());
        assert_eq!(
            field(Config {
                otlp_endpoint: endpoint,
                ..usual
            }),
            "otlp_endpoint"
        );
    }
}
