//! A house whose regulations give other times: a copy of `deploy/regulations` in which some steps are allowed
//! seconds, so that their ends can be waited for. The services read it as they read any regulations.

use std::path::Path;

use anyhow::Context;
use toml::{Table, Value};

use crate::{repository, services::Settings};

/// The services that read regulations.
const READERS: [&str; 5] = ["intake", "registry", "router", "monitor", "notifier"];

/// Another time for one step.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// Code of the service.
    pub service: &'static str,
    pub channel: &'static str,
    /// Number of the step.
    pub step: i64,
    /// As regulations write it: `20s`, `10m`, `5wd`.
    pub allowed: &'static str,
    /// Fractions of the time at which any step of this service is warned of.
    pub near: &'static [f64],
}

/// Writes the copy into `folder`; gives the settings by which the services read it.
pub(crate) fn written(
    folder: &Path,
    terms: &[Term],
) -> anyhow::Result<Vec<(&'static str, Settings)>> {
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    for entry in std::fs::read_dir(repository().join("deploy/regulations"))? {
        let path = entry?.path();
        let name = path.file_name().context("a file without a name")?;
        if path.extension().is_some_and(|ending| ending == "toml") {
            let mut regulation: Table = std::fs::read_to_string(&path)?.parse()?;
            for term in terms {
                if regulation.get("code").and_then(Value::as_str) == Some(term.service) {
                    put(&mut regulation, term)
                        .with_context(|| format!("{term:?} fits no step of its regulation"))?;
                }
            }
            std::fs::write(folder.join(name), toml::to_string(&regulation)?)?;
        }
    }
    let place = Value::from(folder.display().to_string());
    let read = |service| (service, vec![("regulations", place.clone())]);
    Ok(READERS.into_iter().map(read).collect())
}

fn put(regulation: &mut Table, term: &Term) -> Option<()> {
    let near: Vec<Value> = term.near.iter().copied().map(Value::from).collect();
    regulation.insert("near".to_owned(), near.into());
    let channels = regulation.get_mut("channels")?.as_table_mut()?;
    let channel = channels.get_mut(term.channel)?.as_table_mut()?;
    let mut steps = channel.get_mut("steps")?.as_array_mut()?.iter_mut();
    let step = steps.find(|step| step.get("number").and_then(Value::as_integer) == Some(term.step));
    let step = step?.as_table_mut()?;
    step.insert("allowed".to_owned(), term.allowed.into());
    Some(())
}
