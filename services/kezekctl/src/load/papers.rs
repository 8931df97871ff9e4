//! Everything that is sent, made and signed ahead of time.
//!
//! In: the arguments, a regulation, the testbed's people. Out: bodies of `POST /v1/messages`, ready to go, and
//! the way that they will take. Forms are filled up to the size asked for, fees are paid at the testbed. A
//! signed document is used again under another id once enough of them are different.

use std::num::NonZeroUsize;

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use flow::Map;
use jiff::Timestamp;
use message::{Channel, LaneName, ProviderCode};
use regulations::{ApplicantKind, Circumstances, Field, Regulation};
use reqwest::Client;
use serde_json::{Value, json};
use signatures::sign::{Options, sign};
use testbed::identity::Identities;
use uuid::Uuid;

use super::Args;
use crate::{application, form, screen::Screen};

/// So many documents are different.
const DISTINCT_MAX: usize = 2000;
/// What a message carries besides document and signature: applicant, ids, plan and facts. Measured.
const BESIDES_BYTES: usize = 900;
/// A text that fills forms: letters of two bytes, as most texts here have.
const FILLING: &str = "Үлгі мәтін. Образец текста. ";

/// See the module.
pub(crate) struct Papers {
    pub(crate) bodies: Vec<Vec<u8>>,
    /// The lanes that an application passes, first to last.
    pub(crate) lanes: Vec<LaneName>,
    pub(crate) provider: ProviderCode,
    /// Of one signed document.
    pub(crate) document_bytes: usize,
    /// Of one message between two lanes, about.
    pub(crate) message_bytes: usize,
}

struct Sealed {
    document: String,
    signature: String,
    bytes: (usize, usize),
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
    let form = filled(regulation, args.channel, args.document_bytes)?;
    let kind = match applicant.bin {
        Some(_) => ApplicantKind::Organisation,
        None => ApplicantKind::Person,
    };
    let provider = regulation.provider(&form).clone();
    let lanes = way(regulation, args.channel, kind, &provider, map)?;
    let sealed = seal(args, identities, form, count.get().min(DISTINCT_MAX)).await?;
    let about = application::about(applicant, screen);
    let payer = about.get("bin").or(about.get("iin")).cloned();
    let client = Client::new();
    let mut bodies = Vec::with_capacity(count.get());
    for sealed in sealed.iter().cycle().take(count.get()) {
        let mut message = json!({
            "id": Uuid::now_v7(), "kind": "application", "service": args.service,
            "channel": args.channel, "language": screen.language, "applicant": about,
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
    let (document_bytes, signature_bytes) = sealed.first().map_or((0, 0), |sealed| sealed.bytes);
    Ok(Papers {
        bodies,
        lanes,
        provider,
        document_bytes,
        message_bytes: document_bytes + signature_bytes + BESIDES_BYTES,
    })
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

/// A valid form of about so many bytes, or as near as its fields allow.
fn filled(regulation: &Regulation, channel: Channel, bytes: usize) -> anyhow::Result<Value> {
    let mut form = form::fill(regulation, channel, serde_json::Map::new())?;
    let rules = regulation.channel(channel);
    let names = rules.iter().flat_map(|rules| rules.form.all());
    for name in names {
        let missing = bytes.saturating_sub(serde_json::to_vec(&form)?.len());
        let Some(room) = regulation.fields.get(name).and_then(room) else {
            continue;
        };
        let before = form.get(name).cloned();
        let mut text = String::new();
        for letter in FILLING.chars().cycle().take(room) {
            if text.len() >= missing {
                break;
            }
            text.push(letter);
        }
        if text.is_empty() {
            continue;
        }
        form.insert(name.clone(), json!(text));
        if !form::errors(regulation, channel, &form).is_empty() {
            form.remove(name);
            form.extend(before.map(|before| (name.clone(), before)));
        }
    }
    let errors = form::errors(regulation, channel, &form);
    if let Some(error) = errors.first() {
        bail!("no form can be made: {} {}", error.pointer, error.message);
    }
    Ok(Value::Object(form))
}

/// How many characters fit into a field of free text.
fn room(field: &Field) -> Option<usize> {
    let schema = field.schema.as_ref()?;
    let is_free = schema["pattern"].is_null() && schema["format"].is_null();
    let room = schema["maxLength"].as_u64().filter(|_| is_free)?;
    usize::try_from(room).ok().filter(|room| *room >= 200)
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
    let signing = tokio::task::spawn_blocking(move || {
        let now = Timestamp::now();
        let turns = signers.iter().cycle().take(count);
        let sealed = turns.enumerate().map(|(place, signer)| {
            let document = numbered(&form, place)?;
            let signature = sign(&document, &[signer], &Options::detached(now))?;
            Ok(Sealed {
                bytes: (document.len(), signature.len()),
                document: STANDARD.encode(&document),
                signature: STANDARD.encode(&signature),
            })
        });
        sealed.collect::<anyhow::Result<Vec<_>>>()
    });
    signing.await?
}

/// The form's bytes, different for each place: as many spaces behind it, which JSON does not mind.
fn numbered(form: &Value, place: usize) -> anyhow::Result<Vec<u8>> {
    let mut document = serde_json::to_vec(form)?;
    for bit in 0..usize::BITS - DISTINCT_MAX.leading_zeros() {
        document.push(if place >> bit & 1 == 1 { b'\t' } else { b' ' });
    }
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
    fn forms_of_every_service_come_near_the_size_asked_for_and_stay_valid() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        let regulations = crate::regulation::load(&deploy).unwrap();
        let map = crate::flow::load(&deploy).unwrap();
        for regulation in regulations.iter() {
            for channel in regulation.channels.keys() {
                let form = filled(regulation, *channel, 2048).unwrap();
                let bytes = serde_json::to_vec(&form).unwrap().len();
                assert!(
                    (900..2200).contains(&bytes),
                    "{} {channel} {bytes}",
                    regulation.code
                );
                let provider = regulation.provider(&form);
                let lanes = way(regulation, *channel, ApplicantKind::Person, provider, &map);
                assert!(lanes.unwrap().len() >= 3);
            }
        }
    }

    #[test]
    fn documents_differ_and_say_the_same() {
        let form = json!({"a": 1});
        let all: BTreeSet<_> = (0..DISTINCT_MAX)
            .map(|n| numbered(&form, n).unwrap())
            .collect();
        assert_eq!(all.len(), DISTINCT_MAX);
        assert!(
            all.iter()
                .all(|d| serde_json::from_slice::<Value>(d).unwrap() == form)
        );
    }
}
