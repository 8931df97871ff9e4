//! Object identifiers by name, as the content octets that stand in the encoding.
//!
//! Comparing octets needs no arithmetic and allocates nothing. [`dotted`] is for people only.
//! Sources: RFC 3161, 5035, 5126, 5280, 5652, 5758, 6960, 8017 and the registry of Kazakhstan (kz.md 1.3-1.5).

/// Names and personal attributes (X.520; kz.md 1.3).
pub const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub const SURNAME: &[u8] = &[0x55, 4, 4];
pub const SERIAL_NUMBER: &[u8] = &[0x55, 4, 5];
pub const COUNTRY: &[u8] = &[0x55, 4, 6];
pub const ORGANISATION: &[u8] = &[0x55, 4, 10];
pub const ORGANISATIONAL_UNIT: &[u8] = &[0x55, 4, 11];
pub const GIVEN_NAME: &[u8] = &[0x55, 4, 42];
/// 0.9.2342.19200300.100.1.1
pub const USER_ID: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01];

/// Extensions of certificates and revocation lists (RFC 5280, 4.2 and 5.2).
pub const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
pub const CRL_REASON: &[u8] = &[0x55, 0x1d, 21];
pub const DELTA_CRL: &[u8] = &[0x55, 0x1d, 27];
pub const ISSUING_POINT: &[u8] = &[0x55, 0x1d, 28];
pub const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];
pub const CRL_POINTS: &[u8] = &[0x55, 0x1d, 31];
pub const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
pub const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

/// Purposes (RFC 5280, 4.2.1.12).
pub const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 37, 0];
/// 1.3.6.1.5.5.7.3.4
pub const EMAIL_PROTECTION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 4];
/// 1.3.6.1.5.5.7.3.8
pub const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// 1.3.6.1.5.5.7.3.9
pub const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];
/// 1.2.398.3.3.4.1: who the owner is (kz.md 1.4).
pub const KZ_ROLES: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 4, 1];

/// OCSP (RFC 6960, 4.2 and 4.4), all under 1.3.6.1.5.5.7.48.1.
pub const OCSP_BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1];
pub const OCSP_NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 2];
pub const OCSP_NO_CHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 5];
pub const OCSP_EXTENDED_REVOKE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 9];

/// CMS (RFC 5652) and its attributes (RFC 5035).
pub const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
pub const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
pub const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
pub const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
pub const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
pub const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];

/// Timestamps (RFC 3161; RFC 5126, 6.1.1): what a token holds, how it names its signer, and the
/// attribute of a signature that it stands in.
pub const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
pub const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
pub const TIMESTAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];

/// Digests (RFC 5754). SHA-1 only ever names a thing here.
pub const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
pub const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
pub const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
pub const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

/// Keys and signatures (RFC 8017, RFC 5480, RFC 5758).
pub const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
pub const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
pub const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
pub const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
pub const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
pub const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
pub const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
pub const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
pub const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// Kazakhstan's own algorithms, all under 1.2.398.3.10.1 (kz.md 2.1): keys with their parameter sets,
/// signatures, hashes.
pub const GOST2004: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 1, 1];
pub const GOST2004_SET_A: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 1, 1, 1];
pub const GOST2004_SIGNATURE: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 1, 2];
pub const GOST2015_256: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 1];
pub const GOST2015_256_SET_A: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 1, 1];
pub const GOST2015_256_SIGNATURE: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 3, 1];
pub const GOST2015_512: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 2];
pub const GOST2015_512_SET_A: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 2, 1];
pub const GOST2015_512_SIGNATURE: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 3, 2];
pub const GOST95: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 3, 1];
/// "Test parameters", which are the ones in use.
pub const GOST95_TEST_SET: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 3, 1, 1, 0];
pub const STREEBOG_256: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 3, 2];
pub const STREEBOG_512: &[u8] = &[0x2a, 0x83, 0x0e, 3, 10, 1, 3, 3];

/// The content octets of a dotted form, as people write it; none if it is no identifier (X.660: the first arc is
/// 0 to 2, the second under 40 below the first two). Arcs up to 32 bits.
pub fn parse(dotted: &str) -> Option<Vec<u8>> {
    let mut arcs = dotted.split('.').map(|arc| {
        let is_plain = arc == "0" || !arc.starts_with(['0', '+']);
        arc.parse::<u32>().ok().filter(|_| is_plain)
    });
    let (first, second) = (arcs.next()??, arcs.next()??);
    if first > 2 || (first < 2 && second >= 40) {
        return None;
    }
    let mut content = Vec::new();
    push(u64::from(first) * 40 + u64::from(second), &mut content);
    for arc in arcs {
        push(u64::from(arc?), &mut content);
    }
    Some(content)
}

/// Seven bits an octet, the highest first.
fn push(arc: u64, into: &mut Vec<u8>) {
    let octets = (u64::BITS - arc.leading_zeros()).div_ceil(7).max(1);
    for place in (0..octets).rev() {
        let more = if place == 0 { 0 } else { 0x80 };
        // Seven bits always fit.
        into.push(u8::try_from((arc >> (7 * place)) & 0x7f).unwrap_or_default() | more);
    }
}

/// The dotted form, for people: `1.2.398.3.3.4.1.2.1`.
pub fn dotted(content: &[u8]) -> String {
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc: u128 = 0;
    for octet in content {
        arc = arc << 7 | u128::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.extend([first, arc - first * 40]);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    arcs.iter()
        .map(u128::to_string)
        .collect::<Vec<_>>()
        .join(".")
}
