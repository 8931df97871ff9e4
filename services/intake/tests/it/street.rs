//! The door on a real port: TLS, client certificates, rotation, crowds.

use std::{net::TcpListener, path::Path, time::Duration};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use intake::{
    app,
    config::Limits,
    tls::{self, Config},
};
use rcgen::{
    CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd,
};
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::{
    bench::Bench,
    letters::application,
    papers::{Authority, authority, client, issue, issue_numbered, write},
};

/// A door on loopback, with the authority that its certificates come from.
struct Street {
    url: String,
    authority: Authority,
    folder: tempfile::TempDir,
    serving: RustlsConfig,
    bench: Bench,
}

fn config(folder: &Path) -> Config {
    Config {
        certificate: folder.join("door.cert.pem"),
        key: folder.join("door.key.pem"),
        client_authorities: vec![folder.join("ca.pem")],
        client_revocations: Vec::new(),
        reload_s: 1,
    }
}

impl Street {
    fn open(limits: &Limits) -> Self {
        let (authority, folder) = (authority(), tempfile::tempdir().unwrap());
        write(folder.path(), &authority);
        let serving =
            RustlsConfig::from_config(tls::server_config(&config(folder.path())).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let bench = Bench::within(limits.clone());
        let door = bench.door.clone();
        let open = app::open(listener, door, serving.clone(), limits, Handle::new()).unwrap();
        tokio::spawn(open);
        Self {
            url,
            authority,
            folder,
            serving,
            bench,
        }
    }

    fn client(&self, identity: Option<(String, String)>) -> Client {
        client(&self.authority, identity)
    }

    fn portal(&self) -> Client {
        self.client(Some(issue(&self.authority, "portal.kezek.test")))
    }

    async fn post(&self, client: &Client) -> reqwest::Result<(StatusCode, Value)> {
        let request = client.post(format!("{}/v1/messages", self.url));
        let response = request.body(application().to_string()).send().await?;
        Ok((response.status(), response.json().await?))
    }
}

#[tokio::test]
async fn a_participant_is_known_by_the_name_in_its_certificate() {
    let street = Street::open(&Limits::default());
    let (status, body) = street.post(&street.portal()).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    assert_eq!(street.bench.last().sender.participant.as_str(), "portal");
}

#[tokio::test]
async fn nobody_and_strangers_are_told_so_and_a_foreign_certificate_ends_the_handshake() {
    let street = Street::open(&Limits::default());
    let stranger = issue(&street.authority, "stranger.kezek.test");
    for identity in [None, Some(stranger)] {
        let (status, body) = street.post(&street.client(identity)).await.unwrap();
        assert_eq!(
            (status.as_u16(), &body["code"]),
            (401, &"not-authenticated".into())
        );
    }
    let foreign = issue(&authority(), "portal.kezek.test");
    assert!(street.post(&street.client(Some(foreign))).await.is_err());
    assert!(street.bench.keys().is_empty());
}

#[tokio::test]
async fn a_revoked_certificate_ends_the_handshake() {
    let street = Street::open(&Limits::default());
    let (revoked, other) = (7, 8);
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 1),
        next_update: date_time_ymd(2099, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(revoked),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let path = street.folder.path().join("list.pem");
    std::fs::write(
        &path,
        list.signed_by(&street.authority).unwrap().pem().unwrap(),
    )
    .unwrap();
    let mut config = config(street.folder.path());
    config.client_revocations = vec![path];
    street
        .serving
        .reload_from_config(tls::server_config(&config).unwrap());
    for (serial, comes_in) in [(revoked, false), (other, true)] {
        let identity = issue_numbered(&street.authority, "portal.kezek.test", serial);
        let answered = street.post(&street.client(Some(identity))).await;
        assert_eq!(answered.is_ok(), comes_in, "{answered:?}");
    }
}

#[tokio::test]
async fn changed_files_are_used_without_a_restart_and_broken_ones_are_not() {
    let mut street = Street::open(&Limits::default());
    let watch = tokio::spawn(tls::keep_fresh(
        config(street.folder.path()),
        street.serving.clone(),
    ));
    let portal = street.portal();
    assert!(street.post(&portal).await.is_ok());
    let before = street.serving.get_inner();
    std::fs::write(street.folder.path().join("door.key.pem"), "broken").unwrap();
    street.authority = authority();
    let renewed = street.portal();
    assert!(
        street.post(&renewed).await.is_err(),
        "the old authority is still the one"
    );
    // The watcher writes the new configuration as soon as the files are whole again.
    write(street.folder.path(), &street.authority);
    let changed = async {
        while std::sync::Arc::ptr_eq(&before, &street.serving.get_inner()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), changed)
        .await
        .unwrap();
    let (status, _) = street.post(&street.portal()).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED);
    watch.abort();
}

#[tokio::test]
async fn one_request_too_many_is_told_to_come_again() {
    let street = Street::open(&Limits {
        requests_max: 1,
        ..Limits::default()
    });
    let client = street.portal();
    let (feed, body) = tokio::sync::mpsc::channel::<Result<String, std::io::Error>>(1);
    let body = futures::stream::unfold(body, |mut body| async {
        body.recv().await.map(|c| (c, body))
    });
    let slow = client
        .post(format!("{}/v1/messages", street.url))
        .body(reqwest::Body::wrap_stream(body));
    let slow = tokio::spawn(slow.send());
    // The first piece is taken from the channel once the request is under way; the second waits behind it.
    feed.send(Ok("{".to_owned())).await.unwrap();
    feed.send(Ok(" ".to_owned())).await.unwrap();
    feed.send(Ok(" ".to_owned())).await.unwrap();
    let crowded = async {
        loop {
            let (status, body) = street.post(&street.portal()).await.unwrap();
            if status == StatusCode::SERVICE_UNAVAILABLE {
                return body;
            }
        }
    };
    let body = tokio::time::timeout(Duration::from_secs(20), crowded)
        .await
        .unwrap();
    assert_eq!(body["code"], "busy");
    drop(feed);
    assert_eq!(
        slow.await.unwrap().unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    let (status, _) = street.post(&client).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let street = Street::open(&Limits {
        body_ms_max: 100,
        ..Limits::default()
    });
    let never =
        reqwest::Body::wrap_stream(futures::stream::pending::<Result<String, std::io::Error>>());
    let request = street
        .portal()
        .post(format!("{}/v1/messages", street.url))
        .body(never);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["code"], "too-slow");
}
