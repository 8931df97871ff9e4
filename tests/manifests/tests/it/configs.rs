//! What is mounted: the very files of `deploy/`, all of them, and every path that a configuration names.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    image,
    overlays::{Overlay, list, overlays, production},
    samples::{forwarded, left_on_loopback, names, repository, services, text},
};

/// A mount of a container: where, and the volume behind it.
struct Mount<'a> {
    place: &'a str,
    sub_path: Option<&'a str>,
    volume: &'a Value,
}

fn mounts<'a>(overlay: &'a Overlay, service: &str) -> Vec<Mount<'a>> {
    let pod = &overlay.find("Deployment", service)["spec"]["template"]["spec"];
    let volumes = list(&pod["volumes"]);
    let mounts = list(&overlay.container(service)["volumeMounts"]).iter();
    mounts
        .map(|mount| Mount {
            place: mount["mountPath"].as_str().unwrap(),
            sub_path: mount["subPath"].as_str(),
            volume: volumes
                .iter()
                .find(|volume| volume["name"] == mount["name"])
                .unwrap_or_else(|| panic!("{service}: no volume {}", mount["name"])),
        })
        .collect()
}

/// The files that a service finds in its container and that come from the repository: place and text.
pub(crate) fn mounted(overlay: &Overlay, service: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for mount in mounts(overlay, service) {
        let Some(name) = mount.volume["configMap"]["name"].as_str() else {
            continue;
        };
        let mut maps = overlay.of_kind("ConfigMap");
        // One that the operator provides is not ours to look into.
        let Some(map) = maps.find(|map| map["metadata"]["name"] == name) else {
            continue;
        };
        let data = map["data"].as_object().unwrap();
        let text = |key: &str| data[key].as_str().unwrap().to_owned();
        match mount.sub_path {
            Some(key) => found.push((mount.place.to_owned(), text(key))),
            None => found.extend(
                data.keys()
                    .map(|key| (format!("{}/{key}", mount.place), text(key))),
            ),
        }
    }
    found
}

#[test]
fn what_is_mounted_below_deploy_are_the_files_of_the_repository() {
    for overlay in overlays() {
        let mut compared = 0;
        for service in services() {
            for (place, mounted) in mounted(overlay, &service) {
                let path = place
                    .strip_prefix(&format!("{}/", image::folder()))
                    .unwrap();
                let own = format!("k8s/overlays/{}/config/{service}.toml", overlay.name);
                let replaced =
                    path.starts_with("deploy/config/") && repository().join(&own).exists();
                let original = if replaced { own.as_str() } else { path };
                assert_eq!(mounted, text(original), "{}: {place}", overlay.name);
                compared += 1;
            }
        }
        assert!(compared > 20, "{compared}");
    }
}

#[test]
fn every_regulation_is_mounted_where_regulations_are_read() {
    let all = names("deploy/regulations");
    for overlay in overlays() {
        for service in services() {
            if !text(&format!("deploy/config/{service}.toml")).contains("\nregulations = ") {
                continue;
            }
            let files = mounted(overlay, &service);
            let regulations: BTreeSet<String> = files
                .iter()
                .filter_map(|(place, _)| place.strip_prefix("/etc/kezek/deploy/regulations/"))
                .map(str::to_owned)
                .collect();
            assert_eq!(regulations, all, "{}: {service}", overlay.name);
        }
    }
}

/// The configuration file that a service finds in its container.
fn config(overlay: &Overlay, service: &str) -> toml::Table {
    let place = format!("{}/{}", image::folder(), image::config(service));
    let files = mounted(overlay, service);
    let file = files.iter().find(|(mounted, _)| *mounted == place);
    let (_, text) = file.unwrap_or_else(|| panic!("{}: no {place}", overlay.name));
    toml::from_str(text).unwrap()
}

#[test]
fn no_address_of_a_sample_stays_where_nobody_listens() {
    let mut left = Vec::new();
    for overlay in overlays() {
        for service in services() {
            let mut replaced: BTreeSet<String> = overlay.env(&service).into_keys().collect();
            let secrets = overlay.secrets(&service).into_iter();
            replaced.extend(secrets.map(|(name, ..)| name.to_owned()));
            let pod = &overlay.find("Deployment", &service)["spec"]["template"]["spec"];
            for address in left_on_loopback(&config(overlay, &service), &replaced) {
                let commands = list(&pod["containers"])
                    .iter()
                    .flat_map(|container| list(&container["args"]))
                    .filter_map(Value::as_str);
                if !forwarded(&address, commands) {
                    left.push(format!("{}: {service}: {address}", overlay.name));
                }
            }
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

/// The variables that would replace the secrets of a configuration, which are for trials only.
fn trial_secrets(name: &str, table: &toml::Table, found: &mut Vec<String>) {
    for (key, value) in table {
        let name = format!("{name}__{}", key.to_uppercase());
        match value {
            toml::Value::Table(inner) => trial_secrets(&name, inner, found),
            _ if key == "secret" || key == "password" => found.push(name),
            _ => {}
        }
    }
}

#[test]
fn no_secret_of_a_sample_stays_in_production() {
    let overlay = production();
    let mut asked = 0;
    for service in services() {
        let mut found = Vec::new();
        trial_secrets("KEZEK", &config(overlay, &service), &mut found);
        asked += found.len();
        for name in found {
            let mut secrets = overlay.secrets(&service).into_iter();
            assert!(
                secrets.any(|(given, ..)| given == name),
                "{service}: {name}"
            );
        }
    }
    assert!(asked > 0);
}

/// Every text of a configuration that is a path, made absolute.
fn paths(value: &toml::Value, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::String(text) if text.starts_with('/') => {
            found.insert(text.clone());
        }
        toml::Value::String(text) if text.starts_with("deploy/") => {
            found.insert(format!("{}/{text}", image::folder()));
        }
        toml::Value::Array(items) => items.iter().for_each(|item| paths(item, found)),
        toml::Value::Table(table) => table.values().for_each(|item| paths(item, found)),
        _ => {}
    }
}

#[test]
fn every_path_that_a_configuration_names_is_in_a_mount() {
    let mut named = 0;
    for overlay in overlays() {
        for service in services() {
            let mut wanted = BTreeSet::new();
            paths(&config(overlay, &service).into(), &mut wanted);
            let env = overlay.env(&service);
            wanted.extend(env.into_values().filter(|value| value.starts_with('/')));
            let mounts = mounts(overlay, &service);
            for path in &wanted {
                let held = mounts.iter().any(|mount| {
                    path == mount.place || path.starts_with(&format!("{}/", mount.place))
                });
                assert!(held, "{}: {service}: {path}", overlay.name);
            }
            named += wanted.len();
        }
    }
    assert!(named > 10, "{named}");
}
