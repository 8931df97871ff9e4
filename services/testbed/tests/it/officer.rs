//! The officers: what they send to intake, and that they do not give up while it is away.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::play::Play;

/// An intake that is busy for its first answers and then takes everything.
#[derive(Default)]
struct Intake {
    busy_left: AtomicUsize,
    taken: Mutex<Vec<Value>>,
}

async fn take(
    State(intake): State<Arc<Intake>>,
    Json(message): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let busy = |left: usize| left.checked_sub(1);
    if intake
        .busy_left
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, busy)
        .is_ok()
    {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"code": "busy"})),
        );
    }
    intake.taken.lock().unwrap().push(message);
    (StatusCode::ACCEPTED, Json(json!({"number": "1"})))
}

impl Intake {
    /// Listens with mTLS as the real one does; gives its address.
    async fn start(self: &Arc<Self>, folder: &Path) -> String {
        let pem = |path: &str| folder.join(path);
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(pem("trust/tls/ca.pem")).unwrap())
            .unwrap();
        let clients = WebPkiClientVerifier::builder(Arc::new(roots))
            .build()
            .unwrap();
        let config = ServerConfig::builder()
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![CertificateDer::from_pem_file(pem("tls/intake.cert.pem")).unwrap()],
                PrivateKeyDer::from_pem_file(pem("tls/intake.key.pem")).unwrap(),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let app = Router::new()
            .route("/v1/messages", post(take))
            .with_state(Arc::clone(self));
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, app) = (acceptor.clone(), app.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let service = TowerToHyperService::new(app);
                    let http = auto::Builder::new(TokioExecutor::new());
                    http.serve_connection(TokioIo::new(stream), service)
                        .await
                        .ok();
                });
            }
        });
        url
    }

    fn taken(&self) -> Vec<Value> {
        self.taken.lock().unwrap().clone()
    }
}

const QUICK: &str =
    "[intake]\nretry_ms = 10\n[providers]\nstatus_after_ms = 1\nresult_after_ms = 1\n";

/// Waits until the first application has `count` final reports.
async fn reported(play: &Play, count: usize) -> Vec<Value> {
    let reports = |ledger: &[Value]| {
        ledger
            .first()
            .and_then(|e| e["reports"].as_array().cloned())
            .unwrap_or_default()
    };
    reports(
        &play
            .ledger_when(|ledger| reports(ledger).len() >= count)
            .await,
    )
}

#[tokio::test]
async fn an_accepted_application_gets_a_signed_status_and_then_a_signed_result() {
    let play = Play::start_with(QUICK).await;
    let intake = Arc::new(Intake {
        busy_left: 2.into(),
        ..Intake::default()
    });
    play.deliver("k1", "42").await.unwrap();
    let url = intake.start(play.folder.path()).await;
    assert_eq!(
        play.order("/intake", json!({"url": url})).await.0,
        StatusCode::NO_CONTENT
    );

    let reports = reported(&play, 2).await;
    assert!(
        reports[0]["tries"].as_u64().unwrap() >= 3,
        "it tried again while intake was away"
    );
    let taken = intake.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(
        taken[0]["report"],
        json!({"number": "42", "status": "registered"})
    );
    assert_eq!(taken[0]["kind"], "status");
    assert_eq!(taken[1]["report"]["outcome"], "granted");
    for (message, report) in taken.iter().zip(&reports) {
        assert_eq!(message["id"], report["id"]);
        let document = STANDARD
            .decode(message["document"]["content"].as_str().unwrap())
            .unwrap();
        let said: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(said, message["report"], "what is signed is what is said");
        assert_eq!(message["signatures"][0]["format"], "cms-detached");
    }
}

#[tokio::test]
async fn a_duplicating_provider_reports_twice_under_the_same_id() {
    let play = Play::start_with(QUICK).await;
    let intake = Arc::new(Intake::default());
    let url = intake.start(play.folder.path()).await;
    play.order("/intake", json!({"url": url})).await;
    play.fault("committee", "duplicate", 0).await;
    play.deliver("k1", "42").await.unwrap();
    reported(&play, 2).await;
    let ids: Vec<_> = intake.taken().iter().map(|m| m["id"].clone()).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!((&ids[0], &ids[2]), (&ids[1], &ids[3]));
}

#[tokio::test]
async fn in_manual_mode_it_says_what_it_is_told_and_when() {
    let play = Play::start_with(QUICK).await;
    let intake = Arc::new(Intake::default());
    let url = intake.start(play.folder.path()).await;
    play.order("/intake", json!({"url": url})).await;
    play.order("/providers/committee/mode", json!({"auto": false}))
        .await;
    play.deliver("k1", "42").await.unwrap();
    let said = json!({"outcome": "refused", "reason": "no such archive"});
    let (status, sent) = play
        .order("/providers/committee/applications/42/result", said)
        .await;
    assert_eq!((status, &sent["answer"]), (StatusCode::OK, &json!(202)));
    let taken = intake.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0]["report"]["reason"], "no such archive");
    let (status, _) = play
        .order("/providers/committee/applications/7/result", json!({}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn acceptances_are_told_once_each_from_where_one_asks() {
    let play = Play::start().await;
    play.order("/providers/committee/mode", json!({"auto": false}))
        .await;
    for (key, number) in [("k1", "1"), ("k2", "2"), ("k1", "1"), ("k3", "3")] {
        play.deliver(key, number).await.unwrap();
    }
    let accepted = async |after: usize| {
        let path = format!("/providers/committee/accepted?after={after}");
        play.control(&path).await.as_array().unwrap().clone()
    };
    let all = accepted(0).await;
    let numbers: Vec<_> = all.iter().map(|a| a["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    assert!(all.is_sorted_by_key(|a| a["at_us"].as_i64().unwrap()));
    assert_eq!(accepted(2).await, all[2..]);
    assert_eq!(accepted(3).await, [] as [Value; 0]);
}
