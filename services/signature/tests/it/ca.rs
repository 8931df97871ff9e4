//! A certification authority for tests, and the server of its revocation lists.
//!
//! Gives identities with invented numbers, a trust folder on disk, and lists over HTTP whose behaviour a test
//! can change. Every certificate points at `/trap` for its list, which nobody must ever ask for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::routing::{get, post};
use axum::{Router, extract::Path, extract::State, http::StatusCode};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams,
    CrlDistributionPoint, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use signatures::sign::Identity;

/// Who stands in a certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    pub(crate) iin: &'static str,
    pub(crate) bin: Option<&'static str>,
    /// Last arcs of the roles, for example `[2, 1]` for a head.
    pub(crate) roles: &'static [&'static [u64]],
    pub(crate) until_year: i32,
    pub(crate) serial: u8,
}

pub(crate) const REVOKED_SERIAL: u8 = 66;

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: Certificate,
}

impl Authority {
    pub(crate) fn root() -> Self {
        let params = params("TEST ROOT");
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    pub(crate) fn below(&self) -> Self {
        let params = params("TEST ISSUING");
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    pub(crate) fn issue(&self, leaf: Leaf, trap: &str) -> Identity {
        let mut params = CertificateParams::default();
        let dn = &mut params.distinguished_name;
        dn.push(DnType::CommonName, "ҮЛГІ ТҰЛҒА");
        dn.push(
            DnType::CustomDnType(vec![2, 5, 4, 5]),
            format!("IIN{}", leaf.iin),
        );
        if let Some(bin) = leaf.bin {
            dn.push(DnType::OrganizationalUnitName, format!("BIN{bin}"));
        }
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ];
        params.extended_key_usages = leaf
            .roles
            .iter()
            .map(|last| [&[1, 2, 398, 3, 3, 4, 1], *last].concat())
            .map(ExtendedKeyUsagePurpose::Other)
            .collect();
        params.not_before = date_time_ymd(2024, 1, 1);
        params.not_after = date_time_ymd(leaf.until_year, 1, 1);
        params.serial_number = Some(SerialNumber::from_slice(&[leaf.serial]));
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec![trap.to_owned()],
        }];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity::new(certificate.der(), key.serialized_der(), vec![]).unwrap()
    }

    pub(crate) fn identity(&self) -> Identity {
        let key = self.issuer.key().serialized_der();
        Identity::new(self.certificate.der(), key, vec![]).unwrap()
    }

    /// Somebody who may answer for this authority by OCSP, for as long as anybody runs these tests.
    pub(crate) fn responder(&self) -> Identity {
        let mut params = params("TEST RESPONDER");
        params.is_ca = IsCa::NoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        params.not_after = date_time_ymd(2199, 1, 1);
        let no_check = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&no_check, vec![5, 0])];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity::new(certificate.der(), key.serialized_der(), vec![]).unwrap()
    }

    /// A time-stamping authority of this authority, for the years 2024 to 2026.
    pub(crate) fn stamper(&self) -> Identity {
        let mut params = params("TEST TSA");
        params.is_ca = IsCa::NoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // One purpose, id-kp-timeStamping, and critical (RFC 3161, 2.3).
        let purposes = vec![0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8];
        let mut purposes = CustomExtension::from_oid_content(&[2, 5, 29, 37], purposes);
        purposes.set_criticality(true);
        params.custom_extensions = vec![purposes];
        params.not_before = date_time_ymd(2024, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.serial_number = Some(SerialNumber::from_slice(&[7]));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity::new(certificate.der(), key.serialized_der(), vec![]).unwrap()
    }

    /// A list made in January 2026, good for the whole year, with one certificate on it.
    pub(crate) fn list(&self) -> Vec<u8> {
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2027, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: SerialNumber::from_slice(&[REVOKED_SERIAL]),
                revocation_time: date_time_ymd(2025, 12, 1),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

/// What the list server answers, and how often it was asked.
#[derive(Default)]
pub(crate) struct Served {
    /// Answers by file name; none is a 503.
    lists: Mutex<Vec<(String, Vec<u8>)>>,
    asked: AtomicUsize,
    trapped: AtomicUsize,
    /// What answers by OCSP; nothing is a 503.
    responder: Mutex<Option<Responder>>,
    questions: AtomicUsize,
}

/// Question in, answer out.
pub(crate) type Responder = Box<dyn Fn(&[u8]) -> Vec<u8> + Send>;

impl Served {
    pub(crate) fn set(&self, name: &str, list: Vec<u8>) {
        self.lists.lock().unwrap().push((name.to_owned(), list));
    }

    pub(crate) fn clear(&self) {
        self.lists.lock().unwrap().clear();
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn answer_with(&self, responder: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) {
        *self.responder.lock().unwrap() = Some(Box::new(responder));
    }

    pub(crate) fn answer_nothing(&self) {
        *self.responder.lock().unwrap() = None;
    }

    pub(crate) fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }

    pub(crate) fn trapped(&self) -> usize {
        self.trapped.load(Ordering::SeqCst)
    }
}

/// Serves lists on a free port; gives the base address.
pub(crate) async fn serve(served: Arc<Served>) -> String {
    let list = async |State(served): State<Arc<Served>>, Path(name): Path<String>| {
        served.asked.fetch_add(1, Ordering::SeqCst);
        let lists = served.lists.lock().unwrap();
        let found = lists.iter().rev().find(|(known, _)| *known == name);
        found
            .map(|(_, list)| list.clone())
            .ok_or(StatusCode::SERVICE_UNAVAILABLE)
    };
    let answer = async |State(served): State<Arc<Served>>, question: Bytes| {
        served.questions.fetch_add(1, Ordering::SeqCst);
        let responder = served.responder.lock().unwrap();
        let answer = responder.as_ref().map(|answer| answer(&question));
        answer.ok_or(StatusCode::SERVICE_UNAVAILABLE)
    };
    let never = async || std::future::pending::<()>().await;
    let trap = async |State(served): State<Arc<Served>>| {
        served.trapped.fetch_add(1, Ordering::SeqCst);
    };
    let router = Router::new()
        .route("/lists/{name}", get(list))
        .route("/ocsp", post(answer))
        .route("/never", post(never))
        .route("/trap", get(trap))
        .with_state(served);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}
