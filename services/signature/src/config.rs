//! The configuration of the signature service: strict, checked, every field with its unit and default.
//!
//! A sample stands in `deploy/config/signature.toml`. Nothing is read or bound here.

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use crate::{cache, lists, rules};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    /// Where lists are shared between copies of this service, and survive its restart. Default: nowhere.
    #[serde(default)]
    pub redis: Option<cache::Config>,
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
    /// Demand CAdES-BES: the signed reference to the signer's certificate. Default true; false lets plain CMS
    /// with signed attributes pass as well.
    #[serde(default = "yes")]
    pub cades_required: bool,
    /// Where the revocation lists of these authorities are. Lists are fetched from here and from nowhere else.
    pub crl: Vec<ListAddress>,
}

/// One `[[trust.crl]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListAddress {
    /// File name of the authority's certificate in the folder.
    pub issuer: String,
    /// `http://…` or `https://…`, the list in DER or PEM.
    pub url: String,
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
fn question_bytes_max() -> usize {
    32 * 1024 * 1024
}
fn batch_max() -> usize {
    64
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
        for address in &self.trust.crl {
            if !address.url.starts_with("http://") && !address.url.starts_with("https://") {
                return Err("trust.crl.url: must begin with http:// or https://".to_owned());
            }
        }
        if !(65_536..=134_217_728).contains(&self.grpc.question_bytes_max) {
            return Err("grpc.question_bytes_max: not within 65536 to 134217728".to_owned());
        }
        if !(1..=1024).contains(&self.grpc.batch_max) {
            return Err("grpc.batch_max: not within 1 to 1024".to_owned());
        }
        Ok(())
    }
}
