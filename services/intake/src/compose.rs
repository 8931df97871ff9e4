//! From a letter that passed its checks to the message that travels.
//!
//! Nothing is asked and nothing can fail for what was sent: every rule was checked before. The plan (routing
//! slip) is fixed here: an application takes the way of its regulation, a report goes from its signature to the
//! application it answers (X5, X7), a query that is not answered at once goes to its register and from there into
//! the mailbox of who asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use message::{
    Applicant, Attachment, Attempts, Consent, Document, Kind, LaneName, Language, Message, Number,
    ParticipantId, PersonalNumber, Plan, PowerOfAttorney, RegisterName, Report, Representative,
    Sender, Signature,
};
use participants::Participant;
use regulations::{Circumstances, Regulation};

use crate::{
    asked,
    checks::Letter,
    envelope::{self, Certified, Envelope},
};

/// The lanes that every plan begins with, or that reports take; on the map, checked at start.
#[derive(Debug, Clone)]
pub struct Ways {
    pub verify: LaneName,
    pub follow: LaneName,
    /// The lane of each register that is queried.
    registers: BTreeMap<RegisterName, LaneName>,
    /// The mailbox of each participant that has one.
    mailboxes: BTreeMap<ParticipantId, LaneName>,
}

impl Ways {
    /// The lanes of `map`, which must have those of every plan of `regulations`, and the mailboxes of all
    /// `participants` that have one and the registers they query, and no other mailbox.
    pub fn on(
        map: &flow::Map,
        regulations: &regulations::Regulations,
        participants: &participants::Participants,
    ) -> anyhow::Result<Self> {
        for regulation in regulations.iter() {
            for lane in lanes(regulation) {
                map.lane(lane.as_str())?;
            }
        }
        let lane = |name: &str| anyhow::Ok(map.lane(name)?.name.clone());
        let (mut registers, mut mailboxes) = (BTreeMap::new(), BTreeMap::new());
        for participant in participants.iter() {
            let (id, there) = (&participant.id, map.mailbox(&participant.id));
            anyhow::ensure!(
                participant.mailbox == there.is_some(),
                "participant `{id}`: `mailbox = true` and a lane `mailbox.{id}` go together"
            );
            mailboxes.extend(there.map(|mailbox| (id.clone(), mailbox.name.clone())));
            for register in &participant.registers {
                registers.insert(register.clone(), lane(&format!("registry.{register}"))?);
            }
        }
        for owner in map.lanes.iter().filter_map(flow::Lane::mailbox_of) {
            anyhow::ensure!(
                mailboxes.contains_key(owner),
                "the lane `mailbox.{owner}` belongs to no participant"
            );
        }
        Ok(Self {
            verify: lane("signature.verify")?,
            follow: lane("monitor.follow")?,
            registers,
            mailboxes,
        })
    }

    /// Whether answers and news can wait for this participant.
    pub fn has_mailbox(&self, participant: &ParticipantId) -> bool {
        self.mailboxes.contains_key(participant)
    }

    /// The way of a query that is not answered at once.
    fn of_query(&self, register: &RegisterName, participant: &ParticipantId) -> Plan {
        let way = [
            Some(&self.verify),
            self.registers.get(register),
            self.mailboxes.get(participant),
        ];
        Plan::new(way.into_iter().flatten().cloned().collect())
    }
}

/// Every lane that an application of this service may have to pass.
fn lanes(regulation: &Regulation) -> impl Iterator<Item = LaneName> {
    use regulations::ApplicantKind::{Organisation, Person};
    let circumstances = [
        (Person, false),
        (Person, true),
        (Organisation, false),
        (Organisation, true),
    ]
    .map(|(applicant, notarial_power)| Circumstances {
        applicant,
        notarial_power,
    });
    regulation
        .channels
        .keys()
        .flat_map(move |channel| circumstances.map(|c| regulation.plan(*channel, c)))
        .flatten()
        .flat_map(|plan| plan.lanes().to_vec())
}

/// The number of the application that a letter is, or answers.
pub fn number(letter: &Letter) -> Number {
    letter
        .envelope
        .report
        .as_ref()
        .map_or_else(|| Number::of(letter.id), |report| report.number)
}

/// Makes the message. `received_at` is when it was first taken.
pub fn message(
    letter: Letter,
    sender: &Participant,
    regulation: &Regulation,
    ways: &Ways,
    received_at: Timestamp,
) -> Message {
    let number = number(&letter);
    let Letter {
        id,
        envelope: e,
        content,
    } = letter;
    let applicant = applicant(&e);
    let representative = e.representative.map(representative);
    let query = e.query.and_then(asked::Query::noun);
    let plan = match &query {
        Some(query) => ways.of_query(&query.register, &sender.id),
        None => plan(
            e.kind,
            regulation,
            e.channel,
            applicant.as_ref(),
            representative.as_ref(),
            ways,
        ),
    };
    Message {
        id,
        number,
        kind: e.kind,
        sender: Sender {
            participant: sender.id.clone(),
            bin: sender.bin.clone(),
            reference: e.id,
            provider: sender.provider.clone(),
        },
        service: e.service,
        channel: e.channel,
        received_at,
        applicant,
        representative,
        consent: e.consent.map(|c| Consent {
            form: c.form,
            reference: c.reference,
            given_at: c.given_at,
        }),
        receipt: e.receipt,
        document: Document {
            media_type: e.document.media_type,
            content,
        },
        signatures: e
            .signatures
            .into_iter()
            .map(|s| Signature {
                timestamp: None,
                format: s.format,
                content: s.content.0,
            })
            .collect(),
        attachments: e.attachments.into_iter().map(attachment).collect(),
        report: e.report.and_then(report),
        provider: None,
        signers: Vec::new(),
        findings: Vec::new(),
        plan,
        attempts: Attempts::default(),
        filed: None,
        query,
    }
}

/// An application takes the way of its regulation; a report is verified and then followed.
fn plan(
    kind: Kind,
    regulation: &Regulation,
    channel: message::Channel,
    applicant: Option<&Applicant>,
    representative: Option<&Representative>,
    ways: &Ways,
) -> Plan {
    let of_application = (kind == Kind::Application)
        .then(|| Circumstances::of(applicant?, representative).into())
        .flatten()
        .and_then(|circumstances: Circumstances| regulation.plan(channel, circumstances));
    of_application.unwrap_or_else(|| Plan::new(vec![ways.verify.clone(), ways.follow.clone()]))
}

fn applicant(e: &Envelope) -> Option<Applicant> {
    let given = e.applicant.as_ref()?;
    let number = match (&given.iin, &given.bin) {
        (Some(iin), _) => PersonalNumber::Iin(iin.clone()),
        (None, Some(bin)) => PersonalNumber::Bin(bin.clone()),
        (None, None) => return None,
    };
    Some(Applicant {
        number,
        name: given.name.clone(),
        email: given.email.clone(),
        phone: given.phone.clone(),
        language: given.language.or(e.language).unwrap_or(Language::Kk),
    })
}

fn representative(given: envelope::Representative) -> Representative {
    let power = given.power_of_attorney;
    let notarial = power.certified == Certified::Notary;
    Representative {
        iin: given.iin,
        power: PowerOfAttorney {
            number: power.number,
            notarial,
        },
    }
}

fn attachment(given: envelope::Attachment) -> Attachment {
    Attachment {
        sha256: given.sha256,
        name: given.name,
        media_type: given.media_type,
        size_bytes: given.size_bytes,
    }
}

fn report(given: envelope::Report) -> Option<Report> {
    let reason = given.reason.unwrap_or_default();
    match (given.status, given.outcome) {
        (Some(status), _) => Some(Report::Status { status }),
        (None, Some(outcome)) => Some(Report::Result { outcome, reason }),
        (None, None) => None,
    }
}
