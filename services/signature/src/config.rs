//! The configuration of the signature service: strict, checked, every field with its unit and default.
//!
//! A sample stands in `deploy/config/signature.toml`. Nothing is read or bound here.

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;
use signatures::pins::PINS_FILE;

use crate::{cache, lists, responders, rules};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub chassis: chassis::Config,
    #[serde(default)]
    pub telemetry: telemetry::Config,
    pub broker: broker::Config,
    /// The map of lanes.
    pub flow: PathBuf,
    pub trust: Trust,
    #[serde(default)]
    pub lists: lists::Config,
    #[serde(default)]
    pub ocsp: responders::Config,
    /// Where lists and answers are shared between copies of this service, and survive its restart. Default: nowhere.
    #[serde(default)]
    pub redis: Option<cache::Config>,
    /// Where the evidence of every verified message is kept. Default: nowhere.
    #[serde(default)]
    pub evidence: Option<objects::Config>,
    #[serde(default)]
    pub rights: rules::Rights,
    pub grpc: Grpc,
}

/// The `[trust]` section: whose certificates count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Folder of certification authorities, PEM or DER (`.pem`, `.cer`, `.crt`, `.der`). The self-issued ones
    /// are anchors, the others stand between an anchor and a signer.
    pub folder: PathBuf,
    /// The list of pinned anchors, TOML as in `deploy/trust`: an anchor that is not on it stops the start. Default:
    /// `anchors.toml` in the folder.
    #[serde(default)]
    pub anchors: Option<PathBuf>,
    /// Demand CAdES-BES: the signed reference to the signer's certificate. Default true; false lets plain CMS
    /// with signed attributes pass as well.
    #[serde(default = "yes")]
    pub cades_required: bool,
    /// Where the revocation lists of these authorities are. Lists are fetched from here and from nowhere else.
    pub crl: Vec<ListAddress>,
    /// Where the OCSP responders of these authorities are; they are asked before the lists, here and nowhere
    /// else. Default: none, lists alone.
    #[serde(default)]
    pub ocsp: Vec<Responder>,
}

/// One `[[trust.crl]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListAddress {
    /// File name of the authority's certificate in the folder.
    pub issuer: String,
    /// `http://…` or `https://…`, the list in DER or PEM.
    pub url: String,
    /// The same for what changed since that list (delta list). Default: there is no such address.
    #[serde(default)]
    pub delta_url: Option<String>,
}

/// One `[[trust.ocsp]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responder {
    /// File name of the authority's certificate in the folder.
    pub issuer: String,
    /// `http://…` or `https://…`.
    pub url: String,
    /// How long one question may take, milliseconds, 50 to 30,000; keep all of a message's below `handle_ms_max`
    /// of the lane. Default 1,500.
    #[serde(default = "ocsp_timeout_ms")]
    pub timeout_ms: u64,
    /// Send a nonce, and take no answer without it. Default true; false for a responder that gives answers made
    /// in advance.
    #[serde(default = "yes")]
    pub nonce: bool,
}

/// The `[grpc]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grpc {
    /// Where `kezek.signature.v1.Signatures` is served; for our own services only.
    pub listen: SocketAddr,
    /// Bytes of one question, at most, 65,536 to 134,217,728. Default 33,554,432 (32 MiB).
    #[serde(default = "question_bytes_max")]
    pub question_bytes_max: usize,
    /// Questions of one batch, at most, 1 to 1,024. Default 64. All together may have `question_bytes_max`.
    #[serde(default = "batch_max")]
    pub batch_max: usize,
}

fn yes() -> bool {
    true
}
fn ocsp_timeout_ms() -> u64 {
    1_500
}
fn question_bytes_max() -> usize {
    32 * 1024 * 1024
}
fn batch_max() -> usize {
    64
}

impl Trust {
    /// Where the list of pinned anchors is.
    pub fn list(&self) -> PathBuf {
        let beside = || self.folder.join(PINS_FILE);
        self.anchors.clone().unwrap_or_else(beside)
    }

    fn check(&self) -> Result<(), String> {
        let mut addresses = Vec::new();
        for list in &self.crl {
            addresses.push(("trust.crl.url", &list.url));
            addresses.extend(
                list.delta_url
                    .iter()
                    .map(|url| ("trust.crl.delta_url", url)),
            );
        }
        addresses.extend(self.ocsp.iter().map(|one| ("trust.ocsp.url", &one.url)));
        for (field, url) in addresses {
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(format!("{field}: must begin with http:// or https://"));
            }
        }
        for responder in &self.ocsp {
            if !(50..=30_000).contains(&responder.timeout_ms) {
                return Err("trust.ocsp.timeout_ms: not within 50 to 30000".to_owned());
            }
        }
        Ok(())
    }
}

impl chassis::Common for Config {
    fn chassis(&self) -> &chassis::Config {
        &self.chassis
    }

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn check(&self) -> Result<(), String> {
        self.broker.check().map_err(|error| error.to_string())?;
        self.lists.check()?;
        self.rights.check()?;
        if let Some(redis) = &self.redis {
            redis.check()?;
        }
        self.ocsp.check()?;
        self.trust.check()?;
        if !(65_536..=134_217_728).contains(&self.grpc.question_bytes_max) {
            return Err("grpc.question_bytes_max: not within 65536 to 134217728".to_owned());
        }
        if !(1..=1024).contains(&self.grpc.batch_max) {
            return Err("grpc.batch_max: not within 1 to 1024".to_owned());
        }
        Ok(())
    }
}
