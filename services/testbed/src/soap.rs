//! The channels of the e-government gateway, as the played systems speak them beside JSON: registers answer on
//! the sync channel, providers on both. The same world, in the messages that real systems send.
//!
//! In: envelopes on `/soap/sync` and `/soap/async`, signed or not. Out: answers signed by the system that is
//! played, the Body for the transport and what a register says by itself too; and the faults that this channel has.

use axum::{
    extract::Query,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use gateway::{Fault as SoapFault, Limits, Operation, Reply, code, write_fault, write_reply, wsdl};
use jiff::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::fault::{Fault, Setting};

pub(crate) mod channel;
mod matters;
pub(crate) mod register;
pub(crate) mod report;
mod seal;
mod xml;

pub(crate) use seal::Seal;

/// Half an envelope.
const BROKEN: &str =
    "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><answer>";

/// What a caller meets before his message is looked at.
fn stopped(setting: Setting, operation: Operation) -> Option<Response> {
    match setting.fault {
        Fault::SoapFault => Some(refused(code::INTERNAL, "told to fail", operation)),
        Fault::GarbageXml => Some(xml(StatusCode::OK, BROKEN.as_bytes().to_vec())),
        _ => None,
    }
}

/// A reply, signed as the fault allows.
fn answered(seal: &Seal, setting: Setting, reply: &Reply) -> Response {
    match seal.envelope(setting.fault, write_reply(reply)) {
        Ok(envelope) => xml(StatusCode::OK, envelope),
        Err(error) => unsigned(&error, reply.operation()),
    }
}

/// The testbed itself could not sign.
fn unsigned(error: &xmldsig::sign::SignError, operation: Operation) -> Response {
    refused(code::INTERNAL, &error.to_string(), operation)
}

fn refused(code: &str, why: &str, operation: Operation) -> Response {
    let fault = SoapFault::new(code, why, Timestamp::now());
    let envelope = write_fault(&fault, operation);
    xml(StatusCode::INTERNAL_SERVER_ERROR, envelope.into_bytes())
}

fn xml(status: StatusCode, envelope: Vec<u8>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
    (status, kind, envelope).into_response()
}

/// The request, or the refusal that its sender gets.
fn read(body: &[u8], meant: Operation) -> Result<gateway::Call, Box<Response>> {
    gateway::read_call(body, &Limits::default()).map_err(|refusal| {
        let operation = refusal.operation.unwrap_or(meant);
        Box::new(refused(refusal.code, &refusal.why, operation))
    })
}

/// `?wsdl` and `?xsd=<name>` of a channel, told for the place where it was asked.
fn described(file: &str, host: &str, path: &str, asked: &BTreeMap<String, String>) -> Response {
    let name = match (asked.contains_key("wsdl"), asked.get("xsd")) {
        (true, _) => file,
        (false, Some(name)) => name.as_str(),
        (false, None) => return StatusCode::BAD_REQUEST.into_response(),
    };
    match wsdl::file(name, &format!("http://{host}{path}")) {
        Some(text) => xml(StatusCode::OK, text.into_bytes()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

type Asked = Query<BTreeMap<String, String>>;

/// An id for a message of ours.
fn fresh() -> String {
    Uuid::now_v7().to_string()
}

/// The id that an answer refers to.
fn correlation(setting: Setting, asked: &str) -> String {
    match setting.fault {
        Fault::WrongCorrelation => fresh(),
        _ => asked.to_owned(),
    }
}
