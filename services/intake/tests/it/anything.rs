//! Whatever is thrown at the door: an answer or a problem, never a fault of ours.

use std::sync::LazyLock;

use axum::body::Body;
use http::Request;
use proptest::prelude::*;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{bench::Bench, letters::application};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static BENCH: LazyLock<Bench> = LazyLock::new(Bench::new);
static MESSAGE: LazyLock<Value> = LazyLock::new(application);

fn thrown(method: &str, path: &str, body: Vec<u8>) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::from(body))
        .unwrap();
    let said = RUNTIME.block_on(BENCH.knock("portal.kezek.test", request));
    (said.status.as_u16(), said.code().to_owned())
}

/// Any JSON, not too deep.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,12}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every place in a JSON value, as JSON pointers.
fn places(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    let inner: Vec<_> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        places(value, &format!("{here}/{name}"), all);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered_with_a_problem(body: Vec<u8>) {
        let (status, code) = thrown("POST", "/v1/messages", body);
        prop_assert_eq!((status, code.as_str()), (400, "malformed"));
    }

    #[test]
    fn a_message_with_any_byte_changed_is_taken_or_refused(place: prop::sample::Index, byte: u8) {
        let mut body = MESSAGE.to_string().into_bytes();
        let place = place.index(body.len());
        body[place] = byte;
        let (status, code) = thrown("POST", "/v1/messages", body);
        prop_assert!(status == 202 || (400..500).contains(&status), "{} {}", status, code);
    }

    #[test]
    fn a_message_with_any_member_replaced_is_taken_or_refused(
        place: prop::sample::Index,
        value in json(),
    ) {
        let mut message = MESSAGE.clone();
        let mut all: Vec<String> = Vec::new();
        places(&message, "", &mut all);
        let place: &String = place.get(&all);
        *message.pointer_mut(place).unwrap() = value;
        let (status, code) = thrown("POST", "/v1/messages", message.to_string().into_bytes());
        prop_assert!(status == 202 || (400..500).contains(&status), "{} {}", status, code);
    }

    #[test]
    fn any_path_is_answered(path in "/[a-z0-9/_.%~-]{0,80}") {
        if path.parse::<http::Uri>().is_ok() {
            for method in ["GET", "PUT", "POST", "HEAD", "DELETE"] {
                let (status, code) = thrown(method, &path, b"x".to_vec());
                prop_assert!(status < 500, "{} {} {}", method, status, code);
            }
        }
    }
}
