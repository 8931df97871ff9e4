//! E-mail by SMTP (RFC 5321), through one relay.
//!
//! A letter becomes a plain-text mail with a `Message-ID` made from the notification's id, so that mail
//! systems can see a double, and `Auto-Submitted` (RFC 3834), so that no robot answers it. The relay's words
//! are never passed on: they often repeat the address.

use std::{path::PathBuf, sync::OnceLock, time::Duration};

use async_trait::async_trait;
use fault::{Fault, delivery};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        AsyncSmtpTransportBuilder, Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use message::Message;
use serde::Deserialize;
use tokio::time::timeout;

use super::{Adapter, Answer, BadSettings, Channel, Note};
use crate::occasion::Form;

pub(super) const ADAPTER: Adapter = Adapter {
    name: "smtp",
    build,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The relay, `host:port`.
    address: String,
    /// How the connection is protected: `starttls` (default), `tls` from the first byte, or `none`, which
    /// belongs on loopback only.
    #[serde(default)]
    tls: Protection,
    /// PEM file with the authority that certified the relay. Default: those the machine trusts.
    ca_file: Option<PathBuf>,
    /// Who the mail is from, for example `kezek <no-reply@kezek.kz>`.
    from: String,
    /// Name to sign in with. Default: no signing in.
    user: Option<String>,
    /// File with the password; given exactly where `user` is.
    password_file: Option<PathBuf>,
    /// How long sending one mail may take from connecting to the last reply, milliseconds, 100 to 60,000.
    /// Shorter than the lane's `handle_ms_max`. Default 5,000.
    #[serde(default = "timeout_ms")]
    timeout_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protection {
    #[default]
    Starttls,
    Tls,
    None,
}

fn timeout_ms() -> u64 {
    5000
}

type Relay = AsyncSmtpTransport<Tokio1Executor>;

struct Smtp {
    settings: AsyncSmtpTransportBuilder,
    /// Its connections; made at first use, because they need the runtime and settings are checked before it.
    relay: OnceLock<Relay>,
    from: Mailbox,
    /// The library's own limit stands for connecting only, not for a relay that then says nothing.
    limit: Duration,
}

impl Smtp {
    fn relay(&self) -> &Relay {
        self.relay.get_or_init(|| self.settings.clone().build())
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").finish_non_exhaustive()
    }
}

fn build(table: &toml::Table) -> Result<Box<dyn Channel>, BadSettings> {
    let settings: Settings = outside::read(table)?;
    let (host, port) = settings
        .address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .filter(|(host, _)| !host.is_empty())
        .ok_or_else(|| BadSettings::new("address", "must be host:port"))?;
    if !(100..=60_000).contains(&settings.timeout_ms) {
        return Err(BadSettings::new("timeout_ms", "must be 100 to 60000"));
    }
    let from = settings
        .from
        .parse()
        .map_err(|e: lettre::address::AddressError| BadSettings::new("from", e.to_string()))?;
    let limit = Duration::from_millis(settings.timeout_ms);
    let mut relay = Relay::builder_dangerous(host)
        .port(port)
        .timeout(Some(limit))
        .tls(protection(&settings, host)?);
    if let Some(credentials) = credentials(&settings)? {
        relay = relay.credentials(credentials);
    }
    Ok(Box::new(Smtp {
        settings: relay,
        relay: OnceLock::new(),
        from,
        limit,
    }))
}

fn protection(settings: &Settings, host: &str) -> Result<Tls, BadSettings> {
    if settings.tls == Protection::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(path) = &settings.ca_file {
        let pem = std::fs::read(path).map_err(|e| BadSettings::new("ca_file", e.to_string()))?;
        let authority =
            Certificate::from_pem(&pem).map_err(|e| BadSettings::new("ca_file", e.to_string()))?;
        parameters = parameters.add_root_certificate(authority);
    }
    let parameters = parameters
        .build()
        .map_err(|e| BadSettings::new("tls", e.to_string()))?;
    Ok(match settings.tls {
        Protection::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

fn credentials(settings: &Settings) -> Result<Option<Credentials>, BadSettings> {
    match (&settings.user, &settings.password_file) {
        (None, None) => Ok(None),
        (Some(user), Some(path)) => {
            let password = std::fs::read_to_string(path)
                .map_err(|e| BadSettings::new("password_file", e.to_string()))?;
            Ok(Some(Credentials::new(
                user.clone(),
                password.trim_end().to_owned(),
            )))
        }
        _ => Err(BadSettings::new(
            "password_file",
            "must be given exactly where `user` is",
        )),
    }
}

#[async_trait]
impl Channel for Smtp {
    fn form(&self) -> Form {
        Form::Email
    }

    fn address<'a>(&'a self, message: &'a Message) -> Option<&'a str> {
        let address = message.applicant.as_ref()?.email.as_deref()?.trim();
        (!address.is_empty()).then_some(address)
    }

    fn is_missed(&self) -> bool {
        true
    }

    fn mask(&self, address: &str) -> String {
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        let (name, host) = address.rsplit_once('@').unwrap_or((address, ""));
        format!("{}•••@{}•••", first(name), first(host))
    }

    async fn send(&self, note: Note<'_>) -> Result<Answer, Fault> {
        // What is not even an address no server has to refuse.
        let Ok(to) = note.address.parse::<Address>() else {
            return Ok(Answer::Rejected);
        };
        let mail = Mail::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(note.at.into())
            .subject(note.letter.subject.clone())
            .message_id(Some(format!("<{}@{}>", note.id, self.from.email.domain())))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(note.letter.text.clone())
            .map_err(|_| Fault::never(&fault::inside::INTERNAL, "put the mail together"))?;
        match timeout(self.limit, self.relay().send(mail)).await {
            Ok(Ok(_)) => Ok(Answer::Taken),
            Ok(Err(error)) => judge(&error),
            Err(_elapsed) => Err(outage(SILENT)),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        match timeout(self.limit, self.relay().test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(outage("it hung up")),
            Ok(Err(error)) => Err(outage(&told(&error))),
            Err(_elapsed) => Err(outage(SILENT)),
        }
    }
}

const SILENT: &str = "it did not answer in time";

/// What an error means: this address (55x), this mail just now (other replies), or the relay.
fn judge(error: &Error) -> Result<Answer, Fault> {
    let code = error.status().map(u16::from);
    match code {
        Some(550..=559) => Ok(Answer::Rejected),
        Some(421) | None => Err(outage(&told(error))),
        Some(_) => Err(Fault::later(&delivery::MAIL_FAILED, "send the mail").because(told(error))),
    }
}

fn outage(explanation: &str) -> Fault {
    Fault::outage(&delivery::MAIL_SERVER_UNREACHABLE, "send the mail").because(explanation)
}

/// The kind of error, without the relay's words.
fn told(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("SMTP {code}"),
        None if error.is_timeout() => SILENT.to_owned(),
        None if error.is_tls() => "TLS failed".to_owned(),
        None if error.is_response() => "what it says is not SMTP".to_owned(),
        None if error.is_client() => "it lacks what we need".to_owned(),
        None => "no connection".to_owned(),
    }
}

/// RFC 3834, section 5.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
