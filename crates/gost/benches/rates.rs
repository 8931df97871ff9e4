//! Verifications and signatures per second on one core: `cargo bench -p gost`.
//!
//! Beside ours stand RSA-2048 and P-256 of aws-lc-rs and, where Debian's libengine-gost-openssl and
//! python3 are installed, gost-engine, all on a digest that was computed before. Rates are per second of
//! processor time, so other load on the machine matters less; the rounds are interleaved and the best
//! of each is shown.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for a person"
)]

use std::hint::black_box;
use std::process::Command;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use gost::{Scheme, SigningKey};

const ROUNDS: usize = 7;
const ROUND_SECONDS: f64 = 0.3;

struct Contender {
    name: String,
    run: Box<dyn Fn()>,
    best: f64,
}

fn contender(name: impl Into<String>, run: impl Fn() + 'static) -> Contender {
    Contender {
        name: name.into(),
        run: Box::new(run),
        best: 0.0,
    }
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
            for _ in 0..16 {
                (self.run)();
            }
            count += 16.0;
            spent = processor_seconds() - start;
        }
        self.best = self.best.max(count / spent);
    }
}

fn ours() -> Vec<Contender> {
    let mut all = Vec::new();
    for scheme in Scheme::ALL {
        let key = SigningKey::new(scheme, &vec![7; scheme.size()]).unwrap();
        let digest = scheme.digest(b"message");
        let signature = key.sign_digest(&digest).unwrap();
        let public = key.public_key().clone();
        let prepared = public.prepare().unwrap();
        let name = scheme.name();
        {
            let (digest, signature) = (digest.clone(), signature.clone());
            all.push(contender(
                format!("{name} verify, prepared key"),
                move || {
                    black_box(prepared.verify_digest(&digest, &signature)).unwrap();
                },
            ));
        }
        {
            let (public, digest) = (public.clone(), digest.clone());
            all.push(contender(format!("{name} verify"), move || {
                black_box(public.verify_digest(&digest, &signature)).unwrap();
            }));
        }
        all.push(contender(format!("{name} prepare"), move || {
            black_box(public.prepare()).unwrap();
        }));
        all.push(contender(format!("{name} sign"), move || {
            black_box(key.sign_digest(&digest)).unwrap();
        }));
        let message = vec![1; 2048];
        all.push(contender(format!("{name} hash of 2 KiB"), move || {
            black_box(scheme.digest(&message));
        }));
    }
    all
}

fn others() -> Vec<Contender> {
    let random = SystemRandom::new();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let mut rsa_signature = vec![0; rsa.public_modulus_len()];
    rsa.sign(&RSA_PKCS1_SHA256, &random, b"message", &mut rsa_signature)
        .unwrap();
    let rsa_key =
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa.public_key().as_ref()).unwrap();
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let p256_signature = p256.sign(&random, b"message").unwrap();
    let p256_key =
        ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, p256.public_key().as_ref()).unwrap();
    vec![
        contender("RSA-2048 verify, aws-lc-rs", move || {
            rsa_key.verify_sig(b"message", &rsa_signature).unwrap();
        }),
        contender("P-256 verify, aws-lc-rs", move || {
            p256_key
                .verify_sig(b"message", p256_signature.as_ref())
                .unwrap();
        }),
    ]
}

/// One round of gost-engine: lines of name and rate. Empty where it is not installed.
fn engine() -> Vec<(String, f64)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/engine.py");
    let Ok(output) = Command::new("python3").arg(script).output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, rate)| Some((name.to_owned(), rate.parse().ok()?)))
        .collect()
}

fn main() {
    // `cargo test --benches` only asks whether it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut all = ours();
    all.extend(others());
    let mut engines: Vec<(String, f64)> = Vec::new();
    for _ in 0..ROUNDS {
        for contender in &mut all {
            contender.round();
        }
        for (name, rate) in engine() {
            match engines.iter_mut().find(|(known, _)| *known == name) {
                Some((_, best)) => *best = best.max(rate),
                None => engines.push((name, rate)),
            }
        }
    }
    if engines.is_empty() {
        println!("gost-engine: not installed (apt install libengine-gost-openssl python3)");
    }
    for contender in &all {
        println!("{:<36} {:>9.0} per second", contender.name, contender.best);
    }
    for (name, best) in &engines {
        println!("{name:<36} {best:>9.0} per second");
    }
}
