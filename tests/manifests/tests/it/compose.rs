//! The compose file: the same services, from the samples, on addresses that exist.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    image,
    running::check,
    samples::{
        assert_listens, bench_ports, forwarded, left_on_loopback, listens, repository, sample,
        services, text,
    },
};

/// The file, as far as the house uses the format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compose {
    #[serde(rename = "name")]
    _name: String,
    services: BTreeMap<String, Service>,
    configs: BTreeMap<String, Config>,
    volumes: BTreeMap<String, Option<Value>>,
    #[serde(rename = "x-service")]
    _service: Value,
    #[serde(rename = "x-deploy")]
    _deploy: String,
    #[serde(rename = "x-bench")]
    _bench: String,
    #[serde(rename = "x-servers")]
    _servers: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    content: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    image: String,
    build: Option<Build>,
    restart: String,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    cap_drop: Vec<String>,
    #[serde(default)]
    security_opt: Vec<String>,
    stop_grace_period: Option<String>,
    #[serde(default)]
    depends_on: BTreeMap<String, Value>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    profiles: Vec<String>,
    #[serde(default)]
    configs: Vec<Mounted>,
    #[serde(default)]
    command: Vec<String>,
    #[serde(rename = "entrypoint", default)]
    _entrypoint: Vec<String>,
    #[serde(rename = "hostname")]
    _hostname: Option<String>,
    #[serde(rename = "healthcheck")]
    health: Option<Value>,
    network_mode: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mounted {
    source: String,
    target: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    context: String,
    dockerfile: String,
    args: BTreeMap<String, String>,
}

fn compose() -> Compose {
    let read = serde_saphyr::from_str(&text("deploy/compose.yaml"));
    read.unwrap_or_else(|error| panic!("deploy/compose.yaml: {error}"))
}

/// With the defaults of its variables: `${NAME:-default}`.
fn filled(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else {
        return text.to_owned();
    };
    let (variable, after) = rest.split_once('}').unwrap();
    let (_, default) = variable.split_once(":-").unwrap();
    format!("{before}{default}{}", filled(after))
}

fn environment(service: &Service) -> BTreeMap<String, String> {
    let env = service.environment.iter();
    env.map(|(name, value)| (name.clone(), filled(value)))
        .collect()
}

#[test]
fn every_service_is_there_without_a_profile_and_built_from_the_one_dockerfile() {
    let compose = compose();
    for name in services() {
        let service = &compose.services[&name];
        assert!(service.profiles.is_empty(), "{name}");
        assert_eq!(service.image, format!("kezek/{name}:dev"));
        assert!(service.read_only, "{name}");
        assert_eq!(service.cap_drop, ["ALL"], "{name}");
        assert_eq!(service.security_opt, ["no-new-privileges:true"], "{name}");
        // chassis.drain_ms_max is 20 s unless the sample says otherwise, and none does.
        assert_eq!(service.stop_grace_period.as_deref(), Some("30s"), "{name}");
        assert_eq!(service.restart, "unless-stopped", "{name}");
    }
    for (name, service) in &compose.services {
        let Some(build) = &service.build else {
            continue;
        };
        assert_eq!(build.context, "..");
        assert_eq!(build.dockerfile, "deploy/Dockerfile");
        assert_eq!(build.args["SERVICE"], *name);
        assert!(repository().join("services").join(name).is_dir(), "{name}");
    }
}

#[test]
fn every_service_takes_what_it_gets_from_the_compose_file() {
    let compose = compose();
    let mut refused = Vec::new();
    for name in services() {
        let service = &compose.services[&name];
        let folder = format!("./:{}/deploy:ro", image::folder());
        assert!(service.volumes.contains(&folder), "{name}");
        let root = tempfile::tempdir().unwrap();
        let working = root.path().join(image::folder().trim_start_matches('/'));
        std::fs::create_dir_all(&working).unwrap();
        std::os::unix::fs::symlink(repository().join("deploy"), working.join("deploy")).unwrap();
        let env = environment(service);
        assert_listens(&name, &env);
        refused.extend(check(&name, root.path(), &env).err());
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn no_address_of_a_sample_stays_where_nobody_listens() {
    let compose = compose();
    let mut left = Vec::new();
    for name in services() {
        let replaced = compose.services[&name]
            .environment
            .keys()
            .cloned()
            .collect();
        let own = format!("service:{name}");
        for address in left_on_loopback(&sample(&name), &replaced) {
            let beside = compose.services.values();
            let commands = beside
                .filter(|other| other.network_mode.as_ref() == Some(&own))
                .flat_map(|other| other.command.iter().map(String::as_str));
            if !forwarded(&address, commands) {
                left.push(format!("{name}: {address}"));
            }
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

/// Every folder of the samples that must outlive or reach a container is a volume of those that name it.
#[test]
fn every_folder_that_a_sample_names_is_a_volume() {
    let compose = compose();
    let mut named = 0;
    for name in services() {
        let sample = text(&format!("deploy/config/{name}.toml"));
        let places = compose.services[&name].volumes.iter();
        let places: Vec<&str> = places
            .map(|volume| volume.split(':').nth(1).unwrap())
            .collect();
        for path in sample.split('"').filter(|part| part.starts_with('/')) {
            named += 1;
            let held = places.iter().any(|place| path.starts_with(place));
            assert!(held, "{name}: {path}");
        }
    }
    assert!(named > 3, "{named}");
}

#[test]
fn every_host_port_volume_and_file_that_is_named_exists() {
    let compose = compose();
    let bench = bench_ports();
    let served = |host: &str, port: u16| match host {
        "testbed" => bench.values().any(|one| *one == port),
        "rabbitmq" => port == 5672,
        "redis" => port == 6379,
        "postgres" => port == 5432,
        ours => listens(ours).values().any(|one| *one == port),
    };
    for (name, service) in &compose.services {
        for (variable, value) in environment(service) {
            let address = value.rsplit(['/', '@']).find(|part| part.contains(':'));
            let Some((host, port)) = address.and_then(|address| address.rsplit_once(':')) else {
                continue;
            };
            if variable.ends_with("__LISTEN") {
                continue;
            }
            assert!(compose.services.contains_key(host), "{name}: {value}");
            assert!(served(host, port.parse().unwrap()), "{name}: {value}");
        }
        for volume in &service.volumes {
            let source = volume.split(':').next().unwrap();
            let exists = match source.strip_prefix("./") {
                Some(path) => repository().join("deploy").join(path).exists(),
                None => compose.volumes.contains_key(source),
            };
            assert!(exists, "{name}: {volume}");
        }
        for config in &service.configs {
            assert!(compose.configs.contains_key(&config.source), "{name}");
            assert!(config.target.starts_with("/etc/"), "{name}");
        }
        for other in service.depends_on.keys() {
            assert!(compose.services[other].health.is_some(), "{name}: {other}");
        }
        if let Some(other) = &service.network_mode {
            let other = other.strip_prefix("service:").unwrap();
            assert!(compose.services.contains_key(other), "{name}: {other}");
        }
        for port in &service.ports {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port}");
        }
    }
}

#[test]
fn the_bench_is_let_in_by_all_its_ports() {
    let compose = compose();
    let door = &compose.services["door"];
    let through: BTreeSet<u16> = door.command.iter().map(|p| p.parse().unwrap()).collect();
    assert_eq!(through, bench_ports().into_values().collect());
}

#[test]
fn the_broker_is_given_the_map_and_a_user_who_may_use_it() {
    let compose = compose();
    let place = &compose.configs["rabbitmq-place"].content;
    let folder = place.trim().split_once(" = ").unwrap().1;
    let broker = &compose.services["rabbitmq"];
    let map = format!("./rabbitmq/definitions.json:{folder}/10-map.json:ro");
    assert!(broker.volumes.contains(&map), "{:?}", broker.volumes);
    let users = filled(&compose.configs["rabbitmq-users"].content);
    let users: Value = serde_json::from_str(&users).unwrap();
    let (user, password) = (&users["users"][0]["name"], &users["users"][0]["password"]);
    let login = format!(
        "amqp://{}:{}@rabbitmq:",
        user.as_str().unwrap(),
        password.as_str().unwrap()
    );
    for name in services() {
        let url = &environment(&compose.services[&name])["KEZEK__BROKER__URL"];
        assert!(url.starts_with(&login), "{name}");
    }
}
