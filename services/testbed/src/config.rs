//! Configuration of `testbed serve`: one strict TOML file.
//!
//! In: text. Out: a checked [`Config`], or an error that names the field. Every port may be 0 for a free
//! one, except that of a revocation list whose address stands in certificates already made (see `bench`).

use std::path::PathBuf;

use serde::Deserialize;

use crate::{lists::Order, provider::Answering};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the authority's files; made and filled if it has none.
    pub folder: PathBuf,
    /// File that is written, whole, once everything listens. Default: `endpoints.json` in the folder.
    pub endpoints: Option<PathBuf>,
    /// Most mails, deliveries and queries kept, 1 to 1 000 000. Default 100 000.
    #[serde(default = "items_max")]
    pub items_max: usize,
    #[serde(default)]
    pub ports: Ports,
    #[serde(default)]
    pub intake: Intake,
    #[serde(default)]
    pub providers: Answering,
    #[serde(default)]
    pub crl: Lists,
}

fn items_max() -> usize {
    100_000
}

/// Loopback ports; 0, the default, takes a free one.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ports {
    pub control: u16,
    pub gbd_fl: u16,
    pub gbd_ul: u16,
    pub enis: u16,
    pub payment: u16,
    pub committee: u16,
    pub national_archive: u16,
    pub smtp: u16,
    pub sms: u16,
    pub webhook: u16,
    pub crl: u16,
    pub ocsp: u16,
    pub tsp: u16,
}

/// Where the played providers send statuses and results.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Intake {
    /// Base address, for example `https://localhost:18443`. Default: none until the control API sets it.
    pub url: Option<String>,
    /// Pause before a try is repeated, in milliseconds, 10 to 60 000. Default 500.
    pub retry_ms: u32,
    /// Time one try may take, in milliseconds, 100 to 60 000. Default 10 000.
    pub timeout_ms: u32,
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            url: None,
            retry_ms: 500,
            timeout_ms: 10_000,
        }
    }
}

/// The revocation lists.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lists {
    /// Seconds from issue to `nextUpdate`, 1 to a year. Default 86 400.
    pub valid_s: u32,
    /// Seconds between issues, 1 to a day. Default 3600.
    pub reissue_s: u32,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            valid_s: Order::default().valid_s,
            reissue_s: 3600,
        }
    }
}

/// An hour, the longest a played provider may think.
const HOUR_MS: u32 = 3_600_000;

impl Config {
    /// Reads and checks a file's text.
    pub fn read(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        config.check()?;
        Ok(config)
    }

    /// Whether every number is within its bounds.
    pub fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: u64, least: u64, most: u64| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(format!("{name} = {value} is outside {least}..={most}"))
            }
        };
        within("items_max", self.items_max as u64, 1, 1_000_000)?;
        within("intake.retry_ms", self.intake.retry_ms.into(), 10, 60_000)?;
        within(
            "intake.timeout_ms",
            self.intake.timeout_ms.into(),
            100,
            60_000,
        )?;
        let answering = &self.providers;
        within(
            "providers.status_after_ms",
            answering.status_after_ms.into(),
            0,
            HOUR_MS.into(),
        )?;
        within(
            "providers.result_after_ms",
            answering.result_after_ms.into(),
            0,
            HOUR_MS.into(),
        )?;
        within("crl.reissue_s", self.crl.reissue_s.into(), 1, 86_400)?;
        let order = Order {
            valid_s: self.crl.valid_s,
            ..Order::default()
        };
        order.check().map_err(|e| format!("crl: {e}"))?;
        match &self.intake.url {
            Some(url) if !url.starts_with("https://") => Err(format!(
                "intake.url = \"{url}\" does not begin with https://"
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_file_is_read() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/config/testbed.toml"
        );
        Config::read(&std::fs::read_to_string(path).unwrap()).unwrap();
    }

    #[test]
    fn unknown_fields_and_numbers_out_of_bounds_are_refused_by_name() {
        let reason = |text: &str| Config::read(text).unwrap_err();
        assert!(reason("folder = \"x\"\ncolour = 1").contains("colour"));
        assert!(reason("folder = \"x\"\nitems_max = 0").contains("items_max"));
        assert!(reason("folder = \"x\"\nintake.url = \"http://a\"").contains("intake.url"));
        assert!(reason("folder = \"x\"\ncrl.valid_s = 0").contains("crl"));
    }
}
