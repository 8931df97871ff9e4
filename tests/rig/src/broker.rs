//! A private RabbitMQ node with its own port mapper (epmd), cookie and data, configured by the
//! project's own `deploy/rabbitmq/rabbitmq.conf` and definitions; only ports and folders differ.
//!
//! Everything reaches the broker by environment, and its binaries are called directly: Debian's
//! /usr/sbin wrapper would switch to the system's user and instance.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Command, Server, until_up};
use crate::{Folder, free_port, repository};

const BINARIES: &str = "/usr/lib/rabbitmq/bin";
/// Erlang on two busy cores takes 5-10 s; the limit is for a machine that does much else.
const UP_LIMIT: Duration = Duration::from_mins(2);

/// See the module. Ends with the handle.
#[derive(Debug)]
pub struct Broker {
    node: Server,
    _port_mapper: Server,
    seat: Seat,
    _own: Option<Folder>,
}

/// Where the node lives.
#[derive(Debug)]
struct Seat {
    folder: PathBuf,
    port: u16,
    epmd: u16,
    distribution: u16,
}

impl Broker {
    /// Starts one in a folder of its own, with the project's definitions.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = Folder::make()?;
        let place = folder.path().to_owned();
        Self::launch(&place, Some(folder)).await
    }

    /// Starts one in `folder` and waits until it accepts AMQP connections, which it does only
    /// after the definitions are loaded.
    pub async fn start_in(folder: &Path) -> anyhow::Result<Self> {
        Self::launch(folder, None).await
    }

    async fn launch(folder: &Path, own: Option<Folder>) -> anyhow::Result<Self> {
        let seat = Seat {
            folder: folder.join("rabbitmq"),
            port: free_port(),
            epmd: free_port(),
            distribution: free_port(),
        };
        seat.furnish()?;
        let log = seat.folder.join("epmd.log");
        let epmd = Command::new("epmd", &seat.folder, &log).args([
            "-address",
            "127.0.0.1",
            "-port",
            &seat.epmd.to_string(),
        ]);
        let port_mapper = Server::start("epmd", epmd)
            .context("is rabbitmq-server installed? scripts/setup installs it")?;
        let node = Server::start("rabbitmq", seat.command("rabbitmq-server"))?;
        let broker = Self {
            node,
            _port_mapper: port_mapper,
            seat,
            _own: own,
        };
        broker.up().await?;
        Ok(broker)
    }

    /// `amqp://guest:guest@127.0.0.1:PORT/%2f`
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.seat.port)
    }

    /// Its first process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.node.pid()
    }

    pub fn port(&self) -> u16 {
        self.seat.port
    }

    /// Kills the node as a power cut would.
    pub async fn kill9(&self) -> anyhow::Result<()> {
        self.node.kill9().await
    }

    /// Stops the node in good order.
    pub async fn stop(&self) -> anyhow::Result<()> {
        self.node
            .end(Signal::TERM, Duration::from_mins(1))
            .await
            .map(drop)
    }

    /// Starts the node again on the same data and ports.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.node.again()?;
        self.up().await
    }

    /// Stops the node where it stands; see [`Broker::thaw`].
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.node.freeze()
    }

    pub fn thaw(&self) -> anyhow::Result<()> {
        self.node.thaw()
    }

    /// Runs `rabbitmqctl` against this node and gives what it printed (1-3 s: it boots an Erlang).
    pub async fn ctl(&self, args: &[&str]) -> anyhow::Result<String> {
        self.seat
            .command("rabbitmqctl")
            .args(["-q"])
            .args(args.iter().copied())
            .run()
            .await
    }

    /// The raw log, for a failing test to show.
    pub fn log_tail(&self, lines: usize) -> String {
        self.node.log_tail(lines)
    }

    async fn up(&self) -> anyhow::Result<()> {
        until_up(&self.node, UP_LIMIT, async || {
            speaks_amqp(self.seat.port).await
        })
        .await
    }
}

impl Seat {
    /// Writes cookie, configuration and definitions.
    fn furnish(&self) -> anyhow::Result<()> {
        fs::create_dir_all(self.folder.join("conf.d"))?;
        let cookie = self.folder.join(".erlang.cookie");
        fs::write(&cookie, uuid::Uuid::now_v7().simple().to_string())?;
        fs::set_permissions(&cookie, fs::Permissions::from_mode(0o400))?;
        fs::write(self.folder.join("enabled_plugins"), "[].\n")?;
        fs::copy(
            repository().join("deploy/rabbitmq/rabbitmq.conf"),
            self.folder.join("rabbitmq.conf"),
        )
        .context("deploy/rabbitmq/rabbitmq.conf")?;
        let definitions = self.folder.join("definitions.json");
        fs::write(
            &definitions,
            serde_json::to_vec_pretty(&definitions_with_guest()?)?,
        )?;
        let overlay = format!(
            "listeners.tcp.default = 127.0.0.1:{}\ndefinitions.local.path = {}\n\
             disk_free_limit.absolute = 100MB\nlog.console = true\nlog.console.level = info\n\
             log.file = false\n",
            self.port,
            definitions.display()
        );
        Ok(fs::write(self.folder.join("conf.d/90-rig.conf"), overlay)?)
    }

    fn command(&self, program: &str) -> Command {
        let log = self.folder.join("rabbitmq.log");
        Command::new(Path::new(BINARIES).join(program), &self.folder, &log)
            .env("HOME", &self.folder)
            .env("RABBITMQ_NODENAME", format!("rig{}@localhost", self.port))
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
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
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}",
            )
            // The tools' own nodes listen too: below the kernel's range, on loopback.
            .env("RABBITMQ_CTL_DIST_PORT_MIN", "9100")
            .env("RABBITMQ_CTL_DIST_PORT_MAX", "9199")
            .env(
                "RABBITMQ_CTL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}",
            )
            .env("LC_ALL", "C.UTF-8")
    }
}

/// The project's definitions, with a virtual host and a user to log in as where they name none
/// (production brings its own users).
fn definitions_with_guest() -> anyhow::Result<Value> {
    let path = repository().join("deploy/rabbitmq/definitions.json");
    let mut definitions: Value = match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).context("deploy/rabbitmq/definitions.json")?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => json!({}),
        Err(error) => return Err(error).context("deploy/rabbitmq/definitions.json"),
    };
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

/// A node that sends `connection.start` after the protocol header is open for work.
async fn speaks_amqp(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else {
        return false;
    };
    let mut frame = [0; 11];
    let dialogue = async {
        stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
        stream.read_exact(&mut frame).await
    };
    let answered = tokio::time::timeout(Duration::from_secs(5), dialogue).await;
    // Frame type 1 (method), then class 10 (connection), method 10 (start).
    matches!(answered, Ok(Ok(_))) && frame[0] == 1 && frame[7..11] == [0, 10, 0, 10]
}
