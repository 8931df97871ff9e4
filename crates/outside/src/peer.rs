//! One system outside our walls, reached over HTTP, and the one place where its failures are read.
//!
//! | what happens                                        | what it means                                |
//! |-----------------------------------------------------|----------------------------------------------|
//! | refused connection, time-out, 502, 503, 504          | the system is down: outage                   |
//! | 401, 403, 407                                        | it does not let us in: outage, not the message's fault |
//! | 408, 429, 500 and other 5xx, an answer broken off    | later, blamed on this message                |
//! | any other 4xx                                        | a reply, which the adapter judges            |
//! | 500 to a question in SOAP                            | a reply: its body says the fault             |
//! | 3xx, an answer too long, or not of the agreed form   | garbled: never, or later a few times         |
//!
//! Nothing personal stands in a URL, and no answer is quoted in an error.

use std::{fmt, path::Path, time::Duration};

use fault::{Again, Blame, Code, Fault};
use reqwest::{
    Certificate, Client, Method, Request, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect,
};
use serde::Serialize;
use telemetry::{
    propagation,
    span::{self, Side},
};
use tracing::{Instrument, Span};

use crate::{BadSettings, HttpSettings, Reply};

/// What failures of a kind of system are called in the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The system is down for everybody.
    pub unreachable: &'static Code,
    /// It failed on this message.
    pub failed: &'static Code,
    /// Its answer is not of the agreed form.
    pub garbled: &'static Code,
    /// What was being done, fitting "could not …".
    pub doing: &'static str,
}

/// In what a question is asked, where that changes the meaning of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Json,
    Soap,
}

/// How often a garbled answer is asked for again where that can help: an error page of something in between
/// passes within half a minute; a form that has changed does not, and waits for a person.
const GARBLED_TRIES: u32 = 4;

impl Words {
    /// The fault for an answer of the wrong form. The catalogue says whether asking again can help.
    pub fn garbled(&self, explanation: impl Into<String>) -> Fault {
        let fault = match self.garbled.again {
            Again::Later => Fault::later(self.garbled, self.doing).at_most(GARBLED_TRIES),
            Again::Never => Fault::never(self.garbled, self.doing),
        };
        fault.because(explanation)
    }
}

/// A system outside our walls.
pub struct Peer {
    http: Client,
    endpoint: Url,
    token: Option<HeaderValue>,
    answer_bytes_max: usize,
    words: Words,
}

impl Peer {
    /// Prepares to speak with the system; opens no connection yet.
    pub fn new(settings: &HttpSettings, words: Words) -> Result<Self, BadSettings> {
        settings.check()?;
        let timeout = Duration::from_millis(settings.timeout_ms);
        let mut http = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .user_agent("kezek");
        if let Some(path) = &settings.ca_file {
            http = http.tls_certs_only(authorities(path)?);
        }
        Ok(Self {
            http: http
                .build()
                .map_err(|_| BadSettings::new("ca_file", "no client can be made with these"))?,
            endpoint: endpoint(&settings.endpoint)?,
            token: settings.token_file.as_deref().map(token).transpose()?,
            answer_bytes_max: settings.answer_bytes_max,
            words,
        })
    }

    /// Posts `body` to `path` below the endpoint, with the trace of the step that asks.
    pub async fn post(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &impl Serialize,
    ) -> Result<Reply, Fault> {
        let request = self.http.post(self.url(path)).json(body);
        self.exchange(request, headers, Tongue::Json).await
    }

    /// Posts these very bytes of JSON, for those who have signed them.
    pub async fn post_bytes(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        json: Vec<u8>,
    ) -> Result<Reply, Fault> {
        let request = self.http.post(self.url(path)).body(json);
        let request = request.header(CONTENT_TYPE, "application/json");
        self.exchange(request, headers, Tongue::Json).await
    }

    /// Posts an envelope of SOAP 1.1 to the endpoint itself. A status 500 is a reply, since SOAP tells its
    /// faults under it.
    pub async fn post_soap(&self, action: &str, envelope: Vec<u8>) -> Result<Reply, Fault> {
        let request = self.http.post(self.endpoint.clone()).body(envelope);
        let request = request.header(CONTENT_TYPE, "text/xml; charset=utf-8");
        let action = ["\"", action, "\""].concat();
        self.exchange(request, &[("soapaction", &action)], Tongue::Soap)
            .await
    }

    async fn exchange(
        &self,
        mut request: RequestBuilder,
        headers: &[(&'static str, &str)],
        tongue: Tongue,
    ) -> Result<Reply, Fault> {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.build().map_err(|e| self.broken(e))?;
        let url = request.url();
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default();
        let span = span::http_client(request.method(), host, port, url.as_str());
        let asked = self.ask(request, &span, tongue).instrument(span.clone());
        let asked = asked.await;
        asked.inspect_err(|fault| span::failed(&span, fault.code.name))
    }

    /// One exchange, to the last byte of its answer.
    async fn ask(&self, request: Request, span: &Span, tongue: Tongue) -> Result<Reply, Fault> {
        let mut response = self.send(request, span).await?;
        if let Some(fault) = self.judge(response.status(), tongue) {
            return Err(fault);
        }
        let status = response.status();
        let body = self.body_of(&mut response).await?;
        Ok(Reply {
            status,
            body,
            words: self.words,
        })
    }

    /// Asks `GET {endpoint}/health`; any success means that the system is up.
    pub async fn probe(&self) -> Result<(), Fault> {
        let health = Request::new(Method::GET, self.url("health"));
        let response = self.send(health, &Span::none()).await?;
        if let Some(fault) = self.judge(response.status(), Tongue::Json) {
            return Err(fault);
        }
        if response.status().is_success() {
            Ok(())
        } else {
            let told = format!("health says {}", response.status().as_u16());
            Err(Fault::outage(self.words.unreachable, self.words.doing).because(told))
        }
    }

    /// Asks for the description of a SOAP endpoint, `GET {endpoint}?wsdl`. Whatever is answered means that the
    /// system is up, if only it is an answer of its own: not every system gives its description away.
    pub async fn probe_soap(&self) -> Result<(), Fault> {
        let mut url = self.endpoint.clone();
        url.set_query(Some("wsdl"));
        let response = self
            .send(Request::new(Method::GET, url), &Span::none())
            .await?;
        match self.judge(response.status(), Tongue::Soap) {
            Some(fault) if fault.blame == Blame::Lane => Err(fault),
            _ => Ok(()),
        }
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.endpoint.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(path);
        }
        url
    }

    async fn send(&self, mut request: Request, span: &Span) -> Result<Response, Fault> {
        propagation::inject_http(span, request.headers_mut());
        if let Some(token) = &self.token {
            request.headers_mut().insert(AUTHORIZATION, token.clone());
        }
        let response = self.http.execute(request).await;
        let response = response.map_err(|e| self.broken(e))?;
        span::http_answered(span, Side::Client, response.status());
        Ok(response)
    }

    /// The fault that a status means whatever was asked; none if the adapter has to judge.
    fn judge(&self, status: StatusCode, tongue: Tongue) -> Option<Fault> {
        let Words {
            unreachable,
            failed,
            doing,
            ..
        } = self.words;
        let fault = match status.as_u16() {
            502..=504 => Fault::outage(unreachable, doing),
            401 | 403 | 407 => Fault::outage(unreachable, doing)
                .because(format!("it does not let us in: status {}", status.as_u16())),
            500 if tongue == Tongue::Soap => return None,
            408 | 429 | 500..=599 => Fault::later(failed, doing),
            200..=299 | 400..=499 => return None,
            _ => self.words.garbled(""),
        };
        let untold = fault.explanation.is_empty();
        Some(if untold {
            fault.because(format!("status {}", status.as_u16()))
        } else {
            fault
        })
    }

    async fn body_of(&self, response: &mut Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(e))? {
            if body.len() + chunk.len() > self.answer_bytes_max {
                let told = format!("longer than {} bytes", self.answer_bytes_max);
                return Err(self.words.garbled(told));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The fault for an exchange that did not come to its end.
    fn broken(&self, error: reqwest::Error) -> Fault {
        let Words {
            unreachable,
            failed,
            doing,
            ..
        } = self.words;
        let fault = if error.is_timeout() {
            Fault::outage(unreachable, doing).because("no answer in time")
        } else if error.is_connect() {
            Fault::outage(unreachable, doing).because("no connection")
        } else {
            Fault::later(failed, doing).because("the answer broke off")
        };
        fault.from_source(error.without_url())
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peer({})", self.endpoint)
    }
}

fn endpoint(text: &str) -> Result<Url, BadSettings> {
    let bad = |problem: &str| BadSettings::new("endpoint", problem);
    let url = Url::parse(text).map_err(|_| bad("not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad("must begin with http:// or https:// and a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("holds a user or password; use `token_file`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("must have no query and no fragment"));
    }
    Ok(url)
}

fn token(path: &Path) -> Result<HeaderValue, BadSettings> {
    let bad = |problem: String| BadSettings::new("token_file", problem);
    let text = std::fs::read_to_string(path)
        .map_err(|e| bad(format!("cannot read {}: {}", path.display(), e.kind())))?;
    let mut value = HeaderValue::try_from(format!("Bearer {}", text.trim()))
        .map_err(|_| bad("holds bytes that no header may carry".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, BadSettings> {
    let bad = |problem: String| BadSettings::new("ca_file", problem);
    let pem = std::fs::read(path)
        .map_err(|e| bad(format!("cannot read {}: {}", path.display(), e.kind())))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(bad("no PEM certificates in it".to_owned())),
    }
}
