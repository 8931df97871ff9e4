//! The three regulations of S4 as they lie in `deploy/regulations`, and what happens to broken ones.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod broken;
mod broken_ways;
mod calendars;
mod drawing;
mod forms;
mod pauses;
mod plans;
mod tables;
mod timelines;

use std::{path::Path, sync::LazyLock};

use message::ServiceCode;
use regulations::{Calendar, Regulation, Regulations};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/regulations");

/// The regulations that are deployed.
fn deployed() -> &'static Regulations {
    static ALL: LazyLock<Regulations> =
        LazyLock::new(|| Regulations::load(Path::new(FOLDER)).unwrap());
    &ALL
}

/// The calendar that is deployed.
fn calendar() -> &'static Calendar {
    static CALENDAR: LazyLock<Calendar> =
        LazyLock::new(|| Calendar::load(&Path::new(FOLDER).join("../calendar.toml")).unwrap());
    &CALENDAR
}

fn regulation(code: &str) -> &'static Regulation {
    deployed().get(&ServiceCode::new(code).unwrap()).unwrap()
}

/// Whether the deployed flow map has a lane of this name.
fn knows_lane(name: &str) -> bool {
    static MAP: LazyLock<flow::Map> =
        LazyLock::new(|| flow::Map::parse(include_str!("../../../../deploy/flow.toml")).unwrap());
    MAP.lane(name).is_ok()
}

#[test]
fn the_deployed_regulations_have_no_findings() {
    let findings = deployed().check(&knows_lane);
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn a_file_is_named_for_its_service_and_a_folder_is_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str| {
        std::fs::copy(Path::new(FOLDER).join(from), folder.path().join(to)).unwrap();
    };
    let refusal = || Regulations::load(folder.path()).unwrap_err().to_string();
    assert!(refusal().contains("words.toml"));
    copy("words.toml", "words.toml");
    assert!(refusal().ends_with("there is no regulation"));
    copy("apostille.toml", "apostil.toml");
    assert!(refusal().contains("code: is `apostille`, but must be the name of the file"));
}

#[test]
fn a_word_that_no_regulation_uses_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["words.toml", "archive-certificate.toml"] {
        std::fs::copy(Path::new(FOLDER).join(file), folder.path().join(file)).unwrap();
    }
    let findings = Regulations::load(folder.path()).unwrap().check(&knows_lane);
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        findings,
        [
            "words: units.payment-gateway: no regulation uses it",
            "words: completions.completed: no regulation uses it",
            "words: conditions.paid: no regulation uses it",
        ]
    );
}
