//! The message of a test application, as `submit`'s command line wants it: form, people, papers, signature.
//!
//! In: the arguments, the regulation, the testbed's identities. Out: the JSON body of `POST /v1/messages`,
//! signed. The only thing it does outside is to pay at the testbed, when asked to.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use message::SignatureFormat;
use regulations::Regulation;
use reqwest::Client;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use signatures::sign::{Options, sign};
use testbed::{
    bench::Endpoints,
    identity::{Identities, Identity},
};
use uuid::Uuid;
use xmldsig::sign::Layout;

use crate::{
    form,
    screen::Screen,
    submit::{Args, Wrapping},
};

/// The whole message, signed.
pub(crate) async fn write(
    args: &Args,
    regulation: &Regulation,
    identities: &Identities,
    screen: &Screen,
) -> anyhow::Result<Value> {
    let applicant = identities.find(&args.applicant)?;
    let mut given = Map::new();
    for pair in &args.fields {
        let (name, value) = form::field(regulation, pair)?;
        given.insert(name, value);
    }
    let form = form::fill(regulation, args.channel, given)?;
    let errors = form::errors(regulation, args.channel, &form);
    if !(errors.is_empty() || args.unchecked) {
        let told: Vec<_> = errors
            .iter()
            .map(|e| format!("  {} {}", e.pointer, e.message))
            .collect();
        bail!(
            "the form is not as `{}` wants it:\n{}\nGive the fields with --field NAME=VALUE, see \
             `kezekctl regulation show {0}`, or send it as it is with --unchecked.",
            regulation.code,
            told.join("\n")
        );
    }
    let mut message = json!({
        "id": Uuid::now_v7(), "kind": "application", "service": args.service,
        "channel": args.channel, "language": screen.language,
        "classification": args.classification,
        "applicant": about(applicant, screen), "attachments": described(&args.attachments)?,
    });
    if let (Some(name), Some(number)) = (&args.representative, &args.power) {
        let iin = identities
            .find(name)?
            .iin
            .as_ref()
            .context("an information system represents nobody")?;
        let certified = if args.power_not_notarial {
            "other"
        } else {
            "notary"
        };
        message["representative"] = json!({
            "iin": iin, "power_of_attorney": {"number": number, "certified": certified},
        });
    }
    if let Some(reference) = &args.consent {
        message["consent"] =
            json!({"form": "paper", "reference": reference, "given_at": Timestamp::now()});
    }
    let receipt = match &args.receipt {
        None if args.pay => Some(pay(args, regulation, applicant).await?),
        given => given.clone(),
    };
    if let Some(receipt) = receipt {
        message["receipt"] = json!(receipt);
    }
    seal(&mut message, args, identities, &form)?;
    Ok(message)
}

/// Puts the document and its signature into the message.
fn seal(
    message: &mut Value,
    args: &Args,
    identities: &Identities,
    form: &Map<String, Value>,
) -> anyhow::Result<()> {
    let document = serde_json::to_string(form)?;
    let signer = identities.signer(args.signer())?;
    let now = Timestamp::now();
    let cms = |options: Options| sign(document.as_bytes(), &[&signer], &options);
    let (format, signature) = match args.format {
        Wrapping::CmsDetached => (SignatureFormat::CmsDetached, cms(Options::detached(now))?),
        Wrapping::CmsAttached => (SignatureFormat::CmsAttached, cms(Options::attached(now))?),
        Wrapping::Xml => {
            let xml = xmldsig::sign::text(&document, &signer, Layout::Wrapped)?;
            (SignatureFormat::XmlEnveloped, xml)
        }
    };
    message["document"] = json!({"media_type": "application/json"});
    if format == SignatureFormat::CmsDetached {
        message["document"]["content"] = json!(STANDARD.encode(&document));
    }
    message["signatures"] = json!([{"format": format, "content": STANDARD.encode(&signature)}]);
    Ok(())
}

/// The applicant as the message names him: a head applies for his organisation.
pub(crate) fn about(applicant: &Identity, screen: &Screen) -> Value {
    let mut about = json!({
        "name": applicant.organisation.as_ref().unwrap_or(&applicant.common_name),
        "email": applicant.email, "phone": applicant.phone, "language": screen.language,
    });
    match (&applicant.bin, &applicant.iin) {
        (Some(bin), _) => about["bin"] = json!(bin),
        (None, iin) => about["iin"] = json!(iin),
    }
    about
}

/// Pays the fee at the testbed; gives the receipt.
async fn pay(args: &Args, regulation: &Regulation, payer: &Identity) -> anyhow::Result<String> {
    let fee = regulation
        .fee_tenge
        .with_context(|| format!("`{}` is free: leave out --pay", regulation.code))?;
    let path = args.testbed.join("endpoints.json");
    let text = std::fs::read(&path).with_context(|| {
        format!(
            "cannot read {}; is `testbed serve` running?",
            path.display()
        )
    })?;
    let control = serde_json::from_slice::<Endpoints>(&text)?.control;
    let payer = match (&payer.bin, &payer.iin) {
        (Some(bin), _) => json!(bin),
        (None, iin) => json!(iin),
    };
    let body = json!({"payer": payer, "service": args.service, "amount_tenge": fee});
    let answer = Client::new()
        .post(format!("{control}/payments"))
        .json(&body)
        .send()
        .await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    let receipt = answer["receipt"]
        .as_str()
        .context("the testbed gave no receipt")?;
    Ok(receipt.to_owned())
}

/// The name that the store of attachments knows a file by.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Media type by the name's ending.
pub(crate) fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("pdf") => "application/pdf",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

/// The whole file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The attachments as the message names them.
fn described(paths: &[PathBuf]) -> anyhow::Result<Vec<Value>> {
    let described = |path: &PathBuf| {
        let bytes = read(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(json!({
            "sha256": sha256(&bytes), "name": name, "media_type": media_type(path),
            "size_bytes": bytes.len(),
        }))
    };
    paths.iter().map(described).collect()
}
