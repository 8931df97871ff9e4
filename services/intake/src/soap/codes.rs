//! What a problem is on the gateway's channels: a SOAP fault with the gateway's code, and inside it our own.
//!
//! | our code | the gateway's |
//! |---|---|
//! | `unknown-service` | SCE004 |
//! | `channel-certificate-time` | SCE005 |
//! | `channel-signature-wrong` | SCE006 |
//! | `channel-unsigned` | SCE007 |
//! | `certificate-expired`, `certificate-not-yet-valid` | SCE015 |
//! | every other code of a signature | SCE016 |
//! | `signature-missing` | SCE017 |
//! | every other code where trying again later helps, and `internal` | SCE909 |
//! | every other | SCE001 |
//!
//! `errorMessage` says it in words, `errorData` has our code; `subError` has our code too, with what is particular to
//! this case, and in its `errorData` the place that is wrong.

use fault::{Again, Code, channel, door, inside, signing};
use gateway::{Fault, Refusal, code, types::ErrorInfo};
use jiff::Timestamp;
use message::Language;

use crate::problem::{Problem, in_language};

/// The gateway's code for one of ours.
pub fn of(ours: &Code) -> &'static str {
    let is = |other: &Code| ours.name == other.name;
    if is(&door::UNKNOWN_SERVICE) {
        code::NO_SERVICE
    } else if is(&channel::CHANNEL_CERTIFICATE_TIME) {
        code::TRANSPORT_TIME
    } else if is(&channel::CHANNEL_SIGNATURE_WRONG) {
        code::TRANSPORT_WRONG
    } else if is(&channel::CHANNEL_UNSIGNED) {
        code::TRANSPORT_UNSIGNED
    } else if is(&signing::CERTIFICATE_EXPIRED) || is(&signing::CERTIFICATE_NOT_YET_VALID) {
        code::DATA_TIME
    } else if is(&signing::SIGNATURE_MISSING) {
        code::DATA_UNSIGNED
    } else if ours.again == Again::Later || is(&inside::INTERNAL) {
        code::INTERNAL
    } else if fault::is_signing(ours) {
        code::DATA_WRONG
    } else {
        code::FORMAT
    }
}

/// The problem as a fault, in `language`.
pub fn fault(problem: &Problem, language: Language, now: Timestamp) -> Fault {
    let ours = problem.code;
    let (meaning, action) = (
        in_language(&ours.meaning, language),
        in_language(&ours.action, language),
    );
    let mut fault = Fault::new(of(ours), meaning, now);
    let said = if problem.detail.is_empty() {
        action.to_owned()
    } else {
        format!("{}. {action}", problem.detail)
    };
    let mut inner = ErrorInfo::new(ours.name, said, now);
    inner.data.clone_from(&problem.field);
    if let Some(error) = &mut fault.error {
        error.data = Some(ours.name.to_owned());
        error.sub_error = Some(Box::new(inner));
    }
    fault
}

/// What the codec refuses, as a problem.
pub fn problem(refusal: &Refusal) -> Problem {
    let ours = match refusal.code {
        code::TRANSPORT_TIME => &channel::CHANNEL_CERTIFICATE_TIME,
        code::TRANSPORT_WRONG => &channel::CHANNEL_SIGNATURE_WRONG,
        code::TRANSPORT_UNSIGNED => &channel::CHANNEL_UNSIGNED,
        code::NO_SERVICE => &door::UNKNOWN_SERVICE,
        _ => &door::MALFORMED,
    };
    Problem::new(ours, refusal.why.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_catalogue_has_one_of_the_gateway() {
        for ours in fault::catalogue() {
            assert!(of(ours).starts_with("SCE"), "{ours}");
        }
        for (ours, theirs) in [
            (&door::UNKNOWN_SERVICE, "SCE004"),
            (&channel::CHANNEL_UNSIGNED, "SCE007"),
            (&signing::SIGNATURE_MISSING, "SCE017"),
            (&signing::CERTIFICATE_EXPIRED, "SCE015"),
            (&signing::CERTIFICATE_REVOKED, "SCE016"),
            (&signing::REVOCATION_UNKNOWN, "SCE909"),
            (&door::BROKER_UNAVAILABLE, "SCE909"),
            (&door::CONSENT_MISSING, "SCE001"),
            (&channel::SENDER_UNKNOWN, "SCE001"),
        ] {
            assert_eq!(of(ours), theirs, "{ours}");
        }
    }

    #[test]
    fn a_fault_says_our_code_the_place_and_what_to_do() {
        let problem = Problem::new(&door::CONSENT_MISSING, "it is dated in the future");
        let problem = problem.at("consent.given_at");
        let fault = fault(&problem, Language::En, Timestamp::UNIX_EPOCH);
        assert_eq!(fault.code(), "consent-missing");
        let error = fault.error.unwrap();
        assert_eq!(
            (error.code.as_str(), error.data.as_deref()),
            ("SCE001", Some("consent-missing"))
        );
        let inner = error.sub_error.unwrap();
        assert_eq!(inner.data.as_deref(), Some("consent.given_at"));
        assert!(inner.message.starts_with("it is dated in the future. "));
    }
}
