//! The messages of the channels as plain structs, after the tables of kz.md 4.1-4.3; a field is where the
//! element is, optional where that may be missing. What may be personal or secret does not show in `Debug`.

use std::fmt;

use jiff::Timestamp;

use crate::Data;
use crate::names::Operation;

/// A request, of any operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    SyncSend(SyncSend),
    Send(Send),
    GetMessages(GetMessages),
    DeliveryNotification(DeliveryNotified),
    MessageStatus(MessageStatus),
    PushSend(Send),
    PushStatus(PushStatus),
}

/// An answer, of any operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    SyncSend(SyncSendReply),
    Send(SendReply),
    GetMessages(GetMessagesReply),
    DeliveryNotification(DeliveryNotifiedReply),
    MessageStatus(MessageStatusReply),
    PushSend(SendReply),
    PushStatus(PushStatusReply),
}

/// Who sends, as the sender says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderInfo {
    pub sender_id: String,
    pub password: Option<Password>,
}

/// A password, which shows nowhere by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A named value beside a message; its value may be anything, so it does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Property {
    pub key: String,
    pub value: String,
}

/// How the receiver of a sync message judged it. [`crate::code::SUCCESS`] alone is success.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusInfo {
    pub code: String,
    /// In words, of the receiver's own making.
    pub message: String,
}

/// What the detail of a fault says.
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorInfo {
    pub code: String,
    pub message: String,
    pub data: Option<String>,
    /// None where the other side left it out, against its schema.
    pub date: Option<Timestamp>,
    pub sub_error: Option<Box<ErrorInfo>>,
    pub session_id: Option<String>,
}

/// `SendMessage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncSend {
    pub info: SyncMessageInfo,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncMessageInfo {
    pub message_id: String,
    pub correlation_id: Option<String>,
    pub service_id: String,
    pub message_date: Timestamp,
    pub route_id: Option<String>,
    pub sender: SenderInfo,
    pub properties: Vec<Property>,
    pub session_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncSendReply {
    pub info: SyncMessageInfoResponse,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncMessageInfoResponse {
    pub message_id: String,
    pub correlation_id: Option<String>,
    pub response_date: Timestamp,
    pub status: StatusInfo,
    pub session_id: Option<String>,
}

/// `sendMessage`, to the channel or, pushed, from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    pub info: AsyncMessageInfo,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncMessageInfo {
    pub message_id: Option<String>,
    pub correlation_id: Option<String>,
    pub service_id: String,
    pub message_type: MessageType,
    pub route_id: Option<String>,
    pub message_date: Timestamp,
    pub sender: SenderInfo,
    pub properties: Vec<Property>,
    pub session_id: Option<String>,
}

/// What a message of the async channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageType {
    Request,
    Response,
    Notification,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendReply {
    pub message_id: String,
    pub correlation_id: String,
    pub response_date: Timestamp,
    pub session_id: Option<String>,
}

/// `getMessages`: what waits for the one who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetMessages {
    pub message_id: Option<String>,
    pub correlation_id: Option<String>,
    pub request_date: Option<Timestamp>,
    pub service_id: String,
    pub sender: Option<SenderInfo>,
    /// At most so many.
    pub amount: Option<i32>,
    pub properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetMessagesReply {
    pub response_date: Timestamp,
    pub session_id: String,
    pub messages: Vec<AsyncMessage>,
}

/// A message that waited for its receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncMessage {
    pub info: AsyncMessageInfo,
    pub data: Data,
}

/// `sendDeliveryNotification`: the receiver confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryNotified {
    pub notification: DeliveryNotification,
    pub request_date: Timestamp,
    pub sender: Option<SenderInfo>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryNotification {
    pub message_id: String,
    pub service_id: String,
    pub notification_date: Timestamp,
    pub delivery_status: DeliveryStatusInfo,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStatusInfo {
    pub receive_status: String,
    pub status_date: Timestamp,
    pub resend_message: String,
    pub error: Option<ErrorInfo>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryNotifiedReply {
    pub notification_id: String,
    pub response_date: Timestamp,
    pub session_id: String,
}

/// `getMessageStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageStatus {
    pub message_id: String,
    pub request_date: Timestamp,
    pub sender: SenderInfo,
    pub properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageStatusReply {
    /// One of [`crate::state`], or what the other side made up.
    pub message_state: String,
    pub status: MessageStatusInfo,
    pub response_date: Timestamp,
    pub session_id: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct MessageStatusInfo {
    pub code: String,
    pub message: String,
    pub date: Timestamp,
}

/// `changeMassageStatusNotification`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushStatus {
    pub notification: ChangeStatusNotification,
    pub request_date: Timestamp,
    pub session_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeStatusNotification {
    pub notification_id: String,
    pub message_id: String,
    pub notification_date: Timestamp,
    /// One of [`crate::state`], or what the other side made up.
    pub message_state: String,
    pub status: MessageStatusInfo,
    pub error: Option<ErrorInfo>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushStatusReply {
    pub response_date: Timestamp,
    pub session_id: String,
}

// === what operation each is ===

impl Call {
    pub fn operation(&self) -> Operation {
        match self {
            Self::SyncSend(_) => Operation::SyncSend,
            Self::Send(_) => Operation::Send,
            Self::GetMessages(_) => Operation::GetMessages,
            Self::DeliveryNotification(_) => Operation::DeliveryNotification,
            Self::MessageStatus(_) => Operation::MessageStatus,
            Self::PushSend(_) => Operation::PushSend,
            Self::PushStatus(_) => Operation::PushStatus,
        }
    }

    /// Who sends it, as far as the operation says.
    pub fn sender(&self) -> Option<&SenderInfo> {
        match self {
            Self::SyncSend(call) => Some(&call.info.sender),
            Self::Send(call) | Self::PushSend(call) => Some(&call.info.sender),
            Self::GetMessages(call) => call.sender.as_ref(),
            Self::DeliveryNotification(call) => call.sender.as_ref(),
            Self::MessageStatus(call) => Some(&call.sender),
            Self::PushStatus(_) => None,
        }
    }
}

impl Reply {
    pub fn operation(&self) -> Operation {
        match self {
            Self::SyncSend(_) => Operation::SyncSend,
            Self::Send(_) => Operation::Send,
            Self::GetMessages(_) => Operation::GetMessages,
            Self::DeliveryNotification(_) => Operation::DeliveryNotification,
            Self::MessageStatus(_) => Operation::MessageStatus,
            Self::PushSend(_) => Operation::PushSend,
            Self::PushStatus(_) => Operation::PushStatus,
        }
    }
}

impl StatusInfo {
    /// The success there is.
    pub fn success() -> Self {
        Self {
            code: crate::code::SUCCESS.to_owned(),
            message: "Message has been processed successfully".to_owned(),
        }
    }

    pub fn is_success(&self) -> bool {
        self.code == crate::code::SUCCESS
    }
}

impl MessageType {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Request => "REQUEST",
            Self::Response => "RESPONSE",
            Self::Notification => "NOTIFICATION",
            Self::Other(word) => word,
        }
    }

    pub(crate) fn of(word: String) -> Self {
        match word.as_str() {
            "REQUEST" => Self::Request,
            "RESPONSE" => Self::Response,
            "NOTIFICATION" => Self::Notification,
            _ => Self::Other(word),
        }
    }
}

impl Property {
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

impl ErrorInfo {
    /// An error that says no more than its code and a sentence.
    pub fn new(code: &str, message: impl Into<String>, date: Timestamp) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            data: None,
            date: Some(date),
            sub_error: None,
            session_id: None,
        }
    }
}

impl Password {
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// For comparing, and for sending.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

// === what shows ===

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Property({}, …)", self.key)
    }
}

impl fmt::Debug for StatusInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusInfo({}, …)", self.code)
    }
}

impl fmt::Debug for MessageStatusInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageStatusInfo({}, …)", self.code)
    }
}

impl fmt::Debug for ErrorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorInfo")
            .field("code", &self.code)
            .field("sub_error", &self.sub_error)
            .finish_non_exhaustive()
    }
}
