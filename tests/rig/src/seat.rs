//! Where a node of the broker lives: its folder, name, address and ports, and the files it finds there.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};

use crate::free_port;
use crate::process::Command;
use crate::spaces::Spaces;

const BINARIES: &str = "/usr/lib/rabbitmq/bin";

/// See the module.
#[derive(Debug)]
pub(crate) struct Seat {
    /// The node's name: `name@host`.
    pub(crate) name: String,
    folder: PathBuf,
    host: IpAddr,
    port: u16,
    epmd: u16,
    distribution: u16,
    cookie: String,
    /// The network namespace it runs in; none for the machine's own.
    space: Option<String>,
}

impl Seat {
    /// The only node.
    pub(crate) fn alone(folder: &Path, port: u16) -> Self {
        let mut seat = Self::in_folder(folder.join("rabbitmq"), free_port(), cookie());
        seat.port = port;
        seat.name = format!("rig{}@localhost", seat.port);
        seat
    }

    /// Three on this machine.
    pub(crate) fn three(folder: &Path) -> Vec<Self> {
        let (epmd, cookie) = (free_port(), cookie());
        let seats = (1..=3).map(|place| {
            let own = folder.join(format!("rabbitmq-{place}"));
            let mut seat = Self::in_folder(own, epmd, cookie.clone());
            seat.name = format!("rig{}@localhost", seat.port);
            seat
        });
        seats.collect()
    }

    /// Three, each in its space.
    pub(crate) fn three_in(folder: &Path, spaces: &Spaces) -> Vec<Self> {
        let mut seats = Self::three(folder);
        for (place, seat) in seats.iter_mut().enumerate() {
            seat.host = spaces.host(place);
            seat.space = Some(spaces.name(place));
            seat.name = format!("rabbit@{}", seat.host);
        }
        seats
    }

    fn in_folder(folder: PathBuf, epmd: u16, cookie: String) -> Self {
        Self {
            name: String::new(),
            folder,
            host: Ipv4Addr::LOCALHOST.into(),
            port: free_port(),
            epmd,
            distribution: free_port(),
            cookie,
            space: None,
        }
    }

    /// Where it takes AMQP connections.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Writes cookie, configuration and definitions, those of `root`; `names` are all nodes of the cluster.
    pub(crate) fn furnish(&self, names: &[String], root: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(self.folder.join("conf.d"))?;
        let cookie = self.folder.join(".erlang.cookie");
        fs::write(&cookie, &self.cookie)?;
        fs::set_permissions(&cookie, fs::Permissions::from_mode(0o400))?;
        fs::write(self.folder.join("enabled_plugins"), "[].\n")?;
        fs::copy(
            root.join("deploy/rabbitmq/rabbitmq.conf"),
            self.folder.join("rabbitmq.conf"),
        )
        .context("deploy/rabbitmq/rabbitmq.conf")?;
        let definitions = self.folder.join("definitions.json");
        let mut overlay = format!(
            "listeners.tcp.default = {}\ndefinitions.local.path = {}\n\
             disk_free_limit.absolute = 100MB\nlog.console = true\nlog.console.level = info\n\
             log.file = false\n",
            self.address(),
            definitions.display()
        );
        let loaded = if names.len() == 1 {
            definitions_with_guest(root)?
        } else {
            // The queues come when all nodes are there: one that is made earlier has no copies.
            overlay += "cluster_formation.peer_discovery_backend = classic_config\n\
                        loopback_users = none\n";
            let node = |(place, name): (usize, &String)| {
                let number = place + 1;
                format!("cluster_formation.classic_config.nodes.{number} = {name}\n")
            };
            overlay.extend(names.iter().enumerate().map(node));
            with_guest(json!({}))?
        };
        fs::write(&definitions, serde_json::to_vec_pretty(&loaded)?)?;
        Ok(fs::write(self.folder.join("conf.d/90-rig.conf"), overlay)?)
    }

    /// The port mapper of this node's host.
    pub(crate) fn port_mapper(&self) -> Command {
        let log = self.folder.join("epmd.log");
        self.run("epmd".as_ref(), &log).args([
            "-address",
            &self.host.to_string(),
            "-port",
            &self.epmd.to_string(),
        ])
    }

    /// One of RabbitMQ's programs, for this node.
    pub(crate) fn command(&self, program: &str) -> Command {
        let log = self.folder.join("rabbitmq.log");
        let listens_on = self.host.to_string().replace('.', ",");
        let inside = format!("-kernel inet_dist_use_interface {{{listens_on}}}");
        self.run(&Path::new(BINARIES).join(program), &log)
            .env("HOME", &self.folder)
            .env("RABBITMQ_NODENAME", &self.name)
            .env("RABBITMQ_USE_LONGNAME", self.space.is_some().to_string())
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution.to_string())
            .env("ERL_EPMD_ADDRESS", self.host.to_string())
            .env("ERL_EPMD_PORT", self.epmd.to_string())
            .env("RABBITMQ_CONF_ENV_FILE", self.folder.join("no-such-file"))
            .env("RABBITMQ_MNESIA_BASE", self.folder.join("data"))
            .env("RABBITMQ_LOG_BASE", &self.folder)
            .env("RABBITMQ_PID_FILE", self.folder.join("pid"))
            .env(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                self.folder.join("enabled_plugins"),
            )
            .env("RABBITMQ_CONFIG_FILE", self.folder.join("rabbitmq.conf"))
            .env("RABBITMQ_CONFIG_FILES", self.folder.join("conf.d"))
            .env(
                "RABBITMQ_ADVANCED_CONFIG_FILE",
                self.folder.join("advanced.config"),
            )
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", &inside)
            // The tools' own nodes listen too: below the kernel's range, and only here.
            .env("RABBITMQ_CTL_DIST_PORT_MIN", "9100")
            .env("RABBITMQ_CTL_DIST_PORT_MAX", "9199")
            .env("RABBITMQ_CTL_ERL_ARGS", &inside)
            .env("LC_ALL", "C.UTF-8")
    }

    /// A program in this node's network.
    fn run(&self, program: &Path, log: &Path) -> Command {
        match &self.space {
            None => Command::new(program, &self.folder, log),
            Some(space) => Command::new("ip", &self.folder, log)
                .args(["netns", "exec", space])
                .args([program.as_os_str()]),
        }
    }
}

fn cookie() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// The project's definitions, with a virtual host and a user to log in as where they name none
/// (production brings its own users).
pub(crate) fn definitions_with_guest(root: &Path) -> anyhow::Result<Value> {
    let path = root.join("deploy/rabbitmq/definitions.json");
    let definitions = match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).context("deploy/rabbitmq/definitions.json")?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => json!({}),
        Err(error) => return Err(error).context("deploy/rabbitmq/definitions.json"),
    };
    with_guest(definitions)
}

fn with_guest(mut definitions: Value) -> anyhow::Result<Value> {
    let top = definitions
        .as_object_mut()
        .context("definitions.json is not an object")?;
    top.entry("vhosts")
        .or_insert_with(|| json!([{ "name": "/" }]));
    let guest = json!({ "name": "guest", "password": "guest", "tags": ["administrator"] });
    let rights = json!({
        "user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"
    });
    for (key, item) in [("users", guest), ("permissions", rights)] {
        let list = top.entry(key).or_insert_with(|| json!([]));
        list.as_array_mut()
            .with_context(|| format!("{key} is not a list"))?
            .push(item);
    }
    Ok(definitions)
}
