//! A private RabbitMQ: one node, or a cluster of three, with port mapper (epmd), cookie and data of its own,
//! configured by the project's own `deploy/rabbitmq/rabbitmq.conf` and definitions; only ports and folders
//! differ.
//!
//! Everything reaches the broker by environment, and its binaries are called directly: Debian's
//! /usr/sbin wrapper would switch to the system's user and instance.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Server, until_up};
use crate::seat::{Seat, definitions_with_guest};
use crate::spaces::Spaces;
use crate::{Folder, free_port, repository, wait_for};

/// Erlang on two busy cores takes 5-10 s, three nodes that find each other 15-50 s; the limit is for a machine
/// that does much else.
const UP_LIMIT: Duration = Duration::from_mins(5);

/// How many nodes, and how far apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    One,
    /// Three on this machine, every queue on all of them.
    Three,
    /// Three, each in a network namespace of its own, so that one can be isolated. Needs root; see
    /// [`crate::can_isolate`].
    ThreeApart,
}

/// See the module. Ends with the handle. What is said of "the node" is the only one, or the first of three.
#[derive(Debug)]
pub struct Broker {
    nodes: Vec<Node>,
    _port_mappers: Vec<Server>,
    spaces: Option<Spaces>,
    _own: Option<Folder>,
}

#[derive(Debug)]
struct Node {
    server: Server,
    seat: Seat,
}

impl Broker {
    /// Starts one in a folder of its own, with the project's definitions.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_on(free_port()).await
    }

    /// [`Broker::start`] on a port that was given out before it, by [`free_port`].
    pub async fn start_on(port: u16) -> anyhow::Result<Self> {
        let folder = Folder::make()?;
        let place = folder.path().to_owned();
        let seats = vec![Seat::alone(&place, port)];
        Self::launch(&place, repository(), seats, None, Some(folder)).await
    }

    /// Starts one in `folder` and waits until it accepts AMQP connections, which it does only
    /// after the definitions are loaded.
    pub async fn start_in(folder: &Path) -> anyhow::Result<Self> {
        Self::start_shaped(folder, repository(), Shape::One).await
    }

    /// The same in any shape, with the definitions of `root`.
    pub async fn start_shaped(folder: &Path, root: &Path, shape: Shape) -> anyhow::Result<Self> {
        let (seats, spaces) = match shape {
            Shape::One => (vec![Seat::alone(folder, free_port())], None),
            Shape::Three => (Seat::three(folder), None),
            Shape::ThreeApart => {
                let spaces = Spaces::open().await?;
                (Seat::three_in(folder, &spaces), Some(spaces))
            }
        };
        Self::launch(folder, root, seats, spaces, None).await
    }

    async fn launch(
        folder: &Path,
        root: &Path,
        seats: Vec<Seat>,
        spaces: Option<Spaces>,
        own: Option<Folder>,
    ) -> anyhow::Result<Self> {
        let names: Vec<String> = seats.iter().map(|seat| seat.name.clone()).collect();
        let (mut nodes, mut port_mappers) = (Vec::new(), Vec::new());
        for seat in seats {
            seat.furnish(&names, root)?;
            if port_mappers.is_empty() || spaces.is_some() {
                let epmd = Server::start("epmd", seat.port_mapper());
                port_mappers
                    .push(epmd.context("is rabbitmq-server installed? scripts/setup installs it")?);
            }
            let server = Server::start("rabbitmq", seat.command("rabbitmq-server"))?;
            nodes.push(Node { server, seat });
        }
        let broker = Self {
            nodes,
            _port_mappers: port_mappers,
            spaces,
            _own: own,
        };
        for node in &broker.nodes {
            node.up().await?;
        }
        if broker.nodes.len() > 1 {
            broker.join(folder, root).await?;
        }
        Ok(broker)
    }

    /// Waits for all nodes, and only then makes the queues: so each has a copy on every node.
    async fn join(&self, folder: &Path, root: &Path) -> anyhow::Result<()> {
        let count = self.nodes.len().to_string();
        self.ctl(&["await_online_nodes", &count]).await?;
        let file = folder.join("rabbitmq-definitions.json");
        std::fs::write(
            &file,
            serde_json::to_vec_pretty(&definitions_with_guest(root)?)?,
        )?;
        self.ctl(&["import_definitions", &file.display().to_string()])
            .await
            .map(drop)
    }

    /// `amqp://guest:guest@127.0.0.1:PORT/%2f`
    pub fn url(&self) -> String {
        url_at(self.nodes[0].seat.address())
    }

    /// The address of one that is still to be started on `port`.
    pub fn url_on(port: u16) -> String {
        url_at(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    /// Where each node takes AMQP connections.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        let nodes = self.nodes.iter();
        nodes.map(|node| node.seat.address()).collect()
    }

    /// Its first process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.nodes[0].server.pid()
    }

    /// Kills the node as a power cut would.
    pub async fn kill9(&self) -> anyhow::Result<()> {
        self.kill9_node(0).await
    }

    /// Stops the node in good order.
    pub async fn stop(&self) -> anyhow::Result<()> {
        let node = &self.nodes[0];
        node.server
            .end(Signal::TERM, Duration::from_mins(1))
            .await
            .map(drop)
    }

    /// Starts the node again on the same data and ports.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.restart_node(0).await
    }

    /// Stops the node where it stands; see [`Broker::thaw`].
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.nodes[0].server.freeze()
    }

    pub fn thaw(&self) -> anyhow::Result<()> {
        self.nodes[0].server.thaw()
    }

    /// The node that leads `queue` (0, 1 or 2).
    pub async fn leader(&self, queue: &str) -> anyhow::Result<usize> {
        let list = self
            .ctl(&["list_queues", "--no-table-headers", "name", "leader"])
            .await?;
        let mut rows = list.lines().filter_map(|row| row.split_once('\t'));
        let (_, leader) = rows
            .find(|(name, _)| *name == queue)
            .with_context(|| format!("no queue {queue}"))?;
        let leader = leader.trim();
        let mut nodes = self.nodes.iter();
        nodes
            .position(|node| node.seat.name == leader)
            .with_context(|| format!("{queue} is led by `{leader}`"))
    }

    pub async fn kill9_node(&self, place: usize) -> anyhow::Result<()> {
        self.node(place)?.server.kill9().await
    }

    pub async fn restart_node(&self, place: usize) -> anyhow::Result<()> {
        let node = self.node(place)?;
        node.server.again()?;
        node.up().await
    }

    /// Takes a node off the network: nothing reaches it and nothing is said of it. Only with
    /// [`Shape::ThreeApart`].
    pub async fn isolate(&self, place: usize) -> anyhow::Result<()> {
        self.link(place, false).await
    }

    /// Puts it back.
    pub async fn heal(&self, place: usize) -> anyhow::Result<()> {
        self.link(place, true).await
    }

    async fn link(&self, place: usize, is_up: bool) -> anyhow::Result<()> {
        self.node(place)?;
        let spaces = self.spaces.as_ref().context("the nodes are not apart")?;
        spaces.link(place, is_up).await
    }

    /// Waits until every node says that all of them run; one that had paused itself says nothing before.
    pub async fn all_online(&self, limit: Duration) -> anyhow::Result<()> {
        let count = self.nodes.len().to_string();
        for node in &self.nodes {
            wait_for("a broker whose nodes are all online", limit, async || {
                let asked = ["await_online_nodes", &count, "--timeout", "10"];
                node.ctl(&asked).await.map(Some)
            })
            .await?;
        }
        Ok(())
    }

    /// Runs `rabbitmqctl` against the first node that runs and gives what it printed (1-3 s: it boots an Erlang).
    pub async fn ctl(&self, args: &[&str]) -> anyhow::Result<String> {
        let mut running = self.nodes.iter().filter(|node| node.server.pid().is_some());
        let node = running.next().context("no node of the broker runs")?;
        node.ctl(args).await
    }

    /// The raw log, for a failing test to show.
    pub fn log_tail(&self, lines: usize) -> String {
        let tails = self.nodes.iter().map(|node| node.server.log_tail(lines));
        tails.collect::<Vec<_>>().join("\n---\n")
    }

    fn node(&self, place: usize) -> anyhow::Result<&Node> {
        ensure!(place < self.nodes.len(), "the broker has no node {place}");
        Ok(&self.nodes[place])
    }
}

impl Node {
    async fn ctl(&self, args: &[&str]) -> anyhow::Result<String> {
        let ctl = self.seat.command("rabbitmqctl").args(["-q"]);
        ctl.args(args.iter().copied()).run().await
    }

    async fn up(&self) -> anyhow::Result<()> {
        let address = self.seat.address();
        until_up(&self.server, UP_LIMIT, async || speaks_amqp(address).await).await
    }
}

fn url_at(address: SocketAddr) -> String {
    format!("amqp://guest:guest@{address}/%2f")
}

/// A node that sends `connection.start` after the protocol header is open for work.
async fn speaks_amqp(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else {
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
