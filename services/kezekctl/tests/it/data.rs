//! The commands that look at files only, and the help.

use std::{fs, path::Path};

use crate::run::{deploy, kezekctl};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn every_command_explains_itself_with_examples() {
    for command in [
        &[][..],
        &["submit"],
        &["trace"],
        &["lanes"],
        &["parked"],
        &["parked", "list"],
        &["parked", "show"],
        &["parked", "release"],
        &["flow"],
        &["load"],
        &["regulation"],
        &["regulation", "check"],
        &["regulation", "show"],
        &["regulation", "draw"],
        &["journal"],
        &["journal", "verify"],
        &["journal", "show"],
        &["verify"],
    ] {
        let run = kezekctl(&[command, &["--help"]].concat()).await;
        assert_eq!(run.code, 0, "{command:?}");
        assert!(run.out.contains("Example"), "{command:?} {}", run.out);
    }
}

#[tokio::test]
async fn the_deployed_definitions_and_regulations_are_in_order() {
    let run = kezekctl(&["flow", "--check"]).await;
    assert_eq!(run.code, 0, "{}", run.out);
    let run = kezekctl(&["regulation", "check", "--json"]).await;
    assert_eq!(
        (run.code, run.json()["services"].as_u64()),
        (0, Some(3)),
        "{}",
        run.out
    );
    let kept = fs::read_to_string(deploy().join("rabbitmq/definitions.json")).unwrap();
    assert_eq!(kezekctl(&["flow", "--definitions"]).await.out, kept);
    assert!(kezekctl(&["flow"]).await.out.starts_with("flowchart"));
}

#[tokio::test]
async fn what_is_out_of_order_is_told_with_its_place_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    copy(&deploy(), folder.path());
    let deploy = folder.path().to_str().unwrap();
    fs::write(folder.path().join("rabbitmq/definitions.json"), "{}").unwrap();
    let run = kezekctl(&["flow", "--check", "--deploy", deploy]).await;
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("Next: kezekctl flow --definitions >"),
        "{}",
        run.out
    );

    let path = folder.path().join("regulations/apostille.toml");
    let text = fs::read_to_string(&path).unwrap();
    let one_sided = "next = [{ step = 3, when = \"signed-in\" }]";
    let both = "next = [{ step = 3, when = \"signed-in\" }, { step = 2, unless = \"signed-in\" }]";
    fs::write(&path, text.replacen(both, one_sided, 1)).unwrap();
    let run = kezekctl(&["regulation", "check", "--deploy", deploy]).await;
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("apostille: channels.portal"),
        "{}",
        run.out
    );
}

#[tokio::test]
async fn a_service_is_shown_in_the_language_asked_for() {
    let run = kezekctl(&["regulation", "show", "archive-certificate", "--lang", "kk"]).await;
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(run.out.contains("Қызмет көрсетушінің АЖО"), "{}", run.out);
    let run = kezekctl(&["regulation", "show", "passport"]).await;
    assert_eq!(run.code, 1);
    assert!(run.error.contains("there are: apostille"), "{}", run.error);
    assert_eq!(
        kezekctl(&["regulation", "show", "apostille", "--channel", "fax"])
            .await
            .code,
        2
    );
}

#[tokio::test]
async fn a_regulation_is_drawn_in_the_language_asked_for() {
    let draw = ["regulation", "draw", "apostille", "portal"];
    let run = kezekctl(&[&draw[..], &["--lang", "kk"]].concat()).await;
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.starts_with("<svg") && run.out.ends_with("</svg>\n"));
    assert!(run.out.contains("ЭҮТШ"), "the payment gateway has its lane");
    let missing = [
        "regulation",
        "draw",
        "mass-media-registration",
        "front-office",
    ];
    assert_eq!(kezekctl(&missing).await.code, 1);
}
