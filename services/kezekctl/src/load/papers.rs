//! Everything that is sent, made and signed ahead of time.
//!
//! In: the arguments, a regulation, the testbed's people. Out: bodies of `POST /v1/messages`, ready to go, and
//! the way that they will take. Documents have the size asked for, fees are paid at the testbed, papers that a
//! channel wants are uploaded. A signed
//! document is used again under another id once enough of them are different.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use flow::Map;
use jiff::Timestamp;
use message::{Channel, LaneName, ProviderCode};
use regulations::{ApplicantKind, Circumstances, Regulation};
use reqwest::{Client, header::CONTENT_TYPE};
use serde_json::{Value, json};
use signatures::sign::{Options, sign};
use testbed::{identity::Identities, officer};
use uuid::Uuid;

use super::Args;
use crate::{application, form, screen::Screen, submit};

/// So many documents are different.
const DISTINCT_MAX: usize = 2000;
const UPLOAD_MAX: Duration = Duration::from_secs(10);
const PDF: &str = "application/pdf";

/// See the module.
pub(crate) struct Papers {
    pub(crate) bodies: Vec<Vec<u8>>,
    /// The lanes that an application passes, first to last.
    pub(crate) lanes: Vec<LaneName>,
    pub(crate) provider: ProviderCode,
    /// Of one signed document.
    pub(crate) document_bytes: usize,
}

struct Sealed {
    document: String,
    signature: String,
    bytes: usize,
}

/// Makes `count` of them. `control` is the testbed's, where fees are paid.
pub(crate) async fn prepare(
    args: &Args,
    regulation: &Regulation,
    map: &Map,
    identities: &Identities,
    control: &str,
    count: NonZeroUsize,
    screen: &Screen,
) -> anyhow::Result<Papers> {
    let applicant = identities.find(&args.applicant)?;
    let form = filled(regulation, args.channel)?;
    let kind = match applicant.bin {
        Some(_) => ApplicantKind::Organisation,
        None => ApplicantKind::Person,
    };
    let provider = regulation.provider(&form).clone();
    let lanes = way(regulation, args.channel, kind, &provider, map)?;
    let sealed = seal(args, identities, form, count.get().min(DISTINCT_MAX)).await?;
    let about = application::about(applicant, screen);
    let payer = about.get("bin").or(about.get("iin")).cloned();
    let attachments = attach(args, regulation).await?;
    let client = Client::new();
    let mut bodies = Vec::with_capacity(count.get());
    for sealed in sealed.iter().cycle().take(count.get()) {
        let mut message = json!({
            "id": Uuid::now_v7(), "kind": "application", "service": args.service,
            "channel": args.channel, "language": screen.language, "applicant": about,
            "attachments": attachments,
            "document": {"media_type": "application/json", "content": sealed.document},
            "signatures": [{"format": "cms-detached", "content": sealed.signature}],
        });
        if args.channel != Channel::Portal {
            message["consent"] =
                json!({"form": "paper", "reference": "K-17", "given_at": Timestamp::now()});
        }
        if let Some(fee) = regulation.fee_tenge {
            let body = json!({"payer": payer, "service": args.service, "amount_tenge": fee});
            message["receipt"] = pay(&client, control, &body).await?;
        }
        bodies.push(serde_json::to_vec(&message)?);
    }
    Ok(Papers {
        bodies,
        lanes,
        provider,
        document_bytes: sealed.first().map_or(0, |sealed| sealed.bytes),
    })
}

/// Uploads as many papers as the channel wants at least; every application names the same ones.
async fn attach(args: &Args, regulation: &Regulation) -> anyhow::Result<Vec<Value>> {
    let rules = regulation.channel(args.channel);
    let count = rules.map_or(0, |rules| rules.attachments.count_min);
    let participant = submit::system_of(args.channel);
    let client = officer::client(&args.testbed, participant, UPLOAD_MAX)?;
    let mut attached = Vec::new();
    for place in 0..count {
        let scan = format!("%PDF-1.4\n% scan {place}\n%%EOF\n");
        let sha256 = application::sha256(scan.as_bytes());
        attached.push(json!({
            "sha256": sha256, "name": format!("scan-{place}.pdf"),
            "media_type": PDF, "size_bytes": scan.len(),
        }));
        let url = format!(
            "{}/v1/attachments/{sha256}",
            args.intake.trim_end_matches('/')
        );
        let request = client.put(url).header(CONTENT_TYPE, PDF).body(scan);
        let answer = request.send().await.context("intake does not answer")?;
        answer.error_for_status()?;
    }
    Ok(attached)
}

/// The lanes from intake to the provider, as the regulation and the map have them.
fn way(
    regulation: &Regulation,
    channel: Channel,
    applicant: ApplicantKind,
    provider: &ProviderCode,
    map: &Map,
) -> anyhow::Result<Vec<LaneName>> {
    let circumstances = Circumstances {
        applicant,
        notarial_power: false,
    };
    let plan = regulation.plan(channel, circumstances);
    let plan = plan.with_context(|| format!("`{}` has no such channel", regulation.code))?;
    let last = map.lane(&format!("router.{provider}"))?.name.clone();
    let lanes: Vec<LaneName> = plan.lanes().iter().cloned().chain([last]).collect();
    for lane in &lanes {
        map.lane(lane.as_str())?;
    }
    Ok(lanes)
}

/// A valid form.
fn filled(regulation: &Regulation, channel: Channel) -> anyhow::Result<Value> {
    let form = form::fill(regulation, channel, serde_json::Map::new())?;
    if let Some(error) = form::errors(regulation, channel, &form).first() {
        bail!("no form can be made: {} {}", error.pointer, error.message);
    }
    Ok(Value::Object(form))
}

/// Signs the form so many times, each with a number of its own in it, by the signers in turn.
async fn seal(
    args: &Args,
    identities: &Identities,
    form: Value,
    count: usize,
) -> anyhow::Result<Vec<Sealed>> {
    let names = args.signers();
    let signers = names.iter().map(|name| Ok(identities.signer(name)?));
    let signers = signers.collect::<anyhow::Result<Vec<_>>>()?;
    let bytes = args.document_bytes;
    let signing = tokio::task::spawn_blocking(move || {
        let now = Timestamp::now();
        let turns = signers.iter().cycle().take(count);
        let sealed = turns.enumerate().map(|(place, signer)| {
            let document = document(&form, bytes, place)?;
            let signature = sign(&document, &[signer], &Options::detached(now))?;
            Ok(Sealed {
                bytes: document.len(),
                document: STANDARD.encode(&document),
                signature: STANDARD.encode(&signature),
            })
        });
        sealed.collect::<anyhow::Result<Vec<_>>>()
    });
    signing.await?
}

/// The form in `bytes` bytes, or as many as it has, different for each place: by the blanks behind it, which
/// JSON does not mind.
fn document(form: &Value, bytes: usize, place: usize) -> anyhow::Result<Vec<u8>> {
    let mut document = serde_json::to_vec(form)?;
    for bit in 0..usize::BITS - DISTINCT_MAX.leading_zeros() {
        document.push(if place >> bit & 1 == 1 { b'\t' } else { b' ' });
    }
    document.resize(bytes.max(document.len()), b' ');
    Ok(document)
}

/// Pays a fee; gives the receipt.
async fn pay(client: &Client, control: &str, body: &Value) -> anyhow::Result<Value> {
    let request = client.post(format!("{control}/payments")).json(body);
    let answer = request.send().await?.error_for_status()?;
    let answer: Value = answer.json().await?;
    Ok(answer["receipt"].clone())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;

    #[test]
    fn every_service_has_a_form_and_a_way() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        let regulations = crate::regulation::load(&deploy).unwrap();
        let map = crate::flow::load(&deploy).unwrap();
        for regulation in regulations.iter() {
            for channel in regulation.channels.keys() {
                let form = filled(regulation, *channel).unwrap();
                let provider = regulation.provider(&form);
                let lanes = way(regulation, *channel, ApplicantKind::Person, provider, &map);
                assert!(lanes.unwrap().len() >= 3);
            }
        }
    }

    #[test]
    fn documents_differ_and_say_the_same_in_the_size_asked_for() {
        let form = json!({"a": 1});
        let make = |place| document(&form, 500, place).unwrap();
        let all: BTreeSet<_> = (0..DISTINCT_MAX).map(make).collect();
        assert_eq!(all.len(), DISTINCT_MAX);
        let same = |d: &Vec<u8>| serde_json::from_slice::<Value>(d).unwrap() == form;
        assert!(all.iter().all(|d| d.len() == 500 && same(d)));
        assert!(document(&form, 5, 0).unwrap().len() > 5);
    }
}
