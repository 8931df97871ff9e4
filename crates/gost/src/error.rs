//! Why a key or a signature is refused.

/// Why a key or a signature is refused. Nothing in it is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A public key is not two coordinates long.
    #[error("the public key has a wrong length")]
    KeyLength,
    /// A coordinate is not below the prime of the field.
    #[error("a coordinate of the public key is not below the prime of its field")]
    KeyRange,
    #[error("the public key is no point of the curve")]
    NotOnCurve,
    /// The point lies outside the group of the base point (curves with a cofactor only).
    #[error("the public key is a point of a wrong order")]
    WrongOrder,
    #[error("the signature has a wrong length")]
    SignatureLength,
    /// r or s is zero, or not below the order of the group.
    #[error("a number of the signature is out of range")]
    SignatureRange,
    #[error("the digest has a wrong length")]
    DigestLength,
    /// Everything has its form, and the equation does not hold.
    #[error("the signature is wrong")]
    Wrong,
    #[error("the secret key has a wrong length")]
    SecretLength,
    /// A secret number is zero, or not below the order of the group.
    #[error("the secret key is out of range")]
    SecretRange,
}
