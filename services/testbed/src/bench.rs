//! The test bench: makes every played system from the configuration, joins them, and says where they are.
//!
//! In: a [`Config`]. Out: running systems and a control API on loopback ports, and `endpoints.json` with all
//! of them once every door is open. If the folder has no authority yet it is made now, so that its certificates
//! name the ports that revocation lists and OCSP really have; if it has one, those ports are taken again.

use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use crate::{
    authority::{self, Authority},
    config::Config,
    control,
    door::Door,
    files,
    kept::Kept,
    lists::{Lists, Order},
    mail::Mail,
    ocsp::Responder,
    officer::{Line, Officer},
    provider::Provider,
    register::Registers,
    sinks::Sink,
    smtp,
    soap::{self, Seal},
    system::System,
    tsp::Stamper,
};

/// Why the bench does not stand.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("port {port} for {name}: {source}")]
    Port {
        name: &'static str,
        port: u16,
        source: io::Error,
    },
    #[error(
        "certificates in {} name {url}, which is not the port configured; set ports.{name} to it \
         or to 0, or remove the folder", folder.display()
    )]
    Elsewhere {
        folder: PathBuf,
        name: &'static str,
        url: String,
    },
    #[error(transparent)]
    Authority(#[from] authority::Error),
}

/// What `endpoints.json` says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Base address of the control API.
    pub control: String,
    /// Base address of each HTTP system; `host:port` of the mail server.
    pub systems: BTreeMap<String, String>,
}

/// Everything that runs.
pub struct Bench {
    pub(crate) systems: BTreeMap<&'static str, Arc<System>>,
    pub(crate) registers: Arc<Registers>,
    pub(crate) providers: BTreeMap<&'static str, Arc<Provider>>,
    pub(crate) mails: Arc<Kept<Mail>>,
    pub(crate) sms: Arc<Sink>,
    pub(crate) webhooks: Arc<Sink>,
    pub(crate) lists: Arc<Lists>,
    pub(crate) ocsp: Arc<Responder>,
    pub(crate) intake: watch::Sender<Option<String>>,
    endpoints: Endpoints,
    stop: CancellationToken,
}

impl Bench {
    /// Starts everything; returns when every door is open and `endpoints.json` is written.
    pub async fn start(config: &Config) -> Result<Arc<Self>, Error> {
        let stop = CancellationToken::new();
        let (authority, crl_door, ocsp_door) = authority(config)?;
        let order = Order {
            valid_s: config.crl.valid_s,
            ..Order::default()
        };
        let tsp = Stamper::new(&authority)?;
        let authority = Arc::new(authority);
        let lists = Lists::new(Arc::clone(&authority), order)?;
        let ocsp = Responder::new(&authority, Arc::clone(&lists))?;
        let fresh = Arc::clone(&lists).keep_fresh(Duration::from_secs(config.crl.reissue_s.into()));
        tokio::spawn(stop.clone().run_until_cancelled_owned(fresh));

        let ports = config.ports;
        let registers = Registers::new(config.items_max);
        let (sms, webhooks) = (Sink::new(config.items_max), Sink::new(config.items_max));
        let mails = Arc::new(Kept::new(config.items_max));
        let mut systems = vec![
            System::http("crl", crl_door, stop.clone(), lists.routes()),
            System::http("ocsp", ocsp_door, stop.clone(), ocsp.routes()),
            System::http("tsp", door("tsp", ports.tsp)?, stop.clone(), tsp.routes()),
            System::http("sms", door("sms", ports.sms)?, stop.clone(), sms.routes()),
            System::http(
                "webhook",
                door("webhook", ports.webhook)?,
                stop.clone(),
                webhooks.routes(),
            ),
            mail_server(ports.smtp, &stop, &mails)?,
        ];
        systems.extend(played_registers(config, &registers, &stop)?);
        let intake = watch::Sender::new(config.intake.url.clone());
        let mut providers = BTreeMap::new();
        for (name, port) in [
            ("committee", ports.committee),
            ("national-archive", ports.national_archive),
        ] {
            let (provider, system) = provider(config, name, port, &intake, &stop)?;
            systems.push(system);
            providers.insert(name, provider);
        }

        for system in &systems {
            system.opened().await;
        }
        let (control_listener, control_url) = control_door(ports.control).await?;
        let endpoints = Endpoints {
            control: control_url,
            systems: systems
                .iter()
                .map(|s| (s.name().to_owned(), url(s)))
                .collect(),
        };
        let systems = systems.into_iter().map(|s| (s.name(), s)).collect();
        let bench = Arc::new(Self {
            systems,
            registers,
            providers,
            mails,
            sms,
            webhooks,
            lists,
            ocsp,
            intake,
            endpoints,
            stop: stop.clone(),
        });
        tokio::spawn(control::serve(control_listener, Arc::clone(&bench), stop));
        let path = config
            .endpoints
            .clone()
            .unwrap_or(config.folder.join("endpoints.json"));
        files::write_json(&path, &bench.endpoints)?;
        Ok(bench)
    }

    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Closes every door.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

fn door(name: &'static str, port: u16) -> Result<Door, Error> {
    Door::reserve(port).map_err(|source| Error::Port { name, port, source })
}

/// The registers, over JSON and over the gateway's sync channel.
fn played_registers(
    config: &Config,
    registers: &Arc<Registers>,
    stop: &CancellationToken,
) -> Result<Vec<Arc<System>>, Error> {
    let mut systems = Vec::new();
    for (name, port) in [
        ("gbd-fl", config.ports.gbd_fl),
        ("gbd-ul", config.ports.gbd_ul),
        ("enis", config.ports.enis),
        ("payment", config.ports.payment),
    ] {
        // Payments would sign for persons, and everybody else for payments.
        let other = if name == "payment" {
            "gbd-fl"
        } else {
            "payment"
        };
        let (own, other) = (format!("{name}-system"), format!("{other}-system"));
        let desk = soap::register::Desk {
            name,
            registers: Arc::clone(registers),
            seal: Seal::open(&config.folder, &own, &other)?,
        };
        let routes = registers.routes(name).merge(soap::register::routes(desk));
        systems.push(System::http(name, door(name, port)?, stop.clone(), routes));
    }
    Ok(systems)
}

/// A provider with its officer, who knows the provider's system to see its fault.
fn provider(
    config: &Config,
    name: &'static str,
    port: u16,
    intake: &watch::Sender<Option<String>>,
    stop: &CancellationToken,
) -> Result<(Arc<Provider>, Arc<System>), Error> {
    let line = Line {
        intake: intake.subscribe(),
        retry: Duration::from_millis(config.intake.retry_ms.into()),
        timeout: Duration::from_millis(config.intake.timeout_ms.into()),
    };
    let own_system = watch::Sender::new(None);
    let signer = format!("{name}-signer");
    let mut officer = Officer::new(&config.folder, name, &signer, line, own_system.subscribe())?;
    let seal = || Seal::open(&config.folder, &format!("{name}-system"), "portal-system");
    if config.providers.report_by_soap.iter().any(|by| by == name) {
        officer = officer.on_the_channel(name, seal()?);
    }
    let provider = Provider::new(name, config.providers.clone(), officer);
    let channels = soap::channel::routes(Arc::clone(&provider), seal()?);
    let routes = provider.routes().merge(channels);
    let system = System::http(name, door(name, port)?, stop.clone(), routes);
    own_system.send_replace(Some(Arc::clone(&system)));
    Ok((provider, system))
}

/// The authority in the folder, new if there is none, and the doors its certificates name.
fn authority(config: &Config) -> Result<(Authority, Door, Door), Error> {
    let ports = config.ports;
    match Authority::open(&config.folder) {
        Ok(authority) => {
            let crl = named_door(config, "crl", ports.crl, authority.lists_url())?;
            let ocsp = named_door(config, "ocsp", ports.ocsp, authority.ocsp_url())?;
            Ok((authority, crl, ocsp))
        }
        Err(authority::Error::Missing(_)) => {
            let (crl, ocsp) = (door("crl", ports.crl)?, door("ocsp", ports.ocsp)?);
            let url = |door: &Door| format!("http://{}", door.address());
            tracing::info!(folder = %config.folder.display(), "making the test authority");
            let now = Timestamp::now();
            let authority = Authority::make(&config.folder, &url(&crl), &url(&ocsp), now)?;
            Ok((authority, crl, ocsp))
        }
        Err(error) => Err(error.into()),
    }
}

/// The door at the address that stands in certificates.
fn named_door(
    config: &Config,
    name: &'static str,
    configured: u16,
    url: &str,
) -> Result<Door, Error> {
    let named = url
        .strip_prefix("http://127.0.0.1:")
        .and_then(|port| port.parse::<u16>().ok());
    let fits = |port: &u16| configured == 0 || configured == *port;
    let Some(port) = named.filter(fits) else {
        return Err(Error::Elsewhere {
            folder: config.folder.clone(),
            name,
            url: url.to_owned(),
        });
    };
    door(name, port)
}

fn mail_server(
    port: u16,
    stop: &CancellationToken,
    mails: &Arc<Kept<Mail>>,
) -> Result<Arc<System>, Error> {
    Ok(System::start(
        "smtp",
        door("smtp", port)?,
        stop.clone(),
        |system| {
            let (system, mails) = (Arc::clone(system), Arc::clone(mails));
            move |stream| smtp::serve(stream, Arc::clone(&system), Arc::clone(&mails))
        },
    ))
}

fn url(system: &System) -> String {
    match system.name() {
        "smtp" => system.address().to_string(),
        _ => format!("http://{}", system.address()),
    }
}

async fn control_door(port: u16) -> Result<(TcpListener, String), Error> {
    let failed = |source| Error::Port {
        name: "control",
        port,
        source,
    };
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, url))
}
