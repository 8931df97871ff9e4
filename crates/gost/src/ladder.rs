//! Multiples of the base point by a secret: a comb, the same steps for every secret.
//!
//! Every step is one doubling and one addition of a table entry that is read by looking at all of
//! them, with formulas that have no special cases (Renes, Costello, Batina 2015/1060, algorithm 1: for
//! all points of odd order). Points are homogeneous: (X, Y, Z) is the point (X/Z, Y/Z).

use crypto_bigint::{Choice, Uint};

use crate::curve::Curve;
use crate::field::Field;

/// Rows of the comb.
const TEETH: usize = 4;

pub(crate) struct Projective<C: Curve<L>, const L: usize> {
    x: C::Field,
    y: C::Field,
    z: C::Field,
}

/// The sums of every choice of G, 2^(n/4)·G, 2^(2n/4)·G and 2^(3n/4)·G, by the bits of the choice.
pub(crate) struct Comb<C: Curve<L>, const L: usize> {
    sums: Vec<Projective<C, L>>,
}

impl<C: Curve<L>, const L: usize> Clone for Projective<C, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Curve<L>, const L: usize> Copy for Projective<C, L> {}

// === impl Projective ===

impl<C: Curve<L>, const L: usize> Projective<C, L> {
    const IDENTITY: Self = Self {
        x: C::Field::ZERO,
        y: C::Field::ONE,
        z: C::Field::ZERO,
    };

    fn add(&self, other: &Self) -> Self {
        // The sum of products across: (a + b)(c + d) − ac − bd.
        let across = |a: &C::Field, b: &C::Field, c: &C::Field, d: &C::Field, less: &C::Field| {
            a.add(b).mul(&c.add(d)).sub(less)
        };
        let b3 = C::B.times(3);
        let xx = self.x.mul(&other.x);
        let yy = self.y.mul(&other.y);
        let zz = self.z.mul(&other.z);
        let xy = across(&self.x, &self.y, &other.x, &other.y, &xx.add(&yy));
        let xz = across(&self.x, &self.z, &other.x, &other.z, &xx.add(&zz));
        let yz = across(&self.y, &self.z, &other.y, &other.z, &yy.add(&zz));
        let azz = C::A.mul(&zz);
        let middle = C::A.mul(&xz).add(&b3.mul(&zz));
        let (below, above) = (yy.sub(&middle), yy.add(&middle));
        let n = xx.times(3).add(&azz);
        let k = b3.mul(&xz).add(&C::A.mul(&xx.sub(&azz)));
        Self {
            x: xy.mul(&below).sub(&yz.mul(&k)),
            y: below.mul(&above).add(&n.mul(&k)),
            z: yz.mul(&above).add(&xy.mul(&n)),
        }
    }

    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: C::Field::select(&a.x, &b.x, choice),
            y: C::Field::select(&a.y, &b.y, choice),
            z: C::Field::select(&a.z, &b.z, choice),
        }
    }

    /// The affine coordinates; the identity has none.
    pub(crate) fn coordinates(&self) -> Option<(C::Field, C::Field)> {
        let inverse = self.z.invert()?;
        Some((self.x.mul(&inverse), self.y.mul(&inverse)))
    }
}

// === impl Comb ===

impl<C: Curve<L>, const L: usize> Comb<C, L> {
    /// Of the base point.
    pub(crate) fn base() -> Self {
        let mut sums = vec![Projective::IDENTITY];
        let mut far = Projective {
            x: C::X,
            y: C::Y,
            z: C::Field::ONE,
        };
        for _ in 0..TEETH {
            let with: Vec<_> = sums.iter().map(|sum| sum.add(&far)).collect();
            sums.extend(with);
            for _ in 0..tooth::<L>() {
                far = far.add(&far);
            }
        }
        Self { sums }
    }

    /// The base point times `secret`.
    pub(crate) fn multiply(&self, secret: &Uint<L>) -> Projective<C, L> {
        let mut sum = Projective::IDENTITY;
        for place in (0..tooth::<L>()).rev() {
            sum = sum.add(&sum);
            let choice = (0..TEETH).fold(0, |choice, row| {
                choice | u8::from(bit(secret, place + row * tooth::<L>())) << row
            });
            sum = sum.add(&self.look_up(choice));
        }
        sum
    }

    fn look_up(&self, choice: u8) -> Projective<C, L> {
        (0..)
            .zip(&self.sums)
            .fold(Projective::IDENTITY, |found, (place, sum)| {
                Projective::select(&found, sum, Choice::from_u8_eq(place, choice))
            })
    }
}

/// Bits of one row.
fn tooth<const L: usize>() -> usize {
    Uint::<L>::BITS as usize / TEETH
}

fn bit<const L: usize>(number: &Uint<L>, place: usize) -> bool {
    const WORD: usize = crypto_bigint::Word::BITS as usize;
    // The place is public, the bit is not looked at.
    number
        .as_words()
        .get(place / WORD)
        .is_some_and(|word| word >> (place % WORD) & 1 == 1)
}
