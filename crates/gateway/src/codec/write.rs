//! From messages to envelopes.

use crate::fault::{Fault, Side};
use crate::names::{Operation, SOAP};
use crate::types::{
    AsyncMessageInfo, Call, ChangeStatusNotification, DeliveryNotification, ErrorInfo, GetMessages,
    MessageStatusInfo, Property, Reply, Send, SendReply, SenderInfo, SyncMessageInfo,
    SyncMessageInfoResponse,
};
use crate::xml::Writer;

/// Writes a request.
pub fn write_call(call: &Call) -> String {
    let operation = call.operation();
    envelope(|body| {
        wrapped(body, operation, operation.name(), |inside| {
            inside.element("request", |request| request_of(request, call));
        });
    })
}

/// Writes an answer.
pub fn write_reply(reply: &Reply) -> String {
    let operation = reply.operation();
    envelope(|body| {
        let name = [operation.name(), "Response"].concat();
        wrapped(body, operation, &name, |inside| {
            inside.element("response", |response| response_of(response, reply));
        });
    })
}

/// Writes a fault of an operation.
pub fn write_fault(fault: &Fault, operation: Operation) -> String {
    envelope(|body| {
        body.element("soapenv:Fault", |here| {
            let side = match &fault.side {
                Side::Client => "Client",
                Side::Server => "Server",
                Side::Other(other) => other,
            };
            here.text("faultcode", &["soapenv:", side].concat());
            here.text("faultstring", &fault.message);
            if let Some(error) = &fault.error {
                let name = operation.name();
                let name = [name, "Fault1_", name, "Fault"].concat();
                here.element("detail", |detail| {
                    wrapped(detail, operation, &name, |inside| error_info(inside, error));
                });
            }
        });
    })
}

fn envelope(body: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::default();
    writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    writer.raw(&["<soapenv:Envelope xmlns:soapenv=\"", SOAP, "\">"].concat());
    writer.element("soapenv:Body", body);
    writer.raw("</soapenv:Envelope>");
    writer.finish()
}

fn wrapped(
    writer: &mut Writer,
    operation: Operation,
    name: &str,
    inside: impl FnOnce(&mut Writer),
) {
    let namespace = operation.namespace();
    writer.raw(&["<ns:", name, " xmlns:ns=\"", namespace, "\">"].concat());
    inside(writer);
    writer.raw(&["</ns:", name, ">"].concat());
}

fn request_of(here: &mut Writer, call: &Call) {
    match call {
        Call::SyncSend(call) => {
            here.element("requestInfo", |info| sync_info(info, &call.info));
            here.element("requestData", |data| data.raw(&call.data.element()));
        }
        Call::Send(call) | Call::PushSend(call) => send(here, call),
        Call::GetMessages(call) => get_messages(here, call),
        Call::DeliveryNotification(call) => {
            here.element("notification", |one| delivery(one, &call.notification));
            here.time("requestDate", call.request_date);
            if let Some(one) = &call.sender {
                sender(here, one);
            }
        }
        Call::MessageStatus(call) => {
            here.text("messageId", &call.message_id);
            here.time("requestDate", call.request_date);
            sender(here, &call.sender);
            properties(here, &call.properties);
        }
        Call::PushStatus(call) => {
            here.element("notification", |one| change(one, &call.notification));
            here.time("requestDate", call.request_date);
            here.may("sessionId", call.session_id.as_deref());
        }
    }
}

fn response_of(here: &mut Writer, reply: &Reply) {
    match reply {
        Reply::SyncSend(reply) => {
            here.element("responseInfo", |info| {
                sync_info_response(info, &reply.info);
            });
            here.element("responseData", |data| data.raw(&reply.data.element()));
        }
        Reply::Send(reply) | Reply::PushSend(reply) => send_reply(here, reply),
        Reply::GetMessages(reply) => {
            here.time("responseDate", reply.response_date);
            here.text("sessionId", &reply.session_id);
            for message in &reply.messages {
                here.element("messages", |one| {
                    one.element("messageInfo", |info| async_info(info, &message.info));
                    one.element("messageData", |data| data.raw(&message.data.element()));
                });
            }
        }
        Reply::DeliveryNotification(reply) => {
            here.text("notificationId", &reply.notification_id);
            here.time("responseDate", reply.response_date);
            here.text("sessionId", &reply.session_id);
        }
        Reply::MessageStatus(reply) => {
            here.text("messageState", &reply.message_state);
            here.element("status", |status| message_status(status, &reply.status));
            here.time("responseDate", reply.response_date);
            here.may("sessionId", reply.session_id.as_deref());
        }
        Reply::PushStatus(reply) => {
            here.time("responseDate", reply.response_date);
            here.text("sessionId", &reply.session_id);
        }
    }
}

fn sync_info(here: &mut Writer, info: &SyncMessageInfo) {
    here.text("messageId", &info.message_id);
    here.may("correlationId", info.correlation_id.as_deref());
    here.text("serviceId", &info.service_id);
    here.time("messageDate", info.message_date);
    here.may("routeId", info.route_id.as_deref());
    sender(here, &info.sender);
    properties(here, &info.properties);
    here.may("sessionId", info.session_id.as_deref());
}

fn sync_info_response(here: &mut Writer, info: &SyncMessageInfoResponse) {
    here.text("messageId", &info.message_id);
    here.may("correlationId", info.correlation_id.as_deref());
    here.time("responseDate", info.response_date);
    here.element("status", |status| {
        status.text("code", &info.status.code);
        status.text("message", &info.status.message);
    });
    here.may("sessionId", info.session_id.as_deref());
}

fn async_info(here: &mut Writer, info: &AsyncMessageInfo) {
    here.may("messageId", info.message_id.as_deref());
    here.may("correlationId", info.correlation_id.as_deref());
    here.text("serviceId", &info.service_id);
    here.text("messageType", info.message_type.as_str());
    here.may("routeId", info.route_id.as_deref());
    here.time("messageDate", info.message_date);
    sender(here, &info.sender);
    properties(here, &info.properties);
    here.may("sessionId", info.session_id.as_deref());
}

fn send(here: &mut Writer, call: &Send) {
    here.element("messageInfo", |info| async_info(info, &call.info));
    here.element("messageData", |data| data.raw(&call.data.element()));
}

fn send_reply(here: &mut Writer, reply: &SendReply) {
    here.text("messageId", &reply.message_id);
    here.text("correlationId", &reply.correlation_id);
    here.time("responseDate", reply.response_date);
    here.may("sessionId", reply.session_id.as_deref());
}

fn get_messages(here: &mut Writer, call: &GetMessages) {
    here.may("messageId", call.message_id.as_deref());
    here.may("correlationId", call.correlation_id.as_deref());
    if let Some(at) = call.request_date {
        here.time("requestDate", at);
    }
    here.text("serviceId", &call.service_id);
    if let Some(one) = &call.sender {
        sender(here, one);
    }
    if let Some(amount) = call.amount {
        here.text("amount", &amount.to_string());
    }
    properties(here, &call.properties);
}

fn delivery(here: &mut Writer, notification: &DeliveryNotification) {
    here.text("messageId", &notification.message_id);
    here.text("serviceId", &notification.service_id);
    here.time("notificationDate", notification.notification_date);
    here.element("deliveryStatus", |one| {
        let status = &notification.delivery_status;
        one.text("receiveStatus", &status.receive_status);
        one.time("statusDate", status.status_date);
        one.text("resendMessage", &status.resend_message);
        may_error(one, "error", status.error.as_ref());
    });
}

fn change(here: &mut Writer, notification: &ChangeStatusNotification) {
    here.text("notificationId", &notification.notification_id);
    here.text("messageId", &notification.message_id);
    here.time("notificationDate", notification.notification_date);
    here.text("messageState", &notification.message_state);
    here.element("status", |status| {
        message_status(status, &notification.status);
    });
    may_error(here, "error", notification.error.as_ref());
}

fn message_status(here: &mut Writer, status: &MessageStatusInfo) {
    here.text("statusCode", &status.code);
    here.text("statusMessage", &status.message);
    here.time("statusDate", status.date);
}

fn sender(here: &mut Writer, sender: &SenderInfo) {
    here.element("sender", |here| {
        here.text("senderId", &sender.sender_id);
        let password = sender.password.as_ref();
        here.may("password", password.map(crate::types::Password::reveal));
    });
}

fn properties(here: &mut Writer, properties: &[Property]) {
    for property in properties {
        here.element("properties", |here| {
            here.text("key", &property.key);
            here.text("value", &property.value);
        });
    }
}

fn may_error(here: &mut Writer, name: &str, error: Option<&ErrorInfo>) {
    if let Some(error) = error {
        here.element(name, |here| error_info(here, error));
    }
}

fn error_info(here: &mut Writer, error: &ErrorInfo) {
    here.text("errorCode", &error.code);
    here.text("errorMessage", &error.message);
    here.may("errorData", error.data.as_deref());
    if let Some(at) = error.date {
        here.time("errorDate", at);
    }
    may_error(here, "subError", error.sub_error.as_deref());
    here.may("sessionId", error.session_id.as_deref());
}
