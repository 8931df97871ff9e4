//! Where everything of a rig is: ports that nobody else uses, and folders.

use std::path::{Path, PathBuf};

use crate::free_port;

/// Chosen once, before anything starts, so that each service can be told about the others.
#[derive(Clone, Debug)]
pub struct Addresses {
    pub intake: u16,
    pub signature_grpc: u16,
    pub registry_grpc: u16,
    pub monitor_http: u16,
    pub monitor_grpc: u16,
    /// Folder of the test bench: authority, certificates, identities.
    pub testbed: PathBuf,
    /// Folder of everything.
    pub folder: PathBuf,
}

impl Addresses {
    pub(crate) fn new(folder: &Path, testbed: &Path) -> Self {
        Self {
            intake: free_port(),
            signature_grpc: free_port(),
            registry_grpc: free_port(),
            monitor_http: free_port(),
            monitor_grpc: free_port(),
            testbed: testbed.to_owned(),
            folder: folder.to_owned(),
        }
    }

    pub fn intake_url(&self) -> String {
        format!("https://localhost:{}", self.intake)
    }

    pub fn monitor_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.monitor_http)
    }
}
