//! Signing, for the test bed, `kezekctl` and tests only: content and identities in, CAdES-BES out.
//!
//! The platform itself never signs for anybody. This module exists so that test certificates can make
//! the signatures that people's own programs make: attached or detached, DER or streamed BER, one
//! signer or several, RSA or P-256 with SHA-256, GOST with its own hash. [`anew`] gives certificates and
//! lists a GOST signature; [`mod@crl`] makes lists and delta lists, [`mod@ocsp`] answers like a responder,
//! [`mod@tsp`] stamps like a time-stamping authority. Keys stay in memory and are never logged.

use std::borrow::Cow;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use jiff::Timestamp;

use crate::algorithm::gost::{Gost, read_pkcs8};
use crate::algorithm::{Algorithm as _, Digest, SHA256};
use crate::ber::{Malformed, tag};
use crate::certificate::Certificate;
use crate::encode::{constructed, element, integer, sequence, set};
use crate::{encode, oid, time};

mod anew;
pub mod crl;
mod envelope;
pub mod ocsp;
pub mod tsp;

pub use anew::anew;
pub use tsp::with_timestamps;

use envelope::Parts;

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the certificate cannot be read: {0}")]
    Certificate(#[from] Malformed),
    #[error("the key is neither RSA nor P-256 nor GOST in PKCS #8")]
    Key,
    #[error("the key is not the certificate's")]
    OtherKey,
    #[error("the library refused to sign")]
    Refused,
}

/// Somebody who can sign: a certificate, its key, and the authorities above it.
pub struct Identity {
    certificate: Certificate,
    above: Vec<Certificate>,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Gost(&'static Gost, gost::SigningKey),
}

/// How to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Carry the content inside. Default: no.
    pub attached: bool,
    /// Write BER of indefinite length, the content in pieces, as streaming signers do. Default: no.
    pub streamed: bool,
    /// Write the signed reference to the certificate (CAdES-BES). Default: yes.
    pub signing_certificate: bool,
    /// The signing time to state.
    pub at: Timestamp,
}

// === impl Identity ===

impl Identity {
    /// Takes a certificate (DER), its key (PKCS #8, DER) and the certificates to send along.
    pub fn new(certificate: &[u8], key: &[u8], above: Vec<Certificate>) -> Result<Self, SignError> {
        let certificate = Certificate::parse(certificate)?;
        let key = Key::read(key)?;
        if key.public() == certificate.key().key {
            Ok(Self {
                certificate,
                above,
                key,
            })
        } else {
            Err(SignError::OtherKey)
        }
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Signs bytes as they are, for formats that are not made here.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature)
                    .map_err(|_| SignError::Refused)?;
                Ok(signature)
            }
            Key::P256(pair) => pair
                .sign(&random, bytes)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignError::Refused),
            Key::Gost(_, key) => key.sign(bytes).map_err(|_| SignError::Refused),
        }
    }

    /// The digest of the content, which goes with the key.
    pub fn digest(&self) -> &'static Digest {
        match &self.key {
            Key::Gost(entry, _) => entry.digest(),
            Key::Rsa(_) | Key::P256(_) => &SHA256,
        }
    }

    /// The digest's AlgorithmIdentifier: the authority's programs write NULL behind GOST's (kz.md 2.4).
    fn digest_statement(&self) -> Vec<u8> {
        let id = encode::oid(self.digest().oid);
        match &self.key {
            Key::Gost(..) => sequence(&[id, element(tag::NULL, &[])]),
            Key::Rsa(_) | Key::P256(_) => sequence(&[id]),
        }
    }

    /// The algorithm of the signature, as a signer states it.
    pub fn statement(&self) -> Vec<u8> {
        match &self.key {
            Key::Rsa(_) => sequence(&[encode::oid(oid::RSA_SHA256), element(tag::NULL, &[])]),
            Key::P256(_) => sequence(&[encode::oid(oid::ECDSA_SHA256)]),
            Key::Gost(entry, _) => entry.statement(),
        }
    }
}

// === impl Key ===

impl Key {
    fn read(pkcs8: &[u8]) -> Result<Self, SignError> {
        if let Ok((entry, key)) = read_pkcs8(pkcs8) {
            return Ok(Self::Gost(entry, key));
        }
        RsaKeyPair::from_pkcs8(pkcs8)
            .map(Self::Rsa)
            .or_else(|_| {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8).map(Self::P256)
            })
            .map_err(|_| SignError::Key)
    }

    /// The public key, as the BIT STRING of a certificate holds it.
    fn public(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Rsa(pair) => pair.public_key().as_ref().into(),
            Self::P256(pair) => pair.public_key().as_ref().into(),
            Self::Gost(_, key) => element(tag::OCTET_STRING, key.public_key().as_bytes()).into(),
        }
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

// === impl Options ===

impl Options {
    /// Detached DER CAdES-BES, signed at that time.
    pub fn detached(at: Timestamp) -> Self {
        Self {
            attached: false,
            streamed: false,
            signing_certificate: true,
            at,
        }
    }

    /// The same with the content inside.
    pub fn attached(at: Timestamp) -> Self {
        Self {
            attached: true,
            ..Self::detached(at)
        }
    }
}

/// Signs `content` with every identity.
pub fn sign(
    content: &[u8],
    identities: &[&Identity],
    options: &Options,
) -> Result<Vec<u8>, SignError> {
    sign_as(oid::DATA, content, identities, options)
}

/// The same for a content of another kind.
fn sign_as(
    kind: &[u8],
    content: &[u8],
    identities: &[&Identity],
    options: &Options,
) -> Result<Vec<u8>, SignError> {
    let signers: Vec<Vec<u8>> = identities
        .iter()
        .map(|identity| signer_info(kind, content, identity, options))
        .collect::<Result<_, _>>()?;
    let mut certificates: Vec<Vec<u8>> = identities
        .iter()
        .flat_map(|identity| std::iter::once(&identity.certificate).chain(&identity.above))
        .map(|certificate| certificate.der().to_vec())
        .collect();
    certificates.sort();
    certificates.dedup();
    let mut digests: Vec<Vec<u8>> = identities
        .iter()
        .map(|who| who.digest_statement())
        .collect();
    digests.sort();
    digests.dedup();
    let parts = Parts {
        kind,
        digests: set(digests),
        content: options.attached.then_some(content),
        certificates: constructed(tag::context_constructed(0), &certificates),
        signers: set(signers),
    };
    Ok(if options.streamed {
        parts.streamed()
    } else {
        parts.der()
    })
}

fn signer_info(
    kind: &[u8],
    content: &[u8],
    who: &Identity,
    options: &Options,
) -> Result<Vec<u8>, SignError> {
    let hash = |digest: &Digest, bytes| element(tag::OCTET_STRING, &(digest.compute)(bytes));
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, encode::oid(kind)),
        attribute(oid::SIGNING_TIME, time::write(options.at)),
        attribute(oid::MESSAGE_DIGEST, hash(who.digest(), content)),
    ];
    let certificate = &who.certificate;
    if options.signing_certificate {
        let reference = sequence(&[sequence(&[sequence(&[hash(&SHA256, certificate.der())])])]);
        attributes.push(attribute(oid::SIGNING_CERTIFICATE_V2, reference));
    }
    let attributes = set(attributes);
    let signature = who.sign(&attributes)?;
    let implicit = [
        &[tag::context_constructed(0)],
        attributes.get(1..).unwrap_or_default(),
    ]
    .concat();
    Ok(sequence(&[
        integer(&[1]),
        sequence(&[
            certificate.issuer().der().to_vec(),
            integer(certificate.serial()),
        ]),
        who.digest_statement(),
        implicit,
        who.statement(),
        element(tag::OCTET_STRING, &signature),
    ]))
}

fn attribute(kind: &[u8], value: Vec<u8>) -> Vec<u8> {
    sequence(&[encode::oid(kind), set(vec![value])])
}
