//! What the gateway calls things: operations and their elements, namespaces, codes (kz.md 4.1-4.3, 4.6).

/// SOAP 1.1, which is written; envelopes of 1.2 are read too.
pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Of `xsi:type` and `xsi:nil`.
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

const SYNC: &str = "http://bip.bee.kz/SyncChannel/v10/Types";
const ASYNC: &str = "http://bip.bee.kz/AsyncChannel/v10/Types";
const PUSH: &str = "http://bip.bee.kz/AsyncChannel/v10/Types/Client";

/// One operation of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `SendMessage` of the sync channel: the answer comes in the same exchange.
    SyncSend,
    /// `sendMessage` of the async channel.
    Send,
    /// `getMessages`.
    GetMessages,
    /// `sendDeliveryNotification`.
    DeliveryNotification,
    /// `getMessageStatus`.
    MessageStatus,
    /// `sendMessage` of the async channel's client side: a message pushed to its receiver.
    PushSend,
    /// `changeMassageStatusNotification`, spelled so: a status pushed to the sender.
    PushStatus,
}

impl Operation {
    pub const ALL: [Self; 7] = [
        Self::SyncSend,
        Self::Send,
        Self::GetMessages,
        Self::DeliveryNotification,
        Self::MessageStatus,
        Self::PushSend,
        Self::PushStatus,
    ];

    /// Its own name, which is that of the element of a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::SyncSend => "SendMessage",
            Self::Send | Self::PushSend => "sendMessage",
            Self::GetMessages => "getMessages",
            Self::DeliveryNotification => "sendDeliveryNotification",
            Self::MessageStatus => "getMessageStatus",
            Self::PushStatus => "changeMassageStatusNotification",
        }
    }

    /// The namespace of its elements.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::SyncSend => SYNC,
            Self::Send | Self::GetMessages | Self::DeliveryNotification | Self::MessageStatus => {
                ASYNC
            }
            Self::PushSend | Self::PushStatus => PUSH,
        }
    }

    /// What the header `SOAPAction` says, without its quotation marks.
    pub fn action(self) -> &'static str {
        match self {
            Self::SyncSend => "SendMessage",
            _ => "",
        }
    }

    /// The operation of an element, whose namespace counts only where the name is that of two.
    pub(crate) fn of(namespace: &str, name: &str) -> Option<Self> {
        if name == Self::Send.name() && namespace.ends_with("/Client") {
            return Some(Self::PushSend);
        }
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Codes that the gateway says.
pub mod code {
    /// In `responseInfo/status`: the one and only success.
    pub const SUCCESS: &str = "SCSS001";
    /// In `responseInfo/status`: not found, or an error.
    pub const NOT_DONE: &str = "SCSE001";

    /// In a fault: the message does not match the format.
    pub const FORMAT: &str = "SCE001";
    /// There is no such service.
    pub const NO_SERVICE: &str = "SCE004";
    /// The certificate of the transport signature is not valid in time.
    pub const TRANSPORT_TIME: &str = "SCE005";
    /// The transport signature is wrong.
    pub const TRANSPORT_WRONG: &str = "SCE006";
    /// The message is not signed.
    pub const TRANSPORT_UNSIGNED: &str = "SCE007";
    /// The certificate of the signature over the business data is not valid in time.
    pub const DATA_TIME: &str = "SCE015";
    /// The signature over the business data is wrong.
    pub const DATA_WRONG: &str = "SCE016";
    /// The business data is not signed.
    pub const DATA_UNSIGNED: &str = "SCE017";
    /// An internal error.
    pub const INTERNAL: &str = "SCE909";
}

/// Values of `messageState`. The gateway types its field as any string.
pub mod state {
    pub const ON_DELIVERY: &str = "ON_DELIVERY";
    pub const DELIVERED: &str = "DELIVERED";
    pub const NOT_DELIVERED: &str = "NOT_DELIVERED";
    pub const DELIVERY_STOPPED: &str = "DELIVERY_STOPPED";
}
