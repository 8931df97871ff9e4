//! The doors for systems that speak as the e-government gateway does (SOAP): `/soap/sync`, `/soap/async`, and
//! `/soap/async/client`, where others push to us. `?wsdl` and `?xsd=` describe each.
//!
//! In: an envelope. Out: an envelope, or a fault with the gateway's code and ours ([`codes`]). Who sends is known by
//! his certificate or password ([`systems`]), his signature is verified before anything is believed, and what he sends
//! becomes the JSON of the other door ([`letter`]): one pipeline, two doors.

pub mod codes;
mod letter;
mod mail;
mod serve;
pub mod systems;

use axum::{
    Extension, Router,
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::get,
};
use fault::door::{MALFORMED, TOO_LARGE, UNKNOWN_PATH};
use gateway::{Limits, Operation, read_call, security::Guard, write_fault, write_reply, wsdl};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use message::Language;

use crate::{
    http::{Door, read},
    problem::{Problem, language_or},
    tls::Peer,
};

/// Where the channels are served.
pub const PATH: &str = "/soap/";

/// One of the three channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Sync,
    Async,
    Client,
}

/// A problem that was written as a fault already; it is still to be announced.
#[derive(Debug, Clone)]
pub struct Told(pub Problem);

impl Channel {
    fn path(self) -> &'static str {
        match self {
            Self::Sync => "/soap/sync",
            Self::Async => "/soap/async",
            Self::Client => "/soap/async/client",
        }
    }

    fn wsdl(self) -> &'static str {
        match self {
            Self::Sync => "sync.wsdl",
            Self::Async => "async.wsdl",
            Self::Client => "async-client.wsdl",
        }
    }

    /// The operations of the channel, the first of which faults are written for where nothing could be read.
    fn operations(self) -> &'static [Operation] {
        match self {
            Self::Sync => &[Operation::SyncSend],
            Self::Async => &[
                Operation::Send,
                Operation::GetMessages,
                Operation::DeliveryNotification,
                Operation::MessageStatus,
            ],
            Self::Client => &[Operation::PushSend, Operation::PushStatus],
        }
    }
}

/// The paths of the channels.
pub fn router() -> Router<Door> {
    [Channel::Sync, Channel::Async, Channel::Client]
        .into_iter()
        .fold(Router::new(), |router, channel| {
            let describe = async move |headers: HeaderMap, RawQuery(query): RawQuery| {
                describe(channel, &headers, query.as_deref())
            };
            let take = async move |State(door): State<Door>,
                                   Extension(peer): Extension<Peer>,
                                   headers: HeaderMap,
                                   body: Body| {
                take(&door, channel, &peer, &headers, body).await
            };
            router.route(channel.path(), get(describe).post(take))
        })
}

/// `?wsdl`, `?xsd=<name>`
fn describe(
    channel: Channel,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<impl IntoResponse + use<>, Problem> {
    let query = query.unwrap_or_default();
    let name = match query.split_once('=') {
        Some((key, name)) if key.eq_ignore_ascii_case("xsd") => name,
        _ if query.eq_ignore_ascii_case("wsdl") => channel.wsdl(),
        _ => {
            let detail = "ask for ?wsdl, or post an envelope";
            return Err(Problem::new(&UNKNOWN_PATH, detail));
        }
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte);
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.filter(|host| host.bytes().all(is_plain));
    let address = format!("https://{}{}", host.unwrap_or("localhost"), channel.path());
    let file = wsdl::file(name, &address);
    let file = file.ok_or_else(|| Problem::new(&UNKNOWN_PATH, "there is no such description"))?;
    Ok((xml(), file))
}

fn xml() -> [(header::HeaderName, HeaderValue); 2] {
    [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/xml; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// Takes an envelope and answers it.
async fn take(
    door: &Door,
    channel: Channel,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let mut answering = Answering {
        operation: channel.operations()[0],
        guard: None,
    };
    match exchange(door, channel, peer, body, &mut answering).await {
        Ok(envelope) => match answering.sealed(envelope) {
            Ok(sealed) => (xml(), sealed).into_response(),
            Err(problem) => fault(problem, headers, answering.operation, None),
        },
        Err(problem) => fault(problem, headers, answering.operation, answering.guard),
    }
}

/// What an answer needs to know, as far as the request could be read.
struct Answering<'a> {
    operation: Operation,
    guard: Option<&'a Guard>,
}

impl Answering<'_> {
    fn sealed(&self, envelope: String) -> Result<Vec<u8>, Problem> {
        let Some(guard) = self.guard else {
            return Ok(envelope.into_bytes());
        };
        let id = format!("id-{}", serve::some_id());
        let sealed = guard.seal(envelope, &id);
        sealed.map_err(|error| Problem::new(&fault::inside::INTERNAL, "").because(&error))
    }
}

async fn exchange<'a>(
    door: &'a Door,
    channel: Channel,
    peer: &Peer,
    body: Body,
    answering: &mut Answering<'a>,
) -> Result<String, Problem> {
    let desk = &door.desk;
    let received = read(body, desk.limits.message_bytes_max, desk.limits.body_max()).await?;
    if !received.whole {
        let detail = format!(
            "an envelope may have {} bytes",
            desk.limits.message_bytes_max
        );
        return Err(Problem::new(&TOO_LARGE, detail));
    }
    let limits = Limits {
        bytes_max: desk.limits.message_bytes_max,
        ..Limits::default()
    };
    let now = (desk.clock)();
    let refused = |refusal: gateway::Refusal| codes::problem(&refusal);
    // Who it may be is read first, and believed only once the signature he must have is verified.
    let claimed = Guard::off()
        .open(&received.bytes, &limits, now)
        .map_err(refused)?;
    let claimed = read_call(claimed.body.as_bytes(), &limits);
    let claimed = claimed.map_err(|refusal| {
        answering.operation = refusal.operation.unwrap_or(answering.operation);
        codes::problem(&refusal)
    })?;
    if !channel.operations().contains(&claimed.operation()) {
        let detail = format!("is no operation of {}", channel.path());
        return Err(Problem::new(&MALFORMED, detail).at(claimed.operation().name()));
    }
    answering.operation = claimed.operation();
    let known = door
        .systems
        .know(claimed.sender(), peer, &desk.participants)
        .await?;
    answering.guard = Some(known.guard);
    let opened = known
        .guard
        .open(&received.bytes, &limits, now)
        .map_err(refused)?;
    let call = read_call(opened.body.as_bytes(), &limits).map_err(refused)?;
    if call.sender() != claimed.sender() || call.operation() != claimed.operation() {
        let detail = "what is signed has another sender than what was sent";
        return Err(Problem::new(
            &fault::channel::CHANNEL_SIGNATURE_WRONG,
            detail,
        ));
    }
    let reply = serve::call(door, &known, call, &limits).await?;
    Ok(write_reply(&reply))
}

/// A problem as a fault, in the language of the request, Russian if it names none.
pub fn fault(
    problem: Problem,
    headers: &HeaderMap,
    operation: Operation,
    guard: Option<&Guard>,
) -> Response {
    let language = language_or(headers, Language::Ru);
    let written = write_fault(
        &codes::fault(&problem, language, Timestamp::now()),
        operation,
    );
    let answering = Answering { operation, guard };
    let sealed = answering.sealed(written.clone());
    let body = sealed.unwrap_or_else(|_| written.into_bytes());
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, xml(), body).into_response();
    response.extensions_mut().insert(Told(problem));
    response
}

/// The operation that faults of a path are written for where nothing of the request was read.
pub fn operation_of(path: &str) -> Operation {
    let channels = [Channel::Sync, Channel::Async, Channel::Client];
    let channel = channels.into_iter().find(|channel| channel.path() == path);
    channel.unwrap_or(Channel::Sync).operations()[0]
}
