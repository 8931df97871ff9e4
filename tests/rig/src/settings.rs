//! What differs between a sample configuration and this rig: addresses, folders, certificates.

use toml::Value;

use crate::addresses::Addresses;
use crate::outside::Outside;
use crate::services::Settings;
use crate::{Broker, Lines, Postgres, Redis, free_port};

/// What the services lean on, and the lines that lead there.
pub(crate) struct Ends<'a> {
    pub(crate) broker: &'a Broker,
    pub(crate) redis: &'a Redis,
    pub(crate) postgres: &'a Postgres,
    pub(crate) outside: &'a Outside,
    pub(crate) lines: &'a Lines,
}

impl Ends<'_> {
    fn redis(&self) -> Value {
        self.lines.through("redis", &self.redis.url()).into()
    }

    fn postgres(&self, role: &str) -> Value {
        let url = self.postgres.url(role, "kezek");
        self.lines.through("postgres", &url).into()
    }

    pub(crate) fn outside(&self, system: &str) -> anyhow::Result<String> {
        Ok(self.lines.through(system, self.outside.address(system)?))
    }
}

/// Name, admin port and settings of each service, in the order in which a message meets them.
pub(crate) fn of_all(
    at: &Addresses,
    ends: &Ends<'_>,
) -> anyhow::Result<Vec<(&'static str, u16, Settings)>> {
    let own: [(&'static str, Settings); 6] = [
        ("intake", intake(at, ends)?),
        ("signature", signature(at, ends)?),
        ("registry", registry(at, ends)?),
        ("router", router(ends)?),
        ("monitor", monitor(at, ends)),
        ("notifier", notifier(ends)?),
    ];
    let finished = own.into_iter().map(|(name, mut settings)| {
        let admin = free_port();
        settings.push(("chassis.listen", loopback(admin)));
        let broker = ends.lines.through("broker", &ends.broker.url());
        settings.push(("broker.url", broker.into()));
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

fn intake(at: &Addresses, ends: &Ends<'_>) -> anyhow::Result<Settings> {
    let authorities =
        ["root", "issuing"].map(|tier| file(at, &format!("trust/signing/gost-{tier}.pem")));
    Ok(vec![
        ("door.listen", loopback(at.intake)),
        ("redis.url", ends.redis()),
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
            "registry.url",
            format!("http://127.0.0.1:{}", at.registry_grpc).into(),
        ),
        (
            "monitor.url",
            format!("http://127.0.0.1:{}", at.monitor_grpc).into(),
        ),
        ("tsa.url", ends.outside("tsp")?.into()),
        ("tsa.authorities", authorities.to_vec().into()),
        ("tsa.policy", "1.2.398.3.3.2.6.4".into()),
        ("tsa.digest", "streebog-512".into()),
    ])
}

fn signature(at: &Addresses, ends: &Ends<'_>) -> anyhow::Result<Settings> {
    let (lists, responder) = (ends.outside("crl")?, ends.outside("ocsp")?);
    let table = |fields: Vec<(&str, String)>| {
        let fields = fields.into_iter();
        Value::Table(
            fields
                .map(|(name, text)| (name.to_owned(), text.into()))
                .collect(),
        )
    };
    let (mut crl, mut ocsp) = (Vec::new(), Vec::new());
    for hierarchy in ["gost", "rsa"] {
        let file = |name: &str, ending: &str| format!("{hierarchy}-{name}.{ending}");
        let url = |name: &str| format!("{lists}/{}", file(name, "crl"));
        crl.push(table(vec![
            ("issuer", file("root", "pem")),
            ("url", url("root")),
        ]));
        crl.push(table(vec![
            ("issuer", file("issuing", "pem")),
            ("url", url("issuing")),
            ("delta_url", url("delta")),
        ]));
        ocsp.push(table(vec![
            ("issuer", file("issuing", "pem")),
            ("url", responder.clone()),
        ]));
    }
    Ok(vec![
        ("grpc.listen", loopback(at.signature_grpc)),
        ("redis.url", ends.redis()),
        ("trust.folder", file(at, "trust/signing")),
        (
            "evidence.path",
            at.folder.join("evidence").display().to_string().into(),
        ),
        ("trust.crl", crl.into()),
        ("trust.ocsp", ocsp.into()),
    ])
}

fn registry(at: &Addresses, ends: &Ends<'_>) -> anyhow::Result<Settings> {
    Ok(vec![
        ("grpc.listen", loopback(at.registry_grpc)),
        ("redis.url", ends.redis()),
        ("register.gbd-fl.endpoint", ends.outside("gbd-fl")?.into()),
        ("register.gbd-ul.endpoint", ends.outside("gbd-ul")?.into()),
        ("register.enis.endpoint", ends.outside("enis")?.into()),
        ("register.payment.endpoint", ends.outside("payment")?.into()),
    ])
}

fn router(ends: &Ends<'_>) -> anyhow::Result<Settings> {
    Ok(vec![
        (
            "provider.committee.endpoint",
            ends.outside("committee")?.into(),
        ),
        (
            "provider.national-archive.endpoint",
            ends.outside("national-archive")?.into(),
        ),
    ])
}

fn monitor(at: &Addresses, ends: &Ends<'_>) -> Settings {
    vec![
        ("http.listen", loopback(at.monitor_http)),
        ("grpc.listen", loopback(at.monitor_grpc)),
        (
            "pages.trace_url",
            "http://traces.kezek.test/{number}".into(),
        ),
        ("database.url", ends.postgres("kezek_monitor")),
        ("database.migrate_url", ends.postgres("kezek_owner")),
    ]
}

fn notifier(ends: &Ends<'_>) -> anyhow::Result<Settings> {
    Ok(vec![
        ("redis.url", ends.redis()),
        ("channels.email.address", ends.outside("smtp")?.into()),
        ("channels.sms.endpoint", ends.outside("sms")?.into()),
        (
            "channels.webhook-portal.endpoint",
            format!("{}/portal", ends.outside("webhook")?).into(),
        ),
        (
            "channels.webhook-front-office.endpoint",
            format!("{}/front-office", ends.outside("webhook")?).into(),
        ),
    ])
}
