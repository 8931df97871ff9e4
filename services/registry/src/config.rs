//! The configuration of registry: `deploy/config/registry.toml`.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use flow::{LaneKind, Map};
use message::RegisterName;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::question::About;

/// Everything that registry can be told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub chassis: chassis::Config,
    #[serde(default)]
    pub telemetry: telemetry::Config,
    pub broker: broker::Config,
    /// The flow map.
    pub flow: PathBuf,
    /// The folder of regulations: fees, and where consent is needed.
    pub regulations: PathBuf,
    /// Where answers are kept. Default: nowhere, every copy is asked anew.
    pub redis: Option<Redis>,
    pub grpc: Grpc,
    /// One for each register lane of the map, under the register's name.
    #[serde(rename = "register")]
    pub registers: BTreeMap<RegisterName, Register>,
}

/// A cache that may be away: then the register is asked again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// `redis://user:password@host:port/database`.
    pub url: SecretString,
    /// How long it may take before the register is asked instead, milliseconds, 1 to 10,000. Default 200.
    #[serde(default = "redis_timeout_ms")]
    pub timeout_ms: u64,
    /// How long an answer is kept for copies of the same message, seconds, 1 to 86,400. Default 3,600.
    #[serde(default = "redis_keep_s")]
    pub keep_s: u64,
}

fn redis_timeout_ms() -> u64 {
    200
}
fn redis_keep_s() -> u64 {
    3_600
}

/// Where questions of the house are answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grpc {
    /// For our own services only, not for the world.
    pub listen: SocketAddr,
}

/// How a register is asked.
#[derive(Debug, Clone, Deserialize)]
pub struct Register {
    /// What it is asked about: `person`, `organisation`, `power-of-attorney` or `payment`.
    pub about: About,
    /// The kind of register: a name on the roll of the crate `registries`.
    pub adapter: String,
    /// How long what it knows of a subject may answer other questions about the same subject, seconds, 0 to
    /// 86,400; such an answer is registered as cached. Default 0: every question is asked.
    #[serde(default)]
    pub cache_s: u64,
    /// What that adapter needs, which it checks itself.
    #[serde(flatten)]
    pub settings: toml::Table,
}

/// The lane that asks the register called `name`.
pub fn lane_of(name: &RegisterName) -> String {
    format!("registry.{name}")
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
        if let Some(redis) = &self.redis {
            within("redis.timeout_ms", redis.timeout_ms, 1, 10_000)?;
            within("redis.keep_s", redis.keep_s, 1, 86_400)?;
            let url = redis::Client::open(redis.url.expose_secret());
            url.map_err(|_| "redis.url: not a Redis URL".to_owned())?;
        }
        let map = Map::load(&self.flow).map_err(|e| format!("flow: {e}"))?;
        let here = self.registers.keys().map(lane_of);
        map.has_exactly(LaneKind::Register, here)
            .map_err(|e| format!("register: {e}"))?;
        for (name, register) in &self.registers {
            let field = format!("register.{name}.cache_s");
            within(&field, register.cache_s, 0, 86_400)?;
            if register.cache_s > 0 && self.redis.is_none() {
                return Err(format!(
                    "{field}: answers are kept in Redis; add [redis], or set 0"
                ));
            }
            registries::open(&register.adapter, &register.settings)
                .map_err(|e| format!("register.{name}: {e}"))?;
        }
        Ok(())
    }
}

fn within(field: &str, value: u64, low: u64, high: u64) -> Result<(), String> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(format!("{field}: {value} is not within {low} to {high}"))
    }
}

#[cfg(test)]
mod tests {
    use chassis::Common as _;

    use super::*;

    fn sample() -> String {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/");
        let path = format!("{root}config/registry.toml");
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
        assert!(said("keep_s = ", "keeps = ").contains("keeps"));
        assert!(said("keep_s = 3600", "keep_s = 0").contains("redis.keep_s"));
        assert!(said("redis://127", "http://127").contains("redis.url"));
        assert!(said("register.gbd-ul", "register.gbd-fl").contains("duplicate"));
        assert!(said("register.enis", "register.land").contains("`registry.enis`; add its entry"));
        assert!(said("\"http-json\"", "\"fax\"").contains("`fax`"));
        let wrong = said("timeout_ms = 5000", "timeout_ms = 1");
        assert!(wrong.contains("register.enis: `timeout_ms`"), "{wrong}");
        assert!(said("timeout_ms = 5000", "timeouts = 1").contains("`timeouts`"));
        let about = "about = \"power-of-attorney\"";
        let long = said(about, &format!("{about}\ncache_s = 90000"));
        assert!(long.contains("register.enis.cache_s"), "{long}");
        let sample = sample().replace(about, &format!("{about}\ncache_s = 60"));
        let (before, after) = sample.split_once("[redis]").unwrap();
        let (_, after) = after.split_once("[grpc]").unwrap();
        let said = checked(&format!("{before}[grpc]{after}")).unwrap_err();
        assert!(said.contains("add [redis]"), "{said}");
    }

    /// The sample with its register of persons on the gateway's channel, as its last lines show it; what is secret
    /// left out, and `mapping` in its place.
    fn on_the_gateway(mapping: &str) -> String {
        let sample = sample();
        let (entries, shown) = sample.split_once("# A register on the channels").unwrap();
        let (before, entry) = entries.split_once("[register.gbd-fl]").unwrap();
        let (_, after) = entry.split_once("[register.gbd-ul]").unwrap();
        let shown = shown.split_once("# [register.gbd-fl]").unwrap().1;
        let lines = shown.lines().filter_map(|line| line.strip_prefix("# "));
        let secret = ["_file =", "peer_certificates", "signature", "signed_by"];
        let open = lines.filter(|line| !secret.iter().any(|field| line.contains(field)));
        let own = open.map(|line| match line.split_once(" = ") {
            Some(("mapping", shown)) => {
                assert!(shown.ends_with("deploy/registers/gbd-fl.toml\""), "{shown}");
                format!("mapping = \"{mapping}\"")
            }
            Some(("security", _)) => "security = \"off\"".to_owned(),
            _ => line.to_owned(),
        });
        let own = own.collect::<Vec<_>>().join("\n");
        assert!(
            own.contains("gateway-sync") && own.contains(mapping),
            "{own}"
        );
        format!("{before}[register.gbd-ul]{after}\n[register.gbd-fl]\n{own}\n")
    }

    #[test]
    fn the_sample_shows_a_register_on_the_gateway_that_starts() {
        let text = on_the_gateway(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/registers/gbd-fl.toml"
        ));
        assert_eq!(checked(&text), Ok(()), "{text}");
    }

    #[test]
    fn a_wrong_mapping_stops_the_start_with_file_field_and_what_to_do() {
        let good = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/registers/gbd-fl.toml"
        );
        let good = std::fs::read_to_string(good).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("persons.toml");
        let path = path.to_str().unwrap();
        let said = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            std::fs::write(path, good.replacen(from, to, 1)).unwrap();
            checked(&on_the_gateway(path)).unwrap_err()
        };
        for (from, to, field, advice) in [
            (
                "type = \"date\"",
                "type = \"day\"",
                "`members.birth_date.type`",
                "`date-time`",
            ),
            (
                "{subject.iin}",
                "{subject.bin}",
                "`same[0].is`",
                "known: subject.iin",
            ),
            (
                "{values.sender_code}",
                "{values.town}",
                "`request.template`",
                "give `town` in `values`",
            ),
            ("</data>", "", "`request.template`", "no XML"),
        ] {
            let said = said(from, to);
            let place = format!("register.gbd-fl: `mapping`: {path}: {field}");
            assert!(said.contains(&place) && said.contains(advice), "{said}");
            assert!(said.contains("see crates/mapping/README.md"), "{said}");
        }
        let lost = checked(&on_the_gateway("/nonexistent/persons.toml")).unwrap_err();
        assert!(
            lost.contains("cannot read /nonexistent/persons.toml"),
            "{lost}"
        );
    }

    #[test]
    fn an_entry_that_the_map_does_not_know_is_refused() {
        let more = "[register.land]\nabout = \"person\"\nadapter = \"fixed\"\n";
        let said = checked(&(sample() + more)).unwrap_err();
        assert!(said.contains("`registry.land` is not on the map"), "{said}");
    }
}
