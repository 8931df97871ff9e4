//! A new system is connected by configuration alone: this follows the steps of CONTRIBUTING.md to the letter.
//!
//! The section is read: each block of TOML goes into the file that is named before it, each line of shell is run.
//! Then a register that nobody here has written, a server made with spyne, is asked about an applicant.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rig::{Application, Options, Rig, binaries, free_port, repository, wait_for};
use serde_json::json;
use toml::{Table, Value};

use crate::SOON;

const SECTION: &str = "### A register on the sync channel";

/// What a block of the section is.
enum Step {
    /// TOML that goes into this file.
    Into(PathBuf, Table),
    /// Commands.
    Run(Vec<String>),
}

/// The steps of the section, in their order. A file is named, in backticks, last before each block of TOML.
fn steps() -> Vec<Step> {
    let text = fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap();
    let section = text.split_once(SECTION).unwrap().1;
    let section = section.split("\n#").next().unwrap();
    let mut steps = Vec::new();
    let mut parts = section.split("```");
    let mut before = parts.next().unwrap();
    while let (Some(block), Some(after)) = (parts.next(), parts.next()) {
        let (kind, inside) = block.split_once('\n').unwrap();
        match kind {
            "toml" => {
                let file = before.rsplit('`').nth(1).unwrap();
                steps.push(Step::Into(PathBuf::from(file), inside.parse().unwrap()));
            }
            "sh" => steps.push(Step::Run(inside.lines().map(str::to_owned).collect())),
            other => panic!("what is a block of `{other}`?"),
        }
        before = after;
    }
    steps
}

/// Puts one table into another: tables join, lanes are added, steps are those of the same number, everything else is
/// replaced.
fn join(into: &mut Table, more: Table) {
    for (name, value) in more {
        match (into.get_mut(&name), value) {
            (Some(Value::Table(old)), Value::Table(new)) => join(old, new),
            (Some(Value::Array(old)), Value::Array(new)) if name == "lane" => old.extend(new),
            (Some(Value::Array(old)), Value::Array(new)) if name == "steps" => {
                for step in new.into_iter().filter_map(|step| step.as_table().cloned()) {
                    let mut known = old.iter_mut().filter_map(Value::as_table_mut);
                    let same = known.find(|one| one.get("number") == step.get("number"));
                    join(same.unwrap(), step);
                }
            }
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

/// A copy of `deploy` in which the steps were followed.
fn connected(root: &Path) {
    let copied = Command::new("cp")
        .arg("-r")
        .arg(repository().join("deploy"))
        .arg(root)
        .status();
    assert!(copied.unwrap().success());
    let mut files = 0;
    for step in steps() {
        match step {
            Step::Into(file, more) => {
                let file = root.join(file);
                let mut table: Table = fs::read_to_string(&file)
                    .unwrap_or_default()
                    .parse()
                    .unwrap();
                join(&mut table, more);
                fs::write(file, toml::to_string(&table).unwrap()).unwrap();
                files += 1;
            }
            Step::Run(lines) => {
                for line in lines {
                    let mut path = std::env::split_paths(&std::env::var_os("PATH").unwrap())
                        .collect::<Vec<_>>();
                    path.insert(0, binaries().unwrap());
                    let path = std::env::join_paths(path).unwrap();
                    let ran = Command::new("sh")
                        .arg("-ec")
                        .arg(&line)
                        .env("PATH", path)
                        .current_dir(root)
                        .output();
                    let ran = ran.unwrap();
                    assert!(
                        ran.status.success(),
                        "{line}: {}{}",
                        String::from_utf8_lossy(&ran.stdout),
                        String::from_utf8_lossy(&ran.stderr)
                    );
                }
            }
        }
    }
    assert_eq!(files, 4, "lane, mapping, address, regulation");
}

/// The register that spyne serves; ends with its handle.
struct Register(Child);

impl Register {
    fn start(port: u16, people: &serde_json::Value) -> Self {
        let here = repository().join("tests/soap/python");
        let libraries = Path::new(&std::env::var("HOME").unwrap()).join(".cache/kezek/soap");
        let mut child = Command::new("python3")
            .arg(here.join("register.py"))
            .args([port.to_string(), people.to_string()])
            .env(
                "PYTHONPATH",
                std::env::join_paths([&libraries, &here]).unwrap(),
            )
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut said).unwrap();
        assert_eq!(said.trim(), port.to_string(), "run scripts/setup?");
        Self(child)
    }
}

impl Drop for Register {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits for facts about the application that name the register.
async fn facts(rig: &Rig, number: &str, name: &str) {
    let query = format!(
        "SELECT count(*) FROM journal WHERE number = '{number}' AND name = '{name}' AND detail::text LIKE '%civil-acts%'"
    );
    wait_for(&format!("{name} of civil-acts"), SOON, async || {
        let rows = rig.postgres.sql("kezek", &query).await?;
        Ok((rows.trim() != "0").then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_connected_by_the_steps_of_contributing_alone() {
    let folder = tempfile::tempdir().unwrap();
    connected(folder.path());
    let port = free_port();
    let endpoint = format!("http://127.0.0.1:{port}/");
    let rig = Rig::start(Options {
        root: Some(folder.path().to_owned()),
        settings: vec![(
            "registry",
            vec![("register.civil-acts.endpoint", endpoint.into())],
        )],
        ..Options::default()
    })
    .await
    .unwrap();
    let known = rig.people.find("aigul").unwrap().iin.as_deref().unwrap();
    let _register = Register::start(port, &json!({ known: ["ҮЛГІЛІ", "АЙГҮЛ"] }));

    let application = Application::archive_certificate("aigul", "national");
    let answer = rig.submit(&application).await.unwrap();
    let number = answer.number().unwrap().to_owned();
    facts(&rig, &number, "query-made").await;
    facts(&rig, &number, "enriched").await;
    rig.monitor.status(&number, "granted", SOON).await.unwrap();

    // Whom it does not know is refused, with the reason.
    let application = Application::archive_certificate("dana", "national");
    let answer = rig.submit(&application).await.unwrap();
    let number = answer.number().unwrap().to_owned();
    let refused = rig.monitor.status(&number, "refused", SOON).await.unwrap();
    assert_eq!(refused["reason"]["code"], "person-unknown", "{refused}");
}
