//! `notifier preview`: prints what people would be told, for those who write and check the texts.
//!
//! In: which facts, languages and channels; all of them where nothing is said. Out: the texts, filled in with
//! invented values, on standard output. It asks nobody, sends nothing and needs no configuration.
#![expect(clippy::print_stdout, reason = "printing is its work")]

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use jiff::Timestamp;
use message::{
    About, Channel, Detail, Fact, FactName, Filing, Language, MessageId, Number, Outcome,
    ParticipantId, ProviderCode, ServiceCode,
};
use regulations::Regulations;
use uuid::Uuid;

use crate::{
    letter::{self, Case},
    occasion::{Form, Occasion},
    texts::Texts,
};

/// The arguments after `notifier preview`.
#[derive(Debug, Parser)]
#[command(
    name = "notifier preview",
    about = "Print what people are told",
    after_help = "Examples:\n  \
      notifier preview --fact result-issued --language kk --channel email\n  \
      notifier preview --fact refused --code payment-missing --channel sms\n  \
      notifier preview > texts.txt"
)]
pub struct Arguments {
    /// The fact that is told, for example `result-issued`; default: each
    #[arg(long)]
    fact: Option<FactName>,
    /// kk, ru or en; default: each
    #[arg(long)]
    language: Option<Language>,
    /// email, sms or webhook; default: each
    #[arg(long)]
    channel: Option<String>,
    /// The service it is about
    #[arg(long, default_value = "apostille")]
    service: ServiceCode,
    /// Error code of a refusal
    #[arg(long, default_value = "payment-missing")]
    code: String,
    /// What a provider reports
    #[arg(long, default_value = "in-progress")]
    status: String,
    /// Folder of the regulations: names of services and results
    #[arg(long, default_value = "deploy/regulations")]
    regulations: PathBuf,
}

/// Prints what the arguments ask for.
pub fn print(arguments: &Arguments) -> anyhow::Result<()> {
    println!("{}", write(arguments)?.join("\n"));
    Ok(())
}

/// The texts that the arguments ask for, each under a line that says what it is.
pub fn write(asked: &Arguments) -> anyhow::Result<Vec<String>> {
    let texts = Texts::read()?;
    let regulations = Regulations::load(&asked.regulations)?;
    let wanted = |name: &str| asked.channel.as_ref().is_none_or(|channel| channel == name);
    let forms: Vec<_> = Form::ALL.iter().filter(|(name, _)| wanted(name)).collect();
    let occasions: Vec<_> = Occasion::ALL
        .iter()
        .filter(|(_, occasion)| asked.fact.is_none_or(|fact| fact == occasion.fact()))
        .collect();
    if fault::find(&asked.code).is_none() {
        anyhow::bail!("--code: is not in crates/fault/CATALOGUE.md");
    }
    if forms.is_empty() {
        anyhow::bail!("--channel: is none of email, sms, webhook");
    }
    if occasions.is_empty() {
        anyhow::bail!("--fact: no applicant is told of it");
    }
    let mut all = Vec::new();
    for (name, occasion) in occasions {
        let fact = fact(*occasion, asked)?;
        for (_, language) in Language::ALL {
            if asked.language.is_some_and(|only| only != *language) {
                continue;
            }
            let case = case(asked, *language)?;
            for (form_name, form) in &forms {
                let letter = letter::write(&texts, &regulations, &case, &fact, *form);
                let said = match letter {
                    None => "(nothing is said)".to_owned(),
                    Some(letter) if *form == Form::Sms => letter.text,
                    Some(letter) => format!("{}\n\n{}", letter.subject, letter.text.trim_end()),
                };
                all.push(format!("── {name}, {form_name}, {language}\n{said}\n"));
            }
        }
    }
    Ok(all)
}

/// An invented application.
fn case(asked: &Arguments, language: Language) -> anyhow::Result<Case> {
    Ok(Case {
        number: Number::of(id()),
        service: asked.service.clone(),
        language,
        filed: Some(Filing {
            participant: ParticipantId::new("portal").context("a participant")?,
            reference: String::new(),
            channel: Channel::Portal,
        }),
    })
}

fn id() -> MessageId {
    MessageId::from_uuid(Uuid::from_u128(0x019a_b8d5_7c00_8abc_8def_0123_4567_89ab))
}

/// What happened to it.
fn fact(occasion: Occasion, asked: &Arguments) -> anyhow::Result<Fact> {
    let provider = ProviderCode::new("committee").context("a provider")?;
    let decided = |outcome, reason: &str| Detail::ResultIssued {
        provider: provider.clone(),
        outcome,
        reason: reason.to_owned(),
    };
    let detail = match occasion {
        Occasion::Received => Detail::Received,
        Occasion::Refused => Detail::Refused {
            lane: None,
            code: asked.code.clone(),
            explanation: String::new(),
        },
        Occasion::Delivered => Detail::Delivered {
            provider: provider.clone(),
            registration_number: "КИА-2026/17".to_owned(),
        },
        Occasion::StatusReported => Detail::StatusReported {
            provider: provider.clone(),
            status: asked.status.clone(),
        },
        Occasion::Granted => decided(Outcome::Granted, ""),
        Occasion::Declined => decided(Outcome::Refused, "…"),
    };
    let about = About::Message {
        id: id(),
        number: Number::of(id()),
    };
    let at = Timestamp::from_second(1_795_330_800).context("a time")?;
    Ok(Fact::new(about, at, "preview", detail))
}
