//! A register on the sync channel.
//!
//! In: `SendMessage` on `/soap/sync` with the register's own request in its data. Out: the register's answer, and
//! its entry among the queries that were asked; the purpose is taken from the message's properties.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use gateway::{
    Call, Limits, Operation, Reply, code,
    types::{Property, StatusInfo, SyncMessageInfoResponse, SyncSend, SyncSendReply},
};
use jiff::Timestamp;

use super::{
    Asked, Seal, answered, correlation, described, fresh, matters, read, refused, stopped, unsigned,
};
use crate::{
    fault::Setting,
    register::{Purpose, Registers},
};

/// One of the registers, with its seal.
pub(crate) struct Desk {
    pub(crate) name: &'static str,
    pub(crate) registers: Arc<Registers>,
    pub(crate) seal: Seal,
}

pub(crate) fn routes(desk: Desk) -> Router {
    Router::new()
        .route("/soap/sync", get(describe).post(send))
        .with_state(Arc::new(desk))
}

async fn describe(headers: HeaderMap, Query(asked): Asked) -> Response {
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    described("sync.wsdl", host.unwrap_or_default(), "/soap/sync", &asked)
}

async fn send(
    State(desk): State<Arc<Desk>>,
    Extension(setting): Extension<Setting>,
    body: Bytes,
) -> Response {
    if let Some(stopped) = stopped(setting, Operation::SyncSend) {
        return stopped;
    }
    match read(&body, Operation::SyncSend) {
        Ok(Call::SyncSend(call)) => desk.answer(setting, &call),
        Ok(other) => refused(
            code::NO_SERVICE,
            "a register has the sync channel only",
            other.operation(),
        ),
        Err(refusal) => *refusal,
    }
}

impl Desk {
    fn answer(&self, setting: Setting, call: &SyncSend) -> Response {
        let wrong = |why: &str| refused(code::FORMAT, why, Operation::SyncSend);
        let document = match call.data.document(&Limits::default()) {
            Ok(document) => document,
            Err(error) => return wrong(&error.to_string()),
        };
        let asked = document.unverified();
        let Some(subject) = matters::subject(self.name, &asked) else {
            return wrong("the request does not say whom it is about");
        };
        let id = matters::request_id(&asked).unwrap_or_else(|| call.info.message_id.clone());
        let (element, found) = matters::answer(&self.registers, &subject, &id);
        let purpose = purpose(&call.info.properties);
        self.registers
            .remember(self.name, &call.info.message_id, &subject, purpose, found);
        match self.seal.data(setting.fault, &element) {
            Ok(data) => answered(&self.seal, setting, &reply(setting, call, data)),
            Err(error) => unsigned(&error, Operation::SyncSend),
        }
    }
}

fn reply(setting: Setting, call: &SyncSend, data: gateway::Data) -> Reply {
    Reply::SyncSend(SyncSendReply {
        info: SyncMessageInfoResponse {
            message_id: fresh(),
            correlation_id: Some(correlation(setting, &call.info.message_id)),
            response_date: Timestamp::now(),
            status: StatusInfo::success(),
            session_id: call.info.session_id.clone(),
        },
        data,
    })
}

fn purpose(properties: &[Property]) -> Purpose {
    let said = |key: &str| {
        let found = properties.iter().find(|property| property.key == key);
        found.map_or_else(String::new, |property| property.value.clone())
    };
    Purpose {
        application: said("application"),
        service: said("service"),
        operator: said("operator"),
        consent: said("consent"),
    }
}
