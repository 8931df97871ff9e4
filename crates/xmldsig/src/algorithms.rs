//! What algorithm URIs mean: one table for signatures, one for digests, one for canonical forms.
//!
//! A URI leads to the identifier that certificates use for the same algorithm, and that to the
//! algorithm of [`signatures::algorithm`]. So whatever that crate verifies is verified here, and a URI
//! whose algorithm it does not have is refused like one that is not in the table. HMAC and SHA-1 are not
//! here. Sources: RFC 9231; kz.md 2.5 for the national authority's, official and older.

use std::borrow::Cow;

use signatures::algorithm::{self, Algorithm, Digest};
use signatures::certificate::AlgorithmId;
use signatures::{Reason, encode, oid};

use crate::canon::Method;
use crate::refused::Refused;

/// How the octets of SignatureValue relate to those of a certificate's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// They are the same.
    Same,
    /// Two big-endian numbers of equal length (RFC 9231, 2.3.6), there a SEQUENCE of two INTEGERs.
    Pair,
}

struct SignatureUri {
    uri: &'static str,
    /// Content octets of the identifier of the whole algorithm.
    oid: &'static [u8],
    form: Form,
}

struct DigestUri {
    uri: &'static str,
    oid: &'static [u8],
}

/// `urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:…`, the authority's own.
macro_rules! kz {
    ($name:literal) => {
        concat!("urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:", $name)
    };
}

macro_rules! more {
    ($name:literal) => {
        concat!("http://www.w3.org/2001/04/xmldsig-more#", $name)
    };
}

/// The first URI of an algorithm is the one that is written.
const SIGNATURES: &[SignatureUri] = &[
    same(more!("rsa-sha256"), oid::RSA_SHA256),
    same(more!("rsa-sha384"), oid::RSA_SHA384),
    same(more!("rsa-sha512"), oid::RSA_SHA512),
    SignatureUri {
        uri: more!("ecdsa-sha256"),
        oid: oid::ECDSA_SHA256,
        form: Form::Pair,
    },
    same(
        kz!("gostr34102015-gostr34112015-512"),
        oid::GOST2015_512_SIGNATURE,
    ),
    same(
        kz!("gostr34102015-gostr34112015-256"),
        oid::GOST2015_256_SIGNATURE,
    ),
    same(more!("gost34310-gost34311"), oid::GOST2004_SIGNATURE),
];

const DIGESTS: &[DigestUri] = &[
    digest_uri("http://www.w3.org/2001/04/xmlenc#sha256", oid::SHA256),
    digest_uri(more!("sha384"), oid::SHA384),
    digest_uri("http://www.w3.org/2001/04/xmlenc#sha512", oid::SHA512),
    digest_uri(kz!("gostr34112015-512"), oid::STREEBOG_512),
    digest_uri(kz!("gostr34112015-256"), oid::STREEBOG_256),
    digest_uri(more!("gost34311"), oid::GOST95),
];

const CANONICAL: &[(&str, bool, bool)] = &[
    (
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        false,
        false,
    ),
    (
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        false,
        true,
    ),
    ("http://www.w3.org/2001/10/xml-exc-c14n#", true, false),
    (
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        true,
        true,
    ),
];

const fn same(uri: &'static str, oid: &'static [u8]) -> SignatureUri {
    let form = Form::Same;
    SignatureUri { uri, oid, form }
}

const fn digest_uri(uri: &'static str, oid: &'static [u8]) -> DigestUri {
    DigestUri { uri, oid }
}

/// A signature algorithm that a URI named.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) algorithm: &'static dyn Algorithm,
    pub(crate) statement: AlgorithmId,
    form: Form,
}

/// The algorithm of a SignatureMethod, if `accepted` has it.
pub(crate) fn signature(uri: &str, accepted: &[&'static dyn Algorithm]) -> Result<Named, Refused> {
    let known = SIGNATURES.iter().find(|one| one.uri == uri);
    let named = known.and_then(|known| {
        let statement = AlgorithmId {
            oid: known.oid.to_vec(),
            parameters: Vec::new(),
        };
        Some(Named {
            algorithm: algorithm::find(accepted, &statement)?,
            statement,
            form: known.form,
        })
    });
    named.ok_or_else(|| unsupported("signature", uri))
}

/// The digest of a DigestMethod: one of [`signatures`], or of an algorithm in `accepted`.
pub(crate) fn digest(
    uri: &str,
    accepted: &[&'static dyn Algorithm],
) -> Result<&'static Digest, Refused> {
    let known = DIGESTS.iter().find(|one| one.uri == uri);
    known
        .and_then(|known| {
            let mut theirs = accepted.iter().map(|algorithm| algorithm.digest());
            algorithm::digest(known.oid).or_else(|| theirs.find(|one| one.oid == known.oid))
        })
        .ok_or_else(|| unsupported("digest", uri))
}

/// The canonical form that a URI names, without listed prefixes.
pub(crate) fn canonical(uri: &str) -> Option<Method> {
    let (_, exclusive, comments) = CANONICAL.iter().find(|(known, ..)| *known == uri)?;
    Some(Method {
        exclusive: *exclusive,
        comments: *comments,
        prefixes: Vec::new(),
    })
}

pub(crate) fn canonical_uri(method: &Method) -> &'static str {
    CANONICAL
        .iter()
        .find(|(_, exclusive, comments)| {
            (*exclusive, *comments) == (method.exclusive, method.comments)
        })
        .map_or("", |(uri, ..)| uri)
}

/// What stands in a signature made with this algorithm: the URI of the algorithm, that of its digest,
/// and the digest.
pub(crate) fn written(
    statement: &AlgorithmId,
) -> Option<(&'static str, &'static str, &'static Digest)> {
    let signature = SIGNATURES.iter().find(|one| one.oid == statement.oid)?;
    let digest = algorithm::find(algorithm::ALGORITHMS, statement)?.digest();
    let digest_uri = DIGESTS.iter().find(|one| one.oid == digest.oid)?;
    Some((signature.uri, digest_uri.uri, digest))
}

impl Named {
    /// The signature as the algorithm takes it, from the octets of SignatureValue.
    pub(crate) fn taken(&self, value: Vec<u8>) -> Result<Vec<u8>, Refused> {
        match self.form {
            Form::Same => Ok(value),
            Form::Pair if value.is_empty() || value.len() % 2 == 1 || value.len() > 256 => {
                Err(Refused::new(
                    Reason::SignatureWrong,
                    "SignatureValue is not two numbers of equal length",
                ))
            }
            Form::Pair => {
                let (r, s) = value.split_at(value.len() / 2);
                Ok(encode::sequence(&[encode::integer(r), encode::integer(s)]))
            }
        }
    }
}

/// The octets of SignatureValue from what an algorithm made.
pub(crate) fn given(statement: &AlgorithmId, signature: Vec<u8>) -> Option<Vec<u8>> {
    const HALF: usize = 32;
    let known = SIGNATURES.iter().find(|one| one.oid == statement.oid)?;
    if known.form == Form::Same {
        return Some(signature);
    }
    let mut numbers = signatures::ber::der(&signature).ok()?.inside().ok()?;
    let mut pair = Vec::with_capacity(2 * HALF);
    for _ in 0..2 {
        let number = numbers.next().ok()?.integer().ok()?;
        pair.resize(pair.len() + HALF.checked_sub(number.len())?, 0);
        pair.extend_from_slice(number);
    }
    Some(pair)
}

fn unsupported(kind: &str, uri: &str) -> Refused {
    let shown: String = uri.chars().take(200).collect();
    Refused::new(
        Reason::AlgorithmUnsupported,
        Cow::Owned(format!("the {kind} algorithm `{shown}` is not accepted")),
    )
}
