//! `verify`, on files that a testbed's own authorities made.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use signatures::Certificate;
use signatures::pins::Pins;
use signatures::sign::{Options, sign};
use tempfile::TempDir;
use testbed::authority::{Authority, Entries, Hierarchy, Kind, List};
use testbed::identity::Identities;

use xmldsig::wsse::{self, Naming};

use crate::run::{Run, kezekctl};

const DOCUMENT: &[u8] = "{\"өтініш\":\"апостиль\"}".as_bytes();

/// A folder with authorities, lists, a document of Aigul's (GOST, 512 bits) and her detached signature.
struct Scene {
    folder: TempDir,
    iin: String,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| Scene::new(Timestamp::now()));

impl Scene {
    fn new(now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let testbed = folder.path().join("testbed");
        let authority =
            Authority::make(&testbed, "http://127.0.0.1:1", "http://127.0.0.1:2", now).unwrap();
        let trust = folder.path().join("trust");
        fs::create_dir(&trust).unwrap();
        for (name, der) in authority.certificates() {
            let name = Path::new(&name).with_extension("der");
            fs::write(trust.join(name.file_name().unwrap()), der).unwrap();
        }
        for list in List::all() {
            let valid = SignedDuration::from_hours(48);
            let der = authority
                .revocation_list(list, Entries::default(), now, valid)
                .unwrap();
            fs::write(folder.path().join(list.file_name()), der).unwrap();
        }
        let identities = Identities::load(&testbed).unwrap();
        let write = |name: &str, who: &str, options: &Options| {
            let signer = identities.signer(who).unwrap();
            let signature = sign(DOCUMENT, &[&signer], options).unwrap();
            fs::write(folder.path().join(name), signature).unwrap();
        };
        write("detached.p7s", "aigul", &Options::detached(now));
        write("attached.p7s", "aigul", &Options::attached(now));
        write("revoked.p7s", "bolat-revoked", &Options::attached(now));
        fs::write(folder.path().join("document.json"), DOCUMENT).unwrap();
        let aigul = identities.find("aigul").unwrap();
        fs::copy(
            testbed.join(&aigul.certificate),
            folder.path().join("aigul.pem"),
        )
        .unwrap();
        let iin = aigul.iin.as_ref().unwrap().reveal().to_owned();
        Self { folder, iin }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn list(&self, hierarchy: Hierarchy, kind: Kind) -> String {
        self.path(&List { hierarchy, kind }.file_name())
    }

    /// `verify FILE` with everything it needs, and these words.
    async fn verify(&self, name: &str, more: &[&str]) -> Run {
        let (file, trust) = (self.path(name), self.path("trust"));
        let lists: Vec<String> = List::all()
            .map(|list| self.path(&list.file_name()))
            .collect();
        let mut words = vec!["verify", &file, "--trust", &trust];
        for list in &lists {
            words.extend(["--crl", list]);
        }
        words.extend(more);
        kezekctl(&words).await
    }
}

/// Outcomes of a JSON answer's first signer, by aspect.
fn outcome(answer: &Value, aspect: &str) -> (String, String) {
    let findings = answer["signers"][0]["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["aspect"] == aspect).unwrap();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("outcome"), text("code"))
}

fn is(outcome: &(String, String), expected: (&str, &str)) {
    assert_eq!((outcome.0.as_str(), outcome.1.as_str()), expected);
}

#[tokio::test]
async fn a_good_signature_is_valid_with_every_finding_in_words() {
    let document = SCENE.path("document.json");
    let run = SCENE
        .verify("detached.p7s", &["--content", &document, "--lang", "kk"])
        .await;
    assert_eq!(run.code, 0, "{} {}", run.out, run.error);
    for words in ["ЖАРАМДЫ", "тұтастық", "уақыт", "кері қайтару", &SCENE.iin]
    {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    let run = SCENE.verify("attached.p7s", &["--lang", "ru"]).await;
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("ДЕЙСТВИТЕЛЬНО"), "{}", run.out);
}

#[tokio::test]
async fn programs_get_the_same_as_json() {
    let run = SCENE
        .verify("attached.p7s", &["--json", "--iin", &SCENE.iin])
        .await;
    let answer = run.json();
    assert_eq!((run.code, answer["outcome"].as_str()), (0, Some("valid")));
    // The lists of the RSA hierarchy were given too, and say nothing about a GOST certificate.
    assert_eq!(answer["unused"].as_array().unwrap().len(), 3);
    let aspects: Vec<&str> = answer["signers"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["aspect"].as_str().unwrap())
        .collect();
    assert_eq!(
        aspects,
        signatures::Aspect::ALL.map(signatures::Aspect::as_str)
    );
    is(&outcome(&answer, "identity"), ("valid", "valid"));
    assert!(!answer["evidence"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn each_verdict_has_its_exit_code() {
    let run = SCENE.verify("revoked.p7s", &["--json"]).await;
    assert_eq!(run.code, 1);
    is(&outcome(&run.json(), "revocation"), ("invalid", "revoked"));
    let run = SCENE
        .verify("attached.p7s", &["--json", "--iin", "900712300227"])
        .await;
    assert_eq!(run.code, 1);
    is(
        &outcome(&run.json(), "identity"),
        ("invalid", "signer-differs"),
    );
    let other = SCENE.path("aigul.pem");
    let run = SCENE
        .verify("detached.p7s", &["--json", "--content", &other])
        .await;
    assert_eq!(run.code, 1);
    is(
        &outcome(&run.json(), "integrity"),
        ("invalid", "digest-mismatch"),
    );

    let (file, trust) = (SCENE.path("attached.p7s"), SCENE.path("trust"));
    let run = kezekctl(&["verify", &file, "--trust", &trust, "--json"]).await;
    assert_eq!(run.code, 2);
    is(
        &outcome(&run.json(), "revocation"),
        ("undetermined", "revocation-missing"),
    );
    let run = kezekctl(&["verify", &file]).await;
    assert_eq!(run.code, 1);
    assert!(run.out.contains("--trust"), "{}", run.out);
}

#[tokio::test]
async fn what_makes_no_sense_is_64_and_what_cannot_be_read_66() {
    let file = SCENE.path("attached.p7s");
    for words in [
        &["verify"][..],
        &["verify", &file, "--at", "yesterday"],
        &["verify", &file, "--evidence", "x"],
        &["verify", &file, "--iin", "1"],
    ] {
        let run = kezekctl(words).await;
        assert_eq!(run.code, 64, "{words:?} {}", run.error);
    }
    let (nothing, document) = (SCENE.path("nothing"), SCENE.path("document.json"));
    for words in [
        &["verify", &nothing][..],
        &["verify", &document],
        &["verify", &file, "--trust", &nothing],
        &["verify", &file, "--crl", &file],
    ] {
        let run = kezekctl(words).await;
        assert_eq!(run.code, 66, "{words:?}");
        assert!(run.error.starts_with("kezekctl verify: "), "{}", run.error);
    }
}

#[tokio::test]
async fn stored_evidence_gives_the_same_verdict_from_itself_alone() {
    let kept = SCENE.path("kept.json");
    let first = SCENE
        .verify(
            "attached.p7s",
            &["--save-evidence", &kept, "--json", "--iin", &SCENE.iin],
        )
        .await;
    let again = kezekctl(&["verify", "--evidence", &kept, "--json"]).await;
    assert_eq!((first.code, again.code), (0, 0), "{}", again.error);
    let (first, again) = (first.json(), again.json());
    assert_eq!(first["signers"], again["signers"]);
    assert_eq!(again["stored"]["same_as_then"], true);
    let trust = SCENE.path("trust");
    let known = kezekctl(&["verify", "--evidence", &kept, "--trust", &trust]).await;
    assert_eq!(known.code, 0, "{}", known.out);

    let other = tempfile::tempdir().unwrap();
    let rsa = fs::read_dir(&trust)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for path in rsa.filter(|path| !name_of(path).contains("gost")) {
        fs::copy(&path, other.path().join(name_of(&path))).unwrap();
    }
    let other = other.path().display().to_string();
    let stranger = kezekctl(&["verify", "--evidence", &kept, "--trust", &other]).await;
    assert_eq!(stranger.code, 2, "{}", stranger.out);
}

#[tokio::test]
async fn an_envelope_that_only_names_its_certificate_needs_it_to_be_given() {
    let identities = Identities::load(&SCENE.folder.path().join("testbed")).unwrap();
    let aigul = identities.signer("aigul").unwrap();
    let envelope = b"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a/></s:Body></s:Envelope>";
    let signed = wsse::sign(envelope, "id-1", &aigul, Naming::IssuerSerial).unwrap();
    fs::write(SCENE.path("envelope.xml"), &signed).unwrap();

    let run = SCENE.verify("envelope.xml", &["--json"]).await;
    assert_eq!(run.code, 1, "{}", run.out);
    assert_eq!(run.json()["code"], "certificate-missing");

    let aigul = SCENE.path("aigul.pem");
    let run = SCENE
        .verify("envelope.xml", &["--json", "--known", &aigul])
        .await;
    assert_eq!(run.code, 0, "{} {}", run.out, run.error);
    let stranger = SCENE.path("trust/gost-issuing.der");
    let run = SCENE.verify("envelope.xml", &["--known", &stranger]).await;
    assert_eq!(run.code, 1, "another certificate is of no use: {}", run.out);
}

#[tokio::test]
async fn stored_evidence_holds_after_everything_in_it_has_expired() {
    let then = Timestamp::now() - SignedDuration::from_hours(24 * 365 * 3);
    let scene = Scene::new(then);
    let evidence = scene.path("evidence.json");
    let at = then.to_string();
    let words = [
        "--at",
        at.as_str(),
        "--save-evidence",
        &evidence,
        "--iin",
        &scene.iin,
    ];
    let run = scene.verify("attached.p7s", &words).await;
    assert_eq!(run.code, 0, "{} {}", run.out, run.error);

    let today = scene.verify("attached.p7s", &["--json"]).await;
    assert_eq!(today.code, 1, "{}", today.out);
    is(&outcome(&today.json(), "validity"), ("invalid", "expired"));

    let trust = scene.path("trust");
    let run = kezekctl(&[
        "verify",
        "--evidence",
        &evidence,
        "--trust",
        &trust,
        "--json",
    ])
    .await;
    assert_eq!(run.code, 0, "{} {}", run.out, run.error);
    let answer = run.json();
    assert_eq!(answer["stored"]["same_as_then"], true);
    assert_eq!(answer["stored"]["anchors_trusted"], true);
    is(&outcome(&answer, "identity"), ("valid", "valid"));
}

#[tokio::test]
async fn an_anchor_that_is_not_on_the_list_of_its_folder_is_refused_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("trust");
    fs::create_dir(&trust).unwrap();
    for entry in fs::read_dir(SCENE.path("trust")).unwrap() {
        let from = entry.unwrap().path();
        fs::copy(&from, trust.join(name_of(&from))).unwrap();
    }
    let anchor = Certificate::parse(&fs::read(trust.join("gost-root.der")).unwrap()).unwrap();
    let other = Certificate::parse(&fs::read(trust.join("rsa-root.der")).unwrap()).unwrap();
    let (file, trust_words) = (SCENE.path("gost-root.crl"), trust.display().to_string());
    let verify = ["verify", &file, "--trust", &trust_words];

    let pin = |anchors: &[Certificate]| {
        let list = Pins::of(anchors).to_toml().unwrap();
        fs::write(trust.join("anchors.toml"), list).unwrap();
    };
    pin(&[anchor.clone(), other.clone()]);
    assert_eq!(kezekctl(&verify).await.code, 0);
    pin(&[anchor]);
    let run = kezekctl(&verify).await;
    assert_eq!(run.code, 66, "{}", run.out);
    let hash = hex::encode(other.sha256());
    assert!(
        run.error.contains("rsa-root.der") && run.error.contains(&hash),
        "{}",
        run.error
    );
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[tokio::test]
async fn pem_and_bare_base64_are_read_as_well() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(fs::read(SCENE.path("attached.p7s")).unwrap());
    let folded: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let body = folded.join("\r\n");
    for (name, text) in [
        ("bare.txt", body.clone()),
        (
            "armoured.pem",
            format!("-----BEGIN CMS-----\n{body}\n-----END CMS-----\n"),
        ),
    ] {
        fs::write(SCENE.path(name), text).unwrap();
        let run = SCENE.verify(name, &[]).await;
        assert_eq!(run.code, 0, "{name} {} {}", run.out, run.error);
    }
}

#[tokio::test]
async fn certificates_and_lists_are_told_apart_and_held_against_their_issuers() {
    let run = SCENE.verify("aigul.pem", &["--json"]).await;
    let answer = run.json();
    assert_eq!(
        (run.code, &answer["what"]),
        (0, &Value::from("certificate")),
        "{}",
        run.out
    );
    let trust = SCENE.path("trust");
    // Whoever is not trusted by himself is no anchor, but tells that the list is his.
    let (list, issuer) = (
        SCENE.list(Hierarchy::Gost, Kind::Issuing),
        SCENE.path("trust/gost-issuing.der"),
    );
    let run = kezekctl(&["verify", &list, "--issuer", &issuer, "--json"]).await;
    assert_eq!(run.code, 1);
    let codes: Vec<_> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["valid", "untrusted-issuer", "valid"]);
    for (kind, what) in [
        (Kind::Root, "crl"),
        (Kind::Issuing, "crl"),
        (Kind::Delta, "delta-crl"),
    ] {
        let list = SCENE.list(Hierarchy::Gost, kind);
        let run = kezekctl(&["verify", &list, "--trust", &trust, "--json"]).await;
        assert_eq!(run.code, 0, "{} {}", run.out, run.error);
        assert_eq!(run.json()["what"], what);
        let alone = kezekctl(&["verify", &list]).await;
        assert_eq!(alone.code, 2, "{}", alone.out);
        let mut changed = fs::read(&list).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        let path = SCENE.path(&format!(
            "changed-{}",
            PathBuf::from(&list).file_name().unwrap().display()
        ));
        fs::write(&path, changed).unwrap();
        let run = kezekctl(&["verify", &path, "--trust", &trust]).await;
        assert_eq!(run.code, 1, "{}", run.out);
        assert!(run.out.contains("[signature-wrong]"), "{}", run.out);
    }
}
