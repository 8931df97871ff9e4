//! What is kept of a verified message: by itself and offline it gives the same verdict, however late.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use message::{Message, Signature, SignatureFormat};
use signature::config::Config;
use signature::verify::Verify;
use signatures::Certificate;
use signatures::bundle::Bundle;
use signatures::format::{Cms, Format};
use signatures::sign::Options;
use stage::{Stage, Verdict};
use tempfile::TempDir;
use xmldsig::sign::Layout;

use crate::ca::Authority;
use crate::stamps::{late, token};
use crate::world::{
    DOCUMENT, HEAD, OPERATOR, PERSON, World, application, event, received, signature_of,
};

/// All formats that anybody reads; the bundle says which it is.
static FORMATS: &[&dyn Format] = &[&Cms, &xmldsig::format::ANY, &xmldsig::format::TEXT];

struct Kept {
    world: World,
    verify: Arc<Verify>,
    folder: TempDir,
}

impl Kept {
    async fn new() -> Self {
        let world = World::new().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let section = format!("[evidence]\nkind = 'folder'\npath = '{}'", path.display());
        let config: Config = world.config_with(&section);
        let (verify, lists) = signature::app::parts(&config).unwrap();
        lists.renew_all().await;
        Self {
            world,
            verify: Arc::new(verify),
            folder,
        }
    }

    /// Whether the message passes.
    async fn passes(&self, message: &Message) -> bool {
        let verdict = self.verify.handle(&event(message.clone())).await;
        matches!(verdict.unwrap(), Verdict::Pass { .. })
    }

    /// What is kept of a message, by the signature's place in it.
    fn path(&self, message: &Message, place: usize) -> PathBuf {
        let content = &message.signatures[place].content;
        let name = hex::encode(signatures::evidence::sha256(content));
        let folder = self.folder.path().join("store/evidence");
        folder
            .join(message.id.to_string())
            .join(format!("{name}.json"))
    }

    fn bundle(&self, message: &Message, place: usize) -> Bundle {
        Bundle::from_json(&std::fs::read(self.path(message, place)).unwrap()).unwrap()
    }
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, |entries| {
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    })
}

/// Findings about one signature of a message, as the service tells them.
async fn findings(verify: &Verify, message: &Message, place: usize) -> Vec<String> {
    let looked = verify.look(message).await.unwrap();
    let checks = looked
        .checks()
        .filter(|(signature, ..)| *signature == place);
    checks
        .map(|(_, signer, check)| format!("{signer:?} {check:?}"))
        .collect()
}

/// The same, as the bundle tells them.
fn findings_of(bundle: &Bundle) -> Vec<String> {
    let report = bundle.verify(None, FORMATS).unwrap();
    let checks = report.checks().into_iter();
    checks
        .map(|(signer, check)| format!("{signer:?} {check:?}"))
        .collect()
}

#[tokio::test]
async fn what_is_kept_of_a_message_gives_the_same_findings_from_itself_alone() {
    let kept = Kept::new().await;
    let message = kept.world.signed_by(PERSON);
    assert!(kept.passes(&message).await);
    let bundle = kept.bundle(&message, 0);
    assert_eq!(bundle.outcome(), "valid");
    assert_eq!(bundle.at(), received());
    assert_eq!(bundle.anchors().unwrap(), [parsed(&kept.world.root)]);
    let told = findings(&kept.verify, &message, 0).await;
    assert_eq!(findings_of(&bundle), told);
    assert!(told.iter().any(|finding| finding.contains("Identity")));
}

#[tokio::test]
async fn a_timestamp_is_kept_and_carries_the_verdict_past_the_certificate() {
    let kept = Kept::new().await;
    let who = kept.world.issuing.stamper();
    let message = late(&kept.world, |signature| Some(token(&who, signature)));
    assert!(kept.passes(&message).await);
    let report = kept.bundle(&message, 0).verify(None, FORMATS).unwrap();
    assert_eq!(report.outcome(), "valid");
    let [signer] = report.signers.as_slice() else {
        panic!("one signer")
    };
    assert_eq!(signer.judged_at, received());
    // Without its timestamp it would be another verdict: the certificate expired two years before.
    let text = std::fs::read_to_string(kept.path(&message, 0)).unwrap();
    let mut bare: serde_json::Value = serde_json::from_str(&text).unwrap();
    bare.as_object_mut().unwrap().remove("timestamp").unwrap();
    let bare = Bundle::from_json(bare.to_string().as_bytes()).unwrap();
    assert_eq!(bare.verify(None, FORMATS).unwrap().outcome(), "invalid");
}

#[tokio::test]
async fn several_signatures_are_kept_apart_and_each_says_what_it_said_among_the_others() {
    let kept = Kept::new().await;
    let mut message = kept.world.signed_by(PERSON);
    for leaf in [OPERATOR, HEAD] {
        let who = kept.world.issue(leaf);
        let options = Options::detached(received());
        message.signatures.push(signature_of(&who, &options));
    }
    assert!(kept.passes(&message).await);
    for place in 0..3 {
        let told = findings(&kept.verify, &message, place).await;
        assert_eq!(findings_of(&kept.bundle(&message, place)), told, "{place}");
    }
}

#[tokio::test]
async fn signed_xml_is_kept_with_the_text_that_it_is_about() {
    let kept = Kept::new().await;
    let who = kept.world.issue(PERSON);
    let document = std::str::from_utf8(DOCUMENT).unwrap();
    let mut message = application();
    message.signatures = vec![Signature {
        format: SignatureFormat::XmlEnveloped,
        content: xmldsig::sign::text(document, &who, Layout::Wrapped).unwrap(),
        timestamp: None,
    }];
    assert!(kept.passes(&message).await);
    let told = findings(&kept.verify, &message, 0).await;
    assert_eq!(findings_of(&kept.bundle(&message, 0)), told);
}

#[tokio::test]
async fn what_comes_twice_is_kept_once_and_what_is_refused_not_at_all() {
    let kept = Kept::new().await;
    let message = kept.world.signed_by(PERSON);
    assert!(kept.passes(&message).await);
    std::fs::write(kept.path(&message, 0), "the first").unwrap();
    assert!(kept.passes(&message).await);
    let first = std::fs::read_to_string(kept.path(&message, 0)).unwrap();
    assert_eq!(first, "the first");
    assert_eq!(files(kept.folder.path()), 1);

    assert!(
        !kept.passes(&kept.world.signed_by(HEAD)).await,
        "not the applicant"
    );
    kept.verify.look(&message).await.unwrap();
    assert_eq!(files(kept.folder.path()), 1);
}

#[tokio::test]
async fn while_the_store_fails_no_message_passes_and_the_lane_waits_for_it() {
    let kept = Kept::new().await;
    let store = kept.folder.path().join("store");
    // A file where the folder of evidence has to be: no write can succeed, as on a full disk.
    std::fs::write(store.join("evidence"), "").unwrap();
    let message = kept.world.signed_by(PERSON);
    let fault = kept
        .verify
        .handle(&event(message.clone()))
        .await
        .unwrap_err();
    assert_eq!(fault.code.name, "evidence-not-kept");
    assert_eq!(fault.again, fault::Again::Later);
    assert_eq!(fault.blame, fault::Blame::Lane);
    let probed = kept.verify.probe().await.unwrap_err();
    assert_eq!(probed.code.name, "evidence-not-kept");

    std::fs::remove_file(store.join("evidence")).unwrap();
    kept.verify.probe().await.unwrap();
    assert!(kept.passes(&message).await);
    assert_eq!(kept.bundle(&message, 0).outcome(), "valid");
}

fn parsed(authority: &Authority) -> Certificate {
    Certificate::parse(authority.certificate.der()).unwrap()
}
