//! What differs between a sample configuration and this rig: addresses, folders, certificates.

use toml::{Table, Value};

use crate::addresses::Addresses;
use crate::outside::Outside;
use crate::services::Settings;
use crate::{Broker, Postgres, Redis, free_port};

/// Name, admin port and settings of each service, in the order in which a message meets them.
pub(crate) fn of_all(
    at: &Addresses,
    broker: &Broker,
    redis: &Redis,
    postgres: &Postgres,
    outside: &Outside,
) -> anyhow::Result<Vec<(&'static str, u16, Settings)>> {
    let own: [(&'static str, Settings); 6] = [
        ("intake", intake(at, redis)),
        ("signature", signature(at, redis, outside)?),
        ("registry", registry(at, redis, outside)?),
        ("router", router(outside)?),
        ("monitor", monitor(at, postgres)),
        ("notifier", notifier(redis, outside)?),
    ];
    let finished = own.into_iter().map(|(name, mut settings)| {
        let admin = free_port();
        settings.push(("chassis.listen", loopback(admin)));
        settings.push(("broker.url", broker.url().into()));
        (name, admin, settings)
    });
    Ok(finished.collect())
}

fn loopback(port: u16) -> Value {
    format!("127.0.0.1:{port}").into()
}

fn file(at: &Addresses, below: &str) -> Value {
    at.testbed.join(below).display().to_string().into()
}

fn intake(at: &Addresses, redis: &Redis) -> Settings {
    vec![
        ("door.listen", loopback(at.intake)),
        ("redis.url", redis.url().into()),
        ("tls.certificate", file(at, "tls/intake.cert.pem")),
        ("tls.key", file(at, "tls/intake.key.pem")),
        (
            "tls.client_authorities",
            vec![file(at, "trust/tls/ca.pem")].into(),
        ),
        (
            "store.path",
            at.folder.join("attachments").display().to_string().into(),
        ),
        (
            "signature.url",
            format!("http://127.0.0.1:{}", at.signature_grpc).into(),
        ),
        (
            "monitor.url",
            format!("http://127.0.0.1:{}", at.monitor_grpc).into(),
        ),
    ]
}

fn signature(at: &Addresses, redis: &Redis, outside: &Outside) -> anyhow::Result<Settings> {
    let lists = outside.address("crl")?;
    let list = |name: &str| {
        let mut list = Table::new();
        list.insert("issuer".to_owned(), format!("{name}.pem").into());
        list.insert("url".to_owned(), format!("{lists}/{name}.crl").into());
        Value::Table(list)
    };
    Ok(vec![
        ("grpc.listen", loopback(at.signature_grpc)),
        ("redis.url", redis.url().into()),
        ("trust.folder", file(at, "trust/signing")),
        ("trust.crl", vec![list("root"), list("issuing")].into()),
    ])
}

fn registry(at: &Addresses, redis: &Redis, outside: &Outside) -> anyhow::Result<Settings> {
    Ok(vec![
        ("grpc.listen", loopback(at.registry_grpc)),
        ("redis.url", redis.url().into()),
        (
            "register.gbd-fl.endpoint",
            outside.address("gbd-fl")?.into(),
        ),
        (
            "register.gbd-ul.endpoint",
            outside.address("gbd-ul")?.into(),
        ),
        ("register.enis.endpoint", outside.address("enis")?.into()),
        (
            "register.payment.endpoint",
            outside.address("payment")?.into(),
        ),
    ])
}

fn router(outside: &Outside) -> anyhow::Result<Settings> {
    Ok(vec![
        (
            "provider.committee.endpoint",
            outside.address("committee")?.into(),
        ),
        (
            "provider.national-archive.endpoint",
            outside.address("national-archive")?.into(),
        ),
    ])
}

fn monitor(at: &Addresses, postgres: &Postgres) -> Settings {
    vec![
        ("http.listen", loopback(at.monitor_http)),
        ("grpc.listen", loopback(at.monitor_grpc)),
        (
            "pages.trace_url",
            "http://traces.kezek.test/{number}".into(),
        ),
        (
            "database.url",
            postgres.url("kezek_monitor", "kezek").into(),
        ),
        (
            "database.migrate_url",
            postgres.url("kezek_owner", "kezek").into(),
        ),
    ]
}

fn notifier(redis: &Redis, outside: &Outside) -> anyhow::Result<Settings> {
    Ok(vec![
        ("redis.url", redis.url().into()),
        ("channels.email.address", outside.address("smtp")?.into()),
        ("channels.sms.endpoint", outside.address("sms")?.into()),
        (
            "channels.webhook-portal.endpoint",
            format!("{}/portal", outside.address("webhook")?).into(),
        ),
        (
            "channels.webhook-front-office.endpoint",
            format!("{}/front-office", outside.address("webhook")?).into(),
        ),
    ])
}
