//! Who imports whom is a checked-in table, and it only points down.
//!
//! Renew it with `KEZEK_BLESS=1 cargo test -p house --test imports`, and review what has changed.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    process::Command,
};

type Imports = BTreeMap<String, BTreeSet<String>>;

/// What each package of the house imports of the house, in production (development dependencies aside), and
/// where it lives.
fn imports() -> (Imports, BTreeMap<String, String>) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    let mut imports = Imports::new();
    let mut rooms = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let used = dependencies
            .filter(|d| d["kind"].is_null())
            .map(name)
            .filter(|name| ours.contains(name));
        imports.insert(name(package), used.collect());
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let room = manifest.ancestors().nth(2).unwrap().file_name().unwrap();
        rooms.insert(name(package), room.to_string_lossy().into_owned());
    }
    (imports, rooms)
}

#[test]
fn the_import_table_is_up_to_date() {
    let (imports, rooms) = imports();
    let mut table =
        String::from("# Who imports whom in the house. Kept by tests/house/tests/imports.rs.\n");
    for (package, used) in &imports {
        let used: Vec<&str> = used.iter().map(String::as_str).collect();
        writeln!(table, "{}/{package}: {}", rooms[package], used.join(" ")).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/imports.txt");
    if std::env::var_os("KEZEK_BLESS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == table,
        "{table}"
    );
}

#[test]
fn no_service_imports_a_service_and_no_crate_looks_up() {
    let (imports, rooms) = imports();
    for (package, used) in &imports {
        for import in used {
            let (from, to) = (rooms[package].as_str(), rooms[import].as_str());
            // The operator's hand signs with the testbed's identities; the rig starts and asks everything.
            let tool = package == "kezekctl" && import == "testbed";
            let fits = match from {
                "crates" => to == "crates",
                "services" => to == "crates" || tool,
                _ => true,
            };
            assert!(fits, "{from}/{package} imports {to}/{import}");
        }
    }
}

#[test]
fn only_the_broker_knows_amqp_and_only_the_monitor_a_database() {
    let only = [("lapin", "broker"), ("sqlx", "monitor"), ("prost", "wire")];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for room in ["crates", "services"] {
        for folder in std::fs::read_dir(root.join(room)).unwrap() {
            let folder = folder.unwrap().path();
            let package = folder.file_name().unwrap().to_string_lossy().into_owned();
            let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            let production = manifest.split("[dev-dependencies]").next().unwrap();
            for (name, owner) in only {
                let uses = production
                    .lines()
                    .any(|line| line.starts_with(&format!("{name}.")));
                assert!(!uses || package == owner, "{room}/{package} uses {name}");
            }
        }
    }
}
