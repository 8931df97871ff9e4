//! A root, an issuing authority and a person for each algorithm, with the lists of both authorities.

use std::path::Path;

use gost::{Scheme, SigningKey};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd,
};
use signatures::algorithm::gost::pkcs8;
use signatures::sign::crl::{self, List};
use signatures::sign::{Identity, anew};
use signatures::{Certificate, Crl, Crls, Freshness, Trust};

#[derive(Clone, Copy)]
pub(crate) enum Algorithm {
    Gost(Scheme),
    Rsa,
    P256,
}

pub(crate) const ALGORITHMS: [Algorithm; 5] = [
    Algorithm::Gost(Scheme::Gost2015With512),
    Algorithm::Gost(Scheme::Gost2015With256),
    Algorithm::Gost(Scheme::Gost2004),
    Algorithm::Rsa,
    Algorithm::P256,
];

pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) trust: Trust,
    pub(crate) lists: Crls,
    pub(crate) person: Identity,
    /// DER of root, issuing authority, and their lists.
    files: [(&'static str, Vec<u8>); 4],
}

impl Family {
    pub(crate) fn new(algorithm: Algorithm, at: Timestamp) -> Self {
        let (root_key, root_pair) = (Secret::new(algorithm, 11), pair(algorithm));
        let template = authority("ROOT").self_signed(&root_pair).unwrap();
        let root = root_key.certificate(template.der(), &root_key, &root_pair);
        let root_issuer = Issuer::new(authority("ROOT"), root_pair);

        let (issuing_key, issuing_pair) = (Secret::new(algorithm, 12), pair(algorithm));
        let template = authority("ISSUING")
            .signed_by(&issuing_pair, &root_issuer)
            .unwrap();
        let issuing = issuing_key.certificate(template.der(), &root_key, &issuing_pair);
        let issuing_issuer = Issuer::new(authority("ISSUING"), issuing_pair);

        let (own_key, own_pair) = (Secret::new(algorithm, 13), pair(algorithm));
        let template = person().signed_by(&own_pair, &issuing_issuer).unwrap();
        let person = own_key.certificate(template.der(), &issuing_key, &own_pair);

        let mut lists = Crls::new(Freshness::default());
        let mut list = |authority: &Identity| {
            let der = crl::list(
                authority,
                &List {
                    number: vec![1],
                    base: None,
                    this_update: at,
                    next_update: at + SignedDuration::from_hours(24),
                    revoked: Vec::new(),
                },
            )
            .unwrap();
            let opened = Crl::open(&der, authority.certificate()).unwrap();
            lists.insert(opened.into());
            der
        };
        let files = [
            ("root.crl", list(&root)),
            ("issuing.crl", list(&issuing)),
            ("root.der", root.certificate().der().to_vec()),
            ("issuing.der", issuing.certificate().der().to_vec()),
        ];
        let authorities = [root, issuing].map(|one| one.certificate().clone());
        Self {
            name: match algorithm {
                Algorithm::Gost(scheme) => scheme.name(),
                Algorithm::Rsa => "RSA-2048",
                Algorithm::P256 => "P-256",
            },
            trust: Trust::of(authorities.to_vec()).unwrap(),
            lists,
            person,
            files,
        }
    }

    /// Writes what another verifier needs.
    pub(crate) fn write(&self, folder: &Path) {
        for (name, der) in &self.files {
            std::fs::write(folder.join(format!("{}-{name}", self.name)), der).unwrap();
        }
    }
}

/// The GOST key in place of a template's, if the algorithm is one of those.
struct Secret(Option<(Scheme, Vec<u8>)>);

impl Secret {
    fn new(algorithm: Algorithm, number: u8) -> Self {
        match algorithm {
            Algorithm::Gost(scheme) => Self(Some((scheme, vec![number; scheme.size()]))),
            Algorithm::Rsa | Algorithm::P256 => Self(None),
        }
    }

    fn key(&self) -> Option<SigningKey> {
        let (scheme, secret) = self.0.as_ref()?;
        Some(SigningKey::new(*scheme, secret).unwrap())
    }

    /// The certificate of this key, made from the template, signed by the authority.
    fn certificate(&self, template: &[u8], authority: &Self, pair: &KeyPair) -> Identity {
        let Some((scheme, secret)) = &self.0 else {
            return Identity::new(template, &pair.serialize_der(), Vec::new()).unwrap();
        };
        let (own, authority) = (self.key().unwrap(), authority.key().unwrap());
        let der = anew(template, Some(own.public_key()), &authority).unwrap();
        let pkcs8 = pkcs8(*scheme, secret).unwrap();
        Identity::new(&der, &pkcs8, Vec::<Certificate>::new()).unwrap()
    }
}

fn pair(algorithm: Algorithm) -> KeyPair {
    match algorithm {
        Algorithm::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap(),
        _ => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn person() -> CertificateParams {
    let mut params = params("СЕЙІТОВА АЙГҮЛ");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    params
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::CountryName, "KZ");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params.key_identifier_method = rcgen::KeyIdMethod::PreSpecified(name.as_bytes().to_vec());
    params.use_authority_key_identifier_extension = true;
    params
}
