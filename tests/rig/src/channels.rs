//! A house on the channels of the e-government gateway: registers, one provider, and two participants speak SOAP,
//! signed both ways, instead of JSON.
//!
//! In: where everything is. Out: what differs from the samples, and a copy of `participants.toml` that says how the
//! participants' systems come in. Nothing of it is code: an operator writes the same lines.

use anyhow::Context;
use toml::{Table, Value, toml};

use crate::{addresses::Addresses, repository, services::Settings, settings::Ends};

/// Who speaks SOAP, signed both ways, in a house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// All speak JSON.
    #[default]
    Nobody,
    /// The registers, and one provider when it is handed an application.
    Outside,
    /// These, and the systems of participants at intake's doors.
    Everybody,
}

/// The provider on the async channel; the others stay with JSON.
pub(crate) const PROVIDER: &str = "committee";
/// The participants that come in by the channels, and with which identity their systems sign.
pub(crate) const PARTICIPANTS: [(&str, &str); 2] = [
    ("front-office", "front-office-rsa-system"),
    (PROVIDER, "committee-system"),
];
/// The `serviceId` by which the front office calls the archive certificate.
pub(crate) const SERVICE_ID: &str = "KZ-ARCHIVE-CERTIFICATE";

/// What differs from the samples, by service.
pub(crate) fn chosen(
    who: Channels,
    at: &Addresses,
    ends: &Ends<'_>,
) -> anyhow::Result<Vec<(&'static str, Settings)>> {
    let mut chosen = Vec::new();
    if who != Channels::Nobody {
        chosen.push(("registry", registry(at, ends)?));
        chosen.push(("router", router(at, ends)?));
    }
    if who == Channels::Everybody {
        chosen.push(("intake", intake(at)?));
    }
    Ok(chosen)
}

/// What is ours on every channel: name, identity and what it must be signed with.
fn ours(at: &Addresses, peer: &str, endpoint: String, service_id: &str) -> Table {
    let file = |of: &str| at.testbed.join("identities").join(of).display().to_string();
    let mut settings = toml! {
        sender_id = "kezek"
        security = "required"
        timeout_ms = 5000
    };
    settings.insert("endpoint".into(), endpoint.into());
    settings.insert("service_id".into(), service_id.into());
    settings.insert(
        "certificate_file".into(),
        file("kezek-system.cert.pem").into(),
    );
    settings.insert("key_file".into(), file("kezek-system.key.pem").into());
    let peer = file(&format!("{peer}-system.cert.pem"));
    settings.insert("peer_certificates".into(), vec![Value::from(peer)].into());
    settings
}

/// `register.<name>` of the registry's configuration, for each register.
fn registry(at: &Addresses, ends: &Ends<'_>) -> anyhow::Result<Settings> {
    let registers = [
        ("register.gbd-fl", "gbd-fl", "person"),
        ("register.gbd-ul", "gbd-ul", "organisation"),
        ("register.enis", "enis", "power-of-attorney"),
        ("register.payment", "payment", "payment"),
    ];
    let each = registers.into_iter().map(|(place, name, about)| {
        let endpoint = format!("{}/soap/sync", ends.outside(name)?);
        let mut settings = ours(
            at,
            name,
            endpoint,
            &format!("KEZEK-{}", name.to_uppercase()),
        );
        settings.insert("adapter".into(), "gateway-sync".into());
        settings.insert("about".into(), about.into());
        let mapping = repository().join(format!("deploy/registers/{name}.toml"));
        settings.insert("mapping".into(), mapping.display().to_string().into());
        settings.insert("values".into(), values(name).into());
        // What it says must be signed by itself, whatever is signed around it.
        let signer = settings.get("peer_certificates").cloned();
        settings.insert(
            "signed_by".into(),
            signer.unwrap_or_else(|| Value::Array(Vec::new())),
        );
        settings.insert("signature".into(), "required".into());
        Ok((place, Value::Table(settings)))
    });
    each.collect()
}

/// What stands for `{values.…}` in the register's mapping.
fn values(register: &str) -> Table {
    match register {
        "gbd-fl" => toml! {
            sender_code = "KEZEK"
            kdp_public_key = "sample"
        },
        "gbd-ul" => toml! { requestor_bin = "160140000059" },
        _ => Table::new(),
    }
}

/// `provider.<name>` of the router's configuration.
fn router(at: &Addresses, ends: &Ends<'_>) -> anyhow::Result<Settings> {
    let endpoint = format!("{}/soap/async", ends.outside(PROVIDER)?);
    let mut settings = ours(at, PROVIDER, endpoint, "KEZEK-APPLICATIONS");
    settings.insert("adapter".into(), "gateway-async".into());
    Ok(vec![("provider.committee", Value::Table(settings))])
}

/// Writes the copy of the participants' file; gives the settings by which intake reads it and signs
/// what it answers, with RSA, since the front office knows no GOST.
fn intake(at: &Addresses) -> anyhow::Result<Settings> {
    let sample = repository().join("deploy/participants.toml");
    let mut file: Table = std::fs::read_to_string(&sample)?.parse()?;
    let all = file.get_mut("participants").and_then(Value::as_array_mut);
    for participant in all.context("no participants")? {
        let table = participant
            .as_table_mut()
            .context("a participant is a table")?;
        let id = table
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let Some((_, identity)) = PARTICIPANTS.iter().find(|(known, _)| *known == id) else {
            continue;
        };
        let certificate = at.testbed.join(format!("identities/{identity}.cert.pem"));
        let mut gateway = Table::new();
        gateway.insert("sender_id".into(), id.clone().into());
        gateway.insert("security".into(), "required".into());
        let certificates = vec![Value::from(certificate.display().to_string())];
        gateway.insert("certificates".into(), certificates.into());
        let mut names = Table::new();
        names.insert(SERVICE_ID.into(), "archive-certificate".into());
        gateway.insert("service_ids".into(), names.into());
        table.insert("gateway".into(), gateway.into());
        table.insert("mailbox".into(), true.into());
        if id == "front-office" {
            table.insert("registers".into(), vec!["gbd-fl", "enis"].into());
            table.insert("messages".into(), vec!["application", "query"].into());
        }
    }
    let copy = at.folder.join("participants.toml");
    std::fs::write(&copy, toml::to_string(&file)?)?;
    let own = |kind: &str| {
        let file = at
            .testbed
            .join(format!("identities/kezek-rsa-system.{kind}.pem"));
        Value::from(file.display().to_string())
    };
    Ok(vec![
        ("participants", copy.display().to_string().into()),
        ("soap.certificate", own("cert")),
        ("soap.key", own("key")),
    ])
}
