//! One request to an authority: an address of the configuration in, the bytes it answers with out.
//!
//! No redirect is followed, no proxy used and nothing tried again: the caller decides what a failure means.

use std::time::Duration;

use reqwest::{Client, Request, Response, redirect};
use telemetry::{
    propagation,
    span::{self, Side},
};
use tracing::{Instrument, Span};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("no answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("status {0}")]
    Status(u16),
    #[error("longer than {0} bytes")]
    TooLong(usize),
}

/// A client for requests that take at most `timeout` each.
pub fn client(timeout: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .user_agent("kezek")
        .build()
}

/// Sends the request and reads at most `bytes_max` bytes, in a span of its own.
pub async fn fetch(
    client: &Client,
    request: reqwest::RequestBuilder,
    bytes_max: usize,
) -> Result<Vec<u8>, FetchError> {
    let request = request.build().map_err(reqwest::Error::without_url)?;
    let url = request.url();
    let (host, port) = (
        url.host_str().unwrap_or_default(),
        url.port_or_known_default(),
    );
    let span = span::http_client(request.method(), host, port, url.as_str());
    let fetched = exchange(client, request, bytes_max, &span);
    let bytes = fetched.instrument(span.clone()).await;
    bytes.inspect_err(|_| span::failed(&span, "authority-unavailable"))
}

async fn exchange(
    client: &Client,
    mut request: Request,
    bytes_max: usize,
    span: &Span,
) -> Result<Vec<u8>, FetchError> {
    propagation::inject_http(span, request.headers_mut());
    let response = client.execute(request).await;
    let response = response.map_err(reqwest::Error::without_url)?;
    span::http_answered(span, Side::Client, response.status());
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    read(response, bytes_max).await
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(reqwest::Error::without_url)?
    {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(FetchError::TooLong(bytes_max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
