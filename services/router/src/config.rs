//! The configuration of router: `deploy/config/router.toml`.

use std::{collections::BTreeMap, path::PathBuf};

use flow::{LaneKind, Map};
use message::ProviderCode;
use serde::Deserialize;

/// Everything that router can be told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub chassis: chassis::Config,
    #[serde(default)]
    pub telemetry: telemetry::Config,
    pub broker: broker::Config,
    /// The flow map.
    pub flow: PathBuf,
    /// The folder of regulations, which say who answers.
    pub regulations: PathBuf,
    /// One for each provider lane of the map, under the provider's code.
    #[serde(rename = "provider")]
    pub providers: BTreeMap<ProviderCode, Provider>,
}

/// How a provider is reached.
#[derive(Debug, Clone, Deserialize)]
pub struct Provider {
    /// The kind of system: a name on the roll of the crate `providers`.
    pub adapter: String,
    /// What that adapter needs, which it checks itself.
    #[serde(flatten)]
    pub settings: toml::Table,
}

/// The lane that hands messages to `provider`.
pub fn lane_of(provider: &ProviderCode) -> String {
    format!("router.{provider}")
}

impl chassis::Common for Config {
    fn chassis(&self) -> &chassis::Config {
        &self.chassis
    }

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn check(&self) -> Result<(), String> {
        self.broker.check().map_err(|e| e.to_string())?;
        let map = Map::load(&self.flow).map_err(|e| format!("flow: {e}"))?;
        let here = self.providers.keys().map(lane_of);
        map.has_exactly(LaneKind::Provider, here)
            .map_err(|e| format!("provider: {e}"))?;
        for (code, provider) in &self.providers {
            providers::open(&provider.adapter, &provider.settings)
                .map_err(|e| format!("provider.{code}: {e}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chassis::Common as _;

    use super::*;

    fn sample() -> String {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/");
        let path = format!("{root}config/router.toml");
        let text = std::fs::read_to_string(path).unwrap();
        text.replace("\"deploy/", &format!("\"{root}"))
    }

    fn checked(text: &str) -> Result<(), String> {
        let config: Config = toml::from_str(text).map_err(|e| e.to_string())?;
        config.check()
    }

    #[test]
    fn the_sample_is_valid() {
        assert_eq!(checked(&sample()), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let said = |from: &str, to: &str| {
            assert!(sample().contains(from), "{from}");
            checked(&sample().replace(from, to)).unwrap_err()
        };
        assert!(said("regulations =", "rules =").contains("rules"));
        assert!(said("provider.committee", "provider.national-archive").contains("duplicate"));
        assert!(said("provider.committee", "provider.clerk").contains("`router.committee`; add"));
        assert!(said("\"http-json\"", "\"fax\"").contains("`fax`"));
        let wrong = said("timeout_ms = 8000", "timeout_ms = 1");
        assert!(
            wrong.contains("provider.committee: `timeout_ms`"),
            "{wrong}"
        );
        assert!(said("timeout_ms = 8000", "timeouts = 1").contains("`timeouts`"));
    }

    #[test]
    fn an_entry_that_the_map_does_not_know_is_refused() {
        let more = "[provider.clerk]\nadapter = \"http-json\"\nendpoint = \"http://x.invalid\"\n";
        let said = checked(&(sample() + more)).unwrap_err();
        assert!(said.contains("`router.clerk` is not on the map"), "{said}");
    }
}
