//! `submit`, against a door with mTLS and with a testbed's own identities.

use std::{
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{post, put},
};
use axum_server::tls_rustls::RustlsConfig;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use serde_json::{Value, json};
use testbed::authority::Authority;

use crate::run::{Run, kezekctl};

/// What came in by the door.
#[derive(Default)]
struct Door {
    messages: Mutex<Vec<(Value, Option<String>)>>,
    files: Mutex<Vec<String>>,
}

async fn take(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Json(message): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let prefer = headers
        .get("prefer")
        .map(|p| p.to_str().unwrap().to_owned());
    let refused = message["classification"] == "state-secret";
    door.messages.lock().unwrap().push((message, prefer));
    if refused {
        let problem = json!({
            "title": "Never here.", "code": "state-secret", "detail": "marked", "action": "Do not.",
        });
        return (StatusCode::FORBIDDEN, Json(problem));
    }
    let taken = json!({
        "number": "00000000000000000000", "accepted_at": "2026-11-22T12:00:00+05:00",
        "signature": {"verdict": "valid"},
    });
    (StatusCode::ACCEPTED, Json(taken))
}

impl Door {
    /// Opens it with the testbed's certificates; gives its address.
    fn open(self: &Arc<Self>, folder: &Path) -> String {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(folder.join("trust/tls/ca.pem")).unwrap();
        roots.add(ca).unwrap();
        let clients = WebPkiClientVerifier::builder(Arc::new(roots))
            .build()
            .unwrap();
        let own = CertificateDer::from_pem_file(folder.join("tls/intake.cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.join("tls/intake.key.pem")).unwrap();
        let config = ServerConfig::builder()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![own], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let store = async |State(door): State<Arc<Self>>, path: axum::extract::Path<String>| {
            door.files.lock().unwrap().push(path.0);
            StatusCode::CREATED
        };
        let app = Router::new()
            .route("/v1/messages", post(take))
            .route("/v1/attachments/{sha256}", put(store))
            .with_state(Arc::clone(self));
        let config = RustlsConfig::from_config(Arc::new(config));
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        tokio::spawn(server.serve(app.into_make_service()));
        url
    }

    fn messages(&self) -> Vec<(Value, Option<String>)> {
        self.messages.lock().unwrap().clone()
    }
}

struct Play {
    folder: tempfile::TempDir,
    door: Arc<Door>,
    url: String,
}

impl Play {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Authority::make(
            folder.path(),
            "http://127.0.0.1:1/",
            "http://127.0.0.1:2",
            Timestamp::now(),
        )
        .unwrap();
        let door = Arc::new(Door::default());
        let url = door.open(folder.path());
        Self { folder, door, url }
    }

    async fn submit(&self, arguments: &[&str]) -> Run {
        let folder = self.folder.path().to_str().unwrap();
        let places = ["submit", "--testbed", folder, "--intake", &self.url];
        kezekctl(&[&places[..], arguments].concat()).await
    }
}

#[tokio::test]
async fn an_application_is_filled_in_signed_and_sent_and_its_number_printed() {
    let play = Play::start();
    let given = [
        "--service",
        "apostille",
        "--field",
        "country=DE",
        "--receipt",
        "R-1",
        "--wait",
        "5",
    ];
    let run = play.submit(&given).await;
    assert_eq!(run.code, 0, "{}{}", run.out, run.error);
    assert!(run.out.starts_with("00000000000000000000\n"), "{}", run.out);
    assert!(run.out.contains("signature: valid"), "{}", run.out);
    let (message, prefer) = play.door.messages().remove(0);
    assert_eq!(prefer.as_deref(), Some("wait=5"));
    assert_eq!(message["receipt"], "R-1");
    assert_eq!(message["applicant"]["email"], "aigul@mail.test");
    assert!(message.get("representative").is_none() && message.get("consent").is_none());
}

#[tokio::test]
async fn repeat_sends_the_same_message_and_count_makes_others() {
    let play = Play::start();
    let run = play
        .submit(&[
            "--service",
            "archive-certificate",
            "--repeat",
            "2",
            "--count",
            "2",
            "--json",
        ])
        .await;
    assert_eq!(run.code, 0, "{}{}", run.out, run.error);
    assert_eq!(run.out.lines().count(), 4);
    let messages: Vec<Value> = play.door.messages().into_iter().map(|(m, _)| m).collect();
    assert_eq!((&messages[0], &messages[2]), (&messages[1], &messages[3]));
    assert_ne!(messages[0]["id"], messages[2]["id"]);
}

#[tokio::test]
async fn an_operators_application_has_consent_files_and_his_signature() {
    let play = Play::start();
    let scan = play.folder.path().join("scan.pdf");
    std::fs::write(&scan, b"%PDF-1.4 sample").unwrap();
    let run = play
        .submit(&[
            "--service",
            "archive-certificate",
            "--channel",
            "front-office",
            "--applicant",
            "dana",
            "--consent",
            "K-17",
            "--attach",
            scan.to_str().unwrap(),
            "--representative",
            "samat",
            "--power",
            "ENIS-0002",
            "--format",
            "cms-attached",
        ])
        .await;
    assert_eq!(run.code, 0, "{}{}", run.out, run.error);
    let (message, _) = play.door.messages().remove(0);
    assert_eq!(message["consent"]["reference"], "K-17");
    assert_eq!(
        message["representative"]["power_of_attorney"]["certified"],
        "notary"
    );
    assert_eq!(
        message["attachments"][0]["sha256"],
        play.door.files.lock().unwrap()[0]
    );
    assert_eq!(message["attachments"][0]["size_bytes"], 15);
    assert!(
        message["document"].get("content").is_none(),
        "it is inside the signature"
    );
    assert_eq!(message["signatures"][0]["format"], "cms-attached");
}

#[tokio::test]
async fn a_document_signed_as_xml_lies_in_it_as_text() {
    let play = Play::start();
    let run = play
        .submit(&["--service", "archive-certificate", "--format", "xml"])
        .await;
    assert_eq!(run.code, 0, "{}{}", run.out, run.error);
    let (message, _) = play.door.messages().remove(0);
    assert_eq!(message["signatures"][0]["format"], "xml-enveloped");
    assert!(message["document"].get("content").is_none());
    let signed = message["signatures"][0]["content"].as_str().unwrap();
    let signed = STANDARD.decode(signed).unwrap();
    let text = xmldsig::text(&signed, &xmldsig::Limits::default()).unwrap();
    let form: Value = serde_json::from_str(&text).unwrap();
    assert!(form["archive"].is_string(), "{form}");
    // aigul's key is of GOST, and NCALayer's name for it is the authority's own.
    let signed = String::from_utf8(signed).unwrap();
    assert!(signed.contains("pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512"));
}

#[tokio::test]
async fn the_doors_problem_is_told_in_words_with_what_to_do() {
    let play = Play::start();
    let run = play
        .submit(&[
            "--service",
            "archive-certificate",
            "--classification",
            "state-secret",
        ])
        .await;
    assert_eq!(run.code, 1);
    for part in ["Never here.", "state-secret", "next: Do not."] {
        assert!(run.out.contains(part), "{part} is not in\n{}", run.out);
    }
}

#[tokio::test]
async fn a_wrong_form_is_not_sent_unless_it_is_meant() {
    let play = Play::start();
    let wrong = ["--service", "apostille", "--field", "country=Germany"];
    let run = play.submit(&wrong).await;
    assert_eq!(run.code, 1);
    assert!(
        run.error.contains("/country") && run.error.contains("--unchecked"),
        "{}",
        run.error
    );
    assert!(play.door.messages().is_empty());
    assert_eq!(
        play.submit(&[&wrong[..], &["--unchecked"]].concat())
            .await
            .code,
        0
    );
    let run = play
        .submit(&["--service", "apostille", "--applicant", "nobody"])
        .await;
    assert!(
        run.error.contains("there are: aigul, ivan"),
        "{}",
        run.error
    );
}
