//! A private PostgreSQL cluster: made by `initdb`, listening on 127.0.0.1 and a socket, everybody
//! on this machine trusted. Roles `kezek_owner` (owns the database `kezek`) and `kezek_monitor`
//! (may log in; what it may do is granted by the monitor's migrations).
//!
//! PostgreSQL refuses to run as root, so root runs it as the system user `postgres`.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::Signal;

use crate::process::{Command, Server, until_up};
use crate::{Folder, free_port};

/// See the module. Ends with the handle.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
    binaries: PathBuf,
    folder: PathBuf,
    port: u16,
    _own: Option<Folder>,
}

impl Postgres {
    /// Starts one in a folder of its own.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = Folder::make()?;
        let place = folder.path().to_owned();
        Self::launch(&place, Some(folder)).await
    }

    /// Makes a cluster in `folder`, starts it, makes the roles and the database.
    pub async fn start_in(folder: &Path) -> anyhow::Result<Self> {
        Self::launch(folder, None).await
    }

    async fn launch(folder: &Path, own: Option<Folder>) -> anyhow::Result<Self> {
        let binaries = binaries()?;
        let data = folder.join("postgres");
        std::fs::create_dir_all(&data)?;
        if let Some(user) = server_user().await? {
            chown(&data, Some(user), None).context("cannot give the data folder to postgres")?;
        }
        let log = folder.join("postgres.log");
        let run = |program: &str| as_server_user(&binaries.join(program), &data, &log);
        run("initdb")
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--no-sync", "--no-instructions", "-D"])
            .args([data.as_os_str()])
            .run()
            .await?;
        let port = free_port();
        let command = run("postgres")
            .args([
                "-D".as_ref(),
                data.as_os_str(),
                "-k".as_ref(),
                data.as_os_str(),
            ])
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-c",
                "max_connections=100",
            ]);
        let server = Server::start("postgres", command)?;
        let folder = folder.to_owned();
        let postgres = Self {
            server,
            binaries,
            folder,
            port,
            _own: own,
        };
        postgres.up().await?;
        postgres
            .sql("postgres", "CREATE ROLE kezek_owner LOGIN CREATEROLE")
            .await?;
        postgres
            .sql("postgres", "CREATE ROLE kezek_monitor LOGIN")
            .await?;
        postgres.create_database("kezek").await?;
        Ok(postgres)
    }

    /// The address of a database, for a role: `kezek_owner`, `kezek_monitor` or `postgres`.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Its first process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes an empty database that `kezek_owner` owns, so that many tests can share a server.
    pub async fn create_database(&self, name: &str) -> anyhow::Result<()> {
        self.sql(
            "postgres",
            &format!("CREATE DATABASE {name} OWNER kezek_owner"),
        )
        .await
        .map(drop)
    }

    /// Runs one statement as the superuser with psql; rows come back as lines, columns by `|`.
    pub async fn sql(&self, database: &str, statement: &str) -> anyhow::Result<String> {
        Command::new(
            self.binaries.join("psql"),
            &self.folder,
            &self.folder.join("postgres.log"),
        )
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"])
        .args([self.url("postgres", database).as_str(), "-c", statement])
        .run()
        .await
    }

    /// Stops all its processes where they stand; see [`Postgres::thaw`].
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.server.freeze()
    }

    pub fn thaw(&self) -> anyhow::Result<()> {
        self.server.thaw()
    }

    pub async fn kill9(&self) -> anyhow::Result<()> {
        self.server.kill9().await
    }

    /// A fast shutdown: sessions are ended, the data is written out.
    pub async fn stop(&self) -> anyhow::Result<()> {
        self.server
            .end(Signal::INT, Duration::from_secs(30))
            .await
            .map(drop)
    }

    /// Starts it again on the same data and port. Processes of one that was killed may hold its shared memory for
    /// another instant, in which a new one ends at once.
    pub async fn restart(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            self.server.again()?;
            let up = self.up().await;
            if up.is_ok() || self.server.ended().is_none() || Instant::now() > deadline {
                return up;
            }
            self.server.kill9().await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn up(&self) -> anyhow::Result<()> {
        let ready = Command::new(
            self.binaries.join("pg_isready"),
            &self.folder,
            &self.folder.join("postgres.log"),
        )
        .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        until_up(&self.server, Duration::from_secs(30), async || {
            ready.run().await.is_ok()
        })
        .await
    }
}

/// The newest installed PostgreSQL, where Debian and Ubuntu put it.
fn binaries() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .context("is PostgreSQL installed? scripts/setup installs it")?
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    versions.sort();
    let (_, newest) = versions
        .pop()
        .context("no server under /usr/lib/postgresql")?;
    Ok(newest)
}

fn we_are_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The user id of `postgres` when we are root and must step down, or none when we need not.
async fn server_user() -> anyhow::Result<Option<u32>> {
    if !we_are_root() {
        return Ok(None);
    }
    let id = Command::new("id", Path::new("/"), Path::new("/dev/null"))
        .args(["-u", "postgres"])
        .run()
        .await
        .context("root runs PostgreSQL as the user postgres, which is missing")?;
    let user = id
        .trim()
        .parse()
        .context("id -u postgres said something that is not a number")?;
    if user == std::fs::metadata("/")?.uid() {
        bail!("the user postgres must not be root");
    }
    Ok(Some(user))
}

fn as_server_user(program: &Path, folder: &Path, log: &Path) -> Command {
    if we_are_root() {
        Command::new("setpriv", folder, log)
            .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
            .args([program.as_os_str()])
    } else {
        Command::new(program, folder, log)
    }
}
