//! Certificate profiles of the test authority: what stands in each kind of certificate.
//!
//! In: a member of the cast or a participant, the issuer, the instant, where the authority's services are. Out:
//! parameters for rcgen. Subjects, roles, policies and addresses follow the national certification authority's
//! (kz.md 1.1 to 1.5), so that what reads these certificates reads the real ones. No file and no key is touched.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, DistinguishedName, DnType, DnValue,
    Error, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, SanType, SerialNumber,
    date_time_ymd,
};
use signatures::Certificate;

use super::{duty::Duty, extension};
use crate::cast::{Key, Member, Participant, Role, Standing};

const SURNAME: [u64; 4] = [2, 5, 4, 4];
const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];
const GIVEN_NAME: [u64; 4] = [2, 5, 4, 42];
const USER_ID: [u64; 7] = [0, 9, 2342, 19_200_300, 100, 1, 1];

/// The issuer of a certificate and what a certificate says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Above<'a> {
    pub(super) certificate: &'a Certificate,
    /// Where the issuer's certificate lies.
    pub(super) certificate_url: &'a str,
    /// Where its revocation list lies.
    pub(super) list_url: &'a str,
}

/// What else a certificate of a person or a system names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) above: Above<'a>,
    pub(super) delta_url: &'a str,
    pub(super) ocsp_url: &'a str,
}

/// Leaves are valid from thirty days ago for one year, the term of a certificate kept in a file.
const LEAF_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
const LEAF_TERM: SignedDuration = SignedDuration::from_hours(365 * 24);
/// An expired one ended a week ago.
const EXPIRED_AGE: SignedDuration = SignedDuration::from_hours((365 + 7) * 24);
/// Authorities are valid from five years ago for twenty.
const AUTHORITY_AGE: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);
const AUTHORITY_TERM: SignedDuration = SignedDuration::from_hours(20 * 365 * 24);

/// The time since 1970, which is how rcgen's own type of time is reached from ours.
fn since_1970(instant: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(instant.as_second()).unwrap_or(0))
}

/// A serial number of sixteen random bytes, positive and without a leading zero (RFC 5280 4.1.2.2); and, as the
/// authority does it, the same with its top bit set for the identifier of the key (kz.md 1.1).
fn number(params: &mut CertificateParams) {
    let mut bytes: [u8; 16] = rand::random();
    bytes[0] = bytes[0] & 0x3f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&bytes));
    bytes[0] |= 0x80;
    params.key_identifier_method = KeyIdMethod::PreSpecified(bytes.to_vec());
}

fn valid(params: &mut CertificateParams, from: Timestamp, term: SignedDuration) {
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(from);
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(from + term);
}

/// A value in the alphabet of PrintableString, as the country and the personal number are written.
fn printable(text: &str) -> Result<DnValue, Error> {
    Ok(DnValue::PrintableString(text.try_into()?))
}

fn list_at(url: &str) -> Vec<CrlDistributionPoint> {
    vec![CrlDistributionPoint {
        uris: vec![url.to_owned()],
    }]
}

/// What certificates of the authority itself begin with: name, number, period, and the policy of all.
fn named(
    common_name: &str,
    from: Timestamp,
    term: SignedDuration,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    valid(&mut params, from, term);
    number(&mut params);
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::CountryName, printable("KZ")?);
    params.distinguished_name = name;
    params.custom_extensions = vec![extension::policy()];
    Ok(params)
}

/// A certification authority; `below` is how many authorities may stand under it. Without one above it, a root.
pub(super) fn authority(
    common_name: &str,
    below: u8,
    above: Option<Above<'_>>,
    now: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = named(common_name, now - AUTHORITY_AGE, AUTHORITY_TERM)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    match above {
        Some(above) => stand_under(&mut params, above, None),
        None => params.use_authority_key_identifier_extension = true,
    }
    Ok(params)
}

/// What is said of the issuer.
fn stand_under(params: &mut CertificateParams, above: Above<'_>, ocsp_url: Option<&str>) {
    params.crl_distribution_points = list_at(above.list_url);
    params.custom_extensions.extend([
        extension::authority_key_id(above.certificate),
        extension::authority_information(above.certificate_url, ocsp_url),
    ]);
}

/// A signing certificate of one of the cast.
pub(super) fn signing(
    member: &Member,
    around: Around<'_>,
    now: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    let age = if member.standing == Standing::Expired {
        EXPIRED_AGE
    } else {
        LEAF_AGE
    };
    valid(&mut params, now - age, LEAF_TERM);
    number(&mut params);
    params.distinguished_name = subject(member)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
        // One certificate signs and authenticates since 2022 (kz.md 1.5).
        match member.key {
            Key::Rsa2048 => KeyUsagePurpose::KeyEncipherment,
            _ => KeyUsagePurpose::KeyAgreement,
        },
    ];
    params.extended_key_usages = usages(member.role);
    params.custom_extensions = vec![
        extension::policy(),
        extension::key_store(),
        extension::freshest_list(around.delta_url),
    ];
    stand_under(&mut params, around.above, Some(around.ocsp_url));
    if member.person.is_some() {
        params.subject_alt_names = vec![SanType::Rfc822Name(member.email().try_into()?)];
    }
    Ok(params)
}

/// The certificate of one who answers for the authority.
pub(super) fn duty(
    duty: Duty,
    common_name: &str,
    above: Above<'_>,
    now: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = named(common_name, now - LEAF_AGE, LEAF_TERM)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    match duty {
        Duty::Ocsp => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
            params.custom_extensions.push(extension::no_check());
        }
        Duty::Tsp => {
            params.key_usages.push(KeyUsagePurpose::ContentCommitment);
            params
                .custom_extensions
                .push(extension::timestamping_alone());
        }
    }
    stand_under(&mut params, above, None);
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
    number(&mut params);
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
