//! The printed catalogue is that of the code.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;

fn page() -> String {
    let mut page = String::from(
        "# Error codes\n\nWhat rule X12 calls the error code. `again`: whether trying the same again can help. \
         The Kazakh and Russian texts of each\ncode stand beside the English ones in `src/`, and \
         `GET /v1/codes` of intake prints all three.\n\n\
         | code | HTTP | again | meaning | what to do |\n|---|---|---|---|---|\n",
    );
    for code in fault::catalogue() {
        let again = format!("{:?}", code.again).to_lowercase();
        let (meaning, action) = (code.meaning.en, code.action.en);
        let (name, status) = (code.name, code.http_status);
        writeln!(
            page,
            "| `{name}` | {status} | {again} | {meaning} | {action} |"
        )
        .unwrap();
    }
    page
}

#[test]
fn the_printed_catalogue_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/CATALOGUE.md");
    if std::env::var_os("KEZEK_BLESS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == page(),
        "out of date: KEZEK_BLESS=1 cargo test -p fault"
    );
}
