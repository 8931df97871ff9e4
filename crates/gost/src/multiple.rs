//! Sums of multiples of points, for verification: Straus' method over signed windows.
//!
//! A multiplier is written in digits that are odd or zero, with at least w − 1 zeros between
//! two of them (wNAF), so few additions are needed. All multipliers share one chain of doublings. A
//! [`Prepared`] point also has its multiples by 2^(n/8), 2^(2n/8)…, which makes that chain eight times
//! shorter: its multiplier falls into eight short ones. Takes public numbers only: the time tells them.

use crypto_bigint::Uint;

use crate::curve::Curve;
use crate::point::{Affine, Jacobian, normalise};

/// Short multipliers that a long one falls into.
const PARTS: usize = 8;
/// Digits of a multiplier, at most: one for each bit and one for the last carry.
const DIGITS_MAX: usize = 513;
/// Window of a point that is met once: eight multiples.
const WIDTH_ONCE: u32 = 5;
/// Window of a prepared key: 16 multiples of each of the eight points.
const WIDTH_KEY: u32 = 6;
/// Window of the base point: 64 multiples.
const WIDTH_BASE: u32 = 8;

/// Odd multiples 1, 3, 5… of one point, and the window that they serve.
struct Odds<C: Curve<L>, const L: usize> {
    width: u32,
    points: Vec<Affine<C, L>>,
}

/// A point with the multiples that make its multiplication fast.
pub(crate) struct Prepared<C: Curve<L>, const L: usize> {
    /// Those of P, 2^(n/8)·P, 2^(2n/8)·P…
    parts: Vec<Odds<C, L>>,
}

/// One multiplier with the multiples of its point.
struct Term<'a, C: Curve<L>, const L: usize> {
    digits: [i8; DIGITS_MAX],
    odds: &'a Odds<C, L>,
}

// === impl Odds ===

impl<C: Curve<L>, const L: usize> Odds<C, L> {
    /// Those of each of the points. The points have the order of the curve, which is a large prime,
    /// so no small multiple is the identity and there always is an answer.
    fn of(points: &[Jacobian<C, L>], width: u32) -> Option<Vec<Self>> {
        let count = 1 << (width - 2);
        let mut all = Vec::with_capacity(points.len() * count);
        for point in points {
            let twice = point.double();
            let mut odd = *point;
            for _ in 1..count {
                all.push(odd);
                odd = odd.add(&twice);
            }
            all.push(odd);
        }
        let known = normalise(&all)?;
        Some(
            known
                .chunks(count)
                .map(|points| Self {
                    width,
                    points: points.to_vec(),
                })
                .collect(),
        )
    }
}

// === impl Prepared ===

impl<C: Curve<L>, const L: usize> Prepared<C, L> {
    /// Of the base point.
    pub(crate) fn base() -> Self {
        // A curve whose base point is not of its order would be a wrong constant, which tests exclude.
        Self::of(&Affine::base(), WIDTH_BASE).unwrap_or(Self { parts: Vec::new() })
    }

    /// Of a key. None if it is not of the order of the curve.
    pub(crate) fn key(point: &Affine<C, L>) -> Option<Self> {
        Self::of(point, WIDTH_KEY)
    }

    fn of(point: &Affine<C, L>, width: u32) -> Option<Self> {
        let mut points = Vec::with_capacity(PARTS);
        let mut far = point.to_jacobian();
        for _ in 0..PARTS {
            points.push(far);
            for _ in 0..part_bits::<L>() {
                far = far.double();
            }
        }
        Odds::of(&points, width).map(|parts| Self { parts })
    }

    /// The short multipliers of `number`.
    fn terms(&self, number: &Uint<L>) -> impl Iterator<Item = Term<'_, C, L>> {
        let bits = part_bits::<L>();
        (0..)
            .step_by(bits)
            .zip(&self.parts)
            .map(move |(from, odds)| Term {
                digits: digits(number, from, bits, odds.width),
                odds,
            })
    }
}

/// Bits of a short multiplier.
fn part_bits<const L: usize>() -> usize {
    Uint::<L>::BITS as usize / PARTS
}

/// `u·G + v·P`, where G is the base point, both prepared.
pub(crate) fn sum_prepared<C: Curve<L>, const L: usize>(
    u: &Uint<L>,
    key: &Prepared<C, L>,
    v: &Uint<L>,
) -> Jacobian<C, L> {
    let terms: Vec<_> = C::prepared().terms(u).chain(key.terms(v)).collect();
    sum(&terms, part_bits::<L>())
}

/// `u·G + v·P` for a point that is met for the first time. None if it is not of the order of the curve.
pub(crate) fn sum_once<C: Curve<L>, const L: usize>(
    u: &Uint<L>,
    point: &Affine<C, L>,
    v: &Uint<L>,
) -> Option<Jacobian<C, L>> {
    let bits = Uint::<L>::BITS as usize;
    let odds = Odds::of(&[point.to_jacobian()], WIDTH_ONCE)?;
    let mut terms: Vec<_> = odds
        .iter()
        .map(|odds| Term {
            digits: digits(v, 0, bits, odds.width),
            odds,
        })
        .collect();
    terms.extend(C::prepared().parts.iter().take(1).map(|odds| Term {
        digits: digits(u, 0, bits, odds.width),
        odds,
    }));
    Some(sum(&terms, bits))
}

/// `v·P`. None if the order of the point is small.
pub(crate) fn multiple<C: Curve<L>, const L: usize>(
    point: &Affine<C, L>,
    v: &Uint<L>,
) -> Option<Jacobian<C, L>> {
    sum_once(&Uint::ZERO, point, v)
}

fn sum<C: Curve<L>, const L: usize>(terms: &[Term<'_, C, L>], bits: usize) -> Jacobian<C, L> {
    let mut sum = Jacobian::IDENTITY;
    for place in (0..=bits).rev() {
        if !sum.is_identity() {
            sum = sum.double();
        }
        for term in terms {
            let digit = term.digits.get(place).copied().unwrap_or_default();
            // Digits are odd, so half of one is its place in the table.
            let place = usize::from(digit.unsigned_abs() / 2);
            if digit != 0
                && let Some(point) = term.odds.points.get(place)
            {
                sum = sum.add_signed(point, digit < 0);
            }
        }
    }
    sum
}

/// The `count` bits of `number` from `from` on, as signed digits of windows of `width` bits.
fn digits<const L: usize>(
    number: &Uint<L>,
    from: usize,
    count: usize,
    width: u32,
) -> [i8; DIGITS_MAX] {
    let mut digits = [0; DIGITS_MAX];
    let mut carry = 0;
    let mut at = 0;
    while at < count {
        if window(number, from + at, 1) == carry {
            at += 1;
            continue;
        }
        let size = (width as usize).min(count - at);
        let value = window(number, from + at, size) + carry;
        carry = value >> (width - 1) & 1;
        set(&mut digits, at, value - (carry << width));
        at += size;
    }
    set(&mut digits, count, carry);
    digits
}

/// A digit is below 2^7 either way, as the window is eight bits at most.
fn set(digits: &mut [i8; DIGITS_MAX], at: usize, value: i16) {
    if let (Some(digit), Ok(value)) = (digits.get_mut(at), i8::try_from(value)) {
        *digit = value;
    }
}

/// Up to eight bits of a number.
fn window<const L: usize>(number: &Uint<L>, from: usize, size: usize) -> i16 {
    const WORD: usize = crypto_bigint::Word::BITS as usize;
    let words = number.as_words();
    let (word, shift) = (from / WORD, from % WORD);
    let mut bits = words.get(word).copied().unwrap_or_default() >> shift;
    if shift + size > WORD {
        bits |= words.get(word + 1).copied().unwrap_or_default() << (WORD - shift);
    }
    // Nine bits at most are left, so it fits.
    i16::try_from(bits & ((1 << size) - 1)).unwrap_or_default()
}
