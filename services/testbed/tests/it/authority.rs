//! The authority's files, judged by openssl.

use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use jiff::Timestamp;
use serde_json::json;
use testbed::{
    authority::{Authority, Error},
    bench::Bench,
    config::Config,
    identity::Identities,
};

use crate::play::Play;

fn openssl(folder: &Path, arguments: &str) -> Output {
    let run = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output();
    run.expect("openssl is installed (scripts/setup)")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Checks a signing certificate with the chain and both revocation lists.
fn verify(folder: &Path, name: &str) -> Result<(), String> {
    for list in ["root", "issuing"] {
        let crl = format!("crl -inform DER -in crl/{list}.crl -out crl/{list}.pem");
        assert!(openssl(folder, &crl).status.success());
    }
    let output = openssl(
        folder,
        &format!(
            "verify -crl_check_all -x509_strict -CAfile trust/signing/root.pem \
             -untrusted trust/signing/issuing.pem -CRLfile crl/root.pem -CRLfile crl/issuing.pem \
             identities/{name}.cert.pem"
        ),
    );
    if output.status.success() {
        Ok(())
    } else {
        Err(text(&output))
    }
}

#[test]
fn openssl_accepts_everybody_but_the_revoked_and_the_expired() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    Authority::make(folder, "http://127.0.0.1:1", Timestamp::now()).unwrap();
    let mut good = 0;
    for identity in Identities::load(folder).unwrap().all() {
        match (identity.name.as_str(), verify(folder, &identity.name)) {
            ("bolat-revoked", Err(reason)) => assert!(reason.contains("revoked"), "{reason}"),
            ("olga-expired", Err(reason)) => assert!(reason.contains("expired"), "{reason}"),
            (name, verdict) => {
                assert_eq!(verdict, Ok(()), "{name}");
                good += 1;
            }
        }
    }
    assert!(good > 10);
    for leaf in ["intake", "portal", "stranger"] {
        let purpose = if leaf == "intake" {
            "sslserver"
        } else {
            "sslclient"
        };
        let check =
            format!("verify -purpose {purpose} -CAfile trust/tls/ca.pem tls/{leaf}.cert.pem");
        let output = openssl(folder, &check);
        assert!(output.status.success(), "{}", text(&output));
    }
}

#[test]
fn subjects_are_laid_out_as_the_national_authority_does() {
    let folder = tempfile::tempdir().unwrap();
    Authority::make(folder.path(), "http://127.0.0.1:1/", Timestamp::now()).unwrap();
    let show = |name: &str| {
        let shown = format!(
            "x509 -noout -text -nameopt RFC2253,utf8,-esc_msb -in identities/{name}.cert.pem"
        );
        text(&openssl(folder.path(), &shown))
    };
    let identities = Identities::load(folder.path()).unwrap();
    let head = identities.find("gulnar-publisher").unwrap();
    let (iin, bin) = (
        head.iin.as_ref().unwrap().reveal(),
        head.bin.as_ref().unwrap().reveal(),
    );
    let shown = show("gulnar-publisher");
    // RFC 2253 prints the last attribute first.
    let subject = format!(
        "GN=ҮЛГІҚЫЗЫ,OU=BIN{bin},O=ТОО «Издательство Пример»,C=KZ,serialNumber=IIN{iin},\
         SN=БАСПАГЕРОВА,CN=БАСПАГЕРОВА ГҮЛНАР"
    );
    for part in [
        subject.as_str(),
        "Digital Signature, Non Repudiation",
        "1.2.398.3.3.4.1.2, 1.2.398.3.3.4.1.2.1",
        "Policy: 1.2.398.3.3.2",
        "URI:http://127.0.0.1:1/issuing.crl",
        "RSA Public-Key: (2048 bit)",
    ] {
        let either = part.replace("RSA Public-Key", "Public-Key");
        assert!(
            shown.contains(part) || shown.contains(&either),
            "{part} is not in\n{shown}"
        );
    }
    let system = show("portal-system");
    assert!(system.contains("UID=1.2.398.6.10.1.1"), "{system}");
    assert!(!system.contains("serialNumber=IIN"), "{system}");
}

#[test]
fn private_keys_are_their_owners_only_and_an_authority_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    Authority::make(folder.path(), "http://127.0.0.1:1", Timestamp::now()).unwrap();
    let mut keys = 0;
    for room in ["authority", "tls", "identities"] {
        for file in std::fs::read_dir(folder.path().join(room)).unwrap() {
            let file = file.unwrap();
            if file.file_name().to_string_lossy().ends_with(".key.pem") {
                keys += 1;
                assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
    }
    assert!(keys > 20);
    let again = Authority::make(folder.path(), "http://127.0.0.1:1", Timestamp::now());
    assert!(matches!(again, Err(Error::Present(_))));
}

#[test]
fn what_an_identity_signs_openssl_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    Authority::make(folder, "http://127.0.0.1:1", Timestamp::now()).unwrap();
    let identities = Identities::load(folder).unwrap();
    std::fs::write(folder.join("document"), b"{\"number\":\"1\"}").unwrap();
    for name in ["committee-signer", "ivan"] {
        let signer = identities.signer(name).unwrap();
        let options = signatures::sign::Options::detached(Timestamp::now());
        let signature =
            signatures::sign::sign(b"{\"number\":\"1\"}", &[&signer], &options).unwrap();
        std::fs::write(folder.join("signature"), signature).unwrap();
        let output = openssl(
            folder,
            "cms -verify -inform DER -in signature -content document -binary \
             -CAfile trust/signing/root.pem -purpose any",
        );
        assert!(output.status.success(), "{name}: {}", text(&output));
    }
}

#[tokio::test]
async fn lists_are_served_where_certificates_say_and_can_revoke_more_or_be_stale() {
    let play = Play::start().await;
    let folder = play.folder.path();
    let fetch = async |list: &str| {
        let url = format!("{}/{list}.crl", play.url("crl"));
        let bytes = play
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        std::fs::write(folder.join(format!("crl/{list}.crl")), bytes).unwrap();
    };
    let shown = text(&openssl(
        folder,
        "x509 -noout -text -in identities/aigul.cert.pem",
    ));
    assert!(
        shown.contains(&format!("URI:{}/issuing.crl", play.url("crl"))),
        "{shown}"
    );

    fetch("issuing").await;
    assert_eq!(verify(folder, "aigul"), Ok(()));
    play.order("/crl", json!({"revoke": ["aigul"]})).await;
    fetch("issuing").await;
    assert!(verify(folder, "aigul").unwrap_err().contains("revoked"));
    play.order("/crl", json!({"age_s": 7200, "valid_s": 3600}))
        .await;
    fetch("issuing").await;
    assert!(
        verify(folder, "aigul")
            .unwrap_err()
            .contains("CRL has expired")
    );
}

#[tokio::test]
async fn a_bench_started_again_takes_the_port_that_its_certificates_name() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        |more: &str| Config::read(&format!("folder = {:?}\n{more}", folder.path())).unwrap();
    let first = Bench::start(&config("")).await.unwrap();
    let lists = first.endpoints().systems["crl"].clone();
    first.stop();
    // The doors close when their tasks have seen the stop: then the port can be had again.
    let again = loop {
        match Bench::start(&config("")).await {
            Ok(bench) => break bench,
            Err(testbed::bench::Error::Port { name: "crl", .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(again.endpoints().systems["crl"], lists);
    assert!(matches!(
        Bench::start(&config("ports.crl = 9\n")).await,
        Err(testbed::bench::Error::ListsElsewhere { .. })
    ));
}
