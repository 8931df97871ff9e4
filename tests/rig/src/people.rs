//! The cast of the test bench, read from the folder that `testbed authority` wrote: who they are,
//! what they sign with, and which client certificate their system shows at the door.
//!
//! In: `identities.json` and the PEM files beside it. Out: signatures and HTTPS clients.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::Deserialize;
use signatures::Certificate;
use signatures::sign::{self, Options};

/// One of the cast. What a test does not need of the index is not read.
#[derive(Debug, Deserialize)]
pub struct Person {
    pub name: String,
    pub common_name: String,
    pub iin: Option<String>,
    pub bin: Option<String>,
    pub email: String,
    pub phone: String,
    chain: PathBuf,
    key: PathBuf,
}

impl Person {
    /// BIN of the head of an organisation, IIN of everybody else: whom an application is about.
    pub fn number(&self) -> anyhow::Result<&str> {
        let number = self.bin.as_deref().or(self.iin.as_deref());
        number.with_context(|| format!("{} has neither BIN nor IIN", self.name))
    }
}

/// Everybody in a folder of the test bench.
#[derive(Debug)]
pub struct People {
    folder: PathBuf,
    all: Vec<Person>,
}

impl People {
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let index = folder.join("identities.json");
        let text = std::fs::read(&index).with_context(|| index.display().to_string())?;
        let all = serde_json::from_slice(&text).with_context(|| index.display().to_string())?;
        Ok(Self {
            folder: folder.to_owned(),
            all,
        })
    }

    pub fn find(&self, name: &str) -> anyhow::Result<&Person> {
        self.all
            .iter()
            .find(|person| person.name == name)
            .with_context(|| format!("nobody is called {name} in {}", self.folder.display()))
    }

    /// A detached CAdES signature of `document` by the person called `name`.
    pub fn sign(&self, name: &str, document: &[u8]) -> anyhow::Result<Vec<u8>> {
        let person = self.find(name)?;
        let key = PrivateKeyDer::from_pem_file(self.folder.join(&person.key))?;
        let mut chain = CertificateDer::pem_file_iter(self.folder.join(&person.chain))?;
        let own = chain.next().context("an empty chain")??;
        let above = chain
            .map(|authority| anyhow::Ok(Certificate::parse(&authority?)?))
            .collect::<anyhow::Result<_>>()?;
        let identity = sign::Identity::new(&own, key.secret_der(), above)?;
        Ok(sign::sign(
            document,
            &[&identity],
            &Options::detached(Timestamp::now()),
        )?)
    }

    /// An HTTPS client with the certificate of `participant`'s system.
    pub fn client(&self, participant: &str) -> anyhow::Result<reqwest::Client> {
        let read = |file: &Path| {
            std::fs::read(self.folder.join(file)).with_context(|| file.display().to_string())
        };
        let tls = Path::new("tls");
        let mut pem = read(&tls.join(format!("{participant}.cert.pem")))?;
        pem.extend(read(&tls.join(format!("{participant}.key.pem")))?);
        let anchor = reqwest::Certificate::from_pem(&read(Path::new("trust/tls/ca.pem"))?)?;
        Ok(reqwest::Client::builder()
            .tls_certs_only([anchor])
            .identity(reqwest::Identity::from_pem(&pem)?)
            .timeout(Duration::from_secs(30))
            .build()?)
    }
}
