//! Files that come before their message, by their SHA-256: streamed into the object store.
//!
//! In comes a body and the hash it claims; the object appears whole, once the hash is found right, or not at
//! all: an upload is invisible until it is completed, in a folder and in S3 alike. Out goes whether a file is
//! there and how long it is. Never holds a whole file in memory, never keeps one marked as a state secret (X1).

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use axum::body::Body;
use fault::door;
use futures::StreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart, path::Path};
/// The `[store]` section: where attachments are kept.
pub use objects::Config;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// Bytes of one part of an upload; S3 wants at least 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Parts of one upload on their way at the same time.
const PARTS_MAX: usize = 2;

/// The SHA-256 of a file.
pub type Hash = [u8; 32];

/// Whether an upload was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Now,
    Before,
}

/// The object store, and how much one file may be.
#[derive(Debug, Clone)]
pub struct Attachments {
    store: Arc<dyn ObjectStore>,
    bytes_max: u64,
    upload_max: Duration,
}

impl Attachments {
    /// Opens the store. A file may have `bytes_max` bytes and take `upload_max` to arrive.
    pub fn open(config: &Config, bytes_max: u64, upload_max: Duration) -> Result<Self> {
        let store = objects::open(config).context("open the store of attachments")?;
        Ok(Self {
            store,
            bytes_max,
            upload_max,
        })
    }

    /// Puts the files into `store`.
    pub fn over(store: Arc<dyn ObjectStore>, bytes_max: u64, upload_max: Duration) -> Self {
        Self {
            store,
            bytes_max,
            upload_max,
        }
    }

    /// The length of the file with this hash, in bytes; `None` if it was never uploaded.
    pub async fn size_bytes(&self, hash: &Hash) -> Result<Option<u64>, Problem> {
        match self.store.head(&place(hash)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Keeps `body` under `hash`, if that is its hash; `length` is what `Content-Length` announces.
    pub async fn keep(
        &self,
        hash: &Hash,
        length: Option<u64>,
        body: Body,
    ) -> Result<Kept, Problem> {
        if length.is_some_and(|length| length > self.bytes_max) {
            return Err(self.too_large());
        }
        if self.size_bytes(hash).await?.is_some() {
            // Nothing to keep, but the bytes must still be those of the hash, and be read to the end.
            self.receive(hash, body, None).await?;
            return Ok(Kept::Before);
        }
        let upload = self
            .store
            .put_multipart(&place(hash))
            .await
            .map_err(|error| unavailable(&error))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        match self.receive(hash, body, Some(&mut upload)).await {
            Ok(()) => {
                upload.finish().await.map_err(|error| unavailable(&error))?;
                Ok(Kept::Now)
            }
            Err(problem) => {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "an upload that was given up left its parts in the store");
                }
                Err(problem)
            }
        }
    }

    /// Reads `body` to its end within the limits, copying it into `upload`.
    async fn receive(
        &self,
        hash: &Hash,
        body: Body,
        upload: Option<&mut WriteMultipart>,
    ) -> Result<(), Problem> {
        let copying = self.copy(body, upload);
        let Ok(copied) = tokio::time::timeout(self.upload_max, copying).await else {
            let detail = format!(
                "an attachment has {} s to arrive",
                self.upload_max.as_secs()
            );
            return Err(Problem::new(&door::TOO_SLOW, detail));
        };
        if copied? == *hash {
            return Ok(());
        }
        let detail = "the bytes that came have another SHA-256 than the address; nothing was kept";
        Err(Problem::new(&door::ATTACHMENT_DAMAGED, detail))
    }

    /// The hash of `body`.
    async fn copy(
        &self,
        body: Body,
        mut upload: Option<&mut WriteMultipart>,
    ) -> Result<Hash, Problem> {
        let mut sha256 = Sha256::new();
        let mut received: u64 = 0;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| {
                Problem::new(&door::MALFORMED, "the body broke off").because(&error)
            })?;
            received += chunk.len() as u64;
            if received > self.bytes_max {
                return Err(self.too_large());
            }
            sha256.update(&chunk);
            if let Some(upload) = &mut upload {
                upload
                    .wait_for_capacity(PARTS_MAX)
                    .await
                    .map_err(|error| unavailable(&error))?;
                upload.put(chunk);
            }
        }
        Ok(sha256.finalize().into())
    }

    fn too_large(&self) -> Problem {
        let detail = format!("an attachment may have {} bytes", self.bytes_max);
        Problem::new(&door::TOO_LARGE, detail)
    }
}

/// Where a file lies: `attachments/<two digits>/<hash>`.
pub fn place(hash: &Hash) -> Path {
    let hex = hex::encode(hash);
    Path::from_iter(["attachments", &hex[..2], &hex])
}

fn unavailable(error: &object_store::Error) -> Problem {
    Problem::new(&door::STORE_UNAVAILABLE, "nothing of this request was kept").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachments(folder: &std::path::Path) -> Attachments {
        let config = Config::Folder {
            path: folder.join("store"),
        };
        Attachments::open(&config, 1000, Duration::from_secs(5)).unwrap()
    }

    fn hash(bytes: &[u8]) -> Hash {
        Sha256::digest(bytes).into()
    }

    fn files(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    }

    #[tokio::test]
    async fn a_file_is_kept_once_and_found_by_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let attachments = attachments(folder.path());
        let bytes = b"the bytes of a scan";
        assert_eq!(attachments.size_bytes(&hash(bytes)).await, Ok(None));
        for kept in [Kept::Now, Kept::Before] {
            let put = attachments
                .keep(&hash(bytes), Some(19), Body::from(&bytes[..]))
                .await;
            assert_eq!(put, Ok(kept));
            assert_eq!(attachments.size_bytes(&hash(bytes)).await, Ok(Some(19)));
        }
        assert_eq!(files(folder.path()), 1);
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_file_that_is_wrong_too_large_or_broken_off() {
        let folder = tempfile::tempdir().unwrap();
        let attachments = attachments(folder.path());
        let large = vec![7; 1001];
        let broken = futures::stream::iter([Ok("half"), Err(std::io::Error::other("gone"))]);
        for (hash, length, body, code) in [
            (hash(b"a"), None, Body::from("b"), &door::ATTACHMENT_DAMAGED),
            (
                hash(&large),
                Some(1001),
                Body::from(large.clone()),
                &door::TOO_LARGE,
            ),
            (
                hash(&large),
                None,
                Body::from(large.clone()),
                &door::TOO_LARGE,
            ),
            (
                hash(b"half"),
                None,
                Body::from_stream(broken),
                &door::MALFORMED,
            ),
        ] {
            let problem = attachments.keep(&hash, length, body).await.unwrap_err();
            assert_eq!(problem.code, code);
            assert_eq!(attachments.size_bytes(&hash).await, Ok(None));
        }
        assert_eq!(files(folder.path()), 0);
    }

    #[tokio::test]
    async fn a_known_hash_does_not_excuse_other_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let attachments = attachments(folder.path());
        attachments
            .keep(&hash(b"a"), None, Body::from("a"))
            .await
            .unwrap();
        let problem = attachments
            .keep(&hash(b"a"), None, Body::from("b"))
            .await
            .unwrap_err();
        assert_eq!(problem.code, &door::ATTACHMENT_DAMAGED);
        assert_eq!(attachments.size_bytes(&hash(b"a")).await, Ok(Some(1)));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_said_to_be_unavailable() {
        let folder = tempfile::tempdir().unwrap();
        let attachments = attachments(folder.path());
        // A file where the folder of attachments has to be: no write can succeed, as on a full disk.
        std::fs::write(folder.path().join("store/attachments"), "").unwrap();
        let problem = attachments
            .keep(&hash(b"a"), None, Body::from("a"))
            .await
            .unwrap_err();
        assert_eq!(problem.code, &door::STORE_UNAVAILABLE);
    }
}
