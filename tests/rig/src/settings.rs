//! What differs between a sample configuration and this rig: addresses, folders, certificates.

use anyhow::Context;
use toml::Value;

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
        ("signature", signature(at, outside)?),
        ("registry", registry(at, outside)?),
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
    ]
}

fn signature(at: &Addresses, _outside: &Outside) -> anyhow::Result<Settings> {
    Ok(vec![
        ("grpc.listen", loopback(at.signature_grpc)),
        ("trust", file(at, "trust")),
    ])
}

fn registry(at: &Addresses, _outside: &Outside) -> anyhow::Result<Settings> {
    Ok(vec![("grpc.listen", loopback(at.registry_grpc))])
}

fn router(_outside: &Outside) -> anyhow::Result<Settings> {
    Ok(vec![])
}

fn monitor(at: &Addresses, postgres: &Postgres) -> Settings {
    vec![
        ("http.listen", loopback(at.monitor_http)),
        ("grpc.listen", loopback(at.monitor_grpc)),
        (
            "database.url",
            postgres.url("kezek_monitor", "kezek").into(),
        ),
    ]
}

fn notifier(redis: &Redis, outside: &Outside) -> anyhow::Result<Settings> {
    let smtp = outside.address("smtp").context("no mail server")?;
    Ok(vec![
        ("redis.url", redis.url().into()),
        ("smtp.address", smtp.into()),
    ])
}
