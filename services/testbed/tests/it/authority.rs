//! The authority's files: the RSA hierarchy judged by openssl, which knows no GOST under these identifiers; both
//! judged by `signatures`.

use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use jiff::Timestamp;
use serde_json::json;
use signatures::{
    Certificate, Crl, Crls, Freshness, Policy, Reason, Trust, Verdict, Verifier,
    sign::{Options, sign},
};
use testbed::{
    authority::{Authority, Error, Hierarchy},
    bench::Bench,
    cast::{Key, Standing},
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

/// Checks a signing certificate of the RSA hierarchy with the chain and both revocation lists.
fn verify(folder: &Path, name: &str) -> Result<(), String> {
    for list in ["rsa-root", "rsa-issuing"] {
        let crl = format!("crl -inform DER -in crl/{list}.crl -out crl/{list}.pem");
        assert!(openssl(folder, &crl).status.success());
    }
    let output = openssl(
        folder,
        &format!(
            "verify -crl_check_all -x509_strict -CAfile trust/signing/rsa-root.pem \
             -untrusted trust/signing/rsa-issuing.pem -CRLfile crl/rsa-root.pem \
             -CRLfile crl/rsa-issuing.pem identities/{name}.cert.pem"
        ),
    );
    if output.status.success() {
        Ok(())
    } else {
        Err(text(&output))
    }
}

/// The platform's verifier with everything in the folder.
fn verifier(folder: &Path) -> (Verifier, Crls) {
    let mut authorities = Vec::new();
    let mut lists = Crls::new(Freshness::default());
    for name in ["gost-root", "gost-issuing", "rsa-root", "rsa-issuing"] {
        let pem = std::fs::read(folder.join(format!("trust/signing/{name}.pem"))).unwrap();
        let authority = Certificate::all_in_file(&pem).unwrap().remove(0);
        let list = std::fs::read(folder.join(format!("crl/{name}.crl"))).unwrap();
        lists.insert(Crl::open(&list, &authority).unwrap().into());
        authorities.push(authority);
    }
    let trust = Trust::of(authorities).unwrap();
    (Verifier::new(trust, Policy::default()), lists)
}

/// An authority in `folder`, whose addresses nobody answers at.
fn made(folder: &Path) -> Authority {
    let (lists, duties) = ("http://127.0.0.1:1/", "http://127.0.0.1:2");
    Authority::make(folder, lists, duties, Timestamp::now()).unwrap()
}

#[test]
fn everybody_can_sign_but_the_revoked_and_the_expired() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    made(folder);
    let (verifier, lists) = verifier(folder);
    let identities = Identities::load(folder).unwrap();
    for identity in identities.all() {
        let signer = identities.signer(&identity.name).unwrap();
        let now = Timestamp::now();
        let signature = sign(b"{}", &[&signer], &Options::detached(now)).unwrap();
        let verdict = verifier.verify(&signature, Some(b"{}"), now, &lists);
        match (identity.standing, verdict) {
            (Standing::Good, Verdict::Valid(valid)) => {
                let expected = match identity.algorithm {
                    Key::Gost2015With512 => "GOST2015-512",
                    Key::Gost2015With256 => "GOST2015-256",
                    Key::Gost2004 => "GOST2004",
                    Key::Rsa2048 => "RSA-SHA256",
                    Key::EcdsaP256 => "ECDSA-P256-SHA256",
                };
                assert_eq!(valid.signers[0].algorithm, expected, "{}", identity.name);
            }
            (Standing::Revoked, Verdict::Invalid(finding)) => {
                assert_eq!(finding.reason, Reason::Revoked);
            }
            (Standing::Expired, Verdict::Invalid(finding)) => {
                assert_eq!(finding.reason, Reason::Expired);
            }
            (_, verdict) => panic!("{}: {verdict:?}", identity.name),
        }
    }
}

#[test]
fn openssl_accepts_the_rsa_hierarchy_and_the_certificates_for_tls() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    made(folder);
    let mut good = 0;
    for identity in Identities::load(folder).unwrap().all() {
        if Hierarchy::of(identity.algorithm) == Hierarchy::Rsa {
            assert_eq!(verify(folder, &identity.name), Ok(()), "{}", identity.name);
            good += 1;
        }
    }
    assert!(good > 3);
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
    Authority::make(
        folder.path(),
        "http://127.0.0.1:1/",
        "http://127.0.0.1:2",
        Timestamp::now(),
    )
    .unwrap();
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
        "Digital Signature, Non Repudiation, Key Agreement",
        "1.2.398.3.3.4.1.2, 1.2.398.3.3.4.1.2.1",
        "Policy: 1.2.398.3.3.2",
        "URI:http://127.0.0.1:1/gost-issuing.crl",
        "X509v3 Freshest CRL",
        "URI:http://127.0.0.1:1/gost-delta.crl",
        "CA Issuers - URI:http://127.0.0.1:1/gost-issuing.cer",
        "OCSP - URI:http://127.0.0.1:2",
        "1.2.398.3.3.5",
        "Signature Algorithm: 1.2.398.3.10.1.1.2.3.2",
        "Public Key Algorithm: 1.2.398.3.10.1.1.2.2",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let system = show("portal-system");
    assert!(system.contains("UID=1.2.398.6.10.1.1"), "{system}");
    assert!(!system.contains("serialNumber=IIN"), "{system}");
}

#[test]
fn identifiers_of_keys_are_serial_numbers_with_the_top_bit_set() {
    let folder = tempfile::tempdir().unwrap();
    Authority::make(
        folder.path(),
        "http://127.0.0.1:1/",
        "http://127.0.0.1:2",
        Timestamp::now(),
    )
    .unwrap();
    let read = |path: &str| {
        let pem = std::fs::read(folder.path().join(path)).unwrap();
        Certificate::all_in_file(&pem).unwrap().remove(0)
    };
    let (issuing, leaf) = (
        read("trust/signing/gost-issuing.pem"),
        read("identities/aigul.cert.pem"),
    );
    for certificate in [&issuing, &leaf] {
        let mut expected = certificate.serial().to_vec();
        expected[0] |= 0x80;
        assert_eq!(
            certificate.extensions().subject_key_id.as_deref(),
            Some(expected.as_slice())
        );
    }
    assert_eq!(
        leaf.extensions().authority_key_id,
        issuing.extensions().subject_key_id
    );
}

#[test]
fn private_keys_are_their_owners_only_and_an_authority_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    Authority::make(
        folder.path(),
        "http://127.0.0.1:1/",
        "http://127.0.0.1:2",
        Timestamp::now(),
    )
    .unwrap();
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
    let again = Authority::make(
        folder.path(),
        "http://127.0.0.1:1/",
        "http://127.0.0.1:2",
        Timestamp::now(),
    );
    assert!(matches!(again, Err(Error::Present(_))));
}

#[test]
fn what_an_identity_signs_openssl_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    made(folder);
    let identities = Identities::load(folder).unwrap();
    std::fs::write(folder.join("document"), b"{\"number\":\"1\"}").unwrap();
    for name in ["national-archive-signer", "ivan"] {
        let signer = identities.signer(name).unwrap();
        let options = Options::detached(Timestamp::now());
        let signature = sign(b"{\"number\":\"1\"}", &[&signer], &options).unwrap();
        std::fs::write(folder.join("signature"), signature).unwrap();
        let output = openssl(
            folder,
            "cms -verify -inform DER -in signature -content document -binary \
             -CAfile trust/signing/rsa-root.pem -purpose any",
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
        "x509 -noout -text -in identities/ivan.cert.pem",
    ));
    assert!(
        shown.contains(&format!("URI:{}/rsa-issuing.crl", play.url("crl"))),
        "{shown}"
    );

    fetch("rsa-issuing").await;
    assert_eq!(verify(folder, "ivan"), Ok(()));
    play.order("/crl", json!({"revoke": ["ivan"]})).await;
    fetch("rsa-issuing").await;
    assert!(verify(folder, "ivan").unwrap_err().contains("revoked"));
    play.order("/crl", json!({"age_s": 7200, "valid_s": 3600}))
        .await;
    fetch("rsa-issuing").await;
    assert!(
        verify(folder, "ivan")
            .unwrap_err()
            .contains("CRL has expired")
    );
}

#[tokio::test]
async fn who_is_revoked_later_stands_on_the_delta_list_first() {
    let play = Play::start().await;
    let serial = {
        let identities = Identities::load(play.folder.path()).unwrap();
        identities.find("ivan").unwrap().serial.to_uppercase()
    };
    play.order("/crl", json!({"revoke_in_delta": ["ivan"]}))
        .await;
    let mut shown = Vec::new();
    for list in ["rsa-issuing", "rsa-delta"] {
        let url = format!("{}/{list}.crl", play.url("crl"));
        let bytes = play.http.get(url).send().await.unwrap().bytes().await;
        std::fs::write(play.folder.path().join("list"), bytes.unwrap()).unwrap();
        let show = "crl -inform DER -in list -noout -text -CAfile trust/signing/rsa-issuing.pem";
        shown.push(text(&openssl(play.folder.path(), show)));
    }
    let [full, delta] = [&shown[0], &shown[1]];
    assert!(full.contains("verify OK") && delta.contains("verify OK"));
    assert!(!full.contains(&serial) && !full.contains("Delta"), "{full}");
    assert!(delta.contains(&serial), "{delta}");
    assert!(delta.contains("Delta CRL Indicator: critical"), "{delta}");
}

#[tokio::test]
async fn the_certificates_of_authorities_lie_where_certificates_say() {
    let play = Play::start().await;
    for name in ["gost-root", "gost-issuing", "rsa-root", "rsa-issuing"] {
        let url = format!("{}/{name}.cer", play.url("crl"));
        let der = play.http.get(url).send().await.unwrap().bytes().await;
        let file = play.folder.path().join(format!("trust/signing/{name}.pem"));
        let trusted = Certificate::all_in_file(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(trusted[0].der(), der.unwrap());
    }
    let unknown = format!("{}/none.cer", play.url("crl"));
    let answer = play.http.get(unknown).send().await.unwrap();
    assert_eq!(answer.status(), reqwest::StatusCode::NOT_FOUND);
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
        Err(testbed::bench::Error::Elsewhere { name: "crl", .. })
    ));
}
