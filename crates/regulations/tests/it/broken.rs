//! What no regulation may contain: each change of a good file is found, and named by its place.

use regulations::{Regulation, Words};

use crate::knows_lane;

pub(crate) const APOSTILLE: &str = include_str!("../../../../deploy/regulations/apostille.toml");
pub(crate) const ARCHIVE: &str =
    include_str!("../../../../deploy/regulations/archive-certificate.toml");
const WORDS: &str = include_str!("../../../../deploy/regulations/words.toml");

/// `text` with the `from` that comes first after `after` changed into `to`.
pub(crate) fn changed(text: &str, after: &str, from: &str, to: &str) -> String {
    let start = text.find(after).unwrap_or_else(|| panic!("no {after:?}"));
    let place = start
        + text[start..]
            .find(from)
            .unwrap_or_else(|| panic!("no {from:?}"));
    format!("{}{to}{}", &text[..place], &text[place + from.len()..])
}

fn refusal(text: &str) -> String {
    Regulation::parse(text).unwrap_err().to_string()
}

fn findings(text: &str) -> Vec<String> {
    let words = Words::parse(WORDS).unwrap();
    let found = Regulation::parse(text).unwrap().check(&words, &knows_lane);
    found.iter().map(ToString::to_string).collect()
}

#[track_caller]
pub(crate) fn found(text: &str, expected: &str) {
    let findings = findings(text);
    assert!(
        findings.iter().any(|f| f.contains(expected)),
        "{expected}: {findings:#?}"
    );
}

pub(crate) const PORTAL: &str = "[channels.portal]";

#[test]
fn warnings_are_fractions_that_rise() {
    for (to, says) in [
        ("near = [0.8, 0.5]", "near: does not rise"),
        ("near = [0.5, 1.5]", "0.01, 0.02 … 0.99"),
        ("", "missing field `near`"),
    ] {
        let said = refusal(&APOSTILLE.replace("near = [0.5, 0.8]", to));
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn shape_is_checked_when_the_file_is_read() {
    for (from, to, path, says) in [
        (
            "consent_required",
            "colour = 1\nconsent_required",
            "channels.portal.colour",
            "unknown field",
        ),
        (
            "count_max = 10, ",
            "",
            "channels.portal.attachments",
            "missing field `count_max`",
        ),
        (
            "allowed = \"20s\"",
            "allowed = \"20 s\"",
            "channels.portal.steps[1].allowed",
            "length of time",
        ),
        (
            "\"received\"",
            "\"recieved\"",
            "channels.portal.steps[5].begins[0]",
            "recieved",
        ),
        (
            "\"copies\"]",
            "\"copys\"]",
            "channels.portal.form",
            "`copys` is not in `fields`",
        ),
        (
            "when = \"always\"",
            "when = \"never\"",
            "channels.portal.registers[0].when",
            "unknown variant",
        ),
    ] {
        let refusal = refusal(&changed(APOSTILLE, PORTAL, from, to));
        assert!(
            refusal.starts_with(path) && refusal.contains(says),
            "{to}: {refusal}"
        );
    }
}

#[test]
fn a_missing_language_is_refused_and_an_empty_one_found() {
    let missing = changed(
        APOSTILLE,
        PORTAL,
        ", en = \"Presents the registration certificate, signs in\"",
        "",
    );
    assert_eq!(
        refusal(&missing),
        "channels.portal.steps[0].action: missing field `en`"
    );
    let empty = changed(
        APOSTILLE,
        PORTAL,
        "\"Presents the registration certificate, signs in\"",
        "\"\"",
    );
    found(
        &empty,
        "apostille: channels.portal.steps[0].action: must have a text in Kazakh",
    );
    let copied = changed(
        APOSTILLE,
        PORTAL,
        "\"Presents the registration certificate, signs in\"",
        "\"Предъявляет регистрационное свидетельство\"",
    );
    found(
        &copied,
        "apostille: channels.portal.steps[0].action: must have a text in Kazakh",
    );
}

#[test]
fn a_schema_that_is_none_is_refused() {
    let text = changed(
        APOSTILLE,
        "[fields.country]",
        "type = \"string\"",
        "type = \"text\"",
    );
    assert!(
        refusal(&text).starts_with("channels.portal.form: "),
        "{}",
        refusal(&text)
    );
}

#[test]
fn providers_are_all_chosen_but_the_last() {
    let text = changed(
        ARCHIVE,
        "",
        "when = { field = \"archive\", is = \"national\" }\n",
        "",
    );
    assert!(refusal(&text).contains("every provider but the last needs a `when`"));
    let text = changed(
        ARCHIVE,
        "",
        "code = \"committee\"\n",
        "code = \"committee\"\nwhen = { field = \"archive\", is = \"committee\" }\n",
    );
    assert!(refusal(&text).contains("takes all other applications"));
}

#[test]
fn unknown_words_are_found() {
    let text = changed(APOSTILLE, PORTAL, "\"payment-gateway\"", "\"bank\"");
    found(&text, "channels.portal.steps[3].unit: is not in `units`");
    let text = changed(APOSTILLE, PORTAL, "\"completed\"", "\"done\"");
    found(
        &text,
        "channels.portal.steps[3].completes_with: is not in `completions`",
    );
    let text = APOSTILLE.replace("\"paid\"", "\"payed\"");
    found(
        &text,
        "channels.portal.steps[3].next: `payed` is not in `conditions`",
    );
}

#[test]
fn fee_and_payment_register_stand_together() {
    let text = changed(APOSTILLE, "", "fee_tenge = 2163\n", "");
    found(
        &text,
        "channels.portal.registers: `payment` is asked, but there is no `fee_tenge`",
    );
    let text = changed(ARCHIVE, "", "applicants", "fee_tenge = 1\napplicants");
    found(
        &text,
        "channels.portal.registers: a fee means that `payment` is always asked",
    );
}

#[test]
fn a_lane_that_the_flow_map_lacks_is_found() {
    let text = changed(ARCHIVE, "", "code = \"committee\"", "code = \"commitee\"");
    found(
        &text,
        "providers: the flow map has no lane `router.commitee`",
    );
    let text = changed(ARCHIVE, "[channels.provider]", "\"gbd-ul\"", "\"gbd-xl\"");
    found(
        &text,
        "channels.provider.registers: the flow map has no lane `registry.gbd-xl`",
    );
}

#[test]
fn consent_goes_with_filing_for_another() {
    let text = changed(
        APOSTILLE,
        "[channels.provider]",
        "consent_required = true",
        "consent_required = false",
    );
    found(
        &text,
        "channels.provider.consent_required: must be true exactly where somebody else files",
    );
}

#[test]
fn what_decides_something_must_be_in_every_form() {
    let text = changed(ARCHIVE, PORTAL, "required = [\"archive\", ", "required = [");
    let text = changed(&text, PORTAL, "optional = [", "optional = [\"archive\", ");
    found(
        &text,
        "providers: the field `archive` must be required in every form",
    );
    let text = changed(ARCHIVE, "", "is = \"national\"", "is = \"nation\"");
    found(
        &text,
        "providers: the field `archive` has no choice `nation`",
    );
    let text = changed(
        APOSTILLE,
        "[channels.provider]",
        "allowed = \"1d\"",
        "allowed = \"3d\"",
    );
    found(
        &text,
        "channels.provider.steps[7]: `allowed` must be longer than every term",
    );
}

#[test]
fn a_register_that_would_never_be_asked_is_found() {
    let text = changed(
        APOSTILLE,
        "[channels.provider]",
        "when = \"person\"",
        "when = \"organisation\"",
    );
    found(
        &text,
        "channels.provider.registers: `gbd-fl` would never be asked",
    );
}

#[test]
fn a_field_that_no_form_has_is_found() {
    let text =
        changed(APOSTILLE, "", "\"copies\"", "\"country\"").replace("\"copies\"", "\"country\"");
    let text = text.replace(", \"postal_address\"]", "]");
    found(&text, "fields.copies: no form has it");
    found(&text, "channels.portal.form: has a field twice");
}
