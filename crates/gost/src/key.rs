//! Keys, as callers hold them: bytes in, and then verify or sign.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::curve::{CryptoProA, Curve, Tc26A256, Tc26A512};
use crate::equation::{Signature, public, read_point, read_secret, sign};
use crate::multiple::Prepared;
use crate::point::Affine;
use crate::{Error, Scheme};

/// A public key: a point that was checked to lie on the curve and in the group of its base point.
#[derive(Clone)]
pub struct PublicKey {
    scheme: Scheme,
    bytes: Arc<[u8]>,
    point: Arc<dyn Point>,
}

/// A public key with 3 to 16 KiB of its multiples: verifies more than twice as fast. Worth it from the
/// third signature on: for authorities, and for signers that come again.
#[derive(Clone)]
pub struct PreparedKey {
    key: PublicKey,
    check: Arc<dyn Check>,
}

/// A secret key. Wiped from memory when dropped, and not shown by `Debug`.
pub struct SigningKey {
    scheme: Scheme,
    secret: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

/// Checks signatures of digests, on the curve that the implementation knows.
trait Check: Send + Sync {
    fn check(&self, digest: &[u8], signature: &[u8]) -> Result<(), Error>;
}

/// A point that can be prepared.
trait Point: Check {
    fn prepare(&self) -> Option<Arc<dyn Check>>;
}

impl<C: Curve<L>, const L: usize> Check for Affine<C, L> {
    fn check(&self, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
        Signature::read::<C>(signature)?.check_once(self, digest)
    }
}

impl<C: Curve<L>, const L: usize> Point for Affine<C, L> {
    fn prepare(&self) -> Option<Arc<dyn Check>> {
        Prepared::key(self).map(|prepared| Arc::new(prepared) as Arc<dyn Check>)
    }
}

impl<C: Curve<L>, const L: usize> Check for Prepared<C, L> {
    fn check(&self, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
        Signature::read::<C>(signature)?.check(self, digest)
    }
}

// === impl PublicKey ===

impl PublicKey {
    /// Reads the two coordinates, each [`Scheme::size`] bytes, little-endian: the content of the OCTET
    /// STRING inside a certificate's key.
    ///
    /// # Errors
    /// [`Error::KeyLength`], [`Error::KeyRange`], [`Error::NotOnCurve`], [`Error::WrongOrder`].
    pub fn new(scheme: Scheme, bytes: &[u8]) -> Result<Self, Error> {
        let point: Arc<dyn Point> = match scheme {
            Scheme::Gost2015With512 => Arc::new(read_point::<Tc26A512, _>(bytes)?),
            Scheme::Gost2015With256 => Arc::new(read_point::<Tc26A256, _>(bytes)?),
            Scheme::Gost2004 => Arc::new(read_point::<CryptoProA, _>(bytes)?),
        };
        Ok(Self {
            scheme,
            bytes: bytes.into(),
            point,
        })
    }

    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The coordinates, as they came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Checks the signature of a message: r and s, each [`Scheme::size`] bytes, little-endian.
    ///
    /// # Errors
    /// [`Error::SignatureLength`], [`Error::SignatureRange`], [`Error::Wrong`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.verify_digest(&self.scheme.digest(message), signature)
    }

    /// The same for a message that was hashed before.
    ///
    /// # Errors
    /// Besides those, [`Error::DigestLength`].
    pub fn verify_digest(&self, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.point.check(digest, signature)
    }

    /// Computes the multiples, which takes as long as about one verification.
    ///
    /// # Errors
    /// [`Error::WrongOrder`], which a checked point never gives.
    pub fn prepare(&self) -> Result<PreparedKey, Error> {
        let check = self.point.prepare().ok_or(Error::WrongOrder)?;
        Ok(PreparedKey {
            key: self.clone(),
            check,
        })
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PublicKey")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

// === impl PreparedKey ===

impl PreparedKey {
    /// The key itself.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// As [`PublicKey::verify`].
    ///
    /// # Errors
    /// The same.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.verify_digest(&self.key.scheme.digest(message), signature)
    }

    /// As [`PublicKey::verify_digest`].
    ///
    /// # Errors
    /// The same.
    pub fn verify_digest(&self, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.check.check(digest, signature)
    }
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PreparedKey")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

// === impl SigningKey ===

impl SigningKey {
    /// Takes the secret number, [`Scheme::size`] bytes, little-endian, as PKCS #8 holds it here.
    ///
    /// # Errors
    /// [`Error::SecretLength`], [`Error::SecretRange`].
    pub fn new(scheme: Scheme, secret: &[u8]) -> Result<Self, Error> {
        let bytes = match scheme {
            Scheme::Gost2015With512 => public::<Tc26A512, _>(&read_secret::<Tc26A512, _>(secret)?)?,
            Scheme::Gost2015With256 => public::<Tc26A256, _>(&read_secret::<Tc26A256, _>(secret)?)?,
            Scheme::Gost2004 => public::<CryptoProA, _>(&read_secret::<CryptoProA, _>(secret)?)?,
        };
        Ok(Self {
            scheme,
            secret: Zeroizing::new(secret.to_vec()),
            public: PublicKey::new(scheme, &bytes)?,
        })
    }

    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message. The same message gives the same signature.
    ///
    /// # Errors
    /// None that occurs: a key that was read can sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.sign_digest(&self.scheme.digest(message))
    }

    /// Signs a message that was hashed before.
    ///
    /// # Errors
    /// [`Error::DigestLength`].
    pub fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, Error> {
        let secret = &self.secret;
        match self.scheme {
            Scheme::Gost2015With512 => {
                sign::<Tc26A512, _>(&read_secret::<Tc26A512, _>(secret)?, digest)
            }
            Scheme::Gost2015With256 => {
                sign::<Tc26A256, _>(&read_secret::<Tc26A256, _>(secret)?, digest)
            }
            Scheme::Gost2004 => {
                sign::<CryptoProA, _>(&read_secret::<CryptoProA, _>(secret)?, digest)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}
