//! Extensions of certificates that rcgen does not write, as the real authority writes them (kz.md 1.1, 1.2, 1.5).
//!
//! In: addresses, the certificate of the issuer. Out: extensions for rcgen's parameters.

use rcgen::CustomExtension;
use signatures::{
    Certificate,
    ber::tag::{self, context, context_constructed},
    encode::{constructed, element, integer, oid, sequence},
};

const CERTIFICATE_POLICIES: [u64; 4] = [2, 5, 29, 32];
const AUTHORITY_KEY_ID: [u64; 4] = [2, 5, 29, 35];
const FRESHEST_LIST: [u64; 4] = [2, 5, 29, 46];
const AUTHORITY_INFORMATION: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];
const NO_CHECK: [u64; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
const KEY_STORE: [u64; 6] = [1, 2, 398, 3, 3, 5];

/// 1.2.398.3.3.2: the certificates issued since 2022.
const POLICY: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 2];
/// 1.2.398.3.3.5.1.1: the key lies in a PKCS #12 file.
const IN_A_FILE: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 5, 1, 1];
/// 1.3.6.1.5.5.7.3.8
const TIMESTAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// 1.3.6.1.5.5.7.48.1 and .2: who answers for this certificate, and who issued it.
const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1];
const ISSUER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];

pub(super) fn policy() -> CustomExtension {
    let policies = sequence(&[sequence(&[oid(POLICY)])]);
    CustomExtension::from_oid_content(&CERTIFICATE_POLICIES, policies)
}

pub(super) fn key_store() -> CustomExtension {
    CustomExtension::from_oid_content(&KEY_STORE, sequence(&[oid(IN_A_FILE)]))
}

/// Where the issuer's certificate lies and, if anywhere, where OCSP is answered.
pub(super) fn authority_information(issuer: &str, ocsp: Option<&str>) -> CustomExtension {
    let access = |method: &[u8], address: &str| sequence(&[oid(method), uri(address)]);
    let mut ways: Vec<Vec<u8>> = ocsp.map(|url| access(OCSP, url)).into_iter().collect();
    ways.push(access(ISSUER, issuer));
    CustomExtension::from_oid_content(&AUTHORITY_INFORMATION, sequence(&ways))
}

/// The responder's own certificate need not be asked about (RFC 6960, 4.2.2.2.1).
pub(super) fn no_check() -> CustomExtension {
    CustomExtension::from_oid_content(&NO_CHECK, element(tag::NULL, &[]))
}

/// Timestamping and nothing else, critical (RFC 3161, 2.3).
pub(super) fn timestamping_alone() -> CustomExtension {
    let purposes = sequence(&[oid(TIMESTAMPING)]);
    let mut extension = CustomExtension::from_oid_content(&EXTENDED_KEY_USAGE, purposes);
    extension.set_criticality(true);
    extension
}

/// Where the delta list lies.
pub(super) fn freshest_list(address: &str) -> CustomExtension {
    let name = constructed(context_constructed(0), &[uri(address)]);
    let place = constructed(context_constructed(0), &[name]);
    let points = sequence(&[sequence(&[place])]);
    CustomExtension::from_oid_content(&FRESHEST_LIST, points)
}

/// The issuer's key identifier, and beside it the issuer's own issuer and serial number.
pub(super) fn authority_key_id(issuer: &Certificate) -> CustomExtension {
    let id = issuer.extensions().subject_key_id.as_deref();
    let name = constructed(context_constructed(4), &[issuer.issuer().der()]);
    // INTEGER under an implicit tag: the same content.
    let mut serial = integer(issuer.serial());
    if let Some(first) = serial.first_mut() {
        *first = context(2);
    }
    let mut fields: Vec<Vec<u8>> = id.map(|id| element(context(0), id)).into_iter().collect();
    fields.extend([constructed(context_constructed(1), &[name]), serial]);
    CustomExtension::from_oid_content(&AUTHORITY_KEY_ID, sequence(&fields))
}

fn uri(address: &str) -> Vec<u8> {
    element(context(6), address.as_bytes())
}
