//! Certificates for the door and for those who knock, made on the spot.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::Client;

pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority of its own.
pub(crate) fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key of `name`, as PEM.
pub(crate) fn issue(authority: &Authority, name: &str) -> (String, String) {
    issue_numbered(authority, name, 1)
}

/// The same, with a serial number of one's own choice.
pub(crate) fn issue_numbered(authority: &Authority, name: &str, serial: u64) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.serial_number = Some(serial.into());
    let certificate = params.signed_by(&key, authority).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// Writes the files that the door's `[tls]` section names.
pub(crate) fn write(folder: &Path, authority: &Authority) {
    let (certificate, key) = issue(authority, "localhost");
    std::fs::write(folder.join("door.cert.pem"), certificate).unwrap();
    std::fs::write(folder.join("door.key.pem"), key).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
}

/// A client that shows `identity` and trusts the authority.
pub(crate) fn client(authority: &Authority, identity: Option<(String, String)>) -> Client {
    let anchor = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let mut client = Client::builder().tls_certs_only([anchor]);
    if let Some((certificate, key)) = identity {
        let pem = format!("{certificate}{key}");
        client = client.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap());
    }
    client.build().unwrap()
}
