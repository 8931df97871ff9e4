//! A private Redis: keeps nothing on disk, so a kill empties it, as the house must be able to bear.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Command, Server, until_up};
use crate::{Folder, free_port};

/// See the module. Ends with the handle.
#[derive(Debug)]
pub struct Redis {
    server: Server,
    port: u16,
    _own: Option<Folder>,
}

impl Redis {
    /// Starts one in a folder of its own.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = Folder::make()?;
        let place = folder.path().to_owned();
        Self::launch(&place, Some(folder)).await
    }

    /// Starts one in `folder` and waits until it answers.
    pub async fn start_in(folder: &Path) -> anyhow::Result<Self> {
        Self::launch(folder, None).await
    }

    async fn launch(folder: &Path, own: Option<Folder>) -> anyhow::Result<Self> {
        let port = free_port();
        let command = Command::new("redis-server", folder, &folder.join("redis.log"))
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"]);
        let server = Server::start("redis", command)
            .context("is redis-server installed? scripts/setup installs it")?;
        let redis = Self {
            server,
            port,
            _own: own,
        };
        redis.up().await?;
        Ok(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Its first process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Empties it, while it goes on.
    pub async fn flush(&self) -> anyhow::Result<()> {
        let said = ask(self.port, b"FLUSHALL\r\n").await;
        ensure!(
            said.is_some_and(|said| said == *b"+OK\r\n"),
            "FLUSHALL: {said:?}"
        );
        Ok(())
    }

    /// Stops it where it stands; see [`Redis::thaw`].
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.server.freeze()
    }

    pub fn thaw(&self) -> anyhow::Result<()> {
        self.server.thaw()
    }

    pub async fn kill9(&self) -> anyhow::Result<()> {
        self.server.kill9().await
    }

    pub async fn stop(&self) -> anyhow::Result<()> {
        self.server
            .end(Signal::TERM, Duration::from_secs(10))
            .await
            .map(drop)
    }

    /// Starts it again on the same port, empty.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.server.again()?;
        self.up().await
    }

    async fn up(&self) -> anyhow::Result<()> {
        until_up(&self.server, Duration::from_secs(20), async || {
            answers(self.port).await
        })
        .await
    }
}

async fn answers(port: u16) -> bool {
    ask(port, b"PING\r\n")
        .await
        .is_some_and(|said| said == *b"+PONG")
}

/// The first five bytes of the answer to an inline command.
async fn ask(port: u16, command: &[u8]) -> Option<[u8; 5]> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let mut said = [0; 5];
    stream.write_all(command).await.ok()?;
    stream.read_exact(&mut said).await.ok()?;
    Some(said)
}
