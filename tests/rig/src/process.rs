//! One server process and everything it starts: a process group with a log file.
//!
//! In: a command. Out: a handle that can end it gently, kill it as a power cut would, freeze it,
//! and start it again with the same command. Dropping the handle kills the group. Only groups
//! started here are ever signalled.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};

use crate::warden;

/// What to run; kept, so that it can be run again.
#[derive(Clone, Debug)]
pub struct Command {
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(String, OsString)>,
    folder: PathBuf,
    log: PathBuf,
}

impl Command {
    /// `folder` is the working folder; what the process prints is appended to `log`.
    pub fn new(program: impl Into<PathBuf>, folder: &Path, log: &Path) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            folder: folder.to_owned(),
            log: log.to_owned(),
        }
    }

    #[must_use]
    pub fn args<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    fn output(&self) -> anyhow::Result<File> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)
            .with_context(|| format!("no log file {}", self.log.display()))
    }

    fn system(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command
            .args(&self.args)
            .current_dir(&self.folder)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let log = self.output()?;
        let child = self
            .system()
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} did not start", self.program.display()))?;
        warden::guard(child.id())?;
        Ok(child)
    }

    /// Runs to the end and gives what was printed; fails with it when the exit code is not 0.
    pub async fn run(&self) -> anyhow::Result<String> {
        let mut command = tokio::process::Command::from(self.system());
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let output = command
            .output()
            .await
            .with_context(|| format!("{} did not start", self.program.display()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let trouble = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{} {:?}: {}\n{text}{trouble}",
                self.program.display(),
                self.args,
                output.status
            );
        }
        Ok(text)
    }
}

/// A running process group, or one that has ended and can be started again.
#[derive(Debug)]
pub struct Server {
    name: String,
    command: Command,
    child: Mutex<Option<Child>>,
}

impl Server {
    pub fn start(name: &str, command: Command) -> anyhow::Result<Self> {
        let child = command.spawn()?;
        Ok(Self {
            name: name.to_owned(),
            command,
            child: Mutex::new(Some(child)),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn log(&self) -> &Path {
        &self.command.log
    }

    /// Starts it again, with the same command. Fails when it is still running.
    pub fn again(&self) -> anyhow::Result<()> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if child.is_some() {
            bail!("{} is still running", self.name);
        }
        *child = Some(self.command.spawn()?);
        Ok(())
    }

    /// The process id of the group's first process, while it has not been ended by us.
    pub fn pid(&self) -> Option<u32> {
        self.child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(Child::id)
    }

    /// The exit status, when the process has ended by itself.
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        child
            .as_mut()
            .and_then(|child| child.try_wait().ok().flatten())
    }

    /// Sends a signal to the first process only.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self
            .pid()
            .with_context(|| format!("{} is not running", self.name))?;
        Ok(kill_process(group(pid)?, signal)?)
    }

    /// Stops it and what it has started where they stand (SIGSTOP), as a hung machine would.
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.signal_all(Signal::STOP)
    }

    /// Lets what is frozen go on.
    pub fn thaw(&self) -> anyhow::Result<()> {
        self.signal_all(Signal::CONT)
    }

    /// To the group, then to children that have groups of their own (PostgreSQL's have).
    fn signal_all(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self
            .pid()
            .with_context(|| format!("{} is not running", self.name))?;
        kill_process_group(group(pid)?, signal)?;
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
        for child in children.split_whitespace() {
            // One that has just ended cannot be told anything.
            kill_process(group(child.parse()?)?, signal).unwrap_or_default();
        }
        Ok(())
    }

    /// kill -9 to the whole group, and waits until nothing is left of it.
    pub async fn kill9(&self) -> anyhow::Result<()> {
        let Some(mut child) = self.take() else {
            return Ok(());
        };
        slay(&mut child);
        let pid = group(child.id())?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while test_kill_process_group(pid).is_ok() {
            if Instant::now() > deadline {
                bail!("{}: the process group outlived kill -9 by 10 s", self.name);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Asks the first process to end with `signal`, waits up to `limit` and says how it ended.
    /// What has not ended by then is killed, and that is an error.
    pub async fn end(&self, signal: Signal, limit: Duration) -> anyhow::Result<ExitStatus> {
        self.signal(signal)?;
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.ended() {
                self.kill9().await?;
                return Ok(status);
            }
            if Instant::now() > deadline {
                self.kill9().await?;
                bail!("{} had not ended {limit:?} after {signal:?}", self.name);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The last lines of its log, for a failing test to show.
    pub fn log_tail(&self, lines: usize) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        all.get(all.len().saturating_sub(lines)..)
            .unwrap_or_default()
            .join("\n")
    }

    fn take(&self) -> Option<Child> {
        self.child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.take() {
            slay(&mut child);
        }
    }
}

fn group(pid: u32) -> anyhow::Result<Pid> {
    i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .context("a process id out of range")
}

/// kill -9 to the group, then takes the first process's exit status, which frees its number.
fn slay(child: &mut Child) {
    if let Ok(pid) = group(child.id()) {
        // An error says that the group has gone already, which is what we want.
        kill_process_group(pid, Signal::KILL).unwrap_or_default();
    }
    warden::release(child.id());
    drop(child.wait());
}

/// Asks `question` every 50 ms until it says yes; past `limit` the error names what was awaited.
/// Ends early with the server's last words when the server has died.
pub(crate) async fn until_up(
    server: &Server,
    limit: Duration,
    mut question: impl AsyncFnMut() -> bool,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + limit;
    while !question().await {
        if let Some(status) = server.ended() {
            bail!(
                "{} ended at its start: {status}\n{}",
                server.name(),
                server.log_tail(30)
            );
        }
        if Instant::now() > deadline {
            bail!(
                "{} was not up within {limit:?}\n{}",
                server.name(),
                server.log_tail(30)
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
