//! How pods are made: ports, probes, shutdown, security, disruption; each held against what it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    overlays::{Overlay, list, overlays, production},
    samples::{assert_listens, bench_ports, listens, sample, services, text},
};

/// The section of the sample is the name of the port; that of the chassis is for the platform.
fn port_name(section: &str) -> &str {
    if section == "chassis" {
        "admin"
    } else {
        section
    }
}

#[test]
fn every_port_is_one_where_the_sample_listens() {
    for overlay in overlays() {
        for service in services() {
            let wanted: BTreeMap<String, u64> = listens(&service)
                .into_iter()
                .map(|(section, port)| (port_name(&section).to_owned(), port.into()))
                .collect();
            let given: BTreeMap<String, u64> = list(&overlay.container(&service)["ports"])
                .iter()
                .map(|port| {
                    let name = port["name"].as_str().unwrap().to_owned();
                    (name, port["containerPort"].as_u64().unwrap())
                })
                .collect();
            assert_eq!(given, wanted, "{}: {service}", overlay.name);
            assert_listens(&service, &overlay.env(&service));
        }
    }
}

#[test]
fn every_probe_asks_the_admin_port_for_a_page_that_the_chassis_serves() {
    let chassis = text("crates/chassis/src/admin.rs");
    for overlay in overlays() {
        for service in services() {
            let container = overlay.container(&service);
            for (probe, page) in [
                ("startupProbe", "/live"),
                ("livenessProbe", "/live"),
                ("readinessProbe", "/ready"),
            ] {
                let asked = &container[probe]["httpGet"];
                assert_eq!(asked["path"], page, "{service} {probe}");
                assert_eq!(asked["port"], "admin", "{service} {probe}");
                assert!(chassis.contains(&format!(".route(\"{page}\"")));
            }
        }
    }
}

#[test]
fn a_pod_has_the_time_to_finish_what_it_has_in_hand() {
    for overlay in overlays() {
        for service in services() {
            let pod = &overlay.find("Deployment", &service)["spec"]["template"]["spec"];
            let grace_s = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
            let stop = &overlay.container(&service)["lifecycle"]["preStop"];
            let pause_s = stop["sleep"]["seconds"].as_u64().unwrap();
            let drain = sample(&service)["chassis"].get("drain_ms_max").cloned();
            let drain_ms = drain.map_or(20_000, |ms| ms.as_integer().unwrap().try_into().unwrap());
            assert!(pause_s >= 1, "{service}");
            // And five seconds to send the last spans and to exit.
            assert!(
                grace_s * 1000 >= pause_s * 1000 + drain_ms + 5_000,
                "{service}"
            );
        }
    }
}

#[test]
fn every_pod_keeps_to_the_restricted_standard() {
    for overlay in overlays() {
        let namespace = overlay.of_kind("Namespace").next().unwrap();
        for mode in ["enforce", "audit", "warn"] {
            let label = format!("pod-security.kubernetes.io/{mode}");
            assert_eq!(namespace["metadata"]["labels"][&label], "restricted");
        }
        for (name, template) in overlay.pods() {
            let (pod, from) = (&template["spec"], format!("{}: {name}", overlay.name));
            assert_eq!(pod["automountServiceAccountToken"], false, "{from}");
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{from}");
            assert_ne!(pod["securityContext"]["runAsUser"], 0, "{from}");
            let seccomp = &pod["securityContext"]["seccompProfile"]["type"];
            assert_eq!(seccomp, "RuntimeDefault", "{from}");
            for field in ["hostNetwork", "hostPID", "hostIPC"] {
                assert!(pod[field].is_null(), "{from}: {field}");
            }
            let ours = services().contains(name);
            for container in list(&pod["containers"]) {
                let security = &container["securityContext"];
                assert_eq!(security["allowPrivilegeEscalation"], false, "{from}");
                assert_eq!(security["capabilities"]["drop"][0], "ALL", "{from}");
                assert!(security["capabilities"]["add"].is_null(), "{from}");
                assert!(
                    !ours || security["readOnlyRootFilesystem"] == true,
                    "{from}"
                );
                let resources = &container["resources"];
                assert!(resources["requests"]["cpu"].is_string(), "{from}");
                assert!(resources["requests"]["memory"].is_string(), "{from}");
                assert!(resources["limits"]["memory"].is_string(), "{from}");
            }
            for volume in list(&pod["volumes"]) {
                assert!(volume["hostPath"].is_null(), "{from}");
            }
        }
    }
}

#[test]
fn production_runs_two_of_each_apart_if_it_can_and_maintenance_takes_one() {
    let overlay = production();
    for service in services() {
        let deployment = overlay.find("Deployment", &service);
        let replicas = deployment["spec"]["replicas"].as_u64().unwrap();
        assert!(replicas >= 2, "{service}");
        let pod = &deployment["spec"]["template"];
        let spreads = list(&pod["spec"]["topologySpreadConstraints"]);
        assert_eq!(spreads.len(), 2, "{service}");
        for spread in spreads {
            // DoNotSchedule would keep pods from starting while a zone is closed.
            assert_eq!(spread["whenUnsatisfiable"], "ScheduleAnyway", "{service}");
        }
        let budget = &overlay.find("PodDisruptionBudget", &service)["spec"];
        assert!(budget["maxUnavailable"].as_u64().unwrap() < replicas);
        assert_eq!(budget["unhealthyPodEvictionPolicy"], "AlwaysAllow");
        assert!(
            selects(&budget["selector"]["matchLabels"], pod),
            "{service}"
        );
    }
}

/// Whether labels to look for are among a pod's own.
fn selects(labels: &Value, pod: &Value) -> bool {
    let labels = labels.as_object().unwrap();
    let own = &pod["metadata"]["labels"];
    !labels.is_empty() && labels.iter().all(|(name, value)| own[name] == *value)
}

#[test]
fn every_service_object_leads_to_a_port_of_a_pod() {
    for overlay in overlays() {
        for object in overlay.of_kind("Service") {
            let (name, spec) = (&object["metadata"]["name"], &object["spec"]);
            let mut pods = overlay.pods();
            let (_, pod) = pods
                .find(|(_, pod)| selects(&spec["selector"], pod))
                .unwrap_or_else(|| panic!("{}: {name} selects no pod", overlay.name));
            let containers = list(&pod["spec"]["containers"]).iter();
            let named: BTreeSet<&str> = containers
                .flat_map(|container| list(&container["ports"]))
                .filter_map(|port| port["name"].as_str())
                .collect();
            for port in list(&spec["ports"]) {
                if let Some(target) = port["targetPort"].as_str() {
                    assert!(named.contains(target), "{}: {name} {target}", overlay.name);
                }
            }
        }
    }
}

/// Host and port of an address in the environment, if it is one of the cluster: a name without a dot.
fn inside(value: &str) -> Option<(&str, u64)> {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = rest.split('/').next()?;
    let authority = authority.rsplit('@').next()?;
    let (host, port) = authority.rsplit_once(':')?;
    let inside = !host.is_empty() && host.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    Some((host, port.parse().ok()?)).filter(|_| inside)
}

fn has_door(overlay: &Overlay, host: &str, port: u64) -> bool {
    let mut doors = overlay
        .of_kind("Service")
        .filter(|object| object["metadata"]["name"] == host)
        .flat_map(|object| list(&object["spec"]["ports"]));
    doors.any(|door| door["port"] == port)
}

#[test]
fn every_address_inside_the_cluster_is_a_service_with_that_port() {
    let mut asked = 0;
    for overlay in overlays() {
        for service in services() {
            for (name, value) in overlay.env(&service) {
                let Some((host, port)) = inside(&value) else {
                    continue;
                };
                asked += 1;
                assert!(
                    has_door(overlay, host, port),
                    "{}: {name}={value}",
                    overlay.name
                );
            }
        }
    }
    assert!(asked > 10, "{asked}");
    assert_eq!(inside("http://testbed:9301/x"), Some(("testbed", 9301)));
    assert_eq!(
        inside("amqp://a:b@rabbitmq:5672/%2f"),
        Some(("rabbitmq", 5672))
    );
    assert_eq!(inside("0.0.0.0:18443"), None);
}

#[test]
fn the_bench_is_let_in_and_out_by_all_its_ports() {
    let overlay = overlays().iter().find(|one| one.name == "dev").unwrap();
    let wanted = bench_ports();
    let given: BTreeMap<String, u16> = list(&overlay.find("Service", "testbed")["spec"]["ports"])
        .iter()
        .map(|port| {
            let number = port["port"].as_u64().unwrap().try_into().unwrap();
            (port["name"].as_str().unwrap().to_owned(), number)
        })
        .collect();
    assert_eq!(given, wanted);
    let pod = &overlay.find("Deployment", "testbed")["spec"]["template"]["spec"];
    let mut containers = list(&pod["containers"]).iter();
    let door = containers.find(|one| one["name"] == "door").unwrap();
    let through: BTreeSet<u16> = list(&door["args"])
        .iter()
        .map(|port| port.as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(through, wanted.into_values().collect());
}
