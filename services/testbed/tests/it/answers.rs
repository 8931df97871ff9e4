//! OCSP and timestamps as a service would ask for them, opened by `signatures` and by openssl.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde_json::json;
use signatures::{
    Certificate, Ocsp, Token, Trust,
    algorithm::{Digest, SHA256, STREEBOG_512},
    ocsp::{self, Status},
    tsp,
};

use crate::play::Play;

fn certificate(play: &Play, path: &str) -> Certificate {
    let pem = std::fs::read(play.folder.path().join(path)).unwrap();
    Certificate::all_in_file(&pem).unwrap().remove(0)
}

fn person(play: &Play, name: &str) -> Certificate {
    certificate(play, &format!("identities/{name}.cert.pem"))
}

fn issuing(play: &Play, hierarchy: &str) -> Certificate {
    certificate(play, &format!("trust/signing/{hierarchy}-issuing.pem"))
}

async fn ask(play: &Play, question: Vec<u8>) -> Vec<u8> {
    let request = play.http.post(play.url("ocsp")).body(question);
    let answer = request
        .header(CONTENT_TYPE, "application/ocsp-request")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/ocsp-response");
    answer.bytes().await.unwrap().to_vec()
}

/// What the responder says about one of the cast.
async fn answer(play: &Play, hierarchy: &str, name: &str) -> Ocsp {
    let (who, issuing) = (person(play, name), issuing(play, hierarchy));
    let bytes = ask(play, ocsp::request(&who, &issuing, Some(b"nonce"))).await;
    Ocsp::open(&bytes, &who, &issuing).unwrap()
}

fn is_revoked(answer: &Ocsp) -> bool {
    matches!(answer.status(), Status::Revoked { on_hold: false, .. })
}

#[tokio::test]
async fn ocsp_answers_for_both_hierarchies_by_the_orders_to_the_lists() {
    let play = Play::start().await;
    for (hierarchy, name) in [("gost", "aigul"), ("rsa", "ivan"), ("rsa", "dana")] {
        let answer = answer(&play, hierarchy, name).await;
        assert_eq!(answer.status(), Status::Good, "{name}");
        assert_eq!(answer.nonce(), Some(&b"nonce"[..]));
        assert_eq!(answer.next_update(), None);
    }
    assert!(is_revoked(&answer(&play, "gost", "bolat-revoked").await));
    // On the delta list alone, and known here at once.
    let order = json!({"revoke_in_delta": ["aigul"], "revoke": ["ivan"]});
    play.order("/crl", order).await;
    assert!(is_revoked(&answer(&play, "gost", "aigul").await));
    assert!(is_revoked(&answer(&play, "rsa", "ivan").await));
}

#[tokio::test]
async fn ocsp_knows_those_who_answer_for_the_authorities() {
    let play = Play::start().await;
    for (hierarchy, duty) in [
        ("gost", "tsp"),
        ("gost", "ocsp"),
        ("rsa", "tsp"),
        ("rsa", "ocsp"),
    ] {
        let who = certificate(&play, &format!("authority/{hierarchy}-{duty}.cert.pem"));
        let issuing = issuing(&play, hierarchy);
        let bytes = ask(&play, ocsp::request(&who, &issuing, None)).await;
        let answer = Ocsp::open(&bytes, &who, &issuing).unwrap();
        assert_eq!(answer.status(), Status::Good, "{hierarchy} {duty}");
    }
}

#[tokio::test]
async fn ocsp_is_asked_by_get_too() {
    let play = Play::start().await;
    let (who, issuing) = (person(&play, "aigul"), issuing(&play, "gost"));
    let question = STANDARD.encode(ocsp::request(&who, &issuing, None));
    let question = question
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let url = format!("{}/{question}", play.url("ocsp"));
    let bytes = play.http.get(url).send().await.unwrap().bytes().await;
    let answer = Ocsp::open(&bytes.unwrap(), &who, &issuing).unwrap();
    assert_eq!(answer.status(), Status::Good);
    assert_eq!(answer.nonce(), None);
}

#[tokio::test]
async fn ocsp_can_be_stale_without_nonce_and_know_nothing_of_somebody() {
    let play = Play::start().await;
    let order = json!({"unknown": ["aigul"], "age_s": 7200, "without_nonce": true});
    let (status, _) = play.order("/ocsp", order).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let answer = answer(&play, "gost", "aigul").await;
    // "Revoked, on hold, 1970", which is how the national authority says it (kz.md 1.6).
    assert_eq!(answer.status(), Status::Unknown);
    assert_eq!(answer.nonce(), None);
    let age = Timestamp::now().duration_since(answer.produced_at());
    assert!(age >= SignedDuration::from_secs(7200));
    for wrong in [json!({"unknown": ["nobody"]}), json!({"age_s": 99_999_999})] {
        let (status, _) = play.order("/ocsp", wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn what_is_no_question_to_this_responder_gets_an_error_and_no_answer() {
    let play = Play::start().await;
    assert_eq!(
        ask(&play, b"question".to_vec()).await,
        [0x30, 3, 0x0a, 1, 1]
    );
    // About an issuing authority, for whom its root's list answers.
    let (issuing, root) = (
        issuing(&play, "gost"),
        certificate(&play, "trust/signing/gost-root.pem"),
    );
    let question = ocsp::request(&issuing, &root, None);
    assert_eq!(ask(&play, question).await, [0x30, 3, 0x0a, 1, 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_takes_the_rsa_responders_answer() {
    let play = Play::start().await;
    let output = Command::new("openssl")
        .args([
            "ocsp",
            "-issuer",
            "trust/signing/rsa-issuing.pem",
            "-sha256",
        ])
        .args(["-cert", "identities/ivan.cert.pem"])
        .args(["-CAfile", "trust/signing/rsa-root.pem", "-url"])
        .arg(play.url("ocsp"))
        .current_dir(play.folder.path())
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("Response verify OK"), "{told}");
    assert!(told.contains("ivan.cert.pem: good"), "{told}");
}

#[tokio::test]
async fn timestamps_are_given_under_the_policy_of_the_digest() {
    let play = Play::start().await;
    let authorities = ["gost-root", "gost-issuing", "rsa-root", "rsa-issuing"];
    let authorities =
        authorities.map(|name| certificate(&play, &format!("trust/signing/{name}.pem")));
    let trust = Trust::of(authorities.to_vec()).unwrap();
    let of_gost = [0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4];
    let of_rsa = [0x2a, 0x83, 0x0e, 3, 3, 2, 6, 2];
    let ask = async |digest: &Digest, policy: Option<&[u8]>| {
        let question = tsp::request(digest, b"stamped", policy, Some(b"\x07"));
        let request = play.http.post(play.url("tsp")).body(question);
        let answer = request
            .header(CONTENT_TYPE, "application/timestamp-query")
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.headers()[CONTENT_TYPE],
            "application/timestamp-reply"
        );
        answer.bytes().await.unwrap()
    };
    for (digest, policy) in [(&STREEBOG_512, of_gost), (&SHA256, of_rsa)] {
        for asked in [None, Some(&policy[..])] {
            let answer = ask(digest, asked).await;
            let token = tsp::granted(&answer).unwrap();
            let token = Token::open(token, b"stamped", &trust).unwrap();
            assert_eq!(token.policy(), policy);
            assert_eq!(token.nonce(), Some(&b"\x07"[..]));
            assert!(Timestamp::now().duration_since(token.at()) < SignedDuration::from_mins(1));
        }
    }
    let answer = ask(&SHA256, Some(&of_gost)).await;
    assert!(tsp::granted(&answer).is_err());
}
