//! One played system: its name, its door, its fault and how often it was asked.
//!
//! In: a [`Door`] and either an HTTP router or a connection handler. Out: a running system whose fault can be
//! set; setting `down` or ending it returns only when the listener has really changed. What the system says
//! when it is well is none of this file's business.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use serde::Serialize;
use tokio::{net::TcpStream, sync::watch};
use tokio_util::sync::CancellationToken;

use crate::{
    door::Door,
    doubling::Doubling,
    fault::{Fault, Setting, Switch},
    kept::Kept,
};

/// Bytes that are neither JSON nor any certificate list, text or protocol line.
pub(crate) const GARBAGE: &[u8] = b"\x1f\x8b\x00{\"found\":tru\xff\xfe<html>\r\n";

/// The newest requests that a system remembers.
const HEARD_MAX: usize = 10_000;

/// A request as it came over the line, without its body.
#[derive(Debug, Clone, Serialize)]
pub struct Heard {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// W3C trace context, if the caller sent any.
    pub traceparent: Option<String>,
}

/// A system outside the walls, played on one loopback port.
#[derive(Debug)]
pub struct System {
    name: &'static str,
    address: SocketAddr,
    switch: Switch,
    open: watch::Receiver<bool>,
    received: AtomicU64,
    heard: Kept<Heard>,
}

/// What the control API shows of a system.
#[derive(Debug, Serialize)]
pub struct View {
    pub name: &'static str,
    pub address: SocketAddr,
    pub open: bool,
    #[serde(flatten)]
    pub setting: Setting,
    /// Requests (mail: transactions) since the start, whatever became of them.
    pub received: u64,
}

impl System {
    /// Plays an HTTP system on `door` until `stop`.
    pub fn http(
        name: &'static str,
        door: Door,
        stop: CancellationToken,
        routes: Router,
    ) -> Arc<Self> {
        Self::start(name, door, stop, |system| {
            let app = routes.layer(from_fn_with_state(Arc::clone(system), misbehave));
            let switch = system.switch.clone();
            move |stream: TcpStream| {
                let io = TokioIo::new(Doubling::new(stream, switch.clone()));
                let service = TowerToHyperService::new(app.clone());
                async move {
                    let http = auto::Builder::new(TokioExecutor::new());
                    if let Err(error) = http.serve_connection(io, service).await {
                        tracing::debug!(error, "a connection ended early");
                    }
                }
            }
        })
    }

    /// Plays a system of any protocol on `door` until `stop`; `make` gives the handler of its connections,
    /// which has to ask [`System::setting`] and to count with [`System::count`] itself.
    pub fn start<H, F>(
        name: &'static str,
        door: Door,
        stop: CancellationToken,
        make: impl FnOnce(&Arc<Self>) -> H,
    ) -> Arc<Self>
    where
        H: Fn(TcpStream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let open = watch::Sender::new(false);
        let system = Arc::new(Self {
            name,
            address: door.address(),
            switch: Switch::default(),
            open: open.subscribe(),
            received: AtomicU64::new(0),
            heard: Kept::new(HEARD_MAX),
        });
        let handle = make(&system);
        let switch = system.switch.clone();
        tokio::spawn(async move {
            if let Err(error) = door.serve(switch, open, stop, handle).await {
                tracing::error!(name, %error, "the port is lost: this system stays closed");
            }
        });
        system
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn setting(&self) -> Setting {
        self.switch.now()
    }

    /// Counts one request.
    pub fn count(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    /// The newest requests of an HTTP system, being asked for health included.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.all()
    }

    fn hear(&self, request: &Request) {
        let traceparent = request.headers().get("traceparent");
        self.heard.add(Heard {
            method: request.method().to_string(),
            target: request.uri().to_string(),
            traceparent: traceparent
                .and_then(|text| text.to_str().ok())
                .map(str::to_owned),
        });
    }

    /// Sets the fault and waits until the listener is closed or open as it demands.
    pub async fn set(&self, setting: Setting) {
        self.switch.set(setting);
        let mut open = self.open.clone();
        // An error means that the door is gone for good, which the log has said.
        let _open = open
            .wait_for(|open| *open == (setting.fault != Fault::Down))
            .await;
    }

    /// Waits until the system listens for the first time.
    pub async fn opened(&self) {
        let mut open = self.open.clone();
        let _open = open.wait_for(|open| *open).await;
    }

    pub fn view(&self) -> View {
        View {
            name: self.name,
            address: self.address,
            open: *self.open.borrow(),
            setting: self.setting(),
            received: self.received.load(Ordering::Relaxed),
        }
    }
}

/// Lets a request meet the fault of the present moment. Being asked for health counts for nothing, and a
/// system that only answers late, twice or with a rejection says that it is well: its faults show in its work.
async fn misbehave(
    State(system): State<Arc<System>>,
    mut request: Request,
    next: Next,
) -> Response {
    system.hear(&request);
    let path = request.uri().path();
    // A channel is asked whether it is up by asking for its description.
    let described = path.starts_with("/soap/") && request.method() == Method::GET;
    let works = path != "/health" && !described;
    if works {
        system.count();
    }
    let setting = system.setting();
    // What a channel does otherwise, its own handlers do.
    request.extensions_mut().insert(setting);
    match setting.fault {
        Fault::Slow => {
            tokio::time::sleep(setting.delay()).await;
            next.run(request).await
        }
        Fault::Error500 => (StatusCode::INTERNAL_SERVER_ERROR, "told to fail").into_response(),
        Fault::Error503 => (StatusCode::SERVICE_UNAVAILABLE, "told to be away").into_response(),
        Fault::Reject if works => {
            (StatusCode::UNPROCESSABLE_ENTITY, "told to reject").into_response()
        }
        Fault::Garbage => ([(header::CONTENT_TYPE, "application/json")], GARBAGE).into_response(),
        Fault::Hang => pending().await,
        Fault::Late if works => {
            let answer = next.run(request).await;
            tokio::time::sleep(setting.delay()).await;
            answer
        }
        // A closed door lets nobody in, and doubling is done on the wire.
        Fault::None | Fault::Down | Fault::Duplicate | Fault::Reject | Fault::Late => {
            next.run(request).await
        }
        Fault::SoapFault
        | Fault::GarbageXml
        | Fault::WrongCorrelation
        | Fault::AnswerLate
        | Fault::Unsigned
        | Fault::WrongSigner => next.run(request).await,
    }
}
