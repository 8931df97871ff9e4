//! Where files are kept: a folder of this machine or a bucket, by configuration.
//!
//! In: a section of the configuration. Out: a store in which a file appears whole or not at all. What is kept
//! there, under which name and for how long is the business of whoever asks.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use object_store::{ObjectStore, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// A section that says where files are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Config {
    /// A folder of this machine; it is made if it is missing.
    Folder { path: PathBuf },
    /// A bucket that speaks the S3 protocol.
    S3 {
        bucket: String,
        region: String,
        /// Address of a store other than Amazon's, for example `https://minio:9000`.
        endpoint: Option<String>,
        access_key_id: String,
        secret_access_key: SecretString,
        /// Whether `endpoint` may be plain HTTP. Default false.
        #[serde(default)]
        allow_http: bool,
    },
}

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("make the folder {}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Store(#[from] object_store::Error),
}

/// How often a request to a bucket is repeated, and for how long in all.
const RETRIES_MAX: usize = 2;
const RETRYING_MAX: Duration = Duration::from_secs(10);

/// Opens the store. A bucket is not asked for anything yet.
pub fn open(config: &Config) -> Result<Arc<dyn ObjectStore>, OpenError> {
    Ok(match config {
        Config::Folder { path } => {
            std::fs::create_dir_all(path).map_err(|source| OpenError::Folder {
                path: path.clone(),
                source,
            })?;
            Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true))
        }
        Config::S3 {
            bucket,
            region,
            endpoint,
            access_key_id,
            secret_access_key,
            allow_http,
        } => {
            let retry = RetryConfig {
                max_retries: RETRIES_MAX,
                retry_timeout: RETRYING_MAX,
                ..RetryConfig::default()
            };
            let mut builder = AmazonS3Builder::new()
                .with_bucket_name(bucket)
                .with_region(region)
                .with_access_key_id(access_key_id)
                .with_secret_access_key(secret_access_key.expose_secret())
                .with_allow_http(*allow_http)
                .with_retry(retry);
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint);
            }
            Arc::new(builder.build()?)
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use object_store::{ObjectStoreExt as _, path::Path};

    #[tokio::test]
    async fn a_folder_is_made_and_keeps_what_is_put_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/store");
        let store = open(&Config::Folder { path: path.clone() }).unwrap();
        let place = Path::from("a/b");
        store.put(&place, "kept".into()).await.unwrap();
        assert_eq!(std::fs::read(path.join("a/b")).unwrap(), b"kept");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().join("below");
        let said = open(&Config::Folder { path }).unwrap_err().to_string();
        assert!(said.contains("below"), "{said}");
    }

    #[test]
    fn a_section_is_one_kind_or_the_other_and_never_shows_its_secret() {
        let s3 = "kind = 's3'\nbucket = 'b'\nregion = 'r'\naccess_key_id = 'k'\nsecret_access_key = 'hush'";
        let config: Config = toml::from_str(s3).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
        open(&config).unwrap();
        for odd in [
            "kind = 'tape'",
            "kind = 'folder'",
            "kind = 'folder'\npath = 'p'\ncolour = 1",
        ] {
            assert!(toml::from_str::<Config>(odd).is_err(), "{odd}");
        }
    }
}
