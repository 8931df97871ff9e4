//! GOST under the authority's URIs: each generation signs and is verified, alone and beside RSA.

use ::gost::{Scheme, SigningKey};
use signatures::algorithm::ALGORITHMS;
use signatures::algorithm::gost::pkcs8;
use signatures::format::Rules;
use signatures::sign::{Identity, anew};
use signatures::{Policy, Reason};
use xmldsig::sign::{Layout, by_id, enveloped};
use xmldsig::wsse::{self, Naming};
use xmldsig::{Demand, open};

use crate::signing::APPLICATION;
use crate::world::{WORLD, parse};

const KZ: &str = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:";
const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";

/// Scheme, name, URI of the signature, URI of the digest (kz.md 2.5).
fn generations() -> [(Scheme, &'static str, String, String); 3] {
    [
        (
            Scheme::Gost2015With512,
            "GOST2015-512",
            format!("{KZ}gostr34102015-gostr34112015-512"),
            format!("{KZ}gostr34112015-512"),
        ),
        (
            Scheme::Gost2015With256,
            "GOST2015-256",
            format!("{KZ}gostr34102015-gostr34112015-256"),
            format!("{KZ}gostr34112015-256"),
        ),
        (
            Scheme::Gost2004,
            "GOST2004",
            format!("{MORE}gost34310-gost34311"),
            format!("{MORE}gost34311"),
        ),
    ]
}

/// A test person's certificate, made anew for a GOST key.
fn identity(scheme: Scheme) -> Identity {
    let secret = vec![13; scheme.size()];
    let own = SigningKey::new(scheme, &secret).unwrap();
    let issuer = SigningKey::new(scheme, &vec![11; scheme.size()]).unwrap();
    let template = WORLD.p256.certificate.der();
    let certificate = anew(template, Some(own.public_key()), &issuer).unwrap();
    Identity::new(&certificate, &pkcs8(scheme, &secret).unwrap(), vec![]).unwrap()
}

#[test]
fn every_generation_signs_documents_elements_and_bodies() {
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a/></s:Body></s:Envelope>";
    let policy = Policy::default();
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    for (scheme, name, signature_uri, digest_uri) in generations() {
        let who = identity(scheme);
        let pinned = std::slice::from_ref(who.certificate());
        let document = APPLICATION.as_bytes();
        for signed in [
            enveloped(document, &who, Layout::Wrapped).unwrap(),
            by_id(document, "part", &who, Layout::Compact).unwrap(),
        ] {
            let text = std::str::from_utf8(&signed).unwrap();
            assert!(text.contains(&format!("SignatureMethod Algorithm=\"{signature_uri}\"")));
            assert!(text.contains(&format!("DigestMethod Algorithm=\"{digest_uri}\"")));
            let parsed = parse(&signed);
            let verified = open(&parsed, &Demand::ANY).unwrap().pinned(pinned).unwrap();
            assert_eq!(verified.signers()[0].algorithm, name);
        }
        let signed = wsse::sign(envelope.as_bytes(), "b", &who, Naming::KeyIdentifier).unwrap();
        let parsed = parse(&signed);
        let opened = wsse::open(&parsed, &[], &rules).unwrap();
        assert_eq!(opened.pinned(pinned).unwrap().element().name(), "Body");
    }
}

#[test]
fn gost_and_rsa_sign_one_document() {
    let modern = identity(Scheme::Gost2015With512);
    let first = enveloped(b"<a><b>1</b></a>", &WORLD.rsa.identity, Layout::Wrapped).unwrap();
    let both = enveloped(&first, &modern, Layout::Wrapped).unwrap();
    let parsed = parse(&both);
    let pinned = [WORLD.rsa.certificate.clone(), modern.certificate().clone()];
    let verified = open(&parsed, &Demand::DOCUMENT)
        .unwrap()
        .pinned(&pinned)
        .unwrap();
    let algorithms: Vec<_> = verified.signers().iter().map(|one| one.algorithm).collect();
    assert_eq!(algorithms, ["RSA-SHA256", "GOST2015-512"]);
    assert_eq!(verified.content(), b"<a><b>1</b></a>");
}

#[test]
fn a_key_of_one_generation_does_not_verify_another() {
    let who = identity(Scheme::Gost2015With512);
    let signed = enveloped(b"<a/>", &who, Layout::Compact).unwrap();
    let text = String::from_utf8(signed).unwrap();
    for (uri, reason) in [
        (
            format!("{KZ}gostr34102015-gostr34112015-256"),
            Reason::KeyUnsupported,
        ),
        (format!("{MORE}gost34310-gost34311"), Reason::KeyUnsupported),
        (format!("{MORE}rsa-sha256"), Reason::KeyUnsupported),
        (
            format!("{KZ}gostr34102015-gostr34112015-1024"),
            Reason::AlgorithmUnsupported,
        ),
    ] {
        let forged = text.replace(&format!("{KZ}gostr34102015-gostr34112015-512"), &uri);
        let parsed = parse(forged.as_bytes());
        let refused = open(&parsed, &Demand::DOCUMENT)
            .and_then(|opened| opened.pinned(std::slice::from_ref(who.certificate())))
            .unwrap_err();
        assert_eq!(refused.finding.reason, reason, "{uri}");
    }
}
