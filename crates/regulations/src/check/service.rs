//! The service and its channels: texts complete, forms whole, registers and providers known to the flow map,
//! fee and payment register together (X18), consent where somebody else files (X10).

use std::cmp::Ordering;

use message::{Channel, Language, RegisterName};

use super::Check;
use crate::{
    ChannelRules, Circumstances, FieldIs, When, form::CLASSIFICATION, plan::register_lane,
};

/// The register that knows payments.
const PAYMENT: &str = "payment";

impl Check<'_> {
    pub(super) fn service(&mut self) {
        let regulation = self.regulation;
        self.text("name", &regulation.name);
        if regulation.applicants.is_empty() {
            self.find("applicants", "is empty: nobody could ask for the service");
        }
        for language in [Language::Kk, Language::Ru] {
            if !regulation.languages.contains(&language) {
                self.find("languages", format!("`{language}` may not be left out"));
            }
        }
        if regulation.fee_tenge == Some(0) {
            self.find(
                "fee_tenge",
                "must be above 0; leave it out where the service is free",
            );
        }
        if regulation.channels.is_empty() {
            self.find("channels", "is empty: there is no door to the service");
        }
        self.fields();
        self.providers();
    }

    fn fields(&mut self) {
        let regulation = self.regulation;
        for (name, field) in &regulation.fields {
            let place = format!("fields.{name}");
            self.text(format!("{place}.title"), &field.title);
            for choice in &field.choices {
                self.text(format!("{place}.choices.{}", choice.value), &choice.text);
            }
            if let Some(from) = &field.from {
                let place = format!("{place}.from");
                self.lane(&place, &format!("registry.{}", from.register));
                if !from.path.starts_with('/') {
                    self.find(&place, "`path` is no JSON Pointer: it must begin with `/`");
                }
            }
            if name == CLASSIFICATION {
                self.find(
                    &place,
                    "the name is taken: every document may carry its classification",
                );
            }
            if !regulation
                .channels
                .values()
                .any(|c| c.form.all().any(|used| used == name))
            {
                self.find(&place, "no form has it");
            }
        }
    }

    fn providers(&mut self) {
        let regulation = self.regulation;
        for code in regulation.providers.all() {
            self.lane("providers", &format!("router.{code}"));
        }
        for (when, _) in &regulation.providers.chosen {
            for rules in regulation.channels.values() {
                self.choice(rules, when, "providers");
            }
        }
    }

    /// A form that something is decided by must always have the field, and the field that choice.
    fn choice(&mut self, rules: &ChannelRules, when: &FieldIs, place: &str) {
        let field = self.regulation.fields.get(&when.field);
        if !rules.form.required.contains(&when.field) {
            self.find(
                place,
                format!("the field `{}` must be required in every form", when.field),
            );
        } else if !field.is_some_and(|f| f.choices.iter().any(|c| c.value == when.is)) {
            self.find(
                place,
                format!("the field `{}` has no choice `{}`", when.field, when.is),
            );
        }
    }

    fn lane(&mut self, place: &str, name: &str) {
        if !(self.knows_lane)(name) {
            self.find(place, format!("the flow map has no lane `{name}`"));
        }
    }

    pub(super) fn channel(&mut self, channel: Channel, rules: &ChannelRules, place: &str) {
        self.text(format!("{place}.result"), &rules.result);
        if rules.consent_required != (channel != Channel::Portal) {
            let problem = "must be true exactly where somebody else files for the applicant (X10)";
            self.find(format!("{place}.consent_required"), problem);
        }
        if rules.attachments.count_min > rules.attachments.count_max {
            self.find(
                format!("{place}.attachments"),
                "`count_min` is above `count_max`",
            );
        }
        let mut names: Vec<_> = rules.form.all().collect();
        names.sort();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            self.find(format!("{place}.form"), "has a field twice");
        }
        self.registers(rules, place);
        self.terms(rules, place);
    }

    fn registers(&mut self, rules: &ChannelRules, place: &str) {
        let place = format!("{place}.registers");
        let regulation = self.regulation;
        self.lane(&place, "signature.verify");
        self.lane(&place, "router.route");
        for ask in &rules.registers {
            if let Ok(lane) = register_lane(&ask.register) {
                self.lane(&place, lane.as_str());
            }
            let possible = regulation.applicants.iter().any(|applicant| {
                let circumstances = Circumstances {
                    applicant: *applicant,
                    notarial_power: true,
                };
                ask.when.holds(circumstances)
            });
            if !possible {
                self.find(&place, format!("`{}` would never be asked", ask.register));
            }
        }
        let names = |name: &RegisterName| {
            rules
                .registers
                .iter()
                .filter(|a| a.register == *name)
                .count()
        };
        if rules.registers.iter().any(|ask| names(&ask.register) > 1) {
            self.find(&place, "has a register twice");
        }
        let paid = rules
            .registers
            .iter()
            .find(|ask| ask.register.as_str() == PAYMENT);
        match (regulation.fee_tenge, paid.map(|ask| ask.when)) {
            (Some(_), Some(When::Always)) | (None, None) => {}
            (Some(_), _) => self.find(&place, "a fee means that `payment` is always asked (X18)"),
            (None, Some(_)) => self.find(&place, "`payment` is asked, but there is no `fee_tenge`"),
        }
    }

    /// Special terms are decided by a choice of the form, and the ordinary term is the longest.
    fn terms(&mut self, rules: &ChannelRules, place: &str) {
        for step in &rules.steps {
            let place = format!("{place}.steps[{}]", step.number.saturating_sub(1));
            for term in &step.allowed_when {
                let when = FieldIs {
                    field: term.field.clone(),
                    is: term.is.clone(),
                };
                self.choice(rules, &when, &place);
                if step.allowed.max.compare(term.allowed.max) != Some(Ordering::Greater) {
                    self.find(
                        &place,
                        "`allowed` must be longer than every term in `allowed_when`",
                    );
                }
            }
        }
    }
}
