//! What each operation of the channels does, once its sender is known.
//!
//! In: a request. Out: its reply, or a problem. Messages go to the same desk as those of the JSON door; what waits
//! for a system is its mailbox.

use fault::{asking, door};
use gateway::{
    Call, Limits, Reply, kezek, state,
    types::{
        DeliveryNotification, DeliveryNotifiedReply, GetMessages, GetMessagesReply, MessageStatus,
        MessageStatusInfo, MessageStatusReply, PushStatus, PushStatusReply, Send, SendReply,
        StatusInfo, SyncMessageInfoResponse, SyncSend, SyncSendReply,
    },
};
use message::{FactId, Kind, MessageId};
use serde_json::json;
use uuid::Uuid;

use super::{
    letter::{self, Head},
    mail,
    systems::Known,
};
use crate::{
    ask::Answer,
    collect, head,
    http::{Door, TAKEN, local, note},
    mailbox::{Unopened, Wanted},
    problem::Problem,
    query::Queried,
};

/// What a system may send that does not wait: queries too, whose answer then comes by its mailbox.
const TAKEN_ASYNC: &[Kind] = &[Kind::Application, Kind::Status, Kind::Result, Kind::Query];

/// Does what `call` asks for.
pub(super) async fn call(
    door: &Door,
    known: &Known<'_>,
    call: Call,
    limits: &Limits,
) -> Result<Reply, Problem> {
    Ok(match call {
        Call::SyncSend(send) => Reply::SyncSend(sync(door, known, send, limits).await?),
        Call::Send(send) => Reply::Send(accept(door, known, &send, limits).await?),
        Call::PushSend(send) => Reply::PushSend(accept(door, known, &send, limits).await?),
        Call::GetMessages(wish) => Reply::GetMessages(look(door, known, &wish).await?),
        Call::DeliveryNotification(told) => {
            Reply::DeliveryNotification(confirm(door, known, &told.notification).await?)
        }
        Call::MessageStatus(wish) => Reply::MessageStatus(status(door, known, &wish).await),
        Call::PushStatus(told) => Reply::PushStatus(pushed(door, known, &told).await?),
    })
}

/// A new id that means nothing: of an exchange, of a Body.
pub(super) fn some_id() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}

/// `SendMessage`: a query is answered at once where its register answers; all else gets a receipt.
async fn sync(
    door: &Door,
    known: &Known<'_>,
    send: SyncSend,
    limits: &Limits,
) -> Result<SyncSendReply, Problem> {
    let (desk, sender) = (&door.desk, known.participant);
    let head = Head {
        message_id: Some(&send.info.message_id),
        service_id: &send.info.service_id,
    };
    let (_, received) = letter::open(head, &send.data, known.gateway, limits)?;
    let is_query = head::read(&received.bytes).kind == Some(Kind::Query);
    let queried = if is_query {
        let (verdicts, wait) = (door.verdicts.as_deref(), desk.waiting.wait_max);
        desk.query(sender, received, verdicts, wait).await?
    } else {
        Queried::Later(desk.accept(sender, received, TAKEN).await?)
    };
    let (accepted, data) = match queried {
        Queried::Answered {
            accepted,
            reply,
            at,
        } => {
            let answer = Answer::of(&accepted, reply, at);
            let members = json!({
                "number": answer.number,
                "register": answer.register,
                "found": answer.found,
                "record": answer.record,
                "source_at": answer.source_at,
                "cached": answer.cached,
            });
            (accepted, mail::data(kezek::Root::Answer, &members)?)
        }
        Queried::Later(accepted) => {
            let members = json!({
                "number": accepted.number,
                "accepted_at": local(accepted.accepted_at),
                "message_id": accepted.id,
            });
            (accepted, mail::data(kezek::Root::Accepted, &members)?)
        }
    };
    note(door, sender, &accepted);
    Ok(SyncSendReply {
        info: SyncMessageInfoResponse {
            message_id: accepted.id.to_string(),
            correlation_id: Some(send.info.message_id),
            response_date: (desk.clock)(),
            status: StatusInfo::success(),
            session_id: send.info.session_id,
        },
        data,
    })
}

/// `sendMessage`, and the same pushed.
async fn accept(
    door: &Door,
    known: &Known<'_>,
    send: &Send,
    limits: &Limits,
) -> Result<SendReply, Problem> {
    let (desk, info) = (&door.desk, &send.info);
    let head = Head {
        message_id: info.message_id.as_deref(),
        service_id: &info.service_id,
    };
    let (id, received) = letter::open(head, &send.data, known.gateway, limits)?;
    let accepted = desk
        .accept(known.participant, received, TAKEN_ASYNC)
        .await?;
    note(door, known.participant, &accepted);
    Ok(SendReply {
        correlation_id: info.correlation_id.clone().unwrap_or_else(|| id.clone()),
        message_id: id,
        response_date: (desk.clock)(),
        session_id: info.session_id.clone(),
    })
}

/// `getMessages`: the oldest entries of the mailbox; they come again until they are confirmed.
async fn look(
    door: &Door,
    known: &Known<'_>,
    wish: &GetMessages,
) -> Result<GetMessagesReply, Problem> {
    let desk = &door.desk;
    let amount = match wish.amount {
        None => collect::AMOUNT,
        Some(amount) => usize::try_from(amount)
            .ok()
            .filter(|amount| *amount >= 1)
            .ok_or_else(|| Problem::new(&door::MALFORMED, "must be 1 or more").at("amount"))?,
    };
    // A name that is no service of his is taken for the mailbox as a whole.
    let service = known.gateway.service(&wish.service_id);
    let service = service.filter(|service| known.participant.services.contains(service));
    let wanted = Wanted {
        number: None,
        entry: wish.message_id.as_deref().map(entry).transpose()?,
        reference: wish.correlation_id.clone(),
        service,
    };
    let amount = amount.min(collect::AMOUNT_MAX);
    let entries = desk
        .mailboxes
        .look(&known.participant.id, amount, wanted)
        .await?;
    let us = &door.systems.sender_id;
    let messages = entries
        .iter()
        .map(|entry| mail::message(entry, known.gateway, us));
    Ok(GetMessagesReply {
        response_date: (desk.clock)(),
        session_id: some_id().to_string(),
        messages: messages.collect::<Result<_, _>>()?,
    })
}

fn entry(id: &str) -> Result<FactId, Problem> {
    collect::entry(id).map_err(|problem| problem.at("messageId"))
}

/// `sendDeliveryNotification`: the entry is taken out, unless it was not received well, or is wished for again.
async fn confirm(
    door: &Door,
    known: &Known<'_>,
    told: &DeliveryNotification,
) -> Result<DeliveryNotifiedReply, Problem> {
    let desk = &door.desk;
    let id = entry(&told.message_id)?;
    let status = &told.delivery_status;
    let again = status.resend_message.trim();
    let is_to_come_again = again.eq_ignore_ascii_case("true") || again == "1";
    if !is_to_come_again && status.error.is_none() {
        let confirmed = desk.mailboxes.confirm(&known.participant.id, id).await;
        confirmed.map_err(|unopened| match unopened {
            Unopened::NotThere => Problem::new(&asking::NOT_IN_MAILBOX, "").at("messageId"),
            other => other.into(),
        })?;
    }
    Ok(DeliveryNotifiedReply {
        notification_id: id.to_string(),
        response_date: (desk.clock)(),
        session_id: some_id().to_string(),
    })
}

/// `getMessageStatus`: whether kezek has a message that the system sent.
async fn status(door: &Door, known: &Known<'_>, wish: &MessageStatus) -> MessageStatusReply {
    let desk = &door.desk;
    let (sender, now) = (&known.participant.id, (desk.clock)());
    let id = MessageId::derive(sender, &wish.message_id, now)
        .unwrap_or_else(|_| MessageId::named(sender, &wish.message_id));
    let reply = |state: &str, code: &str, message: &str, date| MessageStatusReply {
        message_state: state.to_owned(),
        status: MessageStatusInfo {
            code: code.to_owned(),
            message: message.to_owned(),
            date,
        },
        response_date: now,
        session_id: Some(some_id().to_string()),
    };
    if let Some(at) = desk.accepted_at(id).await {
        let stored = "it is stored and goes its way";
        reply(state::DELIVERED, gateway::code::SUCCESS, stored, at)
    } else {
        let unknown = "no such message is known; sending it again is safe";
        reply(state::NOT_DELIVERED, gateway::code::NOT_DONE, unknown, now)
    }
}

/// `changeMassageStatusNotification`: that an entry was delivered confirms it; any other state is taken note of.
async fn pushed(
    door: &Door,
    known: &Known<'_>,
    told: &PushStatus,
) -> Result<PushStatusReply, Problem> {
    let (desk, told) = (&door.desk, &told.notification);
    if told.message_state == state::DELIVERED
        && let Ok(id) = entry(&told.message_id)
    {
        match desk.mailboxes.confirm(&known.participant.id, id).await {
            // What is not in the mailbox, or no longer, has nothing to be confirmed.
            Ok(()) | Err(Unopened::NotThere | Unopened::None) => {}
            Err(away) => return Err(away.into()),
        }
    }
    Ok(PushStatusReply {
        response_date: (desk.clock)(),
        session_id: some_id().to_string(),
    })
}
