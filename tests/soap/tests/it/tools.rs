//! The programs: Python with zeep and spyne, xmllint, xmlsec1, openssl.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use signatures::{Certificate, sign::Identity};
use tempfile::TempDir;

fn python(program: &str) -> Command {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let libraries = Path::new(&env::var("HOME").unwrap()).join(".cache/kezek/soap");
    let mut command = Command::new("python3");
    command.arg(here.join(program));
    command.env("PYTHONPATH", env::join_paths([&libraries, &here]).unwrap());
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Lets the zeep client do a task. Blocks: call it where that is allowed.
pub(crate) fn zeep(task: &Value) -> Value {
    let mut command = python("client.py");
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(task.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "run scripts/setup? {trouble}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The register that spyne serves; ends with its handle.
pub(crate) struct Register {
    child: Child,
    pub(crate) url: String,
}

impl Register {
    pub(crate) fn start(people: &Value) -> Self {
        let mut command = python("register.py");
        command.arg("0").arg(people.to_string());
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().unwrap();
        let mut said = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut said).unwrap();
        let port: u16 = said.trim().parse().expect("run scripts/setup?");
        let url = format!("http://127.0.0.1:{port}/");
        Self { child, url }
    }
}

impl Drop for Register {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The schemas as files that lead to each other.
pub(crate) struct Schemas(TempDir);

impl Schemas {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in gateway::wsdl::FILES {
            let text = text
                .replace("{address}?xsd=", "")
                .replace("{address}", "http://localhost");
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    /// What xmllint says of a document by one of the schemas.
    pub(crate) fn check(&self, schema: &str, document: &str) -> Result<(), String> {
        let file = self.0.path().join("document.xml");
        fs::write(&file, document).unwrap();
        let mut command = Command::new("xmllint");
        command
            .args(["--nonet", "--noout", "--schema"])
            .arg(self.0.path().join(schema))
            .arg(file);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("{said}\n{document}"))
        }
    }
}

/// A key of RSA with a certificate that it signed itself, as files and as an identity.
pub(crate) struct Signer {
    folder: TempDir,
    pub(crate) certificate: Certificate,
    pub(crate) identity: Identity,
}

impl Signer {
    pub(crate) fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (key, certificate) = (
            folder.path().join("key.pem"),
            folder.path().join("cert.pem"),
        );
        let made = Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            ])
            .arg(format!("/CN={name}"))
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let der = Certificate::all_in_file(&fs::read(&certificate).unwrap())
            .unwrap()
            .remove(0);
        let secret = <rustls::pki_types::PrivateKeyDer<'_> as rustls::pki_types::pem::PemObject>::from_pem_file(&key).unwrap();
        let identity = Identity::new(der.der(), secret.secret_der(), Vec::new()).unwrap();
        Self {
            folder,
            certificate: der,
            identity,
        }
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    pub(crate) fn certificate_file(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }
}

/// Whether xmlsec1 verifies the signature in a document by the key of this certificate; `body`: of an envelope.
pub(crate) fn xmlsec1(document: &[u8], by: &Signer, body: bool) -> bool {
    let file = by.folder.path().join("signed.xml");
    fs::write(&file, document).unwrap();
    let mut command = Command::new("xmlsec1");
    command
        .arg("--verify")
        .arg("--trusted-pem")
        .arg(by.certificate_file());
    if body {
        let element = format!("{}:Body", xmldsig::wsse::SOAP[0]);
        command.args(["--id-attr:Id", &element]);
        command.arg("--pubkey-cert-pem").arg(by.certificate_file());
    }
    command.arg(file).output().unwrap().status.success()
}
