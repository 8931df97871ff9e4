//! Every service is asked, by its own binary, whether it would take the configuration that it gets in a cluster
//! or from the compose file: the mounted files, laid out as in the container, and the environment.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    configs::mounted,
    files::{assert_typed, documents},
    image,
    overlays::{Overlay, kubectl, overlays},
    samples::{repository, services},
};

/// The folder of the built services: where this test lies, or above it.
fn binaries() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.ancestors()
        .find(|folder| folder.join("intake").is_file())
        .expect("the services are not built: run `cargo build --workspace --bins`")
        .to_owned()
}

/// What a service says of its configuration, with `root` as the root of its container.
pub(crate) fn check(
    service: &str,
    root: &Path,
    env: &BTreeMap<String, String>,
) -> Result<(), String> {
    let output = Command::new(binaries().join(service))
        .arg("--check")
        .current_dir(root.join(image::folder().trim_start_matches('/')))
        .env_clear()
        .env("KEZEK_CONFIG", image::config(service))
        .envs(env)
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The values of the dev overlay's secrets, by secret and key: what its script prints.
fn dev_secrets() -> BTreeMap<(String, String), String> {
    let script = repository().join("k8s/overlays/dev/secrets");
    let mut path = kubectl().parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let output = Command::new(script).env("PATH", path).output().unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{trouble}");
    let mut all = BTreeMap::new();
    for secret in documents(&String::from_utf8(output.stdout).unwrap(), "secrets") {
        assert_typed(&secret, "secrets");
        assert_eq!(secret["metadata"]["namespace"], "kezek-dev");
        let name = secret["metadata"]["name"].as_str().unwrap();
        for (key, value) in secret["data"].as_object().unwrap() {
            let value = plain(value.as_str().unwrap());
            all.insert((name.to_owned(), key.clone()), value);
        }
    }
    all
}

/// Base64 (RFC 4648) as text, by way of the Kubernetes types, which know it.
fn plain(base64: &str) -> String {
    let bytes: k8s_openapi::ByteString = serde_json::from_value(base64.into()).unwrap();
    String::from_utf8(bytes.0).unwrap()
}

/// What an operator would write into production's secrets, by key.
fn production_value(key: &str) -> String {
    match key {
        "broker-url" => "amqp://kezek:secret@rabbitmq.example:5672/%2f",
        "redis-url" => "redis://redis.example:6379/0",
        "database-url" => "postgres://kezek_monitor:secret@postgres.example:5432/kezek",
        "database-migrate-url" => "postgres://kezek_owner:secret@postgres.example:5432/kezek",
        "store-access-key-id" => "kezek",
        "webhook-portal-secret" | "webhook-front-office-secret" => {
            "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
        }
        "store-secret-access-key" => "secret",
        other => panic!("{other} is told to no operator"),
    }
    .to_owned()
}

/// The whole environment of a service in an overlay.
fn environment(
    overlay: &Overlay,
    service: &str,
    dev: &BTreeMap<(String, String), String>,
) -> BTreeMap<String, String> {
    let mut env = overlay.env(service);
    for (name, secret, key) in overlay.secrets(service) {
        let value = if overlay.name == "dev" {
            let place = (secret.to_owned(), key.to_owned());
            let made = dev.get(&place).cloned();
            made.unwrap_or_else(|| panic!("the dev secrets have no {place:?}"))
        } else {
            production_value(key)
        };
        env.insert(name.to_owned(), value);
    }
    env
}

/// Writes each file that a variable names and an operator provides, and lets the variable lead there.
fn provide(root: &Path, env: &mut BTreeMap<String, String>) {
    for (_, value) in env.iter_mut().filter(|(name, _)| name.ends_with("_FILE")) {
        let place = root.join(value.trim_start_matches('/'));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, "secret").unwrap();
        place.to_str().unwrap().clone_into(value);
    }
}

#[test]
fn every_service_takes_what_it_gets_in_every_overlay() {
    let dev = dev_secrets();
    let mut refused = Vec::new();
    for overlay in overlays() {
        for service in services() {
            let root = tempfile::tempdir().unwrap();
            for (place, text) in mounted(overlay, &service) {
                let place = root.path().join(place.trim_start_matches('/'));
                std::fs::create_dir_all(place.parent().unwrap()).unwrap();
                std::fs::write(place, text).unwrap();
            }
            let mut env = environment(overlay, &service, &dev);
            provide(root.path(), &mut env);
            if let Err(why) = check(&service, root.path(), &env) {
                refused.push(format!("{}: {why}", overlay.name));
                continue;
            }
            // And it does look: a field that does not exist is refused.
            env.insert("KEZEK__CHASSIS__LISTENS".to_owned(), "1".to_owned());
            let why = check(&service, root.path(), &env).unwrap_err();
            assert!(why.contains("listens"), "{why}");
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn every_secret_that_the_dev_overlay_names_is_made_by_its_script() {
    let made = dev_secrets();
    let overlay = overlays().iter().find(|one| one.name == "dev").unwrap();
    for (name, pod) in overlay.pods() {
        let pod = pod.to_string();
        for part in pod.split("\"secretKeyRef\":").skip(1) {
            let one = part.split_inclusive('}').next().unwrap();
            let one: BTreeMap<String, String> = serde_json::from_str(one).unwrap();
            let place = (one["name"].clone(), one["key"].clone());
            assert!(made.contains_key(&place), "{name}: {place:?}");
        }
    }
    for key in ["users.json", "place.conf"] {
        assert!(made.contains_key(&("rabbitmq".to_owned(), key.to_owned())));
    }
    let users = &made[&("rabbitmq".to_owned(), "users.json".to_owned())];
    let users: serde_json::Value = serde_json::from_str(users).unwrap();
    let url = &made[&("intake".to_owned(), "broker-url".to_owned())];
    let password = users["users"][0]["password"].as_str().unwrap();
    assert!(url.contains(&format!("kezek:{password}@")));
}
