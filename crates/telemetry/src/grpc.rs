//! Spans around gRPC calls, for both ends, as layers: no handler has to think of them.
//!
//! A [`Server`] opens a span in the caller's trace for each call of one service; a [`Client`] opens one for each
//! call and sends its context along. Both note the status, never a message.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tonic::Code;
use tower::{Layer, Service};
use tracing::{Instrument, Span};

use crate::{
    names, propagation,
    span::{self, Side},
};

type Answer<S, B> = Pin<
    Box<
        dyn Future<Output = Result<<S as Service<B>>::Response, <S as Service<B>>::Error>>
            + Send
            + 'static,
    >,
>;

/// Around a server: `Server::builder().layer(telemetry::grpc::server(SERVICE_NAME))`.
#[derive(Debug, Clone)]
pub struct ServerLayer {
    service: &'static str,
}

/// See [`ServerLayer`].
#[derive(Debug, Clone)]
pub struct Server<S> {
    inner: S,
    service: &'static str,
}

/// Spans for the calls of `service`, for example `kezek.monitor.v1.Monitor`; other calls have none.
pub fn server(service: &'static str) -> ServerLayer {
    ServerLayer { service }
}

impl<S> Layer<S> for ServerLayer {
    type Service = Server<S>;

    fn layer(&self, inner: S) -> Server<S> {
        Server {
            inner,
            service: self.service,
        }
    }
}

impl<S, B, R> Service<Request<B>> for Server<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answer<S, Request<B>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = method(&request);
        let is_ours = method.split('/').next() == Some(self.service);
        let span = if is_ours {
            span::rpc_server(method, request.headers())
        } else {
            Span::none()
        };
        let answer = self.inner.call(request).instrument(span.clone());
        Box::pin(async move {
            let answer = answer.await;
            if let Ok(response) = &answer {
                answered(&span, Side::Server, code(response.headers()));
            }
            answer
        })
    }
}

/// Around a channel: `SomeClient::new(telemetry::grpc::client(channel, uri))`.
#[derive(Debug, Clone)]
pub struct Client<S> {
    inner: S,
    host: String,
    port: Option<u16>,
}

/// Spans for the calls over `channel`, which leads to `to`.
pub fn client<S>(channel: S, to: &http::Uri) -> Client<S> {
    Client {
        inner: channel,
        host: to.host().unwrap_or_default().to_owned(),
        port: to.port_u16(),
    }
}

impl<S, B, R> Service<Request<B>> for Client<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answer<S, Request<B>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let span = span::rpc_client(method(&request), &self.host, self.port);
        propagation::inject_http(&span, request.headers_mut());
        let answer = self.inner.call(request).instrument(span.clone());
        Box::pin(async move {
            let answer = answer.await;
            let code = answer.as_ref().map(|response| code(response.headers()));
            answered(&span, Side::Client, code.unwrap_or(Code::Unavailable));
            answer
        })
    }
}

/// `package.Service/Method`.
fn method<B>(request: &Request<B>) -> &str {
    request.uri().path().trim_start_matches('/')
}

/// The status of an answer to a unary call: in its head where it failed, else all is well.
fn code(headers: &HeaderMap) -> Code {
    const STATUS: HeaderName = HeaderName::from_static("grpc-status");
    let status = headers.get(STATUS).map(HeaderValue::as_bytes);
    status.map_or(Code::Ok, Code::from_bytes)
}

fn answered(span: &Span, side: Side, code: Code) {
    let name = screaming(code);
    span.record(names::RPC_STATUS_CODE, name.as_str());
    let is_failure = match side {
        Side::Client => code != Code::Ok,
        Side::Server => matches!(
            code,
            Code::Unknown
                | Code::DeadlineExceeded
                | Code::Unimplemented
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        ),
    };
    if is_failure {
        span::failed(span, name);
    }
}

/// `NotFound` as gRPC writes it: `NOT_FOUND`.
fn screaming(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
