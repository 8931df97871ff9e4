//! A certification authority for tests: people, officials and systems with invented numbers.
//!
//! Takes a description of a certificate, gives its DER, PEM and key. The world of the tests is
//! 15 June 2026; authorities live from 2020 to 2040, people's certificates for the year 2026.

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams,
    CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RevocationReason, RevokedCertParams, RsaKeySize,
    SanType, SerialNumber, date_time_ymd,
};
use signatures::encode::{oid, sequence};
use signatures::sign::Identity;
use signatures::{Crl, Crls, Freshness, Policy, Trust, Verifier};

/// Year, month, day at midnight UTC.
pub(crate) type Day = (i32, u8, u8);

pub(crate) const IIN: &str = "850315400104";
pub(crate) const BIN: &str = "170340001238";
pub(crate) const ROLE_PERSON: &[u64] = &[1, 2, 398, 3, 3, 4, 1, 1];
pub(crate) const ROLE_ORGANISATION: &[u64] = &[1, 2, 398, 3, 3, 4, 1, 2];
pub(crate) const ROLE_HEAD: &[u64] = &[1, 2, 398, 3, 3, 4, 1, 2, 1];

pub(crate) fn now() -> Timestamp {
    "2026-06-15T09:00:00Z".parse().unwrap()
}

/// A certification authority.
pub(crate) struct Authority {
    pub(crate) issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: Certificate,
}

/// Somebody with a certificate and its key.
pub(crate) struct Person {
    pub(crate) certificate: Certificate,
    pub(crate) key: KeyPair,
    pub(crate) serial: Vec<u8>,
}

/// What a certificate shall say.
pub(crate) struct Leaf {
    pub(crate) name: &'static str,
    /// Written after `IIN`, unless it begins with `BIN` itself.
    pub(crate) iin: Option<&'static str>,
    pub(crate) bin: Option<&'static str>,
    pub(crate) roles: Vec<&'static [u64]>,
    pub(crate) usages: Vec<KeyUsagePurpose>,
    pub(crate) purposes: Vec<ExtendedKeyUsagePurpose>,
    pub(crate) from: Day,
    pub(crate) until: Day,
    pub(crate) rsa: bool,
    pub(crate) serial: Vec<u8>,
    pub(crate) extensions: Vec<CustomExtension>,
}

pub(crate) fn person() -> Leaf {
    Leaf {
        name: "СЕЙІТОВА АЙГҮЛ",
        iin: Some(IIN),
        bin: None,
        roles: vec![ROLE_PERSON],
        usages: vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ],
        purposes: vec![ExtendedKeyUsagePurpose::EmailProtection],
        from: (2026, 1, 1),
        until: (2027, 1, 1),
        rsa: false,
        serial: vec![0x51, 1, 2, 3],
        extensions: vec![],
    }
}

pub(crate) fn official() -> Leaf {
    Leaf {
        name: "ОМАРОВ ТИМУР",
        bin: Some(BIN),
        roles: vec![ROLE_ORGANISATION, ROLE_HEAD],
        serial: vec![0x52, 1, 2, 3],
        ..person()
    }
}

/// An OCSP responder, as the national authority's are (kz.md 1.5).
pub(crate) fn responder() -> Leaf {
    Leaf {
        name: "OCSP RESPONDER",
        iin: None,
        roles: vec![],
        usages: vec![KeyUsagePurpose::DigitalSignature],
        purposes: vec![ExtendedKeyUsagePurpose::OcspSigning],
        serial: vec![0x53, 1],
        extensions: vec![CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5],
            vec![5, 0],
        )],
        ..person()
    }
}

/// A time-stamping authority: its one purpose is critical.
pub(crate) fn stamper() -> Leaf {
    Leaf {
        name: "УАҚЫТ БЕЛГІСІ",
        iin: None,
        roles: vec![],
        purposes: vec![],
        serial: vec![0x54, 1],
        extensions: vec![purposes(&[8], true)],
        ..person()
    }
}

/// Extended key usage, by the last arcs of id-kp.
pub(crate) fn purposes(last: &[u8], critical: bool) -> CustomExtension {
    let list: Vec<Vec<u8>> = last
        .iter()
        .map(|last| oid(&[0x2b, 6, 1, 5, 5, 7, 3, *last]))
        .collect();
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 37], sequence(&list));
    extension.set_criticality(critical);
    extension
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        let params = authority_params(name, BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    pub(crate) fn below(&self, name: &str) -> Self {
        self.below_with(authority_params(name, BasicConstraints::Constrained(0)))
    }

    pub(crate) fn below_with(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    pub(crate) fn issue(&self, leaf: Leaf) -> Person {
        let key = if leaf.rsa {
            KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
        } else {
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
        };
        let serial = leaf.serial.clone();
        let certificate = leaf_params(leaf).signed_by(&key, &self.issuer).unwrap();
        Person {
            certificate,
            key,
            serial,
        }
    }

    pub(crate) fn parsed(&self) -> signatures::Certificate {
        signatures::Certificate::parse(self.certificate.der()).unwrap()
    }

    pub(crate) fn identity(&self) -> Identity {
        let key = self.issuer.key().serialized_der();
        Identity::new(self.certificate.der(), key, vec![]).unwrap()
    }

    pub(crate) fn crl(&self, revoked: &[&Person]) -> Vec<u8> {
        self.crl_with(revoked, (2026, 6, 1), (2026, 7, 1), None)
    }

    pub(crate) fn crl_with(
        &self,
        revoked: &[&Person],
        made: Day,
        next: Day,
        scope: Option<CrlScope>,
    ) -> Vec<u8> {
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(made.0, made.1, made.2),
            next_update: date_time_ymd(next.0, next.1, next.2),
            crl_number: SerialNumber::from(7),
            issuing_distribution_point: scope.map(|scope| CrlIssuingDistributionPoint {
                distribution_point: CrlDistributionPoint {
                    uris: vec!["http://crl.test/1".into()],
                },
                scope: Some(scope),
            }),
            revoked_certs: revoked
                .iter()
                .map(|person| RevokedCertParams {
                    serial_number: SerialNumber::from_slice(&person.serial),
                    revocation_time: date_time_ymd(2026, 5, 20),
                    reason_code: Some(RevocationReason::KeyCompromise),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }
}

impl Person {
    pub(crate) fn parsed(&self) -> signatures::Certificate {
        signatures::Certificate::parse(self.certificate.der()).unwrap()
    }

    pub(crate) fn identity(&self, above: &[&Authority]) -> Identity {
        let above = above.iter().map(|authority| authority.parsed()).collect();
        Identity::new(self.certificate.der(), self.key.serialized_der(), above).unwrap()
    }
}

/// Root, issuing authority, and fresh lists of both.
pub(crate) struct World {
    pub(crate) root: Authority,
    pub(crate) issuing: Authority,
}

impl World {
    pub(crate) fn new() -> Self {
        let root = Authority::root("TEST ROOT");
        let issuing = root.below("TEST ISSUING");
        Self { root, issuing }
    }

    /// Trusts the root and knows the issuing authority.
    pub(crate) fn verifier(&self) -> Verifier {
        self.verifier_with(Policy::default())
    }

    pub(crate) fn verifier_with(&self, policy: Policy) -> Verifier {
        let trust = Trust::of(vec![self.root.parsed(), self.issuing.parsed()]).unwrap();
        Verifier::new(trust, policy)
    }

    /// Fresh lists of both authorities; these people stand on the issuing authority's.
    pub(crate) fn crls(&self, revoked: &[&Person]) -> Crls {
        crls(&[
            (&self.root, self.root.crl(&[])),
            (&self.issuing, self.issuing.crl(revoked)),
        ])
    }
}

pub(crate) fn crls(lists: &[(&Authority, Vec<u8>)]) -> Crls {
    let mut crls = Crls::new(Freshness::default());
    for (authority, bytes) in lists {
        crls.insert(Crl::open(bytes, &authority.parsed()).unwrap().into());
    }
    crls
}

pub(crate) fn authority_params(name: &str, constraints: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::CountryName, "KZ");
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

fn leaf_params(leaf: Leaf) -> CertificateParams {
    let mut params = CertificateParams::default();
    let dn = &mut params.distinguished_name;
    dn.push(DnType::CommonName, leaf.name);
    if let Some(iin) = leaf.iin {
        dn.push(
            DnType::CustomDnType(vec![2, 5, 4, 5]),
            if iin.starts_with("BIN") {
                iin.to_owned()
            } else {
                format!("IIN{iin}")
            },
        );
    }
    dn.push(DnType::CountryName, "KZ");
    if let Some(bin) = leaf.bin {
        dn.push(DnType::OrganizationName, "АРХИВ");
        dn.push(DnType::OrganizationalUnitName, format!("BIN{bin}"));
    }
    params.subject_alt_names = vec![SanType::Rfc822Name("a@kezek.test".try_into().unwrap())];
    params.key_usages = leaf.usages;
    params.extended_key_usages = leaf.purposes;
    params.extended_key_usages.extend(
        leaf.roles
            .into_iter()
            .map(|role| ExtendedKeyUsagePurpose::Other(role.to_vec())),
    );
    params.not_before = date_time_ymd(leaf.from.0, leaf.from.1, leaf.from.2);
    params.not_after = date_time_ymd(leaf.until.0, leaf.until.1, leaf.until.2);
    params.serial_number = Some(SerialNumber::from_slice(&leaf.serial));
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec!["http://crl.kezek.test/issuing.crl".into()],
    }];
    params.custom_extensions = leaf.extensions;
    // Brings a subject key identifier with it, as the national authority's certificates have.
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params
}
