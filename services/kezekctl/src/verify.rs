//! `kezekctl verify`: is this signed, by whom, and does it hold?
//!
//! In: a file of any kind that signatures are made of, and whom to trust. Out: every finding, in words or as
//! JSON, and an exit code by the verdict. Offline: what is not given is not fetched, and lacks.

mod file;
mod other;
mod told;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use signatures::bundle::{Asked, Bundle};
use signatures::format::{FORMATS, Format};
use signatures::{
    Certificate, Freshness, Kept, OCSP_AGE_MAX, Party, Policy, Private, Question, Report, Trust,
    Verifier, expect,
};

use xmldsig::Demand;
use xmldsig::format::{SoapBody, TEXT, XmlDsig};

use crate::screen::Screen;
use file::Kind;

const HELP: &str = "Exit code:
  0   valid
  1   invalid
  2   undetermined: nothing is wrong, but something needed was not given
  64  a command line that makes no sense
  66  a file that cannot be read, or is of no known kind

Without --trust nobody is trusted. Without --crl or --ocsp-response revocation is undetermined.

Examples:
  kezekctl verify application.p7s --trust deploy/trust/production --crl nca.crl
  kezekctl verify application.p7s --content application.json --trust anchors --ocsp-response answer.der
  kezekctl verify contract.xml --trust anchors --crl nca.crl --crl nca-delta.crl --iin 850315400104 --lang kk
  kezekctl verify contract.p7s --trust anchors --crl nca.crl --at 2025-03-01T12:00:00Z --json
  kezekctl verify contract.p7s --trust anchors --crl nca.crl --save-evidence contract.evidence.json
  kezekctl verify --evidence contract.evidence.json
  kezekctl verify envelope.xml --trust anchors --crl nca.crl --known sender.cer
  kezekctl verify nca.crl --trust anchors
  kezekctl verify answer.der --trust anchors --issuer nca.cer";

/// The formats that are understood: CMS, signed SOAP bodies, XML signatures. XML may name these certificates without
/// sending them.
fn formats(known: Vec<Certificate>) -> &'static [&'static dyn Format] {
    // A verifier wants formats that live as long as the program: one run, one leak.
    let known: &'static [Certificate] = Vec::leak(known);
    let demand = Demand {
        known,
        ..Demand::ANY
    };
    Vec::leak(vec![
        FORMATS[0],
        Box::leak(Box::new(SoapBody { known })),
        Box::leak(Box::new(XmlDsig(demand))),
        // Only of stored evidence, which names it.
        &TEXT,
    ])
}

/// Exit code of a command line that makes no sense (sysexits).
pub const USAGE: u8 = 64;

/// A file with a list or an answer.
type Piece<'a> = (&'a Path, Arc<[u8]>);

/// Exit code of a file that cannot be read (sysexits).
const NO_INPUT: u8 = 66;

/// Verify a signature, certificate, revocation list, OCSP response or timestamp, offline.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// PEM, DER, base64 or XML: a signed document, a detached signature, a certificate, a revocation list, an
    /// OCSP response or a timestamp.
    #[arg(required_unless_present = "evidence")]
    file: Option<PathBuf>,
    /// The document of a detached signature; what a timestamp is about.
    #[arg(long, value_name = "FILE")]
    content: Option<PathBuf>,
    /// The IIN that one of the signers must have.
    #[arg(long, value_parser = twelve_digits)]
    iin: Option<String>,
    /// The BIN that he must have; together with --iin, the same signer both.
    #[arg(long, value_parser = twelve_digits)]
    bin: Option<String>,
    /// Folder of certification authorities (.pem, .cer, .crt, .der). The self-issued ones are anchors; where the
    /// folder has a list of pinned ones, anchors.toml, no other may stand there.
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// The certificate of an authority that is not trusted by itself: on the way to one that is, or to hold a
    /// list or an answer against.
    #[arg(long, value_name = "FILE")]
    issuer: Vec<PathBuf>,
    /// A certificate that XML names by issuer and serial number without sending it, as SOAP envelopes do. It is
    /// trusted no more than one that was sent.
    #[arg(long, value_name = "FILE")]
    known: Vec<PathBuf>,
    /// A revocation list or a delta list.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// An answer about a certificate (RFC 6960).
    #[arg(long, value_name = "FILE")]
    ocsp_response: Vec<PathBuf>,
    /// A timestamp over the signature or over the whole file (RFC 3161).
    #[arg(long, value_name = "FILE", conflicts_with = "evidence")]
    timestamp: Option<PathBuf>,
    /// The instant at which certificates are judged, unless a timestamp proves an earlier one. Default: now.
    #[arg(long, value_name = "TIME", conflicts_with = "evidence")]
    at: Option<Timestamp>,
    /// How old an OCSP answer without nextUpdate may be, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = OCSP_AGE_MAX.as_secs())]
    ocsp_age_s_max: i64,
    /// Accept CMS without the signed reference to the certificate (plain CMS instead of CAdES-BES).
    #[arg(long)]
    plain_cms: bool,
    /// Ask a stored question anew, of what was stored with it.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["file", "crl", "ocsp_response", "issuer", "iin", "bin", "plain_cms", "save_evidence"]
    )]
    evidence: Option<PathBuf>,
    /// Store the question with everything that the verdict rests on.
    #[arg(long, value_name = "FILE")]
    save_evidence: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> ExitCode {
    match answer(args, screen) {
        Ok(outcome) => ExitCode::from(code(outcome)),
        Err(error) => {
            eprintln!("kezekctl verify: {error:#}");
            ExitCode::from(NO_INPUT)
        }
    }
}

fn code(outcome: &str) -> u8 {
    match outcome {
        "valid" => 0,
        "invalid" => 1,
        _ => 2,
    }
}

fn answer(args: &Args, screen: &Screen) -> anyhow::Result<&'static str> {
    if let Some(bundle) = &args.evidence {
        return again(args, bundle, screen);
    }
    let path = args.file.as_deref().context("no file")?;
    let given = file::read(path)?;
    let at = args.at.unwrap_or_else(Timestamp::now);
    let trust = trust(args)?;
    match given.kind {
        Kind::Cms | Kind::Xml => signature(args, &given.bytes, at, trust, screen),
        kind => {
            let looked = other::Looked {
                trust,
                kept: args.kept()?,
                at,
                content: args.content()?,
            };
            let found = looked.at(kind, &given.bytes)?;
            told::thing(&found, at, screen)?;
            Ok(found.outcome())
        }
    }
}

fn signature(
    args: &Args,
    bytes: &[u8],
    at: Timestamp,
    trust: Trust,
    screen: &Screen,
) -> anyhow::Result<&'static str> {
    let policy = Policy {
        signing_certificate_required: !args.plain_cms,
        ..Policy::default()
    };
    let trusts_nobody = trust.anchors().is_empty();
    let verifier = Verifier::new(trust, policy).with_formats(formats(args.known()?));
    let (content, timestamp) = (args.content()?, args.timestamp()?);
    let question = Question {
        signature: bytes,
        content: content.as_deref(),
        at,
        timestamp: timestamp.as_deref(),
    };
    let kept = args.kept()?;
    let mut reports = [verifier.examine(&question, &kept)];
    let parties = args.parties();
    expect(&mut reports, &parties);
    let [report] = reports;
    if let Some(path) = &args.save_evidence {
        let asked = Asked {
            question,
            parties: &parties,
            freshness: kept.freshness,
            ocsp_age_max: kept.ocsp_age_max,
        };
        let bundle = Bundle::of(&asked, &verifier, &report).to_json()?;
        std::fs::write(path, bundle).with_context(|| path.display().to_string())?;
    }
    let beside = told::Beside {
        unused: args.unused(&report)?,
        stored: None,
    };
    told::report(&report, at, &beside, screen)?;
    if trusts_nobody {
        screen.line(told::nobody_trusted(screen));
    }
    Ok(report.outcome())
}

/// A stored question, asked anew.
fn again(args: &Args, path: &Path, screen: &Screen) -> anyhow::Result<&'static str> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let bundle = Bundle::from_json(&bytes).with_context(|| path.display().to_string())?;
    let formats = formats(args.known()?);
    let report: Report<'_> = bundle.verify(args.content()?.as_deref(), formats)?;
    let anchors = bundle.anchors()?;
    let trusts_strangers = match &args.trust {
        Some(_) => {
            let trust = trust(args)?;
            anchors.iter().any(|one| !trust.anchors().contains(one))
        }
        None => false,
    };
    let stored = told::Stored {
        anchors,
        is_same: bundle.outcome() == report.outcome(),
        trusts_strangers,
    };
    let beside = told::Beside {
        unused: Vec::new(),
        stored: Some(stored),
    };
    told::report(&report, bundle.at(), &beside, screen)?;
    Ok(if trusts_strangers {
        "undetermined"
    } else {
        report.outcome()
    })
}

/// Whom to trust, and who may stand between.
fn trust(args: &Args) -> anyhow::Result<Trust> {
    let in_folder = match &args.trust {
        Some(folder) => file::authorities(folder)?,
        None => Vec::new(),
    };
    let (anchors, mut between): (Vec<_>, Vec<_>) = in_folder
        .into_iter()
        .partition(|one| one.subject() == one.issuer());
    for path in &args.issuer {
        between.extend(file::certificates(path)?);
    }
    Ok(Trust::new(anchors, between)?)
}

/// A number as certificates have it. Its check digit is not looked at: the national authority's own test
/// numbers have wrong ones.
fn twelve_digits(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("twelve digits".to_owned())
    }
}

impl Args {
    fn parties(&self) -> Vec<Party> {
        let party = Party {
            iin: self.iin.as_ref().map(Private::new),
            bin: self.bin.as_ref().map(Private::new),
            roles: Vec::new(),
        };
        if party == Party::default() {
            Vec::new()
        } else {
            vec![party]
        }
    }

    /// Certificates that may be named.
    fn known(&self) -> anyhow::Result<Vec<Certificate>> {
        let mut all = Vec::new();
        for path in &self.known {
            all.extend(file::certificates(path)?);
        }
        Ok(all)
    }

    fn content(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let read = |path: &PathBuf| std::fs::read(path).with_context(|| path.display().to_string());
        self.content.as_ref().map(read).transpose()
    }

    fn timestamp(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(path) = &self.timestamp else {
            return Ok(None);
        };
        let given = file::read(path)?;
        anyhow::ensure!(
            given.kind == Kind::Timestamp,
            "{} is no timestamp",
            path.display()
        );
        Ok(Some(given.bytes))
    }

    /// Lists and answers that were given, with their paths.
    fn pieces(&self) -> anyhow::Result<Vec<Piece<'_>>> {
        let lists = self.crl.iter().map(|path| (path, Kind::Crl));
        let answers = self.ocsp_response.iter().map(|path| (path, Kind::Ocsp));
        let read = |(path, kind): (&'_ PathBuf, Kind)| {
            let given = file::read(path)?;
            let fits = given.kind == kind;
            anyhow::ensure!(fits, "{} is not what its option asks for", path.display());
            Ok(given.bytes.into())
        };
        let pieces = lists.chain(answers);
        pieces
            .map(|(path, kind)| Ok((path.as_path(), read((path, kind))?)))
            .collect()
    }

    /// Those of them on which nothing rests: of another authority, about somebody else, or not genuine.
    fn unused(&self, report: &Report<'_>) -> anyhow::Result<Vec<String>> {
        let evidence = report.evidence();
        let is_used = |der: &Arc<[u8]>| evidence.iter().any(|piece| piece.der == *der);
        let pieces = self.pieces()?.into_iter();
        Ok(pieces
            .filter(|(_, der)| !is_used(der))
            .map(|(path, _)| path.display().to_string())
            .collect())
    }

    fn kept(&self) -> anyhow::Result<Kept> {
        let pieces = self.pieces()?.into_iter().map(|(_, der)| der);
        Ok(Kept {
            pieces: pieces.collect(),
            freshness: Freshness::default(),
            ocsp_age_max: SignedDuration::from_secs(self.ocsp_age_s_max),
        })
    }
}
