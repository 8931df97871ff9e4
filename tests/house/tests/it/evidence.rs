//! What the house keeps of a verified message: by it alone, and with nothing but a program, anybody can see who signed.

use std::path::{Path, PathBuf};

use rig::{Application, Command, Rig, binaries, repository, wait_for};
use serde_json::Value;

use crate::{SOON, house};

/// The files that are kept, of whatever message.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = paths
        .flat_map(|path| {
            if path.is_dir() {
                kept(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    all.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    all
}

/// What `kezekctl verify --evidence` says of a file, with the bench's authorities as those whom we trust. Anything but
/// "valid" fails.
async fn verified(rig: &Rig, file: &Path) -> Value {
    let log = rig.folder.path().join("verify.log");
    let trust = rig.addresses().testbed.join("trust/signing");
    let said = Command::new(binaries().unwrap().join("kezekctl"), repository(), &log)
        .args(["verify", "--json", "--evidence"])
        .args([file, Path::new("--trust"), trust.as_path()])
        .run()
        .await;
    serde_json::from_str(&said.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_every_verified_message_stands_by_itself_with_its_timestamp() {
    let rig = house().await;
    let mut application = Application::apostille("aigul");
    rig.pay(&mut application).await.unwrap();
    let answer = rig.submit(&application).await.unwrap();
    let number = answer.number().unwrap().to_owned();
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    let folder = rig.folder.path().join("evidence");
    // Of the application, of the provider's statuses and of its result.
    let files = wait_for("evidence", SOON, async || {
        let files = kept(&folder);
        Ok((files.len() >= 3).then_some(files))
    })
    .await
    .unwrap();
    let mut signers = Vec::new();
    for file in &files {
        let answer = verified(&rig, file).await;
        assert_eq!(answer["outcome"], "valid", "{answer}");
        assert_eq!(answer["stored"]["same_as_then"], true);
        let signer = &answer["signers"][0];
        let time = signer["findings"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&time["aspect"], &time["outcome"]),
            (&"time".into(), &"valid".into())
        );
        signers.push(signer["signer"]["iin"].clone());
    }
    let aigul = rig.people.find("aigul").unwrap();
    let iin = aigul.iin.clone().unwrap();
    assert!(signers.contains(&Value::from(iin)), "the applicant herself");
}
