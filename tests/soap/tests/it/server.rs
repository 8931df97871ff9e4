//! A channel of the codec alone: it describes itself, hands every request to a test, and answers what the test says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

type Answer = dyn Fn(&[u8]) -> (u16, Vec<u8>) + Send + Sync;

/// See the module. Ends with the test's runtime.
pub(crate) struct Channel {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

#[derive(Clone)]
struct Played {
    file: &'static str,
    url: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    answer: Arc<Answer>,
}

impl Channel {
    /// Serves the channel that `file` describes.
    pub(crate) async fn serve(
        file: &'static str,
        answer: impl Fn(&[u8]) -> (u16, Vec<u8>) + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/soap", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::default());
        let played = Played {
            file,
            url: url.clone(),
            heard: Arc::clone(&heard),
            answer: Arc::new(answer),
        };
        let routes = Router::new()
            .route("/soap", get(describe).post(take))
            .with_state(played);
        tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        Self { url, heard }
    }

    /// The only request that came.
    pub(crate) fn heard(&self) -> Vec<u8> {
        let heard = self.heard.lock().unwrap();
        assert_eq!(heard.len(), 1);
        heard[0].clone()
    }
}

async fn describe(
    State(played): State<Played>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let name = asked.get("xsd").map_or(played.file, String::as_str);
    gateway::wsdl::file(name, &played.url).map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |text| ([(header::CONTENT_TYPE, "text/xml")], text).into_response(),
    )
}

async fn take(State(played): State<Played>, body: Bytes) -> Response {
    played.heard.lock().unwrap().push(body.to_vec());
    let (status, envelope) = (played.answer)(&body);
    let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
    (StatusCode::from_u16(status).unwrap(), kind, envelope).into_response()
}
