//! The question to the signature service and its answer, as nouns on both sides.
//!
//! Clients and servers use these functions with [`crate::proto::signature`]; nobody else fills in
//! generated types. An answer is read as strictly as a message.

use message::{Message, Signer};

use crate::proto::signature::{
    Invalid, Undetermined, Valid, VerifyRequest, VerifyResponse, verify_response,
};
use crate::{Unreadable, decode, encode};

/// What the signature service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Every signature holds, and these signed (G1, G2, G4).
    Valid { signers: Vec<Signer> },
    /// Refused: a code of the catalogue and what is particular to this case.
    Invalid { code: String, explanation: String },
    /// It cannot be told just now: a code of the catalogue and what is lacking.
    Undetermined { code: String, explanation: String },
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
    let verdict = match answer {
        Answer::Valid { signers } => verify_response::Verdict::Valid(Valid {
            signers: signers.iter().map(encode::signer).collect(),
        }),
        Answer::Invalid { code, explanation } => {
            verify_response::Verdict::Invalid(Invalid { code, explanation })
        }
        Answer::Undetermined { code, explanation } => {
            verify_response::Verdict::Undetermined(Undetermined { code, explanation })
        }
    };
    VerifyResponse {
        verdict: Some(verdict),
    }
}

/// Reads an answer.
pub fn read_answer(response: VerifyResponse) -> Result<Answer, Unreadable> {
    Ok(match decode::need("verdict", response.verdict)? {
        verify_response::Verdict::Valid(valid) => Answer::Valid {
            signers: valid
                .signers
                .into_iter()
                .map(decode::signer)
                .collect::<Result<_, _>>()?,
        },
        verify_response::Verdict::Invalid(Invalid { code, explanation }) => {
            Answer::Invalid { code, explanation }
        }
        verify_response::Verdict::Undetermined(Undetermined { code, explanation }) => {
            Answer::Undetermined { code, explanation }
        }
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
        let invalid = Answer::Invalid { code, explanation };
        let (code, explanation) = texts();
        let undetermined = Answer::Undetermined { code, explanation };
        let valid = Answer::Valid {
            signers: vec![signer],
        };
        for one in [valid, invalid, undetermined] {
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
        let nothing = VerifyResponse { verdict: None };
        assert!(matches!(
            read_answer(nothing),
            Err(Unreadable::Missing("verdict"))
        ));
    }
}
