//! What is checked before the service starts.

use chassis::Common as _;
use signature::app::parts;
use signature::config::{Config, Responder};

use crate::ca::Authority;
use crate::world::{World, pinned};

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
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("anchors.toml", &world.anchors());
    assert!(
        said(&config).ends_with("so nothing to trust"),
        "{}",
        said(&config)
    );
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

#[tokio::test]
async fn an_anchor_that_nobody_pinned_stops_the_start_and_is_named_with_its_hash() {
    let (world, stranger) = (World::new().await, Authority::root());
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let mut config = world.config();
    config.trust.folder = folder.path().to_owned();
    let said = |config: &Config| parts(config).unwrap_err().to_string();
    write("root.pem", &world.root.certificate.pem());
    write("issuing.pem", &world.issuing.certificate.pem());

    let no_list = said(&config);
    assert!(
        no_list.starts_with("trust.anchors: cannot read"),
        "{no_list}"
    );
    assert!(no_list.contains("deploy/trust/README.md"), "{no_list}");

    let hash = |root: &Authority| {
        let certificate = signatures::Certificate::parse(root.certificate.der()).unwrap();
        hex::encode(certificate.sha256())
    };
    // The one that is pinned is in the folder, and another beside it.
    write("anchors.toml", &world.anchors());
    parts(&config).unwrap();
    write("other.pem", &stranger.certificate.pem());
    let refused = said(&config);
    assert!(refused.contains("other.pem is an anchor that"), "{refused}");
    assert!(refused.contains(&hash(&stranger)), "{refused}");
    assert!(
        refused.contains("add it to the list or take the file away"),
        "{refused}"
    );

    // A list elsewhere, which has both.
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), pinned(&[&world.root, &stranger])).unwrap();
    config.trust.anchors = Some(list.path().to_owned());
    parts(&config).unwrap();
    std::fs::write(list.path(), "[[anchor]]\nname = 'x'\nsha256 = '00'").unwrap();
    assert!(
        said(&config).starts_with("trust.anchors: "),
        "{}",
        said(&config)
    );
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
