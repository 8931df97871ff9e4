//! The seeds of the fuzz targets: one good thing of each kind, by each kind of key. `KEZEK_SEEDS=folder` writes
//! them there: `KEZEK_SEEDS=$PWD/fuzz/corpus cargo test -p signatures seeds`.

use std::path::PathBuf;

use gost::{PublicKey, Scheme, SigningKey};
use signatures::algorithm::SHA256;
use signatures::bundle::{Asked, Bundle};
use signatures::format::FORMATS;
use signatures::ocsp::{Status, certificate_id, request};
use signatures::sign::ocsp::{Response, Single, no_answer, respond};
use signatures::sign::tsp::{Stamp, grant, stamp, with_timestamps};
use signatures::sign::{Identity, Options, crl, ocsp, sign, tsp};
use signatures::{
    Certificate, Freshness, OCSP_AGE_MAX, Ocsp, Party, Private, Question, attached_content,
};

use crate::ca::{IIN, Leaf, World, now, official, person, responder, stamper};
use crate::gost::Anew;

/// Those who sign, of one kind of key.
struct Cast {
    key: &'static str,
    person: Identity,
    responder: Identity,
    stamper: Identity,
}

fn casts(world: &World) -> Vec<Cast> {
    let identity = |rsa| {
        move |leaf: Leaf| {
            let person = world.issuing.issue(Leaf { rsa, ..leaf });
            person.identity(&[&world.issuing])
        }
    };
    let gost = |scheme| {
        let world = Anew::new(scheme);
        move |leaf: Leaf| {
            let (_, certificate) = world.issue(leaf);
            world.identity(&certificate)
        }
    };
    let cast = |key, issue: &dyn Fn(Leaf) -> Identity| Cast {
        key,
        person: issue(person()),
        responder: issue(responder()),
        stamper: issue(stamper()),
    };
    vec![
        cast("p256", &identity(false)),
        cast("rsa", &identity(true)),
        cast("gost-512", &gost(Scheme::Gost2015With512)),
        cast("gost-2004", &gost(Scheme::Gost2004)),
    ]
}

fn token(who: &Identity, over: &[u8]) -> Vec<u8> {
    let question = signatures::tsp::request(&SHA256, over, None, Some(&[7; 8]));
    let asked = tsp::read(&question).unwrap();
    let wanted = Stamp {
        imprint: asked.imprint,
        policy: vec![0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4],
        serial: vec![1],
        at: now(),
        nonce: asked.nonce,
    };
    stamp(who, &wanted).unwrap()
}

fn answer(who: &Identity, issuer: &Certificate, status: Status) -> Vec<u8> {
    let single = |serial: u8, status| Single {
        id: certificate_id(issuer, &[serial]),
        status,
        this_update: now(),
        next_update: Some(now()),
    };
    let response = Response {
        singles: vec![single(1, status), single(2, Status::Good)],
        produced_at: now(),
        nonce: Some(vec![7; 16]),
        by_key: status == Status::Good,
        unknown_as_revoked: status == Status::Unknown,
    };
    respond(who, &response).unwrap()
}

/// Target, name and bytes.
fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let world = World::new();
    let issuer = world.issuing.parsed();
    let mut seeds = Vec::new();
    for cast in casts(&world) {
        let mut add = |target, name: &str, bytes| {
            seeds.push((target, format!("{name}-{}", cast.key), bytes));
        };
        add(
            "certificate",
            "person",
            cast.person.certificate().der().to_vec(),
        );
        add(
            "certificate",
            "tsa",
            cast.stamper.certificate().der().to_vec(),
        );
        let plain = sign(b"content", &[&cast.person], &Options::attached(now())).unwrap();
        let stamped = |value: &[u8]| Ok(token(&cast.stamper, value));
        add("cms", "stamped", with_timestamps(&plain, stamped).unwrap());
        add("cms", "attached", plain);
        let streamed = Options {
            streamed: true,
            ..Options::attached(now())
        };
        let streamed = sign(b"content", &[&cast.person], &streamed).unwrap();
        add("ber", "streamed", streamed.clone());
        add("cms", "streamed", streamed);
        let token = token(&cast.stamper, b"content");
        add("tsp", "answer", grant(&token));
        add("tsp", "token", token);
        let (since, on_hold) = (now(), true);
        for (name, status) in [
            ("good", Status::Good),
            ("held", Status::Revoked { since, on_hold }),
            ("unknown", Status::Unknown),
        ] {
            add("ocsp", name, answer(&cast.responder, &issuer, status));
        }
    }
    let who = world.issuing.issue(official());
    let question = request(&who.parsed(), &issuer, Some(&[7; 16]));
    seeds.push(("ocsp", "question".to_owned(), question));
    seeds.push(("ocsp", "none".to_owned(), no_answer(6)));
    let question = signatures::tsp::request(&SHA256, b"content", Some(&[0x2a]), Some(&[7]));
    seeds.push(("tsp", "question".to_owned(), question));
    seeds.push(("crl", "whole".to_owned(), world.issuing.crl(&[&who])));
    let changes = crl::List {
        number: vec![10],
        base: Some(vec![14]),
        this_update: now(),
        next_update: now(),
        revoked: vec![crl::Revoked {
            serial: who.serial,
            since: now(),
            reason: Some(8),
        }],
    };
    let changes = crl::list(&world.issuing.identity(), &changes).unwrap();
    seeds.push(("crl", "changes".to_owned(), changes));
    for scheme in Scheme::ALL {
        let secret = SigningKey::new(scheme, &vec![7; scheme.size()]).unwrap();
        let digest = scheme.digest(b"content");
        let signature = secret.sign_digest(&digest).unwrap();
        let parts = [secret.public_key().as_bytes(), &signature, &digest];
        seeds.push(("gost", scheme.name().to_owned(), parts.concat()));
    }
    for (name, bytes) in bundles(&world) {
        seeds.push(("bundle", name.to_owned(), bytes));
    }
    seeds
}

/// One question as its file, with its content and without, and as the pieces that the target makes a file of.
fn bundles(world: &World) -> Vec<(&'static str, Vec<u8>)> {
    let who = world.issuing.issue(person());
    let authority = vec![world.issuing.parsed()];
    let der = (who.certificate.der(), who.key.serialized_der());
    let who = Identity::new(der.0, der.1, authority).unwrap();
    let signature = sign(b"content", &[&who], &Options::attached(now())).unwrap();
    let lists = world.crls(&[]);
    let question = Question {
        content: Some(b"content"),
        ..Question::about(&signature, now())
    };
    let parties = [Party {
        iin: Some(Private::new(IIN)),
        ..Party::default()
    }];
    let verifier = world.verifier();
    let report = verifier.examine(&question, &lists);
    let asked = Asked {
        question,
        parties: &parties,
        freshness: Freshness::default(),
        ocsp_age_max: OCSP_AGE_MAX,
    };
    let bundle = Bundle::of(&asked, &verifier, &report);
    let (root, between) = (world.root.parsed(), world.issuing.parsed());
    let [first, second] = [world.root.crl(&[]), world.issuing.crl(&[])];
    let pieces = [&signature, root.der(), between.der(), b"", &first, &second];
    let pieces = pieces.map(|piece| {
        let length = u16::try_from(piece.len()).unwrap();
        [&length.to_be_bytes(), piece].concat()
    });
    vec![
        ("whole", bundle.to_json().unwrap()),
        ("hashed", bundle.without_content().to_json().unwrap()),
        ("pieces", pieces.concat()),
    ]
}

/// Whether the reader of the target takes it; what is no answer is told so.
fn is_read(target: &str, name: &str, bytes: &[u8]) -> bool {
    match target {
        "certificate" => Certificate::parse(bytes).is_ok(),
        "cms" => attached_content(bytes).unwrap().as_deref() == Some(b"content"),
        "crl" => signatures::crl::parse(bytes).is_ok(),
        "gost" => {
            let mut schemes = Scheme::ALL.into_iter();
            let scheme = schemes.find(|scheme| scheme.name() == name).unwrap();
            let (key, rest) = bytes.split_at(2 * scheme.size());
            let (signature, digest) = rest.split_at(2 * scheme.size());
            let key = PublicKey::new(scheme, key).unwrap();
            key.verify_digest(digest, signature).is_ok()
        }
        "ber" => signatures::ber::ber(bytes).is_ok(),
        "bundle" if name == "pieces" => bytes.len() > 2048,
        "bundle" => {
            let bundle = Bundle::from_json(bytes).unwrap();
            let report = bundle.verify(Some(b"content"), FORMATS).unwrap();
            report.outcome() == "valid"
        }
        "tsp" if name == "question" => tsp::read(bytes).is_ok(),
        "tsp" => {
            let token = signatures::tsp::granted(bytes).unwrap_or(bytes);
            signatures::tsp::parse(token).is_ok()
        }
        "ocsp" if name == "question" => ocsp::read(bytes).is_ok(),
        _ => {
            // Read to its end, where it turns out to be of no authority at hand.
            let stranger = World::new().root.parsed();
            let error = Ocsp::all(bytes, &stranger).unwrap_err();
            !matches!(error, signatures::OcspError::Malformed(_))
        }
    }
}

#[test]
fn every_seed_is_read_by_its_fuzz_target() {
    for (target, name, bytes) in seeds() {
        assert!(is_read(target, &name, &bytes), "{target}: {name}");
        if let Some(folder) = std::env::var_os("KEZEK_SEEDS") {
            let folder = PathBuf::from(folder).join(target);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}
