//! The files of the pages, part of the program: style sheet, script, mark.

use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;

pub(super) async fn style() -> impl IntoResponse {
    let css = include_str!("../../static/kezek.css");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], css)
}

pub(super) async fn script() -> impl IntoResponse {
    let js = include_str!("../../static/live.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], js)
}

pub(super) async fn mark() -> impl IntoResponse {
    let svg = include_str!("../../static/mark.svg");
    ([(CONTENT_TYPE, "image/svg+xml")], svg)
}
