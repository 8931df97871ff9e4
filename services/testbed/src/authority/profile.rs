//! Certificate profiles of the test authority: what stands in each kind of certificate.
//!
//! In: a member of the cast or a participant, the instant, where revocation lists lie. Out: parameters for
//! rcgen. The layout of subjects, roles and policies follows the national certification authority's (kz.md
//! 1.3 to 1.5), so that what reads these certificates reads the real ones. No file and no key is touched.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DistinguishedName,
    DnType, DnValue, Error, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, SanType, SerialNumber,
    date_time_ymd,
};

use crate::cast::{Member, Participant, Role, Standing};

const SURNAME: [u64; 4] = [2, 5, 4, 4];
const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];
const GIVEN_NAME: [u64; 4] = [2, 5, 4, 42];
const USER_ID: [u64; 7] = [0, 9, 2342, 19_200_300, 100, 1, 1];
const CERTIFICATE_POLICIES: [u64; 4] = [2, 5, 29, 32];

/// `SEQUENCE { SEQUENCE { OID 1.2.398.3.3.2 } }`: the policy of the certificates issued since 2022.
const POLICY_DER: [u8; 12] = [
    0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x2a, 0x83, 0x0e, 0x03, 0x03, 0x02,
];

/// Leaves are valid from thirty days ago for one year, the term of a certificate kept in a file.
const LEAF_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
const LEAF_TERM: SignedDuration = SignedDuration::from_hours(365 * 24);
/// An expired one ended a week ago.
const EXPIRED_AGE: SignedDuration = SignedDuration::from_hours((365 + 7) * 24);
/// Authorities are valid from five years ago for twenty.
const AUTHORITY_AGE: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);
const AUTHORITY_TERM: SignedDuration = SignedDuration::from_hours(20 * 365 * 24);

/// The time since 1970, which is how rcgen's own type of time is reached from ours.
pub(super) fn since_1970(instant: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(instant.as_second()).unwrap_or(0))
}

/// A serial number of sixteen random bytes, positive and without a leading zero (RFC 5280 4.1.2.2).
fn serial() -> SerialNumber {
    let mut bytes: [u8; 16] = rand::random();
    bytes[0] = bytes[0] & 0x3f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn valid(params: &mut CertificateParams, from: Timestamp, term: SignedDuration) {
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(from);
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(from + term);
}

/// A value in the alphabet of PrintableString, as the country and the personal number are written.
fn printable(text: &str) -> Result<DnValue, Error> {
    Ok(DnValue::PrintableString(text.try_into()?))
}

fn list_at(url: String) -> Vec<CrlDistributionPoint> {
    vec![CrlDistributionPoint { uris: vec![url] }]
}

fn policy() -> CustomExtension {
    CustomExtension::from_oid_content(&CERTIFICATE_POLICIES, POLICY_DER.to_vec())
}

/// A certification authority; `below` is how many authorities may stand under it.
pub(super) fn authority(
    common_name: &str,
    below: u8,
    list_url: Option<String>,
    now: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    valid(&mut params, now - AUTHORITY_AGE, AUTHORITY_TERM);
    params.serial_number = Some(serial());
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
        .distinguished_name
        .push(DnType::CountryName, printable("KZ")?);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = vec![policy()];
    params.crl_distribution_points = list_url.map(list_at).unwrap_or_default();
    Ok(params)
}

/// A signing certificate of one of the cast.
pub(super) fn signing(
    member: &Member,
    list_url: String,
    now: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    let age = if member.standing == Standing::Expired {
        EXPIRED_AGE
    } else {
        LEAF_AGE
    };
    valid(&mut params, now - age, LEAF_TERM);
    params.serial_number = Some(serial());
    params.distinguished_name = subject(member)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    params.extended_key_usages = usages(member.role);
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = vec![policy()];
    params.crl_distribution_points = list_at(list_url);
    if member.person.is_some() {
        params.subject_alt_names = vec![SanType::Rfc822Name(member.email().try_into()?)];
    }
    Ok(params)
}

/// The subject in the order the real authority encodes it (kz.md 1.3): the given name holds the patronymic.
fn subject(member: &Member) -> Result<DistinguishedName, Error> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, member.common_name());
    if let Some(person) = &member.person {
        name.push(
            DnType::CustomDnType(SURNAME.into()),
            person.surname.to_uppercase(),
        );
        let number = printable(&format!("IIN{}", person.iin.reveal()))?;
        name.push(DnType::CustomDnType(SERIAL_NUMBER.into()), number);
    }
    name.push(DnType::CountryName, printable("KZ")?);
    if let Some(organisation) = &member.organisation {
        name.push(DnType::OrganizationName, organisation.name_ru);
        name.push(
            DnType::OrganizationalUnitName,
            format!("BIN{}", organisation.bin.reveal()),
        );
    }
    match &member.person {
        Some(person) => name.push(
            DnType::CustomDnType(GIVEN_NAME.into()),
            person.patronymic.to_uppercase(),
        ),
        None => name.push(DnType::CustomDnType(USER_ID.into()), "1.2.398.6.10.1.1"),
    }
    Ok(name)
}

/// Roles are cumulative: a head is both of the organisation and its head (kz.md 1.4).
fn usages(role: Role) -> Vec<ExtendedKeyUsagePurpose> {
    let role_oid = |last: &[u64]| {
        let mut oid = vec![1, 2, 398, 3, 3, 4, 1];
        oid.extend_from_slice(last);
        ExtendedKeyUsagePurpose::Other(oid)
    };
    let mail = ExtendedKeyUsagePurpose::EmailProtection;
    match role {
        Role::Applicant | Role::Representative => vec![mail, role_oid(&[1])],
        Role::Head => vec![mail, role_oid(&[2]), role_oid(&[2, 1])],
        Role::Signer => vec![mail, role_oid(&[2]), role_oid(&[2, 2])],
        Role::Operator | Role::Employee => vec![mail, role_oid(&[2]), role_oid(&[2, 5])],
        Role::System => vec![role_oid(&[2, 6])],
    }
}

/// A participant's client certificate for mTLS.
pub(super) fn client(participant: Participant, now: Timestamp) -> Result<CertificateParams, Error> {
    let names = vec![participant.dns.to_owned()];
    tls(
        participant.dns,
        names,
        ExtendedKeyUsagePurpose::ClientAuth,
        now,
    )
}

/// The certificate of intake's front door.
pub(super) fn server(now: Timestamp) -> Result<CertificateParams, Error> {
    let names = ["localhost", "127.0.0.1", "intake"]
        .map(str::to_owned)
        .to_vec();
    tls("intake", names, ExtendedKeyUsagePurpose::ServerAuth, now)
}

fn tls(
    common_name: &str,
    names: Vec<String>,
    usage: ExtendedKeyUsagePurpose,
    now: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(names)?;
    valid(&mut params, now - LEAF_AGE, LEAF_TERM);
    params.serial_number = Some(serial());
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
