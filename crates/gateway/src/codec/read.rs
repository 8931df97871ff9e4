//! From bytes to messages.

use xmldsig::{Document, Element, Limits};

use super::fields::{
    child, children, id, may_session, may_text, may_when, may_word, need, text, when, word,
};
use crate::data::Data;
use crate::fault::{Fault, Refusal, Side};
use crate::names::Operation;
use crate::types::{
    AsyncMessage, AsyncMessageInfo, Call, ChangeStatusNotification, DeliveryNotification,
    DeliveryNotified, DeliveryNotifiedReply, DeliveryStatusInfo, ErrorInfo, GetMessages,
    GetMessagesReply, MessageStatus, MessageStatusInfo, MessageStatusReply, MessageType, Password,
    Property, PushStatus, PushStatusReply, Reply, Send, SendReply, SenderInfo, StatusInfo,
    SyncMessageInfo, SyncMessageInfoResponse, SyncSend, SyncSendReply,
};

type Read<T> = Result<T, Refusal>;

/// Errors inside errors, at most.
const SUB_ERRORS_MAX: usize = 8;

/// Reads a request: an envelope, or a Body that was opened.
pub fn read_call(bytes: &[u8], limits: &Limits) -> Read<Call> {
    let document = parse(bytes, limits)?;
    let call = wrapper(&document.unverified())?;
    let operation = Operation::of(call.namespace(), call.name())
        .ok_or_else(|| Refusal::format("the Body holds no request that the channels know"))?;
    request(operation, &call).map_err(|refusal| refusal.of(operation))
}

/// Reads the answer to a request: a reply, or a fault.
pub fn read_reply(bytes: &[u8], limits: &Limits) -> Read<Result<Reply, Fault>> {
    let document = parse(bytes, limits)?;
    let reply = wrapper(&document.unverified())?;
    if reply.name() == "Fault" {
        return fault(&reply).map(Err);
    }
    let operation = reply
        .name()
        .strip_suffix("Response")
        .and_then(|name| Operation::of(reply.namespace(), name))
        .ok_or_else(|| Refusal::format("the Body holds no answer that the channels know"))?;
    response(operation, &reply)
        .map(Ok)
        .map_err(|refusal| refusal.of(operation))
}

pub(crate) fn parse<'b>(bytes: &'b [u8], limits: &Limits) -> Read<Document<'b>> {
    // Where and why; what the parser quotes of the document is left out.
    Document::parse(bytes, limits).map_err(|error| {
        let why = match &error.why {
            xmldsig::Why::RelativeNamespace(_) => "a namespace is relative".to_owned(),
            xmldsig::Why::PrefixUnbound(_) => "a prefix is bound to nothing".to_owned(),
            xmldsig::Why::NotWellFormed(_) => "the XML is not well-formed".to_owned(),
            why => why.to_string(),
        };
        Refusal::format(format!("{}: {why}", error.at))
    })
}

/// The Body of an envelope; a Body alone is one too.
pub(crate) fn body<'v>(root: &Element<'v>) -> Read<Element<'v>> {
    match root.name() {
        "Body" => Ok(*root),
        "Envelope" => need(root, "Body"),
        _ => Err(Refusal::format("the document is no SOAP envelope")),
    }
}

/// The one element in the Body.
fn wrapper<'v>(root: &Element<'v>) -> Read<Element<'v>> {
    let mut inside = body(root)?.children();
    match (inside.next(), inside.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(Refusal::format("the Body must hold exactly one element")),
    }
}

fn request(operation: Operation, call: &Element<'_>) -> Read<Call> {
    let request = need(call, "request")?;
    Ok(match operation {
        Operation::SyncSend => Call::SyncSend(SyncSend {
            info: sync_info(&need(&request, "requestInfo")?)?,
            data: data(child(&request, "requestData")?)?,
        }),
        Operation::Send => Call::Send(send(&request)?),
        Operation::PushSend => Call::PushSend(send(&request)?),
        Operation::GetMessages => Call::GetMessages(get_messages(&request)?),
        Operation::DeliveryNotification => Call::DeliveryNotification(DeliveryNotified {
            notification: delivery(&need(&request, "notification")?)?,
            request_date: when(&request, "requestDate")?,
            sender: may_sender(&request)?,
        }),
        Operation::MessageStatus => Call::MessageStatus(MessageStatus {
            message_id: id(&request, "messageId")?,
            request_date: when(&request, "requestDate")?,
            sender: sender(&request)?,
            properties: properties(&request)?,
        }),
        Operation::PushStatus => Call::PushStatus(PushStatus {
            notification: change(&need(&request, "notification")?)?,
            request_date: when(&request, "requestDate")?,
            session_id: may_session(&request)?,
        }),
    })
}

fn response(operation: Operation, reply: &Element<'_>) -> Read<Reply> {
    let response = need(reply, "response")?;
    Ok(match operation {
        Operation::SyncSend => Reply::SyncSend(SyncSendReply {
            info: sync_info_response(&need(&response, "responseInfo")?)?,
            data: data(child(&response, "responseData")?)?,
        }),
        Operation::Send => Reply::Send(send_reply(&response)?),
        Operation::PushSend => Reply::PushSend(send_reply(&response)?),
        Operation::GetMessages => Reply::GetMessages(GetMessagesReply {
            response_date: when(&response, "responseDate")?,
            session_id: may_session(&response)?.unwrap_or_default(),
            messages: children(&response, "messages")
                .map(|one| {
                    Ok(AsyncMessage {
                        info: async_info(&need(&one, "messageInfo")?)?,
                        data: data(child(&one, "messageData")?)?,
                    })
                })
                .collect::<Read<_>>()?,
        }),
        Operation::DeliveryNotification => Reply::DeliveryNotification(DeliveryNotifiedReply {
            notification_id: word(&response, "notificationId")?,
            response_date: when(&response, "responseDate")?,
            session_id: may_session(&response)?.unwrap_or_default(),
        }),
        Operation::MessageStatus => Reply::MessageStatus(MessageStatusReply {
            message_state: word(&response, "messageState")?,
            status: message_status(&need(&response, "status")?)?,
            response_date: when(&response, "responseDate")?,
            session_id: may_session(&response)?,
        }),
        Operation::PushStatus => Reply::PushStatus(PushStatusReply {
            response_date: when(&response, "responseDate")?,
            session_id: may_session(&response)?.unwrap_or_default(),
        }),
    })
}

/// `userId`, which Axis puts between, and all else that is unknown is let pass.
fn sync_info(info: &Element<'_>) -> Read<SyncMessageInfo> {
    Ok(SyncMessageInfo {
        message_id: id(info, "messageId")?,
        correlation_id: may_word(info, "correlationId")?,
        service_id: word(info, "serviceId")?,
        message_date: when(info, "messageDate")?,
        route_id: may_word(info, "routeId")?,
        sender: sender(info)?,
        properties: properties(info)?,
        session_id: may_session(info)?,
    })
}

fn sync_info_response(info: &Element<'_>) -> Read<SyncMessageInfoResponse> {
    let status = need(info, "status")?;
    Ok(SyncMessageInfoResponse {
        message_id: word(info, "messageId")?,
        correlation_id: may_word(info, "correlationId")?,
        response_date: when(info, "responseDate")?,
        status: StatusInfo {
            code: word(&status, "code")?,
            message: may_text(&status, "message")?.unwrap_or_default(),
        },
        session_id: may_session(info)?,
    })
}

fn async_info(info: &Element<'_>) -> Read<AsyncMessageInfo> {
    Ok(AsyncMessageInfo {
        message_id: may_word(info, "messageId")?,
        correlation_id: may_word(info, "correlationId")?,
        service_id: word(info, "serviceId")?,
        message_type: MessageType::of(word(info, "messageType")?),
        route_id: may_word(info, "routeId")?,
        message_date: when(info, "messageDate")?,
        sender: sender(info)?,
        properties: properties(info)?,
        session_id: may_session(info)?,
    })
}

fn send(request: &Element<'_>) -> Read<Send> {
    Ok(Send {
        info: async_info(&need(request, "messageInfo")?)?,
        data: data(child(request, "messageData")?)?,
    })
}

fn send_reply(response: &Element<'_>) -> Read<SendReply> {
    Ok(SendReply {
        message_id: word(response, "messageId")?,
        correlation_id: may_word(response, "correlationId")?.unwrap_or_default(),
        response_date: when(response, "responseDate")?,
        session_id: may_session(response)?,
    })
}

fn get_messages(request: &Element<'_>) -> Read<GetMessages> {
    let amount = may_word(request, "amount")?
        .map(|word| word.parse())
        .transpose();
    let amount = amount.map_err(|_| Refusal::format("`amount` in `request` is not a number"))?;
    Ok(GetMessages {
        message_id: may_word(request, "messageId")?,
        correlation_id: may_word(request, "correlationId")?,
        request_date: may_when(request, "requestDate")?,
        service_id: word(request, "serviceId")?,
        sender: may_sender(request)?,
        amount,
        properties: properties(request)?,
    })
}

fn delivery(notification: &Element<'_>) -> Read<DeliveryNotification> {
    let status = need(notification, "deliveryStatus")?;
    Ok(DeliveryNotification {
        message_id: id(notification, "messageId")?,
        service_id: word(notification, "serviceId")?,
        notification_date: when(notification, "notificationDate")?,
        delivery_status: DeliveryStatusInfo {
            receive_status: word(&status, "receiveStatus")?,
            status_date: when(&status, "statusDate")?,
            resend_message: may_word(&status, "resendMessage")?.unwrap_or_default(),
            error: may_error(&status, "error", 0)?,
        },
    })
}

fn change(notification: &Element<'_>) -> Read<ChangeStatusNotification> {
    Ok(ChangeStatusNotification {
        notification_id: word(notification, "notificationId")?,
        message_id: word(notification, "messageId")?,
        notification_date: when(notification, "notificationDate")?,
        message_state: word(notification, "messageState")?,
        status: message_status(&need(notification, "status")?)?,
        error: may_error(notification, "error", 0)?,
    })
}

fn message_status(status: &Element<'_>) -> Read<MessageStatusInfo> {
    Ok(MessageStatusInfo {
        code: word(status, "statusCode")?,
        message: may_text(status, "statusMessage")?.unwrap_or_default(),
        date: when(status, "statusDate")?,
    })
}

fn data(around: Option<Element<'_>>) -> Read<Data> {
    let data = around.map(|around| child(&around, "data")).transpose()?;
    Ok(data
        .flatten()
        .map_or_else(Data::empty, |data| Data::of(&data)))
}

fn sender(parent: &Element<'_>) -> Read<SenderInfo> {
    need(parent, "sender").and_then(|sender| sender_info(&sender))
}

fn may_sender(parent: &Element<'_>) -> Read<Option<SenderInfo>> {
    let sender = child(parent, "sender")?;
    sender.map(|sender| sender_info(&sender)).transpose()
}

fn sender_info(sender: &Element<'_>) -> Read<SenderInfo> {
    Ok(SenderInfo {
        sender_id: word(sender, "senderId")?,
        password: may_text(sender, "password")?.map(Password::new),
    })
}

fn properties(parent: &Element<'_>) -> Read<Vec<Property>> {
    children(parent, "properties")
        .map(|one| {
            Ok(Property {
                key: word(&one, "key")?,
                value: text(&one, "value")?,
            })
        })
        .collect()
}

/// A fault of SOAP 1.1, or of 1.2. Its detail is read if it is the gateway's, and let be if it is not.
fn fault(fault: &Element<'_>) -> Read<Fault> {
    let (code, message) = if let Some(code) = child(fault, "Code")? {
        let reason = child(fault, "Reason")?;
        let text = reason.map(|reason| may_text(&reason, "Text")).transpose()?;
        (word(&code, "Value")?, text.flatten())
    } else {
        let code = word(fault, "faultcode")?;
        (code, may_text(fault, "faultstring")?)
    };
    let side = match code.rsplit(':').next().unwrap_or_default() {
        "Client" | "Sender" => Side::Client,
        "Server" | "Receiver" => Side::Server,
        other => Side::Other(other.to_owned()),
    };
    let detail = child(fault, "detail")?.or(child(fault, "Detail")?);
    let error = detail
        .and_then(|detail| {
            detail
                .children()
                .find(|one| child(one, "errorCode").is_ok_and(|code| code.is_some()))
        })
        .and_then(|one| error_info(&one, 0).ok());
    Ok(Fault {
        side,
        message: message.unwrap_or_default(),
        error,
    })
}

fn may_error(parent: &Element<'_>, name: &str, depth: usize) -> Read<Option<ErrorInfo>> {
    let error = child(parent, name)?;
    error.map(|error| error_info(&error, depth)).transpose()
}

fn error_info(error: &Element<'_>, depth: usize) -> Read<ErrorInfo> {
    if depth == SUB_ERRORS_MAX {
        return Err(Refusal::format("`subError` is nested deeper than allowed"));
    }
    Ok(ErrorInfo {
        code: word(error, "errorCode")?,
        message: may_text(error, "errorMessage")?.unwrap_or_default(),
        data: may_text(error, "errorData")?,
        date: may_when(error, "errorDate")?,
        sub_error: may_error(error, "subError", depth + 1)?.map(Box::new),
        session_id: may_session(error)?,
    })
}
