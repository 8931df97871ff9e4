//! The openssl program as an oracle for proofs: its OCSP answers, timestamps and delta lists are opened here,
//! and it verifies ours.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use signatures::algorithm::{SHA256, SHA512};
use signatures::ocsp::{Status, request};
use signatures::sign::ocsp::{Response, Single, read, respond};
use signatures::sign::tsp::{self, Stamp, stamp};
use signatures::tsp::granted;
use signatures::{Certificate, Ocsp, OcspError, Token, Trust};

use crate::ca::{Leaf, Person, World, official, person, responder, stamper};
use crate::openssl::succeed;

const BYTES: &[u8] = b"the octets of a signature value";

/// Valid now as well, since openssl asks the clock: its answers say when they were made.
fn lasting(leaf: Leaf) -> Leaf {
    Leaf {
        from: (2024, 1, 1),
        until: (2039, 1, 1),
        ..leaf
    }
}

/// A folder with the authorities and these people's certificates and keys.
fn folder(world: &World, people: &[(&str, &Person)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("root.pem", &world.root.certificate.pem());
    write("issuing.pem", &world.issuing.certificate.pem());
    write("issuing.key", &world.issuing.issuer.key().serialize_pem());
    for (name, person) in people {
        write(&format!("{name}.pem"), &person.certificate.pem());
        write(&format!("{name}.key"), &person.key.serialize_pem());
    }
    folder
}

fn written(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

/// openssl's list of certificates: one good, one revoked, one it does not know.
fn index(folder: &Path, good: &Certificate, revoked: &Certificate) {
    let hex = |certificate: &Certificate| {
        let octets = certificate.serial().iter();
        let digits: Vec<String> = octets.map(|octet| format!("{octet:02X}")).collect();
        digits.concat()
    };
    let text = format!(
        "V\t390101000000Z\t\t{}\tunknown\t/CN=GOOD\nR\t390101000000Z\t260520000000Z,keyCompromise\t{}\tunknown\t/CN=REVOKED\n",
        hex(good),
        hex(revoked)
    );
    std::fs::write(folder.join("index.txt"), text).unwrap();
}

#[test]
fn answers_of_openssl_are_opened() {
    let world = World::new();
    let good = world.issuing.issue(lasting(person()));
    let revoked = world.issuing.issue(lasting(official()));
    let unknown = world.issuing.issue(lasting(stamper()));
    let answers = world.issuing.issue(lasting(responder()));
    let at = folder(&world, &[("responder", &answers), ("who", &good)]);
    let at = at.path();
    index(at, &good.parsed(), &revoked.parsed());
    let issuer = world.issuing.parsed();
    let since = "2026-05-20T00:00:00Z".parse().unwrap();
    let on_hold = false;
    for (who, status) in [
        (&good, Status::Good),
        (&revoked, Status::Revoked { since, on_hold }),
        (&unknown, Status::Unknown),
    ] {
        let nonce = [9; 16];
        let question = request(&who.parsed(), &issuer, Some(&nonce));
        std::fs::write(at.join("question"), question).unwrap();
        for extra in ["", "-resp_key_id", "-nmin 60"] {
            succeed(
                at,
                &format!(
                    "ocsp -index index.txt -CA issuing.pem -rsigner responder.pem -rkey responder.key -reqin question -respout answer {extra}"
                ),
            );
            let bytes = written(at, "answer");
            let opened = Ocsp::open(&bytes, &who.parsed(), &issuer).unwrap();
            assert_eq!(opened.status(), status);
            assert_eq!(opened.nonce(), Some(nonce.as_slice()));
            assert_eq!(opened.next_update().is_some(), extra == "-nmin 60");
            let other = if status == Status::Good {
                &revoked
            } else {
                &good
            };
            assert_eq!(
                Ocsp::open(&bytes, &other.parsed(), &issuer).unwrap_err(),
                OcspError::OtherCertificate
            );
        }
    }
}

#[test]
fn openssl_asks_and_verifies_our_answer() {
    let world = World::new();
    let who = world.issuing.issue(lasting(person()));
    // SHA-1 may name the issuer, since the answer is signed.
    for (rsa, digest) in [(false, "sha256"), (true, "sha1")] {
        let answers = world.issuing.issue(lasting(Leaf { rsa, ..responder() }));
        let at = folder(&world, &[("who", &who)]);
        let at = at.path();
        succeed(
            at,
            &format!("ocsp -issuer issuing.pem -{digest} -cert who.pem -reqout question"),
        );
        let asked = read(&written(at, "question")).unwrap();
        assert!(asked.is_of(&world.issuing.parsed()));
        let now = Timestamp::now();
        let said = Response {
            singles: vec![Single {
                id: asked.id,
                status: Status::Good,
                this_update: now,
                next_update: Some(now + SignedDuration::from_hours(1)),
            }],
            produced_at: now,
            nonce: asked.nonce,
            by_key: rsa,
            unknown_as_revoked: false,
        };
        let answer = respond(&answers.identity(&[]), &said).unwrap();
        let opened = Ocsp::open(&answer, &who.parsed(), &world.issuing.parsed()).unwrap();
        assert_eq!(opened.status(), Status::Good);
        std::fs::write(at.join("answer"), answer).unwrap();
        let verified = succeed(
            at,
            &format!(
                "ocsp -issuer issuing.pem -{digest} -cert who.pem -reqin question -respin answer -CAfile root.pem -verify_other issuing.pem -no_nonce"
            ),
        );
        assert!(verified.contains("who.pem: good"), "{verified}");
    }
}

/// A configuration of `openssl ts -reply`.
fn ts_config(folder: &Path, ess: &str) {
    let text = format!(
        "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\ncrypto_device = builtin\nsigner_digest = sha256\n\
         default_policy = 1.2.398.3.3.2.6.4\ndigests = sha256, sha512\naccuracy = secs:1\nordering = yes\n\
         tsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = {ess}\n"
    );
    std::fs::write(folder.join("ts.cnf"), text).unwrap();
    std::fs::write(folder.join("serial"), "2a\n").unwrap();
}

#[test]
fn tokens_of_openssl_are_opened_whichever_way_they_name_their_signer() {
    let world = World::new();
    let trust = Trust::of(vec![world.root.parsed(), world.issuing.parsed()]).unwrap();
    for rsa in [false, true] {
        let who = world.issuing.issue(lasting(Leaf { rsa, ..stamper() }));
        let at = folder(&world, &[("tsa", &who)]);
        let at = at.path();
        for (ess, digest) in [("sha1", &SHA256), ("sha256", &SHA512), ("sha512", &SHA256)] {
            ts_config(at, ess);
            let question = signatures::tsp::request(digest, BYTES, None, Some(&[5; 8]));
            std::fs::write(at.join("question"), question).unwrap();
            succeed(
                at,
                "ts -reply -config ts.cnf -queryfile question -signer tsa.pem -inkey tsa.key -chain issuing.pem -out answer",
            );
            let answer = written(at, "answer");
            let token = Token::open(granted(&answer).unwrap(), BYTES, &trust).unwrap();
            assert_eq!(token.nonce(), Some([5; 8].as_slice()));
            assert_eq!(token.serial(), [0x2b]);
            assert!(Timestamp::now().duration_since(token.at()).as_secs() < 600);
        }
    }
}

#[test]
fn openssl_verifies_our_tokens() {
    let world = World::new();
    for rsa in [false, true] {
        let who = world.issuing.issue(lasting(Leaf { rsa, ..stamper() }));
        let at = folder(&world, &[]);
        let at = at.path();
        std::fs::write(at.join("data"), BYTES).unwrap();
        succeed(at, "ts -query -data data -sha256 -cert -out question");
        let asked = tsp::read(&written(at, "question")).unwrap();
        let wanted = Stamp {
            imprint: asked.imprint,
            policy: vec![0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4],
            serial: vec![1],
            at: Timestamp::now(),
            nonce: asked.nonce,
        };
        let token = stamp(&who.identity(&[]), &wanted).unwrap();
        std::fs::write(at.join("answer"), tsp::grant(&token)).unwrap();
        succeed(
            at,
            "ts -verify -queryfile question -in answer -CAfile root.pem -untrusted issuing.pem",
        );
    }
}

#[test]
fn openssl_verifies_our_delta_lists() {
    use signatures::sign::crl::{List, Revoked, list};
    let world = World::new();
    let at = folder(&world, &[]);
    let said = List {
        number: vec![15],
        base: Some(vec![14]),
        this_update: "2026-06-14T00:00:00Z".parse().unwrap(),
        next_update: "2026-06-16T00:00:00Z".parse().unwrap(),
        revoked: vec![Revoked {
            serial: vec![9],
            since: "2026-06-13T00:00:00Z".parse().unwrap(),
            reason: Some(8),
        }],
    };
    let bytes = list(&world.issuing.identity(), &said).unwrap();
    std::fs::write(at.path().join("delta"), bytes).unwrap();
    let text = succeed(
        at.path(),
        "crl -inform DER -in delta -CAfile issuing.pem -text -noout",
    );
    for part in ["Delta CRL Indicator: critical", "Remove From CRL"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}
