//! What the code says: which services there are, where they listen, what the test bench plays.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use toml::{Table, Value};

/// The folders of `services/` that are tools and not part of the house in production.
const TOOLS: [&str; 2] = ["kezekctl", "testbed"];

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

pub(crate) fn text(path: &str) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a folder of the repository.
pub(crate) fn names(folder: &str) -> BTreeSet<String> {
    std::fs::read_dir(repository().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// The services of the house, by the folders of `services/`.
pub(crate) fn services() -> BTreeSet<String> {
    let mut all = names("services");
    all.retain(|name| !TOOLS.contains(&name.as_str()));
    assert!(all.len() > 5, "{all:?}");
    all
}

pub(crate) fn sample(service: &str) -> Table {
    toml::from_str(&text(&format!("deploy/config/{service}.toml"))).unwrap()
}

/// Where a service listens: the port of every `listen` of its sample, by section.
pub(crate) fn listens(service: &str) -> BTreeMap<String, u16> {
    let mut found = BTreeMap::new();
    for (section, value) in sample(service) {
        if let Some(address) = value.get("listen").and_then(Value::as_str) {
            let (_, port) = address.rsplit_once(':').unwrap();
            found.insert(section, port.parse().unwrap());
        }
    }
    assert!(found.contains_key("chassis"), "{service}: {found:?}");
    found
}

/// The ports of the test bench, by system.
pub(crate) fn bench_ports() -> BTreeMap<String, u16> {
    let sample = sample("testbed");
    let ports = sample["ports"].as_table().unwrap().iter();
    ports
        .map(|(name, port)| (name.clone(), port.as_integer().unwrap().try_into().unwrap()))
        .collect()
}

/// The addresses on this machine that a configuration still names: those that no variable of `overridden` replaces.
pub(crate) fn left_on_loopback(config: &Table, overridden: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    loopback("KEZEK", &Value::Table(config.clone()), &mut found);
    found.retain(|(name, _)| !overridden.contains(name));
    found.into_iter().map(|(_, address)| address).collect()
}

/// Every text with an address on this machine, with the variable that would replace it; none can reach into a list.
fn loopback(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if text.contains("127.0.0.1:") || text.contains("localhost:") => {
            found.push((name.to_owned(), text.clone()));
        }
        Value::Table(table) => {
            // What the browser of a person opens is not the container's loopback.
            for (key, inner) in table.iter().filter(|(key, _)| *key != "trace_url") {
                loopback(&format!("{name}__{}", key.to_uppercase()), inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| loopback("", item, found)),
        _ => {}
    }
}

/// Whether one of these command lines brings `address` here from elsewhere.
pub(crate) fn forwarded<'a>(address: &str, mut commands: impl Iterator<Item = &'a str>) -> bool {
    commands.any(|command| {
        let port = command
            .strip_prefix("TCP-LISTEN:")
            .and_then(|rest| rest.split(',').next());
        port.is_some_and(|port| address.contains(&format!("127.0.0.1:{port}/")))
    })
}

/// Demands that the environment moves every `listen` of the sample from loopback to all addresses, to the same
/// port, and no other.
pub(crate) fn assert_listens(service: &str, env: &BTreeMap<String, String>) {
    let wanted: BTreeMap<String, String> = listens(service)
        .into_iter()
        .map(|(section, port)| {
            let name = format!("KEZEK__{}__LISTEN", section.to_uppercase());
            (name, format!("0.0.0.0:{port}"))
        })
        .collect();
    let given: BTreeMap<String, String> = env
        .iter()
        .filter(|(name, _)| name.ends_with("__LISTEN"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    assert_eq!(given, wanted, "{service}");
}
