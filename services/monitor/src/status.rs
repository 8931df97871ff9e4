//! Where an application stands: a pure function of the set of its facts, whatever their order or repetition.
//!
//! Facts about the application's own message move it; of the facts about its provider's reports (they carry
//! the application's number under another message id) only what was reported counts, so a refused report
//! refuses nothing. No I/O, no clock.

use fault::Text;
use jiff::Timestamp;
use message::{
    About, Detail, Fact, FactId, FactName, LaneName, MessageId, Number, Outcome, ProviderCode,
};

/// The status of an application, from its first moment to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Received,
    Verified,
    /// Registers are being asked.
    InRegisters,
    Routed,
    Delivered,
    /// The provider has said how far it is (X5).
    InProgress,
    /// Set aside: a person has to look.
    Parked,
    /// Refused on the way, with a reason (G3).
    Refused,
    RefusedByProvider,
    Granted,
    /// Of a query: the register has said what it holds, or that it holds nothing (X6).
    Answered,
}

impl Status {
    /// Spelling in the database and in answers, and what the applicant reads.
    pub const ALL: &[(Self, &'static str, Text)] = &[
        (
            Self::Received,
            "received",
            Text {
                kk: "Қабылданды",
                ru: "Принято",
                en: "Received",
            },
        ),
        (
            Self::Verified,
            "verified",
            Text {
                kk: "Қолтаңба тексерілді",
                ru: "Подпись проверена",
                en: "Signature verified",
            },
        ),
        (
            Self::InRegisters,
            "in-registers",
            Text {
                kk: "Тізілімдерден деректер сұралуда",
                ru: "Запрашиваются данные регистров",
                en: "Registers are being asked",
            },
        ),
        (
            Self::Routed,
            "routed",
            Text {
                kk: "Қызмет берушіге жіберілуде",
                ru: "Направляется услугодателю",
                en: "On its way to the provider",
            },
        ),
        (
            Self::Delivered,
            "delivered",
            Text {
                kk: "Қызмет берушіге жеткізілді",
                ru: "Доставлено услугодателю",
                en: "Delivered to the provider",
            },
        ),
        (
            Self::InProgress,
            "in-progress",
            Text {
                kk: "Қызмет беруші қарауда",
                ru: "Рассматривается услугодателем",
                en: "The provider is working on it",
            },
        ),
        (
            Self::Parked,
            "parked",
            Text {
                kk: "Кейінге қойылды, маман қарайды",
                ru: "Отложено, разбирается специалист",
                en: "Set aside, a specialist looks at it",
            },
        ),
        (
            Self::Refused,
            "refused",
            Text {
                kk: "Тексеру кезінде бас тартылды",
                ru: "Отказано при проверке",
                en: "Refused by a check",
            },
        ),
        (
            Self::RefusedByProvider,
            "refused-by-provider",
            Text {
                kk: "Қызмет беруші бас тартты",
                ru: "Услугодатель отказал",
                en: "Refused by the provider",
            },
        ),
        (
            Self::Granted,
            "granted",
            Text {
                kk: "Қызмет көрсетілді",
                ru: "Услуга оказана",
                en: "Granted",
            },
        ),
        (
            Self::Answered,
            "answered",
            Text {
                kk: "Сұрауға жауап берілді",
                ru: "На запрос дан ответ",
                en: "The query is answered",
            },
        ),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, ..)| *status == self)
            .map_or("", |(_, name, _)| name)
    }

    pub fn text(self) -> Text {
        let nothing = Text {
            kk: "",
            ru: "",
            en: "",
        };
        Self::ALL
            .iter()
            .find(|(status, ..)| *status == self)
            .map_or(nothing, |(.., text)| *text)
    }

    /// Whether nothing more is to come.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Granted | Self::Refused | Self::RefusedByProvider | Self::Answered
        )
    }
}

/// Where an application stands, and what is known of why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The application's own message.
    pub message: MessageId,
    pub status: Status,
    /// The fact by which it came to stand there.
    pub by_fact: FactId,
    pub since: Timestamp,
    /// The provider that has it, or is to have it.
    pub provider: Option<ProviderCode>,
    /// The provider's own number for it.
    pub registration_number: Option<String>,
    /// The last word of the provider before its result.
    pub reported: Option<String>,
    /// What a refusal, a parking or a result says of its reason.
    pub reason: Option<Reason>,
    /// What it waits for, if its last try failed.
    pub waiting: Option<Waiting>,
}

/// Why it was refused, set aside or decided so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Error code of the catalogue; the provider's own decisions have none.
    pub code: Option<String>,
    pub explanation: String,
}

/// A failed try that will be repeated by itself (X12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub lane: LaneName,
    pub code: String,
    pub explanation: String,
    /// How many tries have failed.
    pub attempt: u32,
    pub retry_at: Timestamp,
}

/// The order facts are compared in: by time; within one moment as their names follow each other on the way.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "min_by_key hands it so")]
fn order(fact: &&Fact) -> (Timestamp, FactName, FactId) {
    (fact.at, fact.name(), fact.id)
}

/// Where the application `number` stands after `facts`; none while nothing is known of its own message.
/// Facts of other applications do not matter.
pub fn standing(number: Number, facts: &[Fact]) -> Option<Standing> {
    let ours = || {
        facts
            .iter()
            .filter(move |fact| fact.about.number() == Some(number))
    };
    let own = || {
        ours().filter(|fact| {
            matches!(&fact.about, About::Message { id, number } if Number::of(*id) == *number)
        })
    };
    let first = |name| own().filter(|fact| fact.name() == name).min_by_key(order);

    let message = own().find_map(|fact| match &fact.about {
        About::Message { id, .. } => Some(*id),
        About::Lane(_) => None,
    })?;
    let result = ours()
        .filter(|fact| fact.name() == FactName::ResultIssued)
        .min_by_key(order);
    let report = ours()
        .filter(|fact| fact.name() == FactName::StatusReported)
        .max_by_key(order);
    let refusal = first(FactName::Refused);
    let stop = own().filter(|fact| stops(fact.name())).max_by_key(order);
    let move_on = own().filter(|fact| moves(fact.name())).max_by_key(order);
    let stuck = stop.filter(|stop| move_on.is_none_or(|last| order(&last) < order(stop)));
    let parked = stuck.filter(|fact| fact.name() == FactName::Parked);
    let delivery = first(FactName::Delivered);
    let progress = [
        (Status::Delivered, delivery),
        (Status::Routed, first(FactName::Routed)),
        (Status::InRegisters, registers(own())),
        (Status::Verified, first(FactName::Verified)),
        // A journal that begins in the middle still knows that there is an application.
        (
            Status::Received,
            first(FactName::Received).or_else(|| own().min_by_key(order)),
        ),
    ];
    let decided = result.map(|fact| (decision(&fact.detail), fact));
    let (status, by) = decided
        .or_else(|| refusal.map(|fact| (Status::Refused, fact)))
        .or_else(|| report.map(|fact| (Status::InProgress, fact)))
        .or_else(|| parked.map(|fact| (Status::Parked, fact)))
        .or_else(|| {
            progress
                .into_iter()
                .find_map(|(status, fact)| Some((status, fact?)))
        })?;
    let deliver_or_route = delivery.or_else(|| first(FactName::Routed));
    Some(Standing {
        message,
        status,
        by_fact: by.id,
        since: by.at,
        provider: deliver_or_route.and_then(|fact| match &fact.detail {
            Detail::Delivered { provider, .. } | Detail::Routed { provider, .. } => {
                Some(provider.clone())
            }
            _ => None,
        }),
        registration_number: delivery.and_then(|fact| match &fact.detail {
            Detail::Delivered {
                registration_number,
                ..
            } => Some(registration_number.clone()),
            _ => None,
        }),
        reported: report.and_then(|fact| match &fact.detail {
            Detail::StatusReported { status, .. } => Some(status.clone()),
            _ => None,
        }),
        reason: reason(&by.detail),
        waiting: stuck
            .filter(|_| status < Status::InProgress)
            .and_then(|fact| waiting(&fact.detail)),
    })
}

/// Where a query stands: as an application would, until a register has answered it.
pub fn of_query(standing: Standing, facts: &[Fact]) -> Standing {
    let own = facts
        .iter()
        .filter(|fact| matches!(&fact.about, About::Message { id, .. } if *id == standing.message));
    let answered = own.filter(|fact| fact.name() == FactName::QueryAnswered);
    match answered.min_by_key(order) {
        Some(fact) if !standing.status.is_final() => Standing {
            status: Status::Answered,
            by_fact: fact.id,
            since: fact.at,
            reason: None,
            waiting: None,
            ..standing
        },
        _ => standing,
    }
}

/// Facts after which a message stands still.
fn stops(name: FactName) -> bool {
    matches!(name, FactName::AttemptFailed | FactName::Parked)
}

/// Facts that show a message has gone on.
fn moves(name: FactName) -> bool {
    matches!(
        name,
        FactName::Received
            | FactName::Verified
            | FactName::Enriched
            | FactName::Routed
            | FactName::Delivered
            | FactName::Released
    )
}

fn registers<'a>(own: impl Iterator<Item = &'a Fact>) -> Option<&'a Fact> {
    own.filter(|fact| matches!(fact.name(), FactName::QueryMade | FactName::Enriched))
        .min_by_key(order)
}

fn decision(detail: &Detail) -> Status {
    match detail {
        Detail::ResultIssued {
            outcome: Outcome::Granted,
            ..
        } => Status::Granted,
        _ => Status::RefusedByProvider,
    }
}

fn reason(detail: &Detail) -> Option<Reason> {
    match detail {
        Detail::Refused {
            code, explanation, ..
        }
        | Detail::Parked {
            code, explanation, ..
        } => Some(Reason {
            code: Some(code.clone()),
            explanation: explanation.clone(),
        }),
        Detail::ResultIssued { reason, .. } if !reason.is_empty() => Some(Reason {
            code: None,
            explanation: reason.clone(),
        }),
        _ => None,
    }
}

fn waiting(detail: &Detail) -> Option<Waiting> {
    match detail {
        Detail::AttemptFailed {
            lane,
            code,
            explanation,
            attempt,
            retry_at,
        } => Some(Waiting {
            lane: lane.clone(),
            code: code.clone(),
            explanation: explanation.clone(),
            attempt: *attempt,
            retry_at: *retry_at,
        }),
        _ => None,
    }
}
