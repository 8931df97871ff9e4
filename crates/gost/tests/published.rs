//! What the standards publish: hashes, and a certificate signed on the 256-bit curve.
#![allow(clippy::unwrap_used, reason = "a test")]

use gost::{PublicKey, Scheme, gost_95, streebog_256, streebog_512};

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

/// The examples of RFC 6986, 10.1 and 10.2.
const DIGITS: &[u8] = b"012345678901234567890123456789012345678901234567890123456789012";
const WINDS: &str = "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb";

#[test]
fn streebog_gives_the_hashes_of_rfc_6986() {
    assert_eq!(
        hex::encode(streebog_512(DIGITS)),
        "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
    );
    assert_eq!(
        hex::encode(streebog_256(DIGITS)),
        "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"
    );
    assert_eq!(
        hex::encode(streebog_512(&bytes(WINDS))),
        "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"
    );
    assert_eq!(
        hex::encode(streebog_256(&bytes(WINDS))),
        "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"
    );
}

#[test]
fn gost_34_311_gives_the_hashes_of_rfc_5831() {
    assert_eq!(
        hex::encode(gost_95(b"This is message, length=32 bytes")),
        "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa"
    );
    assert_eq!(
        hex::encode(gost_95(
            b"Suppose the original message has length = 50 bytes"
        )),
        "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208"
    );
}

/// The certificate of RFC 9215, A.2: what is signed, the key, and the signature in the order of bytes
/// of that document, which is the reverse of Kazakhstan's.
const SIGNED: &str = "3081d3a00302010202010a300a06082a8503070101030230123110300e060355040313074578616d706c653020170d3031303130313030303030305a180f32303530313233313030303030305a30123110300e060355040313074578616d706c65305e301706082a85030701010101300b06092a85030701020101010343000440742795d4bee884ddf2850fec03ea3faf1844e01d9da60b645093a55e26dfc39978f596cf4d4d0c6cf1d18943d94493d16b9ec0a16d512d2e127cc4691a6318e2a3133011300f0603551d130101ff040530030101ff";
const KEY: &str = "742795d4bee884ddf2850fec03ea3faf1844e01d9da60b645093a55e26dfc39978f596cf4d4d0c6cf1d18943d94493d16b9ec0a16d512d2e127cc4691a6318e2";
const SIGNATURE: &str = "140b4da9124b09cb0d5ce928ee874273a310129492ec0e29369e3b791248578c1d0e1da5be347c6f1b5256c7aeac200ad64ac77a6f5b3a0e097318e7ae6ee769";

#[test]
fn the_certificate_of_rfc_9215_holds_with_its_signature_turned_round() {
    let key = PublicKey::new(Scheme::Gost2015With256, &bytes(KEY)).unwrap();
    let mut signature = bytes(SIGNATURE);
    assert!(key.verify(&bytes(SIGNED), &signature).is_err());
    signature.reverse();
    key.verify(&bytes(SIGNED), &signature).unwrap();
    key.prepare()
        .unwrap()
        .verify(&bytes(SIGNED), &signature)
        .unwrap();
}
