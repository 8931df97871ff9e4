//! The openssl program as an oracle: we verify what it signs, and it verifies what we sign.
//!
//! It is a requirement of these tests; without it they fail and say so.

use std::path::Path;
use std::process::{Command, Output};

use signatures::sign::{Options, sign};
use signatures::{Crls, Policy, Reason, Verdict};

use crate::ca::{Leaf, Person, World, now, official, person};

const DOCUMENT: &[u8] = b"line one\r\nline two\n";

fn openssl(folder: &Path, arguments: &str) -> Output {
    Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("these tests need the openssl program (Debian: apt install openssl)")
}

#[track_caller]
pub(crate) fn succeed(folder: &Path, arguments: &str) -> String {
    let output = openssl(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with a document, the authorities and one person's certificate and key.
fn folder(world: &World, who: &Person) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("document", DOCUMENT);
    write("root.pem", world.root.certificate.pem().as_bytes());
    write("issuing.pem", world.issuing.certificate.pem().as_bytes());
    write("who.pem", who.certificate.pem().as_bytes());
    write("who.key", who.key.serialize_pem().as_bytes());
    folder
}

/// What we say to `openssl cms -sign … <extra>`.
fn verdict(
    world: &World,
    who: &Person,
    extra: &str,
    policy: Policy,
    lists: &Crls,
) -> Verdict<'static> {
    let folder = folder(world, who);
    let arguments = format!(
        "cms -sign -binary -in document -signer who.pem -inkey who.key -outform DER -out signed {extra}"
    );
    succeed(folder.path(), &arguments);
    let signature = std::fs::read(folder.path().join("signed")).unwrap();
    let content = (!extra.contains("-nodetach")).then_some(DOCUMENT);
    world
        .verifier_with(policy)
        .verify(&signature, content, now(), lists)
        .into_owned()
}

#[track_caller]
fn agrees(leaf: Leaf, extra: &str, algorithm: &str) {
    let world = World::new();
    let who = world.issuing.issue(leaf);
    match verdict(&world, &who, extra, Policy::default(), &world.crls(&[])) {
        Verdict::Valid(valid) => {
            assert_eq!(&*valid.content, DOCUMENT);
            assert_eq!(valid.signers[0].algorithm, algorithm);
        }
        other => panic!("openssl cms -sign {extra}: {other:?}"),
    }
}

fn rsa() -> Leaf {
    Leaf {
        rsa: true,
        ..official()
    }
}

#[test]
fn cades_of_openssl_is_valid_attached_detached_and_streamed() {
    for extra in [
        "-cades",
        "-cades -nodetach",
        "-cades -nodetach -stream",
        "-cades -keyid",
    ] {
        agrees(person(), extra, "ECDSA-P256-SHA256");
        agrees(rsa(), extra, "RSA-SHA256");
    }
}

#[test]
fn longer_digests_of_openssl_are_valid() {
    agrees(rsa(), "-cades -md sha384", "RSA-SHA384");
    agrees(rsa(), "-cades -md sha512 -nodetach", "RSA-SHA512");
}

#[test]
fn pss_of_openssl_is_valid_with_its_parameters() {
    let pss = "-cades -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:";
    agrees(rsa(), &format!("{pss}-1"), "RSA-PSS-SHA256");
    agrees(rsa(), &format!("{pss}20 -md sha256"), "RSA-PSS-SHA256");
    agrees(rsa(), &format!("{pss}-3 -md sha384"), "RSA-PSS-SHA384");
    agrees(rsa(), &format!("{pss}-1 -md sha512"), "RSA-PSS-SHA512");
}

#[track_caller]
fn refuses(leaf: Leaf, extra: &str, reason: Reason) {
    let world = World::new();
    let who = world.issuing.issue(leaf);
    match verdict(&world, &who, extra, Policy::default(), &world.crls(&[])) {
        Verdict::Invalid(finding) => assert_eq!(finding.reason, reason),
        other => panic!("openssl cms -sign {extra}: {other:?}"),
    }
}

#[test]
fn what_openssl_signs_badly_is_refused() {
    refuses(person(), "-noattr", Reason::SignedAttributesMissing);
    refuses(person(), "", Reason::SigningCertificateMissing);
    refuses(person(), "-cades -nocerts", Reason::CertificateMissing);
    refuses(rsa(), "-cades -md sha1", Reason::AlgorithmUnsupported);
    refuses(person(), "-cades -md sha1", Reason::AlgorithmUnsupported);
    refuses(
        rsa(),
        "-cades -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:7",
        Reason::SignatureWrong,
    );
}

#[test]
fn plain_cms_of_openssl_is_valid_where_the_policy_allows_it() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let policy = Policy {
        signing_certificate_required: false,
        ..Policy::default()
    };
    let verdict = verdict(&world, &who, "-nodetach", policy, &world.crls(&[]));
    assert!(matches!(verdict, Verdict::Valid(_)), "{verdict:?}");
}

#[test]
fn a_short_rsa_key_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(rsa());
    let folder = folder(&world, &who);
    let at = folder.path();
    succeed(
        at,
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.key",
    );
    std::fs::write(
        at.join("issuing.key"),
        world.issuing.issuer.key().serialize_pem(),
    )
    .unwrap();
    succeed(at, "req -new -key short.key -subj /CN=SHORT -out short.csr");
    std::fs::write(at.join("ext"), "keyUsage=nonRepudiation\n").unwrap();
    succeed(
        at,
        "x509 -req -in short.csr -CA issuing.pem -CAkey issuing.key -set_serial 77 -extfile ext -out short.pem",
    );
    succeed(
        at,
        "cms -sign -binary -cades -in document -signer short.pem -inkey short.key -outform DER -out signed",
    );
    let signature = std::fs::read(at.join("signed")).unwrap();
    match world
        .verifier()
        .verify(&signature, Some(DOCUMENT), now(), &world.crls(&[]))
    {
        Verdict::Invalid(finding) => assert_eq!(finding.reason, Reason::KeyUnsupported),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn openssl_verifies_what_we_sign() {
    let world = World::new();
    for leaf in [person(), rsa()] {
        let who = world.issuing.issue(leaf);
        let folder = folder(&world, &who);
        let identity = who.identity(&[&world.issuing]);
        for (attached, streamed) in [(false, false), (true, false), (true, true)] {
            let options = Options {
                attached,
                streamed,
                ..Options::detached(now())
            };
            let signature = sign(DOCUMENT, &[&identity], &options).unwrap();
            std::fs::write(folder.path().join("signed"), signature).unwrap();
            let content = if attached { "" } else { "-content document" };
            let at = now().as_second();
            succeed(
                folder.path(),
                &format!(
                    "cms -verify -cades -binary -inform DER -in signed -CAfile root.pem {content} -attime {at} -out back"
                ),
            );
            assert_eq!(std::fs::read(folder.path().join("back")).unwrap(), DOCUMENT);
        }
    }
}
