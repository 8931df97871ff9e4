//! Every YAML file is one of four kinds, and says nothing that its kind does not know.

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    core::v1::{ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service, ServiceAccount},
    policy::v1::PodDisruptionBudget,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::samples::{names, repository, text};

/// `kustomization.yaml`, as far as the house uses it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "read to be checked")]
struct Kustomization {
    api_version: String,
    kind: String,
    namespace: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    labels: Vec<Value>,
    #[serde(default)]
    config_map_generator: Vec<Generator>,
    #[serde(default)]
    patches: Vec<Value>,
    #[serde(default)]
    replicas: Vec<Value>,
    #[serde(default)]
    images: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to be checked")]
struct Generator {
    name: String,
    behavior: Option<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    envs: Vec<String>,
}

/// One line of a JSON patch (RFC 6902).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to be checked")]
struct Operation {
    op: String,
    path: String,
    value: Option<Value>,
}

/// The documents of a YAML text.
pub(crate) fn documents(text: &str, from: &str) -> Vec<Value> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{from}: {error}"));
    documents.into_iter().filter(|one| !one.is_null()).collect()
}

/// Demands that an object is of a kind we use and that every field of it means something to Kubernetes.
pub(crate) fn assert_typed(object: &Value, from: &str) {
    let kind = object["kind"].as_str().unwrap_or_default();
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let read = match (version, kind) {
        ("apps/v1", "Deployment") => through::<Deployment>(object),
        ("apps/v1", "StatefulSet") => through::<StatefulSet>(object),
        ("policy/v1", "PodDisruptionBudget") => through::<PodDisruptionBudget>(object),
        ("v1", "ConfigMap") => through::<ConfigMap>(object),
        ("v1", "Namespace") => through::<Namespace>(object),
        ("v1", "PersistentVolumeClaim") => through::<PersistentVolumeClaim>(object),
        ("v1", "Secret") => through::<Secret>(object),
        ("v1", "Service") => through::<Service>(object),
        ("v1", "ServiceAccount") => through::<ServiceAccount>(object),
        _ => panic!("{from}: {version} {kind} is no kind that the house uses"),
    };
    let read = read.unwrap_or_else(|error| panic!("{from}: {kind}: {error}"));
    let mut lost = Vec::new();
    compare(object, &read, kind, &mut lost);
    assert!(lost.is_empty(), "{from}: unknown or changed: {lost:?}");
}

/// Into the type of the API and back: what the type does not know does not come back.
fn through<T: DeserializeOwned + Serialize>(object: &Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(object.clone())?)
}

fn compare(before: &Value, after: &Value, path: &str, lost: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                let path = format!("{path}.{key}");
                compare(value, after.get(key).unwrap_or(&Value::Null), &path, lost);
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                compare(before, after, &format!("{path}[{index}]"), lost);
            }
        }
        // Nothing said is nothing lost.
        (Value::Null, _) => {}
        (before, after) if before == after => {}
        _ => lost.push(path.to_owned()),
    }
}

/// Every YAML file below `folder`, with its path in the repository.
fn below(folder: &str, found: &mut Vec<String>) {
    for name in names(folder) {
        let path = format!("{folder}/{name}");
        if repository().join(&path).is_dir() {
            below(&path, found);
        } else if path.rsplit('.').next() == Some("yaml") {
            found.push(path);
        }
    }
}

#[test]
fn every_yaml_file_says_only_what_its_kind_knows() {
    let mut all = Vec::new();
    below("k8s", &mut all);
    below("deploy", &mut all);
    assert!(all.len() > 30, "{all:?}");
    for path in all {
        let text = text(&path);
        if path.ends_with("/kustomization.yaml") {
            let read: Kustomization =
                serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(read.kind, "Kustomization", "{path}");
            continue;
        }
        if path == "deploy/compose.yaml" {
            // Read strictly by `compose`.
            continue;
        }
        let documents = documents(&text, &path);
        assert!(!documents.is_empty(), "{path} is empty");
        for document in documents {
            if document.is_array() {
                let read: Result<Vec<Operation>, _> = serde_json::from_value(document);
                read.unwrap_or_else(|error| panic!("{path}: {error}"));
            } else {
                assert_typed(&document, &path);
            }
        }
    }
}

#[test]
fn an_unknown_or_mistyped_field_is_found() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  template:\n    \
                      spec:\n      containers: [{ name: a, PORTS }]";
    let found = |ports: &str| {
        let object = &documents(&deployment.replace("PORTS", ports), "here")[0];
        std::panic::catch_unwind(|| assert_typed(object, "here")).is_err()
    };
    assert!(!found("ports: [{ containerPort: 1 }]"));
    assert!(found("portz: [{ containerPort: 1 }]"));
    assert!(found("ports: [{ containerPort: one }]"));
}
