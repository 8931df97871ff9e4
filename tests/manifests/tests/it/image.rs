//! What the image gives a service: where it works, who it is, where its configuration lies.

use crate::{
    overlays::{list, overlays},
    samples::{services, text},
};

/// What follows `instruction` in the Dockerfile, the last time it stands there.
fn last(instruction: &str) -> String {
    let file = text("deploy/Dockerfile");
    let mut lines = file.lines().rev();
    let line = lines.find_map(|line| line.strip_prefix(instruction));
    line.unwrap_or_else(|| panic!("the Dockerfile has no {instruction}"))
        .trim()
        .to_owned()
}

/// The working folder of every image.
pub(crate) fn folder() -> String {
    last("WORKDIR ")
}

/// The configuration that the image of a service reads, relative to [`folder`].
pub(crate) fn config(service: &str) -> String {
    last("ENV KEZEK_CONFIG=").replace("${SERVICE}", service)
}

#[test]
fn the_compiler_is_the_one_that_the_workspace_asks_for() {
    let manifest: toml::Table = toml::from_str(&text("Cargo.toml")).unwrap();
    let version = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .unwrap();
    let image = last("ARG RUST=");
    assert!(image.contains(&format!("rust:{version}-")), "{image}");
}

#[test]
fn the_image_and_the_pods_agree_on_who_runs() {
    let (user, group) = last("USER ")
        .split_once(':')
        .map(|(user, group)| (user.parse::<u64>().unwrap(), group.parse::<u64>().unwrap()))
        .unwrap();
    assert!(user > 0 && group > 0);
    for overlay in overlays() {
        for (name, pod) in overlay.pods() {
            if services().contains(name) || name == "testbed" {
                let security = &pod["spec"]["securityContext"];
                assert_eq!(security["runAsUser"], user, "{name}");
                assert_eq!(security["runAsGroup"], group, "{name}");
            }
        }
    }
}

#[test]
fn every_service_is_compiled_and_named_as_its_folder() {
    for service in services() {
        let manifest = text(&format!("services/{service}/Cargo.toml"));
        assert!(manifest.contains(&format!("name = \"{service}\"")));
        assert_eq!(config(&service), format!("deploy/config/{service}.toml"));
    }
}

#[test]
fn the_servers_of_the_dev_overlay_are_those_of_the_compose_file() {
    let compose = text("deploy/compose.yaml");
    let overlay = overlays().iter().find(|one| one.name == "dev").unwrap();
    let mut servers = 0;
    for (_, pod) in overlay.pods() {
        for container in list(&pod["spec"]["containers"]) {
            let image = container["image"].as_str().unwrap();
            servers += usize::from(!image.starts_with("kezek/"));
            assert!(compose.contains(&format!("image: {image}\n")), "{image}");
        }
    }
    assert!(servers > 3);
}
