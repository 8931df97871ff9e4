//! The question to the signature service and its answer, as nouns on both sides.
//!
//! Clients and servers use these functions with [`crate::proto::signature`]; nobody else fills in
//! generated types. An answer is read as strictly as a message.

use jiff::Timestamp;
use message::{Message, Signer};

use crate::proto::signature::{
    self as proto, Invalid, Undetermined, Valid, VerifyRequest, VerifyResponse, verify_response,
};
use crate::{Unreadable, decode, encode};

/// What the signature service answers, and everything that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub opinion: Opinion,
    /// Of each signature, each of its signers, each aspect in the fixed order.
    pub findings: Vec<Finding>,
    pub evidence: Vec<Evidence>,
}

/// The answer itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opinion {
    /// Every signature holds, and these signed (G1, G2, G4).
    Valid { signers: Vec<Signer> },
    /// Refused: a code of the catalogue and what is particular to this case.
    Invalid { code: String, explanation: String },
    /// It cannot be told just now: a code of the catalogue and what is lacking.
    Undetermined { code: String, explanation: String },
}

/// What was found about one aspect of one signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which signature of the message, from 1.
    pub signature: u32,
    /// Which of its signers, from 1; 0 when the signature cannot be opened.
    pub signer: u32,
    /// Stable names of the signature library.
    pub aspect: String,
    pub outcome: String,
    pub code: String,
}

/// A list, an answer or a timestamp, by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub kind: String,
    pub sha256: [u8; 32],
    pub produced_at: Timestamp,
}

/// Asks about a message.
pub fn question(message: &Message) -> VerifyRequest {
    VerifyRequest {
        message: Some(encode::message(message)),
    }
}

/// The message that is asked about.
pub fn read_question(request: VerifyRequest) -> Result<Message, Unreadable> {
    decode::message(decode::need("message", request.message)?)
}

/// Writes an answer.
pub fn answer(answer: Answer) -> VerifyResponse {
    let verdict = match answer.opinion {
        Opinion::Valid { signers } => verify_response::Verdict::Valid(Valid {
            signers: signers.iter().map(encode::signer).collect(),
        }),
        Opinion::Invalid { code, explanation } => {
            verify_response::Verdict::Invalid(Invalid { code, explanation })
        }
        Opinion::Undetermined { code, explanation } => {
            verify_response::Verdict::Undetermined(Undetermined { code, explanation })
        }
    };
    let findings = answer.findings.into_iter().map(|one| proto::Finding {
        signature: one.signature,
        signer: one.signer,
        aspect: one.aspect,
        outcome: one.outcome,
        code: one.code,
    });
    let evidence = answer.evidence.into_iter().map(|one| proto::Evidence {
        kind: one.kind,
        sha256: one.sha256.to_vec(),
        produced_at: Some(encode::time(one.produced_at)),
    });
    VerifyResponse {
        verdict: Some(verdict),
        findings: findings.collect(),
        evidence: evidence.collect(),
    }
}

/// Reads an answer.
pub fn read_answer(response: VerifyResponse) -> Result<Answer, Unreadable> {
    let opinion = match decode::need("verdict", response.verdict)? {
        verify_response::Verdict::Valid(valid) => Opinion::Valid {
            signers: valid
                .signers
                .into_iter()
                .map(decode::signer)
                .collect::<Result<_, _>>()?,
        },
        verify_response::Verdict::Invalid(Invalid { code, explanation }) => {
            Opinion::Invalid { code, explanation }
        }
        verify_response::Verdict::Undetermined(Undetermined { code, explanation }) => {
            Opinion::Undetermined { code, explanation }
        }
    };
    let findings = response.findings.into_iter().map(|one| Finding {
        signature: one.signature,
        signer: one.signer,
        aspect: one.aspect,
        outcome: one.outcome,
        code: one.code,
    });
    let read = |one: proto::Evidence| -> Result<Evidence, Unreadable> {
        Ok(Evidence {
            kind: one.kind,
            sha256: one
                .sha256
                .try_into()
                .map_err(|_| Unreadable::Wrong("sha256"))?,
            produced_at: decode::time("produced_at", one.produced_at)?,
        })
    };
    let evidence = response.evidence.into_iter().map(read);
    Ok(Answer {
        opinion,
        findings: findings.collect(),
        evidence: evidence.collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_went() {
        let texts = || ("certificate-revoked".to_owned(), "signer 1".to_owned());
        let signer = Signer {
            name: "АЙ СҰЛУ".to_owned(),
            iin: None,
            bin: None,
            roles: vec!["person".to_owned()],
            certificate_serial: "0a".to_owned(),
            algorithm: "RSA-SHA256".to_owned(),
            signed_at: None,
        };
        let (code, explanation) = texts();
        let invalid = Opinion::Invalid { code, explanation };
        let (code, explanation) = texts();
        let undetermined = Opinion::Undetermined { code, explanation };
        let valid = Opinion::Valid {
            signers: vec![signer],
        };
        for opinion in [valid, invalid, undetermined] {
            let one = Answer {
                opinion,
                findings: vec![Finding {
                    signature: 1,
                    signer: 2,
                    aspect: "revocation".to_owned(),
                    outcome: "invalid".to_owned(),
                    code: "revoked".to_owned(),
                }],
                evidence: vec![Evidence {
                    kind: "crl".to_owned(),
                    sha256: [7; 32],
                    produced_at: Timestamp::UNIX_EPOCH,
                }],
            };
            assert_eq!(read_answer(answer(one.clone())).unwrap(), one);
        }
    }

    #[test]
    fn an_empty_question_or_answer_is_refused_with_its_field() {
        let nothing = VerifyRequest { message: None };
        assert!(matches!(
            read_question(nothing),
            Err(Unreadable::Missing("message"))
        ));
        let nothing = VerifyResponse::default();
        assert!(matches!(
            read_answer(nothing),
            Err(Unreadable::Missing("verdict"))
        ));
    }
}
