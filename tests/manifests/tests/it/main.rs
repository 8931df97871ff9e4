//! Images, compose file and Kubernetes manifests, held against the code and against each other.
//!
//! In: the files of `deploy/` and `k8s/`, what `kubectl kustomize` makes of them, and the built services, which
//! are asked with `--check` whether they would take the configuration they get there. Nothing is started and no
//! cluster is needed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod compose;
mod configs;
mod files;
mod image;
mod overlays;
mod pods;
mod running;
mod samples;
