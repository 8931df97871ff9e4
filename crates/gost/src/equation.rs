//! The equations of GOST R 34.10-2012 (RFC 7091, 6) on one curve: numbers in, numbers or yes and no out.
//!
//! 34.10-2015 and 34.310-2004 are the same equations. Bytes are little-endian everywhere: coordinates,
//! r, s, and the digest when it is read as a number (kz.md 2.3).

use crypto_bigint::Uint;
use rfc6979::generate_k_mut;
use streebog::Streebog512;
use zeroize::Zeroizing;

use crate::Error;
use crate::curve::{Curve, Scalar, order};
use crate::field::Field;
use crate::multiple::{Prepared, multiple, sum_once, sum_prepared};
use crate::point::Affine;

/// A signature whose numbers lie where they must.
pub(crate) struct Signature<const L: usize> {
    r: Uint<L>,
    s: Uint<L>,
}

/// The number that these bytes are, if there are exactly as many as a number has.
fn read<const L: usize>(bytes: &[u8]) -> Option<Uint<L>> {
    (bytes.len() == Uint::<L>::BYTES).then(|| Uint::from_le_slice(bytes))
}

/// The two numbers that these bytes are.
fn read_pair<const L: usize>(bytes: &[u8]) -> Option<(Uint<L>, Uint<L>)> {
    let (first, second) = bytes.split_at_checked(Uint::<L>::BYTES)?;
    Some((read(first)?, read(second)?))
}

fn write_pair<const L: usize>(first: &Uint<L>, second: &Uint<L>) -> Vec<u8> {
    [first.to_le_bytes().as_ref(), second.to_le_bytes().as_ref()].concat()
}

/// The digest as the equations use it: reduced by the order, and 1 instead of 0.
fn reduced<C: Curve<L>, const L: usize>(digest: &[u8]) -> Result<Scalar<C, L>, Error> {
    let number = read(digest).ok_or(Error::DigestLength)?;
    let e = Scalar::<C, L>::new(&number);
    Ok(if e.is_zero() { Scalar::<C, L>::ONE } else { e })
}

/// A point from its two coordinates: on the curve, and of the order of the base point.
pub(crate) fn read_point<C: Curve<L>, const L: usize>(bytes: &[u8]) -> Result<Affine<C, L>, Error> {
    let (x, y) = read_pair(bytes).ok_or(Error::KeyLength)?;
    let (Some(x), Some(y)) = (C::Field::from_int(&x), C::Field::from_int(&y)) else {
        return Err(Error::KeyRange);
    };
    let point = Affine { x, y };
    if !point.is_on_curve() {
        return Err(Error::NotOnCurve);
    }
    let of_order = || multiple(&point, order::<C, L>()).is_some_and(|sum| sum.is_identity());
    if C::COFACTOR_ONE || of_order() {
        Ok(point)
    } else {
        Err(Error::WrongOrder)
    }
}

impl<const L: usize> Signature<L> {
    /// Reads r and s, both from 1 to the order less one.
    pub(crate) fn read<C: Curve<L>>(bytes: &[u8]) -> Result<Self, Error> {
        let (r, s) = read_pair(bytes).ok_or(Error::SignatureLength)?;
        let inside = |number: &Uint<L>| *number != Uint::ZERO && number < order::<C, L>();
        if inside(&r) && inside(&s) {
            Ok(Self { r, s })
        } else {
            Err(Error::SignatureRange)
        }
    }

    /// The multipliers of the base point and of the key: s·e⁻¹ and −r·e⁻¹.
    fn multipliers<C: Curve<L>>(&self, digest: &[u8]) -> Result<(Uint<L>, Uint<L>), Error> {
        let inverse = reduced::<C, L>(digest)?
            .invert_vartime()
            .ok_or(Error::Wrong)?;
        let times = |number: &Uint<L>| Scalar::<C, L>::new(number).mul(&inverse);
        Ok((times(&self.s).retrieve(), times(&self.r).neg().retrieve()))
    }

    /// Checks the signature of `digest` by a key that is met for the first time.
    pub(crate) fn check_once<C: Curve<L>>(
        &self,
        key: &Affine<C, L>,
        digest: &[u8],
    ) -> Result<(), Error> {
        let (u, v) = self.multipliers::<C>(digest)?;
        match sum_once(&u, key, &v) {
            Some(sum) if !sum.is_identity() && sum.has_rest(&self.r, order::<C, L>()) => Ok(()),
            _ => Err(Error::Wrong),
        }
    }

    /// The same by a prepared key.
    pub(crate) fn check<C: Curve<L>>(
        &self,
        key: &Prepared<C, L>,
        digest: &[u8],
    ) -> Result<(), Error> {
        let (u, v) = self.multipliers::<C>(digest)?;
        let sum = sum_prepared(&u, key, &v);
        if !sum.is_identity() && sum.has_rest(&self.r, order::<C, L>()) {
            Ok(())
        } else {
            Err(Error::Wrong)
        }
    }
}

/// A secret number from 1 to the order less one.
pub(crate) fn read_secret<C: Curve<L>, const L: usize>(bytes: &[u8]) -> Result<Uint<L>, Error> {
    let secret = read(bytes).ok_or(Error::SecretLength)?;
    if secret != Uint::ZERO && secret < *order::<C, L>() {
        Ok(secret)
    } else {
        Err(Error::SecretRange)
    }
}

/// The coordinates of the public key of a secret.
pub(crate) fn public<C: Curve<L>, const L: usize>(secret: &Uint<L>) -> Result<Vec<u8>, Error> {
    let (x, y) = C::comb()
        .multiply(secret)
        .coordinates()
        .ok_or(Error::SecretRange)?;
    Ok(write_pair(&x.to_int(), &y.to_int()))
}

/// Signs `digest` with the number `once`. None if this number gives no signature, which has a
/// chance of 2 in q.
pub(crate) fn sign_with<C: Curve<L>, const L: usize>(
    secret: &Uint<L>,
    digest: &[u8],
    once: &Uint<L>,
) -> Result<Option<Vec<u8>>, Error> {
    let e = reduced::<C, L>(digest)?;
    let Some((x, _)) = C::comb().multiply(once).coordinates() else {
        return Ok(None);
    };
    let r = Scalar::<C, L>::new(&x.to_int());
    let s = r
        .mul(&Scalar::<C, L>::new(secret))
        .add(&e.mul(&Scalar::<C, L>::new(once)));
    if r.is_zero() || s.is_zero() {
        return Ok(None);
    }
    Ok(Some(write_pair(&r.retrieve(), &s.retrieve())))
}

/// Signs `digest`; the number used once follows from secret and digest (RFC 6979 with
/// HMAC-Streebog-512).
pub(crate) fn sign<C: Curve<L>, const L: usize>(
    secret: &Uint<L>,
    digest: &[u8],
) -> Result<Vec<u8>, Error> {
    let e = reduced::<C, L>(digest)?.retrieve().to_be_bytes();
    let bytes = Zeroizing::new(secret.to_be_bytes().as_ref().to_vec());
    let order = order::<C, L>().to_be_bytes();
    for attempt in 0..=u8::MAX {
        let mut k = Zeroizing::new(vec![0; Uint::<L>::BYTES]);
        let extra: &[u8] = if attempt == 0 { &[] } else { &[attempt] };
        generate_k_mut::<Streebog512>(&bytes, order.as_ref(), e.as_ref(), extra, &mut k);
        if let Some(signature) = sign_with::<C, L>(secret, digest, &Uint::from_be_slice(&k))? {
            return Ok(signature);
        }
    }
    Err(Error::SecretRange)
}
