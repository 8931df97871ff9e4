//! What no step table may contain: steps that nothing leads to or from, conditions with one side, times that
//! nothing measures.

use crate::broken::{APOSTILLE, ARCHIVE, PORTAL, changed, found};

#[test]
fn an_orphan_step_is_found() {
    let text = changed(
        APOSTILLE,
        PORTAL,
        "next = [{ step = 4 }]",
        "next = [{ step = 6 }]",
    );
    found(
        &text,
        "channels.portal.steps[3]: no way leads to it from step 1",
    );
}

#[test]
fn a_one_sided_condition_is_found() {
    let rule = "channels.portal.steps[3].next: must be one step without a condition, or two";
    for way in [
        "[{ step = 6, when = \"paid\" }]",
        "[{ step = 6, when = \"paid\" }, { step = 5, when = \"paid\" }]",
        "[{ step = 6, when = \"paid\" }, { step = 5, unless = \"signature-valid\" }]",
        "[{ step = 6, when = \"paid\" }, { step = 6, unless = \"paid\" }]",
        "[{ step = 6, when = \"paid\" }, { step = 5 }]",
    ] {
        let good = "[{ step = 6, when = \"paid\" }, { step = 5, unless = \"paid\" }]";
        found(&changed(APOSTILLE, PORTAL, good, way), rule);
    }
}

#[test]
fn a_way_to_nowhere_or_round_in_a_circle_is_found() {
    let text = changed(
        APOSTILLE,
        PORTAL,
        "next = [{ step = 9 }]",
        "next = [{ step = 90 }]",
    );
    found(&text, "channels.portal.steps[7].next: there is no step 90");
    found(
        &text,
        "channels.portal.steps[7]: no way leads from it to an end",
    );
    let text = changed(
        APOSTILLE,
        PORTAL,
        "next = [{ step = 9 }]",
        "next = [{ step = 8 }]",
    );
    found(
        &text,
        "channels.portal.steps[7]: no way leads from it to an end",
    );
}

#[test]
fn steps_are_numbered_in_their_order() {
    let text = changed(APOSTILLE, PORTAL, "number = 2", "number = 7");
    found(
        &text,
        "channels.portal.steps[1]: has number 7, but stands at place 2",
    );
}

#[test]
fn an_end_is_an_end_and_everything_else_goes_on() {
    let text = changed(
        APOSTILLE,
        PORTAL,
        "end = \"refusal\"",
        "end = \"refusal\"\nnext = [{ step = 3 }]",
    );
    found(
        &text,
        "channels.portal.steps[1].next: nothing can come after an end",
    );
    let text = changed(APOSTILLE, PORTAL, "end = \"refusal\"\n", "");
    found(
        &text,
        "channels.portal.steps[1].next: must name the next step",
    );
}

#[test]
fn every_refusal_of_the_platform_is_a_step() {
    let text = changed(
        APOSTILLE,
        PORTAL,
        "begins = [\"refused.signature\"]",
        "begins = [\"refused.router\"]",
    );
    found(
        &text,
        "channels.portal.steps: no refusal begins with `refused.signature.verify`",
    );
    let text = changed(
        ARCHIVE,
        "[channels.front-office]",
        ", \"refused.registry.enis\"",
        "",
    );
    found(
        &text,
        "channels.front-office.steps: no refusal begins with `refused.registry.enis`",
    );
    let text = APOSTILLE.replace("\"result-issued.refused\"", "\"refused.router\"");
    found(&text, "no refusal begins with `result-issued.refused`");
}

#[test]
fn a_step_is_measured_or_outside() {
    let text = changed(APOSTILLE, PORTAL, "outside = true\n", "");
    found(
        &text,
        "channels.portal.steps[0]: needs `begins` and `completes`, or `outside = true`",
    );
    let text = changed(
        APOSTILLE,
        PORTAL,
        "begins = [\"received\"]",
        "outside = true\nbegins = [\"received\"]",
    );
    found(
        &text,
        "channels.portal.steps[5]: is outside, so no fact can measure it",
    );
    let text = changed(
        APOSTILLE,
        PORTAL,
        "\"enriched.payment\"",
        "\"enriched.gbd-fl\"",
    );
    found(
        &text,
        "channels.portal.steps[3]: `enriched.gbd-fl` never happens in this channel",
    );
}
