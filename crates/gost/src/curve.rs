//! The curves: their numbers, as the standards publish them.
//!
//! Each is a type, so that the compiler makes arithmetic of its own for each. The base point has prime
//! order q; the curve itself has q points times a cofactor, which is 1 except where said.

use std::sync::LazyLock;

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use crypto_bigint::{U256, U512, Uint, Word, const_monty_params};

use crate::field::{Field, Special};
use crate::ladder::Comb;
use crate::multiple::Prepared;

/// Words of 256 and 512 bits.
pub(crate) const HALF: usize = U256::LIMBS;
pub(crate) const FULL: usize = U512::LIMBS;

/// A curve y² = x³ + ax + b whose numbers take `L` words.
pub(crate) trait Curve<const L: usize>: Sized + Send + Sync + 'static {
    /// Numbers modulo the prime p.
    type Field: Field<L>;
    /// The order q of the base point.
    type Order: ConstMontyParams<L>;

    const A: Self::Field;
    const B: Self::Field;
    /// Whether a = −3, which makes doubling cheaper.
    const A_IS_MINUS_THREE: bool;
    /// Whether every point of the curve has the order q.
    const COFACTOR_ONE: bool;
    /// The base point.
    const X: Self::Field;
    const Y: Self::Field;

    /// Multiples of the base point, computed at first use.
    fn prepared() -> &'static Prepared<Self, L>;
    /// The same for secret multipliers.
    fn comb() -> &'static Comb<Self, L>;
}

/// Numbers modulo the order of the base point.
pub(crate) type Scalar<C, const L: usize> = ConstMontyForm<<C as Curve<L>>::Order, L>;

/// The order of the base point.
pub(crate) fn order<C: Curve<L>, const L: usize>() -> &'static Uint<L> {
    const { C::Order::PARAMS.modulus().as_ref() }
}

const fn minus_three<const C: Word, const L: usize>() -> Special<C, L> {
    Special::new(Uint::from_word(C + 3).wrapping_neg())
}

/// id-tc26-gost-3410-12-512-paramSetA (RFC 7836, A.1): 512 bits, p = 2^512 − 569. Today's keys.
pub(crate) struct Tc26A512;

type P512 = Special<569, FULL>;

const_monty_params!(
    Q512,
    U512,
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275"
);

impl Curve<FULL> for Tc26A512 {
    type Field = P512;
    type Order = Q512;

    const A: P512 = minus_three();
    const B: P512 = Special::new(U512::from_be_hex(
        "e8c2505dedfc86ddc1bd0b2b6667f1da34b82574761cb0e879bd081cfd0b6265ee3cb090f30d27614cb4574010da90dd862ef9d4ebee4761503190785a71c760",
    ));
    const A_IS_MINUS_THREE: bool = true;
    const COFACTOR_ONE: bool = true;
    const X: P512 = Special::new(U512::from_u8(3));
    const Y: P512 = Special::new(U512::from_be_hex(
        "7503cfe87a836ae3a61b8816e25450e6ce5e1c93acf1abc1778064fdcbefa921df1626be4fd036e93d75e6a50e3a41e98028fe5fc235f5b889a589cb5215f2a4",
    ));

    fn prepared() -> &'static Prepared<Self, FULL> {
        static TABLE: LazyLock<Prepared<Tc26A512, FULL>> = LazyLock::new(Prepared::base);
        &TABLE
    }

    fn comb() -> &'static Comb<Self, FULL> {
        static COMB: LazyLock<Comb<Tc26A512, FULL>> = LazyLock::new(Comb::base);
        &COMB
    }
}

/// id-tc26-gost-3410-2012-256-paramSetA (RFC 7836, A.2): 256 bits, p = 2^256 − 617, cofactor 4.
pub(crate) struct Tc26A256;

type P256 = Special<617, HALF>;

const_monty_params!(
    Q256,
    U256,
    "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67"
);

impl Curve<HALF> for Tc26A256 {
    type Field = P256;
    type Order = Q256;

    const A: P256 = Special::new(U256::from_be_hex(
        "c2173f1513981673af4892c23035a27ce25e2013bf95aa33b22c656f277e7335",
    ));
    const B: P256 = Special::new(U256::from_be_hex(
        "295f9bae7428ed9ccc20e7c359a9d41a22fccd9108e17bf7ba9337a6f8ae9513",
    ));
    const A_IS_MINUS_THREE: bool = false;
    const COFACTOR_ONE: bool = false;
    const X: P256 = Special::new(U256::from_be_hex(
        "91e38443a5e82c0d880923425712b2bb658b9196932e02c78b2582fe742daa28",
    ));
    const Y: P256 = Special::new(U256::from_be_hex(
        "32879423ab1a0375895786c4bb46e9565fde0b5344766740af268adb32322e5c",
    ));

    fn prepared() -> &'static Prepared<Self, HALF> {
        static TABLE: LazyLock<Prepared<Tc26A256, HALF>> = LazyLock::new(Prepared::base);
        &TABLE
    }

    fn comb() -> &'static Comb<Self, HALF> {
        static COMB: LazyLock<Comb<Tc26A256, HALF>> = LazyLock::new(Comb::base);
        &COMB
    }
}

/// id-GostR3410-2001-CryptoPro-A-ParamSet (RFC 4357, 11.4): 256 bits, p = 2^256 − 617. The generation
/// of 2004.
pub(crate) struct CryptoProA;

const_monty_params!(
    QCryptoPro,
    U256,
    "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893"
);

impl Curve<HALF> for CryptoProA {
    type Field = P256;
    type Order = QCryptoPro;

    const A: P256 = minus_three();
    const B: P256 = Special::new(U256::from_u8(166));
    const A_IS_MINUS_THREE: bool = true;
    const COFACTOR_ONE: bool = true;
    const X: P256 = Special::new(U256::ONE);
    const Y: P256 = Special::new(U256::from_be_hex(
        "8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14",
    ));

    fn prepared() -> &'static Prepared<Self, HALF> {
        static TABLE: LazyLock<Prepared<CryptoProA, HALF>> = LazyLock::new(Prepared::base);
        &TABLE
    }

    fn comb() -> &'static Comb<Self, HALF> {
        static COMB: LazyLock<Comb<CryptoProA, HALF>> = LazyLock::new(Comb::base);
        &COMB
    }
}
