//! What is checked before the service starts.

use chassis::Common as _;
use signature::app::parts;
use signature::config::{Config, Responder};

use crate::world::World;

fn sample() -> Config {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/config/signature.toml"
    );
    chassis::read(std::path::Path::new(path)).unwrap()
}

#[test]
fn the_sample_configuration_is_good() {
    let config = sample();
    assert_eq!(config.rights, signature::rules::Rights::default());
    assert_eq!(config.trust.crl.len(), 4);
}

#[test]
fn a_field_out_of_its_bounds_is_named() {
    let said = |change: fn(&mut Config)| {
        let mut config = sample();
        change(&mut config);
        config.check().unwrap_err()
    };
    assert!(said(|c| c.lists.timeout_ms = 0).starts_with("lists.timeout_ms: 0"));
    assert!(said(|c| c.rights.officials.clear()).starts_with("rights.officials"));
    assert!(said(|c| c.rights.authorised[0] = "boss".into()).starts_with("rights.authorised"));
    assert!(said(|c| c.trust.crl[0].url = "ldap://x".into()).starts_with("trust.crl.url"));
    assert!(said(|c| c.grpc.question_bytes_max = 1).starts_with("grpc.question_bytes_max"));
    assert!(said(|c| c.redis.as_mut().unwrap().url = "nowhere".into()).starts_with("redis.url"));
}

#[tokio::test]
async fn a_folder_without_an_anchor_or_with_anything_odd_stops_the_start() {
    let world = World::new().await;
    let said = |config: &Config| parts(config).unwrap_err().to_string();

    let mut config = world.config();
    config.trust.crl[0].issuer = "nobody.pem".to_owned();
    assert_eq!(
        said(&config),
        "trust.crl.issuer, trust.ocsp.issuer: `nobody.pem` is not a file in trust.folder"
    );

    let folder = tempfile::tempdir().unwrap();
    let mut config = world.config();
    config.trust.folder = folder.path().to_owned();
    assert!(
        said(&config).ends_with("so nothing to trust"),
        "{}",
        said(&config)
    );

    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("issuing.pem", &world.issuing.certificate.pem());
    assert!(
        said(&config).ends_with("so nothing to trust"),
        "{}",
        said(&config)
    );
    write("root.pem", &world.root.certificate.pem());
    parts(&config).unwrap();
    write("broken.cer", "not a certificate");
    assert!(
        said(&config).contains("broken.cer holds no certificate"),
        "{}",
        said(&config)
    );

    config.trust.folder = folder.path().join("nowhere");
    assert!(said(&config).contains("cannot read"), "{}", said(&config));
}

#[test]
fn a_responder_out_of_its_bounds_is_named() {
    let said = |change: fn(&mut Config)| {
        let mut config = sample();
        config.trust.ocsp = vec![Responder {
            issuer: "gost-issuing.pem".to_owned(),
            url: "http://127.0.0.1/".to_owned(),
            timeout_ms: 1_500,
            nonce: true,
        }];
        config.check().unwrap();
        change(&mut config);
        config.check().unwrap_err()
    };
    assert!(said(|c| c.ocsp.age_s_max = 0).starts_with("ocsp.age_s_max: 0"));
    assert!(said(|c| c.trust.ocsp[0].url = "x".into()).starts_with("trust.ocsp.url"));
    assert!(said(|c| c.trust.ocsp[0].timeout_ms = 1).starts_with("trust.ocsp.timeout_ms"));
    assert!(
        said(|c| c.trust.crl[0].delta_url = Some("x".into())).starts_with("trust.crl.delta_url")
    );
}
