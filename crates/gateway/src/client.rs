//! How we ask over the channels, where kezek is the one who sends.
//!
//! In go a message and settings; out comes the answer, or a [`fault::Fault`] by the same rules as for every
//! other system outside ([`outside::Peer`]), and by what the gateway says:
//!
//! | what the fault says                                  | what it means                                 |
//! |------------------------------------------------------|-----------------------------------------------|
//! | SCE005, SCE006, SCE007, SCE015, SCE017, SCE004       | our certificates, our service: outage, no message's fault |
//! | SCE001, SCE016, another code for which it blames us  | this message is wrong: never                  |
//! | SCE909, any other fault, a 500 that is no SOAP       | later, blamed on this message                 |
//! | not signed as agreed, another operation or message, no SOAP | garbled                                |
//!
//! Nothing is retried, logged or counted here.

mod settings;

use fault::{Code, Fault};
use jiff::Timestamp;
use outside::{Peer, Words};

pub use settings::Settings;

use crate::names::code;
use crate::security::Guard;
use crate::types::{
    Call, DeliveryNotified, DeliveryNotifiedReply, GetMessages, GetMessagesReply, MessageStatus,
    MessageStatusReply, Reply, Send, SendReply, SenderInfo, SyncSend, SyncSendReply,
};
use crate::{Limits, Side, read_reply, write_call};

/// What the failures of a kind of system are called in the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    pub words: Words,
    /// It says that the message is wrong.
    pub rejected: &'static Code,
}

/// One system on the channels, asked by us.
#[derive(Debug)]
pub struct Client {
    peer: Peer,
    guard: Guard,
    sender: SenderInfo,
    named: Named,
    limits: Limits,
    clock: fn() -> Timestamp,
}

/// What came of a question: an answer, or a fault of SOAP that the caller may know how to take.
type Asked = Result<Reply, crate::Fault>;

impl Client {
    /// As whom we send.
    pub fn sender(&self) -> &SenderInfo {
        &self.sender
    }

    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// `SendMessage` of the sync channel. An answer whose `correlationId` is neither this message's id nor its
    /// correlation is garbled; its status is the caller's to judge.
    pub async fn send_sync(&self, call: SyncSend) -> Result<SyncSendReply, Fault> {
        let ours = [
            Some(call.info.message_id.clone()),
            call.info.correlation_id.clone(),
        ];
        let reply = match self.ask(&Call::SyncSend(call)).await? {
            Ok(Reply::SyncSend(reply)) => reply,
            other => return Err(self.unexpected(other)),
        };
        if reply.info.correlation_id.is_some() && !ours.contains(&reply.info.correlation_id) {
            return Err(self.garbled("the answer is to another message"));
        }
        Ok(reply)
    }

    /// `sendMessage` of the async channel.
    pub async fn send(&self, call: Send) -> Result<SendReply, Fault> {
        match self.ask(&Call::Send(call)).await? {
            Ok(Reply::Send(reply)) => Ok(reply),
            other => Err(self.unexpected(other)),
        }
    }

    /// `getMessages`.
    pub async fn get_messages(&self, call: GetMessages) -> Result<GetMessagesReply, Fault> {
        match self.ask(&Call::GetMessages(call)).await? {
            Ok(Reply::GetMessages(reply)) => Ok(reply),
            other => Err(self.unexpected(other)),
        }
    }

    /// `sendDeliveryNotification`.
    pub async fn notify(&self, call: DeliveryNotified) -> Result<DeliveryNotifiedReply, Fault> {
        match self.ask(&Call::DeliveryNotification(call)).await? {
            Ok(Reply::DeliveryNotification(reply)) => Ok(reply),
            other => Err(self.unexpected(other)),
        }
    }

    /// `getMessageStatus`. None where the other side says by a fault that it does not know the message, for
    /// which the gateway has no code of its own: SCE001 or one that is no known one.
    pub async fn status(&self, call: MessageStatus) -> Result<Option<MessageStatusReply>, Fault> {
        match self.ask(&Call::MessageStatus(call)).await? {
            Ok(Reply::MessageStatus(reply)) => Ok(Some(reply)),
            Err(told) if told.error.is_some() && is_about_the_message(told.code()) => Ok(None),
            other => Err(self.unexpected(other)),
        }
    }

    /// Whether the system is up.
    pub async fn probe(&self) -> Result<(), Fault> {
        self.peer.probe_soap().await
    }

    /// The fault for an answer of the wrong form. `why` without personal data.
    pub fn garbled(&self, why: impl Into<String>) -> Fault {
        self.named.words.garbled(why)
    }

    /// One exchange.
    async fn ask(&self, call: &Call) -> Result<Asked, Fault> {
        let words = self.named.words;
        let operation = call.operation();
        let envelope = self.guard.seal(write_call(call), &body_id(call));
        let envelope = envelope.map_err(|error| {
            // Our key cannot sign, whatever the message: nothing goes out until that is put right.
            let told = "our own signature of the transport cannot be made";
            Fault::outage(words.unreachable, words.doing)
                .because(told)
                .from_source(error)
        })?;
        let reply = self.peer.post_soap(operation.action(), envelope).await?;
        let opened = self.guard.open(reply.body(), &self.limits, self.now());
        let read = opened.and_then(|opened| read_reply(opened.body.as_bytes(), &self.limits));
        match read {
            Ok(asked) => Ok(asked),
            Err(_) if reply.status.as_u16() == 500 => {
                let told = "status 500 without a fault of SOAP that could be read";
                Err(Fault::later(words.failed, words.doing).because(told))
            }
            // A refusal of the codec repeats nothing of what came.
            Err(refusal) if reply.status.is_success() => Err(self.garbled(refusal.to_string())),
            Err(_) => Err(self.garbled(format!("status {}", reply.status.as_u16()))),
        }
    }

    /// The fault for what is not the answer that was asked for.
    fn unexpected(&self, asked: Asked) -> Fault {
        match asked {
            Ok(_) => self.garbled("the answer is to another operation"),
            Err(fault) => self.told(&fault),
        }
    }

    /// What a fault of SOAP means for the message and the lane.
    fn told(&self, told: &crate::Fault) -> Fault {
        let Named { words, rejected } = self.named;
        let code = told.code();
        let fault = match code {
            code::NO_SERVICE
            | code::TRANSPORT_TIME
            | code::TRANSPORT_WRONG
            | code::TRANSPORT_UNSIGNED
            | code::DATA_TIME
            | code::DATA_UNSIGNED => Fault::outage(words.unreachable, words.doing),
            code::FORMAT | code::DATA_WRONG => Fault::never(rejected, words.doing),
            other if other != code::INTERNAL && told.side == Side::Client => {
                Fault::never(rejected, words.doing)
            }
            _ => Fault::later(words.failed, words.doing),
        };
        fault.because(format!("fault {}", shown(code)))
    }
}

/// A code of the other side, if it is one: what it says may be anything.
pub fn shown(code: &str) -> &str {
    let is_code = (1..=32).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !code.bytes().all(|byte| byte.is_ascii_digit());
    if is_code {
        code
    } else {
        "without a known code"
    }
}

/// Whether a fault with this code may say that there is no such message.
fn is_about_the_message(code: &str) -> bool {
    let channel = [
        code::NO_SERVICE,
        code::TRANSPORT_TIME,
        code::TRANSPORT_WRONG,
        code::TRANSPORT_UNSIGNED,
        code::DATA_TIME,
        code::DATA_WRONG,
        code::DATA_UNSIGNED,
        code::INTERNAL,
    ];
    !channel.contains(&code)
}

/// The Id of the Body that is signed. It only has to differ from the other Ids of the same envelope.
fn body_id(call: &Call) -> String {
    format!("id-{}", call.operation().name())
}
