//! Whole verifications per second on one core, from bytes to verdict: `cargo bench -p signatures`.
//!
//! Each document is signed by one person, whose certificate stands under an issuing authority and a root, with
//! fresh revocation lists of both: a verdict takes three signatures (the document's and two certificates'). The
//! person is new each time; the authorities stay in memory, as in a service. Beside ours stand, where they are
//! installed, libcrypto on the same CMS with the same checks and xmlsec1 on the same XML, with RSA and P-256, and
//! libcrypto with gost-engine on CMS of its own with the same keys' curves. The last rows are the bare check of one
//! digest. Rates are per second of processor time; the rounds are interleaved and the best of each is shown.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for a person"
)]

mod people;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use gost::{Scheme, SigningKey};
use jiff::Timestamp;
use people::{ALGORITHMS, Family};
use signatures::format::{Cms, Format};
use signatures::sign::{Options, sign};
use signatures::{Policy, Verdict, Verifier};
use xmldsig::sign::Layout;

const ROUNDS: usize = 5;
const ROUND_SECONDS: f64 = 0.3;
const SIZES: [(&str, usize); 2] = [("2 KiB", 2048), ("1 MiB", 1024 * 1024)];

static FORMATS: &[&dyn Format] = &[&Cms, &xmldsig::format::ENVELOPED];

struct Contender {
    name: String,
    run: Box<dyn Fn()>,
    best: f64,
}

/// Seconds of processor time that this thread has had.
fn processor_seconds() -> f64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    times.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

impl Contender {
    fn round(&mut self) {
        let start = processor_seconds();
        let (mut count, mut spent) = (0.0, 0.0);
        while spent < ROUND_SECONDS {
            for _ in 0..4 {
                (self.run)();
            }
            count += 4.0;
            spent = processor_seconds() - start;
        }
        self.best = self.best.max(count / spent);
    }
}

/// A document of about so many bytes, with markup as forms have it.
fn document(bytes: usize) -> Vec<u8> {
    let mut text = String::from("<form>");
    while text.len() + 60 < bytes {
        text.push_str("<field name=\"details\">Үлгі зауыты</field>\n");
    }
    text.push_str("</form>");
    text.into_bytes()
}

fn contenders(family: &Family, folder: &Path, at: Timestamp) -> Vec<Contender> {
    let mut all = Vec::new();
    for (size, bytes) in SIZES {
        let content = document(bytes);
        let cms = sign(&content, &[&family.person], &Options::detached(at)).unwrap();
        let xml = xmldsig::sign::enveloped(&content, &family.person, Layout::Wrapped).unwrap();
        let stem = format!("{}-{bytes}", family.name);
        for (ending, bytes) in [("content", &content), ("cms", &cms), ("xml", &xml)] {
            std::fs::write(folder.join(format!("{stem}.{ending}")), bytes).unwrap();
        }
        for (kind, signature, content) in [("CMS", cms, Some(content)), ("XML", xml, None)] {
            let verifier = Verifier::new(family.trust.clone(), Policy::default());
            let verifier = verifier.with_formats(FORMATS);
            let lists = family.lists.clone();
            let run = move || {
                let verdict = verifier.verify(&signature, content.as_deref(), at, &lists);
                assert!(matches!(black_box(verdict), Verdict::Valid(_)));
            };
            all.push(contender(format!("{kind} {size}, {}", family.name), run));
        }
    }
    all
}

/// The check of one digest by each scheme, with a key that was seen before and one that was not.
fn bare() -> Vec<Contender> {
    let mut all = Vec::new();
    for scheme in Scheme::ALL {
        let secret = SigningKey::new(scheme, &vec![7; scheme.size()]).unwrap();
        let digest = scheme.digest(b"message");
        let signature = secret.sign_digest(&digest).unwrap();
        let key = secret.public_key().clone();
        let prepared = key.prepare().unwrap();
        let (other_digest, other_signature) = (digest.clone(), signature.clone());
        let name = scheme.name();
        all.push(contender(format!("digest, {name}"), move || {
            black_box(prepared.verify_digest(&digest, &signature)).unwrap();
        }));
        all.push(contender(format!("digest, {name}, new key"), move || {
            black_box(key.verify_digest(&other_digest, &other_signature)).unwrap();
        }));
    }
    all
}

fn contender(name: String, run: impl Fn() + 'static) -> Contender {
    Contender {
        name,
        run: Box::new(run),
        best: 0.0,
    }
}

/// Lines of name and rate that a program prints; nothing where it cannot run.
fn said(command: &mut Command) -> Vec<(String, f64)> {
    let Ok(output) = command.output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, rate)| Some((name.to_owned(), rate.parse().ok()?)))
        .collect()
}

fn others(folder: &Path) -> Vec<(String, f64)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = said(
        Command::new("python3")
            // Without compiled files beside the sources.
            .arg("-B")
            .arg(here.join("benches/documents/others.py"))
            .arg(folder),
    );
    let engine = here.join("../gost/benches/engine.py");
    let bare = said(Command::new("python3").arg(engine));
    all.extend(bare.into_iter().filter_map(|(name, rate)| {
        let (key, engine) = name.split_once(" verify, ")?;
        let key = key.trim_end_matches(" curve");
        Some((format!("digest, {key}, {engine}"), rate))
    }));
    all
}

fn main() {
    // `cargo test --benches` only asks whether it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = Timestamp::now();
    let mut all = Vec::new();
    for algorithm in ALGORITHMS {
        let family = Family::new(algorithm, at);
        family.write(folder.path());
        all.extend(contenders(&family, folder.path(), at));
    }
    all.extend(bare());
    let mut beside: Vec<(String, f64)> = Vec::new();
    for _ in 0..ROUNDS {
        for contender in &mut all {
            contender.round();
        }
        for (name, rate) in others(folder.path()) {
            match beside.iter_mut().find(|(known, _)| *known == name) {
                Some((_, best)) => *best = best.max(rate),
                None => beside.push((name, rate)),
            }
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    table(&all, &beside);
}

/// A row for each of ours, with another implementation of the same beside it, where there is one.
fn table(ours: &[Contender], beside: &[(String, f64)]) {
    println!("| verified | ours, per second | beside | per second | ours : it |");
    println!("|---|---:|---|---:|---:|");
    for Contender { name, best, .. } in ours {
        let other = beside.iter().find_map(|(other, rate)| {
            let (what, who) = other.rsplit_once(", ")?;
            (what == name || name.strip_suffix(", new key") == Some(what)).then_some((who, rate))
        });
        match other {
            Some((who, rate)) => {
                let ratio = best / rate;
                println!("| {name} | {best:.0} | {who} | {rate:.0} | {ratio:.2} |");
            }
            None => println!("| {name} | {best:.0} | | | |"),
        }
    }
}
