//! Whether the members of a message fit each other: what reading each of them alone cannot tell.
//!
//! In comes an envelope, out the first member that is wrong. Rules: which members a kind has, how long texts
//! may be, how many signatures and attachments there may be.

use std::collections::BTreeSet;

use fault::door::MALFORMED;
use message::{Kind, Outcome};

use crate::{config::Limits, envelope::Envelope, problem::Problem};

/// Checks the envelope as a whole.
pub fn check(envelope: &Envelope, limits: &Limits) -> Result<(), Problem> {
    members_of_kind(envelope)?;
    texts(envelope)?;
    counts(envelope, limits)
}

fn wrong(field: &str, detail: &str) -> Problem {
    Problem::new(&MALFORMED, detail).at(field)
}

/// Which members an application has, which a query, and which a report.
fn members_of_kind(e: &Envelope) -> Result<(), Problem> {
    let (applies, asks) = (e.kind == Kind::Application, e.kind == Kind::Query);
    let reports = !applies && !asks;
    let elsewhere = [
        (
            "applicant",
            e.applicant.is_some() && !applies,
            "applications",
        ),
        (
            "representative",
            e.representative.is_some() && !applies,
            "applications",
        ),
        ("receipt", e.receipt.is_some() && !applies, "applications"),
        (
            "consent",
            e.consent.is_some() && reports,
            "applications and queries",
        ),
        (
            "attachments",
            !e.attachments.is_empty() && asks,
            "applications and reports",
        ),
        ("query", e.query.is_some() && !asks, "queries"),
        (
            "report",
            e.report.is_some() && !reports,
            "status and result messages",
        ),
    ];
    if let Some((field, _, kinds)) = elsewhere.into_iter().find(|(_, is_wrong, _)| *is_wrong) {
        return Err(wrong(field, &format!("stands on {kinds} only")));
    }
    if asks {
        let query = e.query.as_ref();
        return query.ok_or_else(|| wrong("query", "is missing"))?.check();
    }
    if applies {
        let applicant = e
            .applicant
            .as_ref()
            .ok_or_else(|| wrong("applicant", "is missing"))?;
        return match (&applicant.iin, &applicant.bin) {
            (Some(_), None) | (None, Some(_)) => Ok(()),
            _ => Err(wrong("applicant", "must have exactly one of iin and bin")),
        };
    }
    let report = e
        .report
        .as_ref()
        .ok_or_else(|| wrong("report", "is missing"))?;
    match (e.kind, &report.status, report.outcome, &report.reason) {
        (Kind::Status, Some(_), None, None)
        | (Kind::Result, None, Some(Outcome::Granted), _)
        | (Kind::Result, None, Some(Outcome::Refused), Some(_)) => Ok(()),
        (Kind::Status, ..) => Err(wrong(
            "report",
            "must have status, and neither outcome nor reason",
        )),
        (_, None, Some(_), None) => Err(wrong(
            "report.reason",
            "is missing: a refusal has its reason (G3)",
        )),
        _ => Err(wrong("report", "must have outcome, and no status")),
    }
}

/// Texts that people wrote: not empty, not endless, without control characters.
fn texts(e: &Envelope) -> Result<(), Problem> {
    let applicant = e.applicant.as_ref();
    let report = e.report.as_ref();
    let power = e
        .representative
        .as_ref()
        .map(|r| &r.power_of_attorney.number);
    let short = [
        ("applicant.name", applicant.map(|a| &a.name), 300),
        (
            "applicant.email",
            applicant.and_then(|a| a.email.as_ref()),
            254,
        ),
        (
            "applicant.phone",
            applicant.and_then(|a| a.phone.as_ref()),
            32,
        ),
        ("representative.power_of_attorney.number", power, 100),
        (
            "consent.reference",
            e.consent.as_ref().map(|c| &c.reference),
            200,
        ),
        ("receipt", e.receipt.as_ref(), 100),
        ("document.media_type", Some(&e.document.media_type), 100),
        ("report.status", report.and_then(|r| r.status.as_ref()), 64),
        (
            "report.reason",
            report.and_then(|r| r.reason.as_ref()),
            4000,
        ),
    ];
    for (field, text, chars_max) in short {
        text.map_or(Ok(()), |text| plain(field, text, chars_max))?;
    }
    for (place, attachment) in e.attachments.iter().enumerate() {
        plain(&format!("attachments[{place}].name"), &attachment.name, 255)?;
        plain(
            &format!("attachments[{place}].media_type"),
            &attachment.media_type,
            100,
        )?;
    }
    if applicant
        .and_then(|a| a.email.as_deref())
        .is_some_and(|email| !is_address(email))
    {
        return Err(wrong(
            "applicant.email",
            "is not an address of the form name@domain",
        ));
    }
    if report
        .and_then(|r| r.status.as_deref())
        .is_some_and(|status| !is_word(status))
    {
        return Err(wrong("report.status", "must be a word of a-z, 0-9 and -"));
    }
    Ok(())
}

fn plain(field: &str, text: &str, chars_max: usize) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(wrong(field, "is empty"));
    }
    if text.chars().count() > chars_max {
        return Err(wrong(field, &format!("may have {chars_max} characters")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(wrong(field, "has control characters"));
    }
    Ok(())
}

/// As much as has to hold for mail to have somewhere to go; whether it arrives is seen later.
fn is_address(email: &str) -> bool {
    let around = email.split_once('@');
    around.is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@')
    }) && !email.contains(char::is_whitespace)
}

fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn counts(e: &Envelope, limits: &Limits) -> Result<(), Problem> {
    for (field, count, max) in [
        ("signatures", e.signatures.len(), limits.signatures_max),
        ("attachments", e.attachments.len(), limits.attachments_max),
    ] {
        if count > max {
            return Err(wrong(field, &format!("there may be {max}")));
        }
    }
    let mut seen = BTreeSet::new();
    match e
        .attachments
        .iter()
        .position(|attachment| !seen.insert(attachment.sha256))
    {
        Some(place) => Err(wrong(
            &format!("attachments[{place}].sha256"),
            "stands twice",
        )),
        None => Ok(()),
    }
}
