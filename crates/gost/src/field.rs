//! Arithmetic modulo the primes of the curves.
//!
//! Takes and gives numbers below 2^(word bits × `L`). Knows two kinds of prime: [`Special`], 2^n − c with a
//! small c, which all curves in use have and which reduces with one pass of multiplications; and any
//! prime at all in Montgomery form, for the example curves of the standard. Everything is constant in
//! time except what says `vartime`.

#![allow(
    clippy::inline_always,
    reason = "calls would cost as much as the arithmetic; measured"
)]

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use crypto_bigint::{Choice, CtSelect, Limb, Odd, Uint, WideWord, Word};

/// An element of a prime field whose numbers take `L` words.
pub(crate) trait Field<const L: usize>: Copy + Send + Sync + 'static {
    const ZERO: Self;
    const ONE: Self;

    /// The element with this number; none from the prime upwards.
    fn from_int(number: &Uint<L>) -> Option<Self>;
    /// The number, below the prime.
    fn to_int(&self) -> Uint<L>;
    fn is_zero(&self) -> bool;
    fn add(&self, other: &Self) -> Self;
    fn sub(&self, other: &Self) -> Self;
    fn mul(&self, other: &Self) -> Self;
    fn square(&self) -> Self;
    /// `factor` times this; the factor is below 16.
    fn times(&self, factor: Word) -> Self;
    /// The inverse; zero has none.
    fn invert(&self) -> Option<Self>;
    /// The same, in a time that depends on the number.
    fn invert_vartime(&self) -> Option<Self>;
    /// `a`, or `b` if the choice is true.
    fn select(a: &Self, b: &Self, choice: Choice) -> Self;

    fn twice(&self) -> Self {
        self.add(self)
    }

    fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    fn equals(&self, other: &Self) -> bool {
        self.sub(other).is_zero()
    }
}

/// A number modulo 2^n − `C`, n being the bits of `L` words. Any of the two numbers below 2^n that
/// mean the same element may stand inside; only [`Field::to_int`] and [`Field::is_zero`] look closer.
#[derive(Clone, Copy)]
pub(crate) struct Special<const C: Word, const L: usize>(Uint<L>);

/// `sum + a × b + carry`, which fits in two words.
#[inline(always)]
fn multiply_add(sum: Word, a: Word, b: Word, carry: Word) -> (Word, Word) {
    let wide = WideWord::from(sum) + WideWord::from(a) * WideWord::from(b) + WideWord::from(carry);
    split(wide)
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low word is meant")]
fn split(wide: WideWord) -> (Word, Word) {
    (wide as Word, (wide >> Word::BITS) as Word)
}

impl<const C: Word, const L: usize> Special<C, L> {
    /// The element with this number, which must be below the prime: for constants.
    pub(crate) const fn new(number: Uint<L>) -> Self {
        Self(number)
    }

    /// `words + high × 2^n`, for `high` up to `C`.
    #[inline(always)]
    fn fold(mut words: [Word; L], high: Word) -> Self {
        let mut carry = high * C;
        for word in &mut words {
            let over;
            (*word, over) = word.overflowing_add(carry);
            carry = Word::from(over);
        }
        // One more 2^n, or none; if one, the rest is far below 2^n and C goes in without a carry that
        // leaves the second word.
        let over;
        (words[0], over) = words[0].overflowing_add(carry * C);
        words[1] = words[1].wrapping_add(Word::from(over));
        Self(Uint::from_words(words))
    }

    /// `low + high × 2^n`.
    #[inline(always)]
    fn reduce(mut low: [Word; L], high: &[Word; L]) -> Self {
        let mut carry = 0;
        for (word, over) in low.iter_mut().zip(high) {
            (*word, carry) = multiply_add(*word, *over, C, carry);
        }
        Self::fold(low, carry)
    }

    /// This number less the prime, and whether it was at least the prime.
    fn less_prime(&self) -> (Uint<L>, Choice) {
        let (less, carry) = self.0.carrying_add(&Uint::from_word(C), Limb::ZERO);
        (less, Choice::from_u8_lsb(u8::from(carry.0 != 0)))
    }

    const fn prime() -> Odd<Uint<L>> {
        Uint::<L>::from_word(C)
            .wrapping_neg()
            .to_odd()
            .expect_copied("a prime above two is odd")
    }
}

impl<const C: Word, const L: usize> Field<L> for Special<C, L> {
    const ZERO: Self = Self(Uint::ZERO);
    const ONE: Self = Self(Uint::ONE);

    fn from_int(number: &Uint<L>) -> Option<Self> {
        let element = Self(*number);
        let (_, over) = element.less_prime();
        (!over.to_bool()).then_some(element)
    }

    fn to_int(&self) -> Uint<L> {
        let (less, over) = self.less_prime();
        self.0.ct_select(&less, over)
    }

    fn is_zero(&self) -> bool {
        self.to_int() == Uint::ZERO
    }

    #[inline(always)]
    fn add(&self, other: &Self) -> Self {
        let mut words = self.0.to_words();
        let mut carry = false;
        for (word, other) in words.iter_mut().zip(other.0.as_words()) {
            let (sum, first) = word.overflowing_add(*other);
            let (sum, second) = sum.overflowing_add(Word::from(carry));
            (*word, carry) = (sum, first | second);
        }
        Self::fold(words, Word::from(carry))
    }

    #[inline(always)]
    fn sub(&self, other: &Self) -> Self {
        let mut words = self.0.to_words();
        let mut borrow = false;
        for (word, other) in words.iter_mut().zip(other.0.as_words()) {
            let (difference, first) = word.overflowing_sub(*other);
            let (difference, second) = difference.overflowing_sub(Word::from(borrow));
            (*word, borrow) = (difference, first | second);
        }
        // A borrow took 2^n, which is C more than the prime; after taking C back as well, a second
        // borrow leaves a number within C of 2^n, whose first word alone can bear C.
        let mut less = Word::from(borrow) * C;
        for word in &mut words {
            let under;
            (*word, under) = word.overflowing_sub(less);
            less = Word::from(under);
        }
        words[0] = words[0].wrapping_sub(less * C);
        Self(Uint::from_words(words))
    }

    #[inline(always)]
    fn mul(&self, other: &Self) -> Self {
        let (a, b) = (self.0.as_words(), other.0.as_words());
        let mut low = [0; L];
        let mut high = [0; L];
        for (digit, a) in low.iter_mut().zip(a) {
            // One row: `high` is what stands above the digits that are done.
            let mut carry;
            (*digit, carry) = multiply_add(high[0], *a, b[0], 0);
            for place in 1..L {
                (high[place - 1], carry) = multiply_add(high[place], *a, b[place], carry);
            }
            high[L - 1] = carry;
        }
        Self::reduce(low, &high)
    }

    #[inline(always)]
    fn square(&self) -> Self {
        let a = self.0.as_words();
        let mut wide = [[0; L]; 2];
        // The products of two different words, each once.
        for i in 0..L - 1 {
            let mut carry = 0;
            for j in i + 1..L {
                let word = &mut wide[(i + j) / L][(i + j) % L];
                (*word, carry) = multiply_add(*word, a[i], a[j], carry);
            }
            wide[1][i] = carry;
        }
        // Twice that, and the squares of the words.
        let (mut top, mut carry) = (0, false);
        for (i, a) in a.iter().enumerate() {
            let (low, high) = split(WideWord::from(*a) * WideWord::from(*a));
            for (place, part) in [(2 * i, low), (2 * i + 1, high)] {
                let word = &mut wide[place / L][place % L];
                let double = *word << 1 | top;
                top = *word >> (Word::BITS - 1);
                let (sum, first) = double.overflowing_add(part);
                let (sum, second) = sum.overflowing_add(Word::from(carry));
                (*word, carry) = (sum, first | second);
            }
        }
        let [low, high] = wide;
        Self::reduce(low, &high)
    }

    #[inline(always)]
    fn times(&self, factor: Word) -> Self {
        let mut words = self.0.to_words();
        let mut carry = 0;
        for word in &mut words {
            (*word, carry) = multiply_add(0, *word, factor, carry);
        }
        Self::fold(words, carry)
    }

    fn invert(&self) -> Option<Self> {
        self.0
            .invert_odd_mod(&Self::prime())
            .into_option()
            .map(Self)
    }

    fn invert_vartime(&self) -> Option<Self> {
        self.0
            .invert_odd_mod_vartime(&Self::prime())
            .into_option()
            .map(Self)
    }

    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self(a.0.ct_select(&b.0, choice))
    }
}

impl<P: ConstMontyParams<L>, const L: usize> Field<L> for ConstMontyForm<P, L> {
    const ZERO: Self = Self::ZERO;
    const ONE: Self = Self::ONE;

    fn from_int(number: &Uint<L>) -> Option<Self> {
        (number < P::PARAMS.modulus().as_ref()).then(|| Self::new(number))
    }

    fn to_int(&self) -> Uint<L> {
        self.retrieve()
    }

    fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    fn add(&self, other: &Self) -> Self {
        Self::add(self, other)
    }

    fn sub(&self, other: &Self) -> Self {
        Self::sub(self, other)
    }

    fn mul(&self, other: &Self) -> Self {
        Self::mul(self, other)
    }

    fn square(&self) -> Self {
        Self::square(self)
    }

    fn times(&self, factor: Word) -> Self {
        Self::mul(self, &Self::new(&Uint::from_word(factor)))
    }

    fn invert(&self) -> Option<Self> {
        Self::invert(self).into_option()
    }

    fn invert_vartime(&self) -> Option<Self> {
        Self::invert_vartime(self).into_option()
    }

    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        a.ct_select(b, choice)
    }
}
