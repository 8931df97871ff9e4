//! One public service, as its file says.

use std::collections::{BTreeMap, BTreeSet};

use message::{Channel, Language, RegisterName, ServiceCode};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

use crate::{
    ApplicantKind, Ask, Field, FieldError, FormFields, Providers, Rungs, Step, Text, form::Form,
};

/// A public service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regulation {
    /// Its name in messages; also the name of its file.
    pub code: ServiceCode,
    pub name: Text,
    /// Who may ask for it.
    pub applicants: BTreeSet<ApplicantKind>,
    /// Languages an application may be written in.
    pub languages: BTreeSet<Language>,
    /// The fee in tenge; absent where the service is free. A fee makes the receipt necessary (X18).
    pub fee_tenge: Option<u32>,
    /// When those who are responsible for a step are warned before its time is over.
    pub near: Rungs,
    /// Statuses by which a provider says that it waits for the applicant's correction: until its next word the
    /// time of the steps under way stands still.
    #[serde(default)]
    pub waits_for_applicant: BTreeSet<String>,
    /// Who answers.
    pub providers: Providers,
    /// The fields its forms are made of.
    pub fields: BTreeMap<String, Field>,
    /// The doors it can be asked for at.
    #[serde(deserialize_with = "by_channel")]
    pub channels: BTreeMap<Channel, ChannelRules>,
    /// Compiled from `fields` and `channels`.
    #[serde(skip)]
    pub(crate) forms: BTreeMap<Channel, Form>,
}

/// What holds for applications of one channel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelRules {
    /// True: the applicant's consent has to be sent along, because somebody else files for him (X10).
    pub consent_required: bool,
    /// Registers asked about each application, in this order.
    pub registers: Vec<Ask>,
    pub attachments: AttachmentRules,
    /// What the applicant gets at the end.
    pub result: Text,
    pub form: FormFields,
    pub steps: Vec<Step>,
}

/// What may be attached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentRules {
    /// Least number of attachments; 0 where none is needed.
    pub count_min: u16,
    /// Greatest number of attachments.
    pub count_max: u16,
    /// Greatest size of one, in bytes.
    pub bytes_max: u64,
    pub media_types: BTreeSet<String>,
}

/// Reads the keys as text first, so that an error inside is told with its channel.
fn by_channel<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<Channel, ChannelRules>, D::Error> {
    BTreeMap::<String, ChannelRules>::deserialize(from)?
        .into_iter()
        .map(|(name, rules)| Ok((name.parse().map_err(D::Error::custom)?, rules)))
        .collect()
}

impl Regulation {
    /// The rules of `channel`; `None` where the service has no such channel.
    pub fn channel(&self, channel: Channel) -> Option<&ChannelRules> {
        self.channels.get(&channel)
    }

    /// Whether an application needs a receipt (X18).
    pub fn receipt_required(&self) -> bool {
        self.fee_tenge.is_some()
    }

    /// The JSON Schema of the form of `channel`, with titles in three languages under `x-title`.
    pub fn schema(&self, channel: Channel) -> Option<&Value> {
        self.forms.get(&channel).map(|form| &form.schema)
    }

    /// The fields of the form of `channel` that `record`, which `register` holds, has values for. A value that the form
    /// would not take is left out.
    pub fn prefilled(
        &self,
        channel: Channel,
        register: &RegisterName,
        record: &Value,
    ) -> Map<String, Value> {
        let names = self
            .channel(channel)
            .into_iter()
            .flat_map(|rules| rules.form.all());
        let known = names.filter_map(|name| {
            let from = self.fields.get(name)?.from.as_ref();
            let from = from.filter(|from| from.register == *register)?;
            let value = record
                .pointer(&from.path)
                .filter(|value| !value.is_null())?;
            Some((name.clone(), value.clone()))
        });
        let mut filled: Map<String, Value> = known.collect();
        let errors = self.validate_form(channel, &Value::Object(filled.clone()));
        for error in errors.err().into_iter().flatten() {
            // Errors about the form as a whole tell what is still missing.
            let field = error.pointer.split('/').nth(1).unwrap_or_default();
            filled.remove(field);
        }
        filled
    }

    /// Checks a form against the schema of its channel. Fails with every error found; none repeats a value.
    pub fn validate_form(&self, channel: Channel, form: &Value) -> Result<(), Vec<FieldError>> {
        match self.forms.get(&channel) {
            Some(schema) => schema.validate(form),
            None => Err(vec![FieldError {
                pointer: String::new(),
                message: format!("the service `{}` has no channel `{channel}`", self.code),
            }]),
        }
    }
}
