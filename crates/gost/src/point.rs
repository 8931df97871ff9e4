//! Points of a curve y² = x³ + ax + b, as verification adds them: fast, in a time that depends on them.
//!
//! [`Affine`] is how a point is known, [`Jacobian`] how sums are formed without division: (X, Y, Z) is
//! the point (X/Z², Y/Z³), and Z = 0 the identity. Every sum is right in every case, equal, opposite
//! and identity included. `ladder` is the one for secrets.

#![allow(clippy::inline_always, reason = "as in `field`")]

use crypto_bigint::{CheckedAdd, Uint};

use crate::curve::Curve;
use crate::field::Field;

/// A point other than the identity.
pub(crate) struct Affine<C: Curve<L>, const L: usize> {
    pub(crate) x: C::Field,
    pub(crate) y: C::Field,
}

/// A point in Jacobian coordinates.
pub(crate) struct Jacobian<C: Curve<L>, const L: usize> {
    pub(crate) x: C::Field,
    pub(crate) y: C::Field,
    pub(crate) z: C::Field,
}

impl<C: Curve<L>, const L: usize> Clone for Affine<C, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Curve<L>, const L: usize> Copy for Affine<C, L> {}

impl<C: Curve<L>, const L: usize> Clone for Jacobian<C, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Curve<L>, const L: usize> Copy for Jacobian<C, L> {}

// === impl Affine ===

impl<C: Curve<L>, const L: usize> Affine<C, L> {
    /// The base point of the curve.
    pub(crate) fn base() -> Self {
        Self { x: C::X, y: C::Y }
    }

    /// Whether the coordinates satisfy the equation of the curve.
    pub(crate) fn is_on_curve(&self) -> bool {
        let cubic = self.x.square().add(&C::A).mul(&self.x).add(&C::B);
        self.y.square().equals(&cubic)
    }

    #[inline(always)]
    fn neg(&self) -> Self {
        Self {
            x: self.x,
            y: self.y.neg(),
        }
    }

    pub(crate) fn to_jacobian(self) -> Jacobian<C, L> {
        Jacobian {
            x: self.x,
            y: self.y,
            z: C::Field::ONE,
        }
    }
}

// === impl Jacobian ===

impl<C: Curve<L>, const L: usize> Jacobian<C, L> {
    pub(crate) const IDENTITY: Self = Self {
        x: C::Field::ONE,
        y: C::Field::ONE,
        z: C::Field::ZERO,
    };

    pub(crate) fn is_identity(&self) -> bool {
        self.z.is_zero()
    }

    /// Twice the point: four multiplications and four squarings.
    #[must_use]
    pub(crate) fn double(&self) -> Self {
        let yy = self.y.square();
        let s = self.x.mul(&yy).times(4);
        let slope = if C::A_IS_MINUS_THREE {
            let zz = self.z.square();
            self.x.sub(&zz).mul(&self.x.add(&zz)).times(3)
        } else {
            let zzzz = self.z.square().square();
            self.x.square().times(3).add(&zzzz.mul(&C::A))
        };
        let x = slope.square().sub(&s.twice());
        let y = slope.mul(&s.sub(&x)).sub(&yy.square().times(8));
        let z = self.y.mul(&self.z).twice();
        Self { x, y, z }
    }

    /// The sum with a point that is known in affine coordinates.
    #[must_use]
    pub(crate) fn add_affine(&self, other: &Affine<C, L>) -> Self {
        if self.is_identity() {
            return other.to_jacobian();
        }
        let zz = self.z.square();
        let x2 = other.x.mul(&zz);
        let y2 = other.y.mul(&self.z.mul(&zz));
        self.meet(&self.x, &self.y, &x2, &y2, &self.z)
    }

    /// The sum with any point.
    #[must_use]
    pub(crate) fn add(&self, other: &Self) -> Self {
        if self.is_identity() {
            return *other;
        }
        if other.is_identity() {
            return *self;
        }
        let (zz1, zz2) = (self.z.square(), other.z.square());
        let x1 = self.x.mul(&zz2);
        let y1 = self.y.mul(&other.z.mul(&zz2));
        let x2 = other.x.mul(&zz1);
        let y2 = other.y.mul(&self.z.mul(&zz1));
        self.meet(&x1, &y1, &x2, &y2, &self.z.mul(&other.z))
    }

    /// The sum of two points brought to one denominator.
    #[inline(always)]
    fn meet(
        &self,
        x1: &C::Field,
        y1: &C::Field,
        x2: &C::Field,
        y2: &C::Field,
        z: &C::Field,
    ) -> Self {
        let across = x2.sub(x1);
        let up = y2.sub(y1);
        if across.is_zero() {
            return if up.is_zero() {
                self.double()
            } else {
                Self::IDENTITY
            };
        }
        let square = across.square();
        let cube = across.mul(&square);
        let v = x1.mul(&square);
        let x = up.square().sub(&cube).sub(&v.twice());
        let y = up.mul(&v.sub(&x)).sub(&y1.mul(&cube));
        Self {
            x,
            y,
            z: z.mul(&across),
        }
    }

    /// The sum with a point or its opposite.
    #[inline(always)]
    pub(crate) fn add_signed(&self, other: &Affine<C, L>, negative: bool) -> Self {
        if negative {
            self.add_affine(&other.neg())
        } else {
            self.add_affine(other)
        }
    }

    /// Whether the first coordinate of this point, which is not the identity, leaves the rest `r` when
    /// divided by the order: compared without division, each number that would do in turn.
    pub(crate) fn has_rest(&self, r: &Uint<L>, order: &Uint<L>) -> bool {
        let zz = self.z.square();
        let mut candidate = Some(*r);
        while let Some(number) = candidate {
            let Some(x) = C::Field::from_int(&number) else {
                return false;
            };
            if x.mul(&zz).equals(&self.x) {
                return true;
            }
            candidate = number.checked_add(order).into_option();
        }
        false
    }
}

/// All of these points in affine coordinates, with one division in all. None of them is the identity,
/// or there is no answer.
pub(crate) fn normalise<C: Curve<L>, const L: usize>(
    points: &[Jacobian<C, L>],
) -> Option<Vec<Affine<C, L>>> {
    let mut product = C::Field::ONE;
    let mut before = Vec::with_capacity(points.len());
    for point in points {
        before.push(product);
        product = product.mul(&point.z);
    }
    let mut inverse = product.invert_vartime()?;
    let mut known: Vec<_> = points
        .iter()
        .zip(before)
        .rev()
        .map(|(point, before)| {
            let z = inverse.mul(&before);
            inverse = inverse.mul(&point.z);
            let zz = z.square();
            Affine {
                x: point.x.mul(&zz),
                y: point.y.mul(&zz).mul(&z),
            }
        })
        .collect();
    known.reverse();
    Some(known)
}
