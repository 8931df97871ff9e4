//! The seeds of the fuzz targets: one document of each kind that is taken. `KEZEK_SEEDS=folder` writes
//! them there: `KEZEK_SEEDS=$PWD/fuzz/corpus/open cargo test -p xmldsig seeds`.

use signatures::Policy;
use signatures::algorithm::ALGORITHMS;
use signatures::format::Rules;
use xmldsig::sign::{Layout, by_id, enveloped};
use xmldsig::wsse::{self, Naming};
use xmldsig::{Demand, open};

use crate::signing::APPLICATION;
use crate::world::{WORLD, parse};

const PART: &[u8] = b"<doc><part Id=\"p\"><sum>1</sum></part></doc>";
const ENVELOPE: &[u8] = b"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a/></s:Body></s:Envelope>";

fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (who, person) in ["p256", "rsa"].into_iter().zip(WORLD.people()) {
        let identity = &person.identity;
        for (name, layout) in [("wrapped", Layout::Wrapped), ("compact", Layout::Compact)] {
            let whole = enveloped(APPLICATION.as_bytes(), identity, layout).unwrap();
            let again = enveloped(&whole, identity, layout).unwrap();
            seeds.push((format!("enveloped-{who}-{name}"), whole));
            seeds.push((format!("two-{who}-{name}"), again));
            let part = by_id(PART, "p", identity, layout).unwrap();
            seeds.push((format!("part-{who}-{name}"), part));
        }
        for naming in [
            Naming::KeyIdentifier,
            Naming::IssuerSerial,
            Naming::BinarySecurityToken,
        ] {
            let body = wsse::sign(ENVELOPE, "id", identity, naming).unwrap();
            seeds.push((format!("body-{who}-{naming:?}"), body));
        }
    }
    seeds
}

#[test]
fn every_seed_is_opened_by_the_fuzz_target() {
    let policy = Policy::default();
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    let known = WORLD.certificates();
    for (name, bytes) in seeds() {
        let document = parse(&bytes);
        let opened = if name.starts_with("body") {
            wsse::open(&document, &known, &rules)
        } else {
            open(&document, &Demand::ANY)
        };
        opened.unwrap_or_else(|refused| panic!("{name}: {refused}"));
        if let Some(folder) = std::env::var_os("KEZEK_SEEDS") {
            let folder = std::path::PathBuf::from(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}
