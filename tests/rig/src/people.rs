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
use xmldsig::sign::Layout;

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
        let options = Options::detached(Timestamp::now());
        Ok(sign::sign(document, &[&self.identity(name)?], &options)?)
    }

    /// `document` as the text of an XML document that this person signed, in the form of NCALayer.
    pub fn sign_as_xml(&self, name: &str, document: &str) -> anyhow::Result<Vec<u8>> {
        let identity = self.identity(name)?;
        Ok(xmldsig::sign::text(document, &identity, Layout::Wrapped)?)
    }

    /// A wrapping attack: a signature of this person for another text, around which `shown` was put. Its
    /// reference still leads to what he signed, which now lies inside the signature.
    pub fn wrapped_xml(&self, name: &str, shown: &str) -> anyhow::Result<Vec<u8>> {
        let signed = r#"<document Id="signed">{}</document>"#;
        let identity = self.identity(name)?;
        let xml = xmldsig::sign::by_id(signed.as_bytes(), "signed", &identity, Layout::Compact)?;
        let xml = String::from_utf8(xml)?;
        let signature = xml
            .strip_prefix(r#"<document Id="signed">{}"#)
            .and_then(|rest| rest.strip_suffix("</document>"))
            .context("the signature is not where it was put")?;
        let moved = signature.replace("</ds:KeyInfo>", &format!("{signed}</ds:KeyInfo>"));
        Ok(format!("<document>{shown}{moved}</document>").into_bytes())
    }

    /// A file of the test bench.
    pub(crate) fn file(&self, below: &str) -> PathBuf {
        self.folder.join(below)
    }

    pub(crate) fn identity(&self, name: &str) -> anyhow::Result<sign::Identity> {
        let person = self.find(name)?;
        let key = PrivateKeyDer::from_pem_file(self.folder.join(&person.key))?;
        let mut chain = CertificateDer::pem_file_iter(self.folder.join(&person.chain))?;
        let own = chain.next().context("an empty chain")??;
        let above = chain
            .map(|authority| anyhow::Ok(Certificate::parse(&authority?)?))
            .collect::<anyhow::Result<_>>()?;
        Ok(sign::Identity::new(&own, key.secret_der(), above)?)
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
