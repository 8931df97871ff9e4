//! Ways up to an anchor: which certificates lead there, which do not, and what looking for one may cost.

use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CustomExtension, Issuer, KeyIdMethod, KeyPair};
use signatures::algorithm::{ALGORITHMS, Algorithm, Digest, Rejected, SHA256};
use signatures::certificate::{AlgorithmId, PublicKey};
use signatures::sign::{Identity, Options, sign};
use signatures::{Aspect, Certificate, Crls, Policy, Question, Reason, Said, Trust, Verifier, oid};

use crate::ca::{Authority, Person, World, authority_params, crls, now, person};

const OPEN: BasicConstraints = BasicConstraints::Unconstrained;

/// What is said about the way from this person to the anchors, when these authorities come along.
fn way(anchors: &[&Authority], who: &Person, along: &[&Authority]) -> Said {
    let anchors = anchors.iter().map(|anchor| anchor.parsed()).collect();
    let verifier = Verifier::new(Trust::new(anchors, vec![]).unwrap(), Policy::default());
    chain(&verifier, &who.identity(along))
}

fn chain(verifier: &Verifier, who: &Identity) -> Said {
    let signature = sign(b"x", &[who], &Options::attached(now())).unwrap();
    let question = Question::about(&signature, now());
    let report = verifier.examine(&question, &Crls::default());
    report.signers[0].checks.of(Aspect::Chain)
}

/// The same key with another certificate of its own making.
pub(crate) fn again(authority: &Authority, params: CertificateParams) -> Authority {
    let key = KeyPair::try_from(authority.issuer.key().serialized_der()).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Authority {
        issuer: Issuer::new(params, key),
        certificate,
    }
}

#[test]
fn an_authority_with_a_critical_extension_that_nobody_knows_leads_nowhere() {
    let root = Authority::root("TEST ROOT");
    let through = |critical| {
        let mut params = authority_params("TEST MIDDLE", OPEN);
        let mut odd = CustomExtension::from_oid_content(&[1, 2, 398, 9, 9], vec![5, 0]);
        odd.set_criticality(critical);
        params.custom_extensions = vec![odd];
        let middle = root.below_with(params);
        way(&[&root], &middle.issue(person()), &[&middle])
    };
    assert_eq!(through(false), Said::Valid);
    assert_eq!(through(true), Said::Invalid(Reason::CriticalExtension));
}

/// An authority that goes over to a new key signs it with the old one, under its own name (RFC 5280, 4.2.1.9).
#[test]
fn an_authority_that_issued_itself_a_new_key_does_not_make_the_way_longer() {
    let world = World::new();
    let renewed = world.issuing.below("TEST ISSUING");
    let who = renewed.issue(person());
    let said = way(&[&world.root], &who, &[&renewed, &world.issuing]);
    assert_eq!(said, Said::Valid);
}

#[test]
fn an_authority_of_another_name_leads_nowhere_even_with_the_very_key() {
    let root = Authority::root("TEST ROOT");
    let who = root.issue(person());
    assert_eq!(way(&[&root], &who, &[]), Said::Valid);
    let renamed = again(&root, authority_params("OTHER ROOT", OPEN));
    let untrusted = Said::Invalid(Reason::UntrustedIssuer);
    assert_eq!(way(&[&renamed], &who, &[]), untrusted);
}

#[test]
fn an_authority_whose_key_has_another_identifier_is_not_the_one_meant() {
    let root = Authority::root("TEST ROOT");
    let who = root.issue(person());
    let same = again(&root, authority_params("TEST ROOT", OPEN));
    assert_eq!(way(&[&same], &who, &[]), Said::Valid);
    let mut params = authority_params("TEST ROOT", OPEN);
    params.key_identifier_method = KeyIdMethod::Sha512;
    let other = again(&root, params);
    let untrusted = Said::Invalid(Reason::UntrustedIssuer);
    assert_eq!(way(&[&other], &who, &[]), untrusted);
}

#[test]
fn a_revoked_signer_stays_revoked_where_nothing_is_known_of_his_authority() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let lists = crls(&[(&world.issuing, world.issuing.crl(&[&who]))]);
    let signature = sign(b"x", &[&who.identity(&[])], &Options::attached(now())).unwrap();
    let question = Question::about(&signature, now());
    let report = world.verifier().examine(&question, &lists);
    let revoked = Said::Invalid(Reason::Revoked);
    assert_eq!(report.signers[0].checks.of(Aspect::Revocation), revoked);
}

/// ECDSA that counts how often it is asked.
struct Counting(AtomicUsize);

static COUNTING: Counting = Counting(AtomicUsize::new(0));
static COUNTED: &[&dyn Algorithm] = &[&COUNTING];

impl Algorithm for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn is(&self, id: &AlgorithmId) -> bool {
        id.oid == oid::ECDSA_SHA256
    }

    fn bare_key(&self) -> Option<&'static [u8]> {
        None
    }

    fn digest(&self) -> &'static Digest {
        &SHA256
    }

    fn verify(
        &self,
        key: &PublicKey,
        id: &AlgorithmId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Rejected> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let real = signatures::algorithm::find(ALGORITHMS, id).ok_or(Rejected::Wrong)?;
        real.verify(key, id, message, signature)
    }
}

/// Two names that vouch for each other many times over: the ways among them are without number.
#[test]
fn plaited_certificates_of_a_stranger_cost_no_more_than_the_budget() {
    let names = ["STRANGER ONE", "STRANGER TWO"];
    let [one, two] = names.map(Authority::root);
    let vouched = |from: &Authority, to: &Authority, name| {
        let params = authority_params(name, OPEN);
        let made = params.signed_by(to.issuer.key(), &from.issuer).unwrap();
        Certificate::parse(made.der()).unwrap()
    };
    let plait = (0..5).flat_map(|_| [vouched(&one, &two, names[1]), vouched(&two, &one, names[0])]);
    let who = one.issue(person());
    let key = who.key.serialized_der();
    let who = Identity::new(who.certificate.der(), key, plait.collect()).unwrap();

    let trust = Trust::of(vec![Authority::root("TEST ROOT").parsed()]).unwrap();
    let verifier = Verifier::new(trust, Policy::default()).with_algorithms(COUNTED);
    let untrusted = Said::Invalid(Reason::UntrustedIssuer);
    assert_eq!(chain(&verifier, &who), untrusted);
    // One for the signer's own signature; the rest is what a document of one signer may cost.
    assert_eq!(COUNTING.0.load(Ordering::Relaxed), 1 + 56);
}
