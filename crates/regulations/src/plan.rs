//! Which way an application goes: the registers that are asked about it and the provider that answers it.

use message::{
    Applicant, LaneName, PersonalNumber, Plan, ProviderCode, RegisterName, Representative,
};
use serde::Deserialize;
use serde_json::Value;

use crate::Regulation;

/// A register that a channel asks, and when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub register: RegisterName,
    pub when: When,
}

/// When a register is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    Always,
    /// The applicant is a person (IIN).
    Person,
    /// The applicant is an organisation (BIN).
    Organisation,
    /// A representative files under a power of attorney that a notary certified (G5).
    NotarialPower,
}

/// Who asks for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicantKind {
    Person,
    Organisation,
}

impl From<&PersonalNumber> for ApplicantKind {
    fn from(number: &PersonalNumber) -> Self {
        match number {
            PersonalNumber::Iin(_) => Self::Person,
            PersonalNumber::Bin(_) => Self::Organisation,
        }
    }
}

/// What a plan depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    pub applicant: ApplicantKind,
    /// A representative files under a power of attorney that a notary certified (G5).
    pub notarial_power: bool,
}

impl Circumstances {
    /// The circumstances of an application as it came in.
    pub fn of(applicant: &Applicant, representative: Option<&Representative>) -> Self {
        Self {
            applicant: ApplicantKind::from(&applicant.number),
            notarial_power: representative.is_some_and(|r| r.power.notarial),
        }
    }
}

impl When {
    /// Whether it is so under `circumstances`.
    pub fn holds(self, circumstances: Circumstances) -> bool {
        match self {
            Self::Always => true,
            Self::Person => circumstances.applicant == ApplicantKind::Person,
            Self::Organisation => circumstances.applicant == ApplicantKind::Organisation,
            Self::NotarialPower => circumstances.notarial_power,
        }
    }
}

/// A form whose `field` is `is`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldIs {
    pub field: String,
    pub is: String,
}

impl FieldIs {
    pub(crate) fn holds(&self, form: &Value) -> bool {
        form.get(&self.field).and_then(Value::as_str) == Some(&self.is)
    }
}

/// The providers of a service: the first whose condition the form meets, else the last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<RawProvider>")]
pub struct Providers {
    /// Chosen by the form, in this order.
    pub chosen: Vec<(FieldIs, ProviderCode)>,
    /// Takes all others.
    pub otherwise: ProviderCode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProvider {
    code: ProviderCode,
    when: Option<FieldIs>,
}

impl TryFrom<Vec<RawProvider>> for Providers {
    type Error = &'static str;

    fn try_from(mut raw: Vec<RawProvider>) -> Result<Self, Self::Error> {
        let last = raw.pop().ok_or("there must be a provider")?;
        if last.when.is_some() {
            return Err("the last provider takes all other applications, so it has no `when`");
        }
        let chosen: Option<Vec<_>> = raw
            .into_iter()
            .map(|p| p.when.map(|when| (when, p.code)))
            .collect();
        let chosen = chosen.ok_or("every provider but the last needs a `when`")?;
        Ok(Self {
            chosen,
            otherwise: last.code,
        })
    }
}

impl Providers {
    /// The provider that answers `form`.
    pub fn choose(&self, form: &Value) -> &ProviderCode {
        let chosen = self.chosen.iter().find(|(when, _)| when.holds(form));
        chosen.map_or(&self.otherwise, |(_, code)| code)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &ProviderCode> {
        self.chosen
            .iter()
            .map(|(_, code)| code)
            .chain([&self.otherwise])
    }
}

/// The lane that asks `register`.
pub(crate) fn register_lane(register: &RegisterName) -> Result<LaneName, message::InvalidCode> {
    LaneName::new(&format!("registry.{register}"))
}

impl Regulation {
    /// The lanes an application has to pass, first to last: its signature is verified, the registers of its
    /// channel are asked, its provider is chosen. `None`: the service has no such channel.
    pub fn plan(&self, channel: message::Channel, circumstances: Circumstances) -> Option<Plan> {
        let rules = self.channel(channel)?;
        let asked = rules
            .registers
            .iter()
            .filter(|ask| ask.when.holds(circumstances));
        let names = asked.map(|ask| register_lane(&ask.register));
        let first = LaneName::new("signature.verify");
        let last = LaneName::new("router.route");
        let lanes: Result<Vec<_>, _> = [first].into_iter().chain(names).chain([last]).collect();
        lanes.ok().map(Plan::new)
    }

    /// The provider that answers an application with this form.
    pub fn provider(&self, form: &Value) -> &ProviderCode {
        self.providers.choose(form)
    }
}
