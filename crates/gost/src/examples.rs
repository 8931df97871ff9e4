//! The examples of the standard (RFC 7091, 7.1; GOST R 34.10-2012, annex A.2), which live on curves of
//! their own, and what the numbers of the curves in use promise.

use std::sync::LazyLock;

use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{U256, U512, Uint, const_monty_params};

use crate::Error;
use crate::curve::{CryptoProA, Curve, FULL, HALF, Tc26A256, Tc26A512, order};
use crate::equation::{Signature, public, read_point, sign_with};
use crate::field::Field;
use crate::ladder::Comb;
use crate::multiple::{Prepared, multiple, sum_once, sum_prepared};
use crate::point::Affine;

macro_rules! example_curve {
    ($curve:ident, $p:ident, $q:ident, $uint:ty, $words:expr,
     p: $prime:literal, a: $a:literal, b: $b:literal, q: $order:literal, x: $x:literal, y: $y:literal) => {
        const_monty_params!($p, $uint, $prime);
        const_monty_params!($q, $uint, $order);
        struct $curve;
        impl Curve<{ $words }> for $curve {
            type Field = ConstMontyForm<$p, { $words }>;
            type Order = $q;
            const A: Self::Field = ConstMontyForm::new(&<$uint>::from_u8($a));
            const B: Self::Field = ConstMontyForm::new(&<$uint>::from_be_hex($b));
            const A_IS_MINUS_THREE: bool = false;
            const COFACTOR_ONE: bool = true;
            const X: Self::Field = ConstMontyForm::new(&<$uint>::from_be_hex($x));
            const Y: Self::Field = ConstMontyForm::new(&<$uint>::from_be_hex($y));
            fn prepared() -> &'static Prepared<Self, { $words }> {
                static TABLE: LazyLock<Prepared<$curve, { $words }>> =
                    LazyLock::new(Prepared::base);
                &TABLE
            }
            fn comb() -> &'static Comb<Self, { $words }> {
                static COMB: LazyLock<Comb<$curve, { $words }>> = LazyLock::new(Comb::base);
                &COMB
            }
        }
    };
}

example_curve!(
    Example256, ExampleP256, ExampleQ256, U256, HALF,
    p: "8000000000000000000000000000000000000000000000000000000000000431",
    a: 7,
    b: "5fbff498aa938ce739b8e022fbafef40563f6e6a3472fc2a514c0ce9dae23b7e",
    q: "8000000000000000000000000000000150fe8a1892976154c59cfc193accf5b3",
    x: "0000000000000000000000000000000000000000000000000000000000000002",
    y: "08e2a8a0e65147d4bd6316030e16d19c85c97f0a9ca267122b96abbcea7e8fc8"
);

example_curve!(
    Example512, ExampleP512, ExampleQ512, U512, FULL,
    p: "4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15df1d852741af4704a0458047e80e4546d35b8336fac224dd81664bbf528be6373",
    a: 7,
    b: "1cff0806a31116da29d8cfa54e57eb748bc5f377e49400fdd788b649eca1ac4361834013b2ad7322480a89ca58e0cf74bc9e540c2add6897fad0a3084f302adc",
    q: "4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15da82f2d7ecb1dbac719905c5eecc423f1d86e25edbe23c595d644aaf187e6e6df",
    x: "24d19cc64572ee30f396bf6ebbfd7a6c5213b3b3d7057cc825f91093a68cd762fd60611262cd838dc6b60aa7eee804e28bc849977fac33b4b530f1b120248a9a",
    y: "2bb312a43bd2ce6e0d020613c857acddcfbf061e91e5f2c3f32447c259f39b2c83ab156d77f1496bf7eb3351e1ee4e43dc1a18b91b24640b6dbb92cb1add371e"
);

/// Numbers as the standard prints them.
struct Printed {
    secret: &'static str,
    public: [&'static str; 2],
    digest: &'static str,
    once: &'static str,
    signature: [&'static str; 2],
}

fn reversed(printed: &str) -> Vec<u8> {
    let mut bytes = hex::decode(printed).unwrap();
    bytes.reverse();
    bytes
}

fn pair(printed: [&str; 2]) -> Vec<u8> {
    printed.map(reversed).concat()
}

fn agrees<C: Curve<L>, const L: usize>(printed: &Printed) {
    let secret = Uint::<L>::from_be_slice(&hex::decode(printed.secret).unwrap());
    let once = Uint::<L>::from_be_slice(&hex::decode(printed.once).unwrap());
    let digest = reversed(printed.digest);
    assert_eq!(public::<C, L>(&secret).unwrap(), pair(printed.public));
    let signature = sign_with::<C, L>(&secret, &digest, &once).unwrap().unwrap();
    assert_eq!(signature, pair(printed.signature));

    let key = read_point::<C, L>(&pair(printed.public)).unwrap();
    let prepared = Prepared::key(&key).unwrap();
    let read = Signature::<L>::read::<C>(&signature).unwrap();
    read.check_once(&key, &digest).unwrap();
    read.check(&prepared, &digest).unwrap();
    let mut other = digest.clone();
    other[0] ^= 1;
    assert_eq!(read.check_once(&key, &other), Err(Error::Wrong));
    assert_eq!(read.check(&prepared, &other), Err(Error::Wrong));
}

#[test]
fn the_256_bit_example_of_the_standard_comes_out() {
    agrees::<Example256, HALF>(&Printed {
        secret: "7a929ade789bb9be10ed359dd39a72c11b60961f49397eee1d19ce9891ec3b28",
        public: [
            "7f2b49e270db6d90d8595bec458b50c58585ba1d4e9b788f6689dbd8e56fd80b",
            "26f1b489d6701dd185c8413a977b3cbbaf64d1c593d26627dffb101a87ff77da",
        ],
        digest: "2dfbc1b372d89a1188c09c52e0eec61fce52032ab1022e8e67ece6672b043ee5",
        once: "77105c9b20bcd3122823c8cf6fcc7b956de33814e95b7fe64fed924594dceab3",
        signature: [
            "41aa28d2f1ab148280cd9ed56feda41974053554a42767b83ad043fd39dc0493",
            "01456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c40",
        ],
    });
}

#[test]
fn the_512_bit_example_of_the_standard_comes_out() {
    agrees::<Example512, FULL>(&Printed {
        secret: "0ba6048aadae241ba40936d47756d7c93091a0e8514669700ee7508e508b102072e8123b2200a0563322dad2827e2714a2636b7bfd18aadfc62967821fa18dd4",
        public: [
            "115dc5bc96760c7b48598d8ab9e740d4c4a85a65be33c1815b5c320c854621dd5a515856d13314af69bc5b924c8b4ddff75c45415c1d9dd9dd33612cd530efe1",
            "37c7c90cd40b0f5621dc3ac1b751cfa0e2634fa0503b3d52639f5d7fb72afd61ea199441d943ffe7f0c70a2759a3cdb84c114e1f9339fdf27f35eca93677beec",
        ],
        digest: "3754f3cfacc9e0615c4f4a7c4d8dab531b09b6f9c170c533a71d147035b0c5917184ee536593f4414339976c647c5d5a407adedb1d560c4fc6777d2972075b8c",
        once: "0359e7f4b1410feacc570456c6801496946312120b39d019d455986e364f365886748ed7a44b3e794434006011842286212273a6d14cf70ea3af71bb1ae679f1",
        signature: [
            "2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd35492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36",
            "1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5823ce288e8c4f362526080df7f70ce406a6eeb1f56919cb92a9853bde73e5b4a",
        ],
    });
}

/// The base point lies on the curve and has the order q, and all ways to multiply agree.
fn holds<C: Curve<L>, const L: usize>() {
    let base = Affine::<C, L>::base();
    assert!(base.is_on_curve());
    let q = order::<C, L>();
    assert!(multiple(&base, q).unwrap().is_identity());
    assert!(C::comb().multiply(q).coordinates().is_none());
    assert_eq!(
        C::A_IS_MINUS_THREE,
        C::A.add(&C::Field::ONE.times(3)).is_zero()
    );
    let prepared = Prepared::key(&base).unwrap();
    for number in [1_u64, 2, 3, 127, 128, 129, 0xffff_ffff] {
        // Both small numbers and those just below the order, where the last carries are.
        for u in [
            Uint::<L>::from_u64(number),
            q.wrapping_sub(&Uint::from_u64(number)),
        ] {
            let v = q.wrapping_sub(&u);
            assert!(sum_once(&u, &base, &v).unwrap().is_identity());
            assert!(sum_prepared(&u, &prepared, &v).is_identity());
            let (x, _) = C::comb().multiply(&u).coordinates().unwrap();
            let sum = sum_prepared(&u, &prepared, &Uint::ZERO);
            assert!(x.mul(&sum.z.square()).equals(&sum.x));
            let sum = multiple(&base, &u).unwrap();
            assert!(x.mul(&sum.z.square()).equals(&sum.x));
        }
    }
}

#[test]
fn the_numbers_of_every_curve_are_what_they_promise() {
    holds::<Tc26A512, FULL>();
    holds::<Tc26A256, HALF>();
    holds::<CryptoProA, HALF>();
    holds::<Example256, HALF>();
    holds::<Example512, FULL>();
}

#[test]
fn a_point_of_small_order_is_refused() {
    // (x, 0) has order 2: x is a root of x³ + ax + b on the curve with cofactor 4. It is the one that
    // the point of order 4 in RFC 7836's Edwards form maps to; found here from any point: q·P has an
    // order that divides 4.
    let mut found = 0;
    for x in 1_u64..200 {
        let x = <Tc26A256 as Curve<HALF>>::Field::from_int(&U256::from_u64(x)).unwrap();
        let yy = x.square().add(&Tc26A256::A).mul(&x).add(&Tc26A256::B);
        let Some(y) = root(&yy) else { continue };
        let point = Affine::<Tc26A256, HALF> { x, y };
        assert!(point.is_on_curve());
        let rest = multiple(&point, order::<Tc26A256, HALF>()).unwrap();
        let bytes = [
            x.to_int().to_le_bytes().as_ref(),
            y.to_int().to_le_bytes().as_ref(),
        ]
        .concat();
        let read = read_point::<Tc26A256, HALF>(&bytes);
        if rest.is_identity() {
            assert!(read.is_ok());
        } else {
            assert_eq!(read.err(), Some(Error::WrongOrder));
            assert!(rest.double().double().is_identity());
            found += 1;
        }
    }
    assert!(found > 10);
}

/// The square root modulo 2^256 − 617, which is 3 modulo 4… or 5 modulo 8; none if there is none.
fn root(square: &<Tc26A256 as Curve<HALF>>::Field) -> Option<<Tc26A256 as Curve<HALF>>::Field> {
    // p = 2^256 − 617 ≡ 7 (mod 8), so the root is square^((p + 1)/4) = square^(2^254 − 154).
    let exponent = Uint::<HALF>::from_u64(154).wrapping_neg() & (Uint::MAX >> 2_u32);
    let mut power = <Tc26A256 as Curve<HALF>>::Field::ONE;
    for place in (0..254).rev() {
        power = power.square();
        if exponent.bit_vartime(place) {
            power = power.mul(square);
        }
    }
    power.square().equals(square).then_some(power)
}

#[test]
fn numbers_at_the_edges_of_the_field_add_and_multiply_as_they_should() {
    type Field = <Tc26A512 as Curve<FULL>>::Field;
    type Montgomery = ConstMontyForm<ExampleEdge, FULL>;
    const_monty_params!(
        ExampleEdge,
        U512,
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc7"
    );
    // The same numbers in Montgomery form, whose arithmetic is another; also those at and above the
    // prime, which both forms of an element may have inside.
    let edges: Vec<U512> = [0_u64, 1, 2, 568, 569, 570, 1138, u64::MAX]
        .into_iter()
        .flat_map(|number| {
            let number = U512::from_u64(number);
            [
                number,
                number.wrapping_neg(),
                U512::MAX.wrapping_sub(&number),
                U512::MAX >> 1_u32,
            ]
        })
        .collect();
    for a in &edges {
        let (fast, slow) = (Field::new(*a), Montgomery::new(a));
        assert_eq!(fast.to_int(), slow.retrieve());
        assert_eq!(fast.square().to_int(), slow.square().retrieve());
        assert_eq!(fast.twice().to_int(), slow.double().retrieve());
        assert_eq!(
            fast.times(15).to_int(),
            Field::ONE.times(15).mul(&fast).to_int()
        );
        assert_eq!(fast.is_zero(), slow == Montgomery::ZERO);
        for b in &edges {
            let (fast_b, slow_b) = (Field::new(*b), Montgomery::new(b));
            assert_eq!(fast.add(&fast_b).to_int(), slow.add(&slow_b).retrieve());
            assert_eq!(fast.sub(&fast_b).to_int(), slow.sub(&slow_b).retrieve());
            assert_eq!(fast.mul(&fast_b).to_int(), slow.mul(&slow_b).retrieve());
        }
    }
}
