//! What the door says when it does not take something: problem details (RFC 9457).
//!
//! A check ends in a [`Problem`]; [`render`], the outermost layer, writes it once in the language of the
//! request. Types are `urn:kezek:problem:<code>` of the catalogue. Nothing here repeats what was sent.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use fault::{Again, Code};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use message::Language;
use serde::Serialize;

/// Seconds after which trying again makes sense.
pub const RETRY_AFTER_S: u64 = 5;

/// A request was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static Code,
    /// What is particular to this case, in English, without personal data.
    pub detail: String,
    /// The place in the request that is wrong, for example `applicant.iin`.
    pub field: Option<String>,
    /// All places that are wrong, where a check finds several at once.
    pub errors: Vec<FieldProblem>,
    /// What is beneath, for the log only.
    pub cause: Option<String>,
}

/// One of several places that are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    pub field: String,
    pub detail: String,
}

/// The body of a problem (RFC 9457 section 3.1), with members of our own.
#[derive(Debug, Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
    /// What the one who can act does about it.
    action: &'static str,
}

impl Problem {
    pub fn new(code: &'static Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            code,
            detail,
            field: None,
            errors: Vec::new(),
            cause: None,
        }
    }

    /// Names the place that is wrong.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds what is beneath, for the log only.
    #[must_use]
    pub fn because(mut self, cause: &impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Lists all places that are wrong; the first becomes the field.
    #[must_use]
    pub fn listing(mut self, errors: Vec<FieldProblem>) -> Self {
        self.field = errors.first().map(|error| error.field.clone());
        self.errors = errors;
        self
    }
}

impl IntoResponse for Problem {
    /// A bare answer that carries the problem; [`render`] writes its body.
    fn into_response(self) -> Response {
        let mut response = status(self.code).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: &Code) -> StatusCode {
    StatusCode::from_u16(code.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Writes a problem in `language`, keeping the headers that `response` has already.
pub fn render(response: Response, problem: &Problem, language: Language) -> Response {
    let code = problem.code;
    let body = Body {
        r#type: format!("urn:kezek:problem:{}", code.name),
        title: in_language(&code.meaning, language),
        status: code.http_status,
        detail: &problem.detail,
        code: code.name,
        field: problem.field.as_deref(),
        errors: &problem.errors,
        action: in_language(&code.action, language),
    };
    let mut written = (status(code), Json(body)).into_response();
    let headers = written.headers_mut();
    headers.extend(response.into_parts().0.headers);
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.as_str()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if code.again == Again::Later {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    written
}

/// `text` in `language`.
pub fn in_language(text: &fault::Text, language: Language) -> &'static str {
    match language {
        Language::Kk => text.kk,
        Language::Ru => text.ru,
        Language::En => text.en,
    }
}

/// The language that `Accept-Language` likes best of ours; English if none.
pub fn language_of(headers: &HeaderMap) -> Language {
    language_or(headers, Language::En)
}

/// The language that `Accept-Language` (RFC 9110 section 12.5.4) likes best of ours; `otherwise` if none.
pub fn language_or(headers: &HeaderMap, otherwise: Language) -> Language {
    let wish = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let mut best = (otherwise, 0.0);
    for range in wish.unwrap_or_default().split(',') {
        let (tag, parameter) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameter
            .trim()
            .strip_prefix("q=")
            .unwrap_or("1")
            .parse()
            .unwrap_or(0.0);
        let primary = tag.trim().split('-').next().unwrap_or_default();
        if let Ok(language) = primary.to_ascii_lowercase().parse()
            && weight > best.1
        {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(value: &'static str) -> Language {
        let headers = [(header::ACCEPT_LANGUAGE, HeaderValue::from_static(value))];
        language_of(&headers.into_iter().collect())
    }

    #[test]
    fn the_language_that_is_liked_best_is_taken() {
        assert_eq!(language_of(&HeaderMap::new()), Language::En);
        assert_eq!(wish("kk"), Language::Kk);
        assert_eq!(wish("de, ru-KZ;q=0.5, en;q=0.4"), Language::Ru);
        assert_eq!(wish("ru;q=0, KK;q=0.1"), Language::Kk);
        assert_eq!(wish("*;q=x,,;"), Language::En);
    }

    #[test]
    fn a_problem_is_written_once_with_what_its_code_says() {
        let problem = Problem::new(&fault::door::BROKER_UNAVAILABLE, "the broker is blocked");
        let bare = problem.clone().into_response();
        assert_eq!(bare.extensions().get::<Problem>(), Some(&problem));
        let written = render(bare, &problem, Language::Kk);
        assert_eq!(written.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            written.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(written.headers()[header::RETRY_AFTER], "5");
        assert_eq!(written.headers()[header::CONTENT_LANGUAGE], "kk");
    }
}
