//! `kezekctl submit`: an application as a participant's system would send it, made from a regulation, signed
//! with a test identity, sent through the front door.
//!
//! In: a service, a channel, people of the testbed, form fields, files. Out: the application's number, or the
//! door's problem in words. It invents what a required field needs, and nothing else: what the command line
//! leaves out is left out, so that every refusal can be provoked.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use message::{Channel, ServiceCode};
use testbed::{identity::Identities, officer};

use crate::{application, cli::Common, door::Door, regulation, screen::Screen};

const EXAMPLES: &str = "Examples:
  kezekctl submit --service archive-certificate --applicant aigul --wait 5
  kezekctl submit --service apostille --applicant ivan --pay --field country=DE
  kezekctl submit --service apostille --applicant aigul --receipt R-00000007
  kezekctl submit --service archive-certificate --channel front-office --applicant dana \\
      --consent K-17 --attach scan.pdf
  kezekctl submit --service archive-certificate --applicant aigul --representative samat --power ENIS-0001
  kezekctl submit --service archive-certificate --applicant aigul --identity bolat-revoked --wait 5
  kezekctl submit --service archive-certificate --applicant aigul --format xml --wait 5
  kezekctl submit --service archive-certificate --applicant aigul --count 100 --json

The identities are those of the testbed: services/testbed/README.md lists them.";

/// Send a signed test application to intake; prints its number.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Args {
    /// Code of the service, for example apostille.
    #[arg(long)]
    pub(crate) service: ServiceCode,
    /// Door of the application: portal, provider or front-office.
    #[arg(long, default_value = "portal")]
    pub(crate) channel: Channel,
    /// Name of the test identity that applies.
    #[arg(long, default_value = "aigul")]
    pub(crate) applicant: String,
    /// Name of the test identity that signs. Default: the representative or applicant on the portal,
    /// else an official of the participant.
    #[arg(long)]
    pub(crate) identity: Option<String>,
    /// System that sends, by its client certificate. Default: as the channel says.
    #[arg(long)]
    pub(crate) participant: Option<String>,
    /// A form field, `name=value`; several choices with commas. Required fields not given get a sample.
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub(crate) fields: Vec<String>,
    /// Number of a payment receipt.
    #[arg(long, conflicts_with = "pay")]
    pub(crate) receipt: Option<String>,
    /// Pay the fee at the testbed first and attach the receipt.
    #[arg(long)]
    pub(crate) pay: bool,
    /// Name of the test identity that files for the applicant.
    #[arg(long, requires = "power")]
    pub(crate) representative: Option<String>,
    /// Number of the representative's power of attorney.
    #[arg(long, requires = "representative")]
    pub(crate) power: Option<String>,
    /// The power was not certified by a notary: it is entered without a check (G5).
    #[arg(long, requires = "power")]
    pub(crate) power_not_notarial: bool,
    /// Reference of the applicant's consent on paper (X10).
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) consent: Option<String>,
    /// A file to attach; uploaded first.
    #[arg(long = "attach", value_name = "FILE")]
    pub(crate) attachments: Vec<PathBuf>,
    /// open, official-use or state-secret.
    #[arg(long, default_value = "open")]
    pub(crate) classification: String,
    /// How the document is signed. In cms-attached and xml it lies inside the signature.
    #[arg(long, value_enum, default_value_t = Wrapping::CmsDetached)]
    pub(crate) format: Wrapping,
    /// Wait up to so many seconds for the verdict on the signature.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u32>,
    /// So many applications, each with an id of its own.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) count: u32,
    /// Send each message so many times, the same id and bytes.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) repeat: u32,
    /// Send the form even where the regulation finds it wrong.
    #[arg(long)]
    pub(crate) unchecked: bool,
    /// Print the message instead of sending it.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Address of intake.
    #[arg(long, env = "KEZEK_INTAKE", default_value = "https://localhost:18443")]
    pub(crate) intake: String,
    /// Folder of the testbed: identities, certificates, endpoints.json.
    #[arg(
        long,
        env = "KEZEK_TESTBED",
        value_name = "DIR",
        default_value = "/tmp/kezek/testbed"
    )]
    pub(crate) testbed: PathBuf,
}

/// The formats of a signature, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Wrapping {
    CmsDetached,
    CmsAttached,
    Xml,
}

pub(crate) async fn run(args: &Args, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let regulations = regulation::load(&common.deploy)?;
    let regulation = regulation::find(&regulations, &args.service)?;
    let identities = Identities::load(&args.testbed)?;
    let participant = args
        .participant
        .clone()
        .unwrap_or_else(|| system_of(args.channel).to_owned());
    let client = officer::client(&args.testbed, &participant, Duration::from_mins(1))?;
    let door = Door {
        client,
        intake: args.intake.trim_end_matches('/'),
        wait: args.wait,
        screen,
    };

    let mut all_taken = true;
    for _ in 0..args.count {
        let message = application::write(args, regulation, &identities, screen).await?;
        if args.dry_run {
            Screen::text(&format!("{message:#}\n"));
            continue;
        }
        door.upload(&args.attachments).await?;
        for _ in 0..args.repeat {
            all_taken &= door.post(&message).await?;
        }
    }
    Ok(if all_taken {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The system that files in a channel.
pub(crate) fn system_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Portal => "portal",
        Channel::FrontOffice => "front-office",
        Channel::Provider => "committee",
    }
}

impl Args {
    /// Who signs, if the command line does not say: the law of the channel (G2, X10).
    pub(crate) fn signer(&self) -> &str {
        let law = match self.channel {
            Channel::Portal => self.representative.as_ref().unwrap_or(&self.applicant),
            Channel::FrontOffice => "saule-operator",
            Channel::Provider => "committee-employee",
        };
        self.identity.as_deref().unwrap_or(law)
    }
}
