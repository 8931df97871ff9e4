//! Two systems with certificates of their own, and one whose certificate has expired. The world is 22 November 2026.

use std::sync::LazyLock;

use gateway::Naming;
use gateway::security::{Guard, Security};
use jiff::Timestamp;
use rcgen::{
    CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
    SerialNumber, date_time_ymd,
};
use signatures::Certificate;
use signatures::sign::Identity;

pub(crate) struct System {
    pub(crate) certificate_der: Vec<u8>,
    key: Vec<u8>,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

pub(crate) struct World {
    pub(crate) us: System,
    pub(crate) gateway: System,
    pub(crate) stranger: System,
    pub(crate) expired: System,
}

/// Keys cost time, so all tests share one world.
pub(crate) static WORLD: LazyLock<World> = LazyLock::new(|| World {
    us: System::new("us", 1, 2027, false),
    gateway: System::new("gateway", 2, 2027, true),
    stranger: System::new("stranger", 3, 2027, false),
    expired: System::new("expired", 4, 2026, false),
});

pub(crate) fn now() -> Timestamp {
    "2026-11-22T07:00:00Z".parse().unwrap()
}

impl System {
    /// Valid until the first day of `until`'s June.
    fn new(name: &str, serial: u8, until: i32, rsa: bool) -> Self {
        let key = if rsa {
            KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
        } else {
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
        };
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from_slice(&[serial, 1, 2, 3]));
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(until, 6, 1);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate_der: certificate.der().to_vec(),
            key: key.serialized_der().to_vec(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::parse(&self.certificate_der).unwrap()
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity::new(&self.certificate_der, &self.key, Vec::new()).unwrap()
    }

    /// Its guard of the channel with `peers`.
    pub(crate) fn guard(&self, security: Security, naming: Naming, peers: &[&Self]) -> Guard {
        let peers = peers.iter().map(|peer| peer.certificate()).collect();
        Guard::new(security, Some((self.identity(), naming)), peers).unwrap()
    }
}
