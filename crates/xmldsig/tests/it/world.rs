//! A certification authority and two people with invented numbers, one with an RSA key, one with P-256.
//! The world of the tests is 15 June 2026.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize, SerialNumber, date_time_ymd,
};
use signatures::sign::Identity;
use signatures::{Certificate, Crl, Crls, Freshness, Policy, Reason, Trust, Verifier};
use xmldsig::{Demand, Document, Limits, Refused, Verified, open};

pub(crate) const IIN: &str = "850315400104";

/// Somebody with a certificate and its key.
pub(crate) struct Person {
    pub(crate) identity: Identity,
    pub(crate) certificate: Certificate,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

pub(crate) struct World {
    pub(crate) root_pem: String,
    pub(crate) root: Certificate,
    crl: Vec<u8>,
    pub(crate) p256: Person,
    pub(crate) rsa: Person,
    /// Somebody else, whose certificate has the serial number of `rsa`'s.
    pub(crate) twin: Person,
}

/// Keys cost time, so all tests share one world.
pub(crate) static WORLD: LazyLock<World> = LazyLock::new(World::new);

pub(crate) fn now() -> Timestamp {
    "2026-06-15T09:00:00Z".parse().unwrap()
}

impl World {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "TEST & ROOT");
        params.distinguished_name.push(DnType::CountryName, "KZ");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let crl = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 6, 1),
            next_update: date_time_ymd(2026, 7, 1),
            crl_number: SerialNumber::from(7),
            issuing_distribution_point: None,
            revoked_certs: vec![],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let p256 = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let twin = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        Self {
            root_pem: root.pem(),
            root: Certificate::parse(root.der()).unwrap(),
            crl: crl.signed_by(&issuer).unwrap().der().to_vec(),
            p256: person(&issuer, &p256, &[0x51, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
            rsa: person(&issuer, &rsa, &[0x52, 1, 2, 3]),
            twin: person(&issuer, &twin, &[0x52, 1, 2, 3]),
        }
    }

    pub(crate) fn people(&self) -> [&Person; 2] {
        [&self.p256, &self.rsa]
    }

    pub(crate) fn certificates(&self) -> [Certificate; 2] {
        self.people().map(|person| person.certificate.clone())
    }

    pub(crate) fn verifier(&self) -> Verifier {
        let trust = Trust::of(vec![self.root.clone()]).unwrap();
        Verifier::new(trust, Policy::default())
    }

    pub(crate) fn crls(&self) -> Crls {
        let mut crls = Crls::new(Freshness::default());
        crls.insert(Crl::open(&self.crl, &self.root).unwrap().into());
        crls
    }
}

fn person(issuer: &Issuer<'static, KeyPair>, key: &KeyPair, serial: &[u8]) -> Person {
    let mut params = CertificateParams::default();
    let dn = &mut params.distinguished_name;
    dn.push(DnType::CommonName, "СЕЙІТОВА АЙГҮЛ");
    dn.push(DnType::CustomDnType(vec![2, 5, 4, 5]), format!("IIN{IIN}"));
    dn.push(DnType::CountryName, "KZ");
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params.serial_number = Some(SerialNumber::from_slice(serial));
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(key, issuer).unwrap();
    Person {
        identity: Identity::new(certificate.der(), key.serialized_der(), vec![]).unwrap(),
        certificate: Certificate::parse(certificate.der()).unwrap(),
        certificate_pem: certificate.pem(),
        key_pem: key.serialize_pem(),
    }
}

pub(crate) fn parse(document: &[u8]) -> Document<'_> {
    Document::parse(document, &Limits::default())
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(document)))
}

/// What verification says, with the certificates of the world's people pinned.
pub(crate) fn verify<'d>(
    document: &'d Document<'_>,
    demand: &Demand<'_>,
) -> Result<Verified<'d>, Refused> {
    open(document, demand)?.pinned(&WORLD.certificates())
}

/// The reason to refuse a document.
#[track_caller]
pub(crate) fn refusal(document: &[u8], demand: &Demand<'_>) -> Reason {
    let document = match Document::parse(document, &Limits::default()) {
        Ok(document) => document,
        Err(error) => return Refused::from(error).finding.reason,
    };
    match verify(&document, demand) {
        Ok(verified) => panic!("verified: {verified:?}"),
        Err(refused) => refused.finding.reason,
    }
}

pub(crate) fn run(program: &str, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "these tests need {program} (Debian: apt install libxml2-utils xmlsec1): {error}"
            )
        })
}
