//! Timestamps over the signatures that come in: by a good authority, by a bad one, and by none.

use std::sync::LazyLock;

use axum::{Router, body::Bytes, routing::post};
use http::StatusCode;
use intake::stamps::{Config, Imprint};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use signatures::{
    Certificate, Token, Trust, oid,
    sign::{
        Identity,
        tsp::{Stamp, grant, read, reject, stamp},
    },
};

use crate::{bench::Bench, letters::application};

/// An authority for timestamps: what it signs with, and its root in PEM.
pub(crate) struct Authority {
    pub(crate) root: String,
    who: Identity,
}

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// Nobody leads to it.
static OTHER: LazyLock<Authority> = LazyLock::new(Authority::new);

impl Authority {
    fn new() -> Self {
        let lasting = |name: &str| {
            let mut params = CertificateParams::default();
            params
                .distinguished_name
                .push(rcgen::DnType::CommonName, name);
            params.not_before = date_time_ymd(2024, 1, 1);
            params.not_after = date_time_ymd(2199, 1, 1);
            params
        };
        let mut params = lasting("TEST ROOT");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let mut params = lasting("TEST TSA");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // One purpose, id-kp-timeStamping, and critical (RFC 3161, 2.3).
        let purposes = vec![0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8];
        let mut purposes = CustomExtension::from_oid_content(&[2, 5, 29, 37], purposes);
        purposes.set_criticality(true);
        params.custom_extensions = vec![purposes];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self {
            root: root.pem(),
            who: Identity::new(certificate.der(), key.serialized_der(), vec![]).unwrap(),
        }
    }

    /// The answer to a question, changed.
    fn answer(&self, question: &[u8], change: impl Fn(&mut Stamp)) -> Vec<u8> {
        let asked = read(question).unwrap();
        let mut wanted = Stamp {
            imprint: asked.imprint,
            policy: asked.policy.unwrap_or(vec![0x2a, 3]),
            serial: vec![1],
            at: Timestamp::now(),
            nonce: asked.nonce,
        };
        change(&mut wanted);
        grant(&stamp(&self.who, &wanted).unwrap())
    }
}

/// Serves answers on a free port; gives the address.
async fn serve(answer: impl Fn(&[u8]) -> Vec<u8> + Clone + Send + Sync + 'static) -> String {
    let answer = move |question: Bytes| {
        let answer = answer.clone();
        async move { answer(&question) }
    };
    let router = Router::new().route("/", post(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/")
}

/// Says whether the message was taken, and whether its signature then had a timestamp that holds.
async fn taken(bench: &Bench) -> (StatusCode, bool) {
    let status = bench.post(&application()).await.status;
    if status != StatusCode::ACCEPTED {
        return (status, false);
    }
    let message = bench.last();
    let signature = &message.signatures[0];
    let Some(token) = &signature.timestamp else {
        return (status, false);
    };
    let roots = Certificate::all_in_file(AUTHORITY.root.as_bytes()).unwrap();
    let trust = Trust::of(roots).unwrap();
    let token = Token::open(token, &signature.content, &trust).unwrap();
    (status, token.at() <= Timestamp::now())
}

#[tokio::test]
async fn each_signature_gets_a_timestamp_by_the_digest_and_policy_asked_for() {
    let url = serve(|question| AUTHORITY.answer(question, |_| {})).await;
    let ways: [fn(&mut Config); 2] = [
        |_| {},
        |tsa| {
            tsa.digest = Imprint::Streebog512;
            tsa.policy = Some("1.2.398.3.3.2.6.4".to_owned());
            tsa.required = true;
        },
    ];
    for change in ways {
        let bench = Bench::stamping(&url, change);
        assert_eq!(taken(&bench).await, (StatusCode::ACCEPTED, true));
    }
}

#[tokio::test]
async fn without_an_authority_there_is_no_timestamp() {
    assert_eq!(taken(&Bench::new()).await, (StatusCode::ACCEPTED, false));
}

/// Taken without a timestamp, unless one is required.
async fn none_from(url: &str, change: fn(&mut Config)) {
    let bench = Bench::stamping(url, change);
    assert_eq!(taken(&bench).await, (StatusCode::ACCEPTED, false));
    let strict = Bench::stamping(url, |tsa| {
        change(tsa);
        tsa.required = true;
    });
    let said = strict.post(&application()).await;
    assert_eq!(said.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(said.code(), "timestamp-unavailable");
    assert!(said.headers.contains_key("retry-after"));
    assert!(strict.keys().is_empty());
}

#[tokio::test]
async fn an_authority_that_cannot_be_had_holds_nothing_up_unless_it_must() {
    none_from("http://127.0.0.1:1/", |_| {}).await;
    none_from(&serve(|_| reject()).await, |_| {}).await;
    none_from(&serve(|_| b"<html>".to_vec()).await, |_| {}).await;
    none_from(&serve(|_| vec![0; 1024 * 1024]).await, |_| {}).await;
    let never = Router::new().route("/", post(std::future::pending::<()>));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, never).await });
    none_from(&url, |tsa| tsa.timeout_ms = 50).await;
}

#[tokio::test]
async fn a_token_that_does_not_hold_does_not_travel() {
    let asks_for_a_policy = |tsa: &mut Config| tsa.policy = Some("1.2.3".to_owned());
    let wrong = async |change: fn(&mut Stamp)| {
        serve(move |question| AUTHORITY.answer(question, change)).await
    };
    none_from(&wrong(|it| it.nonce = None).await, |_| {}).await;
    none_from(&wrong(|it| it.nonce = Some(vec![9; 8])).await, |_| {}).await;
    none_from(
        &wrong(|it| it.policy = oid::DATA.to_vec()).await,
        asks_for_a_policy,
    )
    .await;
    none_from(
        &wrong(|it| it.at -= SignedDuration::from_hours(1)).await,
        |_| {},
    )
    .await;
    let last = |it: &mut Stamp| *it.imprint.last_mut().unwrap() ^= 1;
    none_from(&wrong(last).await, |_| {}).await;
    none_from(
        &serve(|question| OTHER.answer(question, |_| {})).await,
        |_| {},
    )
    .await;
}

#[test]
fn a_wrong_setting_is_named() {
    let said = |change: fn(&mut Config)| {
        let mut config = Config {
            url: "https://tsa.test/".to_owned(),
            authorities: vec!["root.pem".into()],
            timeout_ms: 1_500,
            policy: Some("1.2.3".to_owned()),
            digest: Imprint::Sha256,
            required: false,
        };
        config.check().unwrap();
        change(&mut config);
        config.check().unwrap_err().to_string()
    };
    assert!(said(|c| c.url = "x".into()).starts_with("tsa.url"));
    assert!(said(|c| c.authorities.clear()).starts_with("tsa.authorities"));
    assert!(said(|c| c.timeout_ms = 1).starts_with("tsa.timeout_ms: 1"));
    assert!(said(|c| c.policy = Some("x".into())).starts_with("tsa.policy: `x`"));
}
