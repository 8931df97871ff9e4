//! Route: an enriched application comes in; it goes on into the lane of its provider, or is refused.
//!
//! The regulation decides, by the form that was signed. Pure but for the regulations it was given: the same
//! application always goes the same way.

use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, Refusal, delivery::PROVIDER_UNKNOWN, inside::INTERNAL};
use flow::Map;
use message::{Detail, Event, LaneName, ProviderCode};
use regulations::{Regulation, Regulations};
use serde_json::Value;
use stage::{Next, Stage, Verdict};

use crate::config::lane_of;

/// The step that chooses the provider.
pub struct Route {
    pub map: Arc<Map>,
    pub regulations: Arc<Regulations>,
}

const DOING: &str = "choose the provider";

#[async_trait]
impl Stage for Route {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let message = event.message.clone();
        let mut message = message.ok_or_else(|| never("there is no message"))?;
        if message.applicant.is_none() {
            return Err(never("nobody applies in this message"));
        }
        let regulation = self.regulations.get(&message.service);
        let regulation = regulation
            .ok_or_else(|| never(&format!("there is no regulation of `{}`", message.service)))?;
        // The door has checked the form, so this is not the applicant's mistake.
        let form: Value = serde_json::from_slice(&message.document.content)
            .map_err(|_| never("the signed document is not a JSON form"))?;
        let provider = regulation.provider(&form).clone();
        let Some(lane) = self.lane(&provider) else {
            let refusal = Refusal::new(&PROVIDER_UNKNOWN, format!("no lane leads to `{provider}`"));
            return Ok(Verdict::Refuse {
                message,
                facts: Vec::new(),
                refusal,
            });
        };
        let routed = Detail::Routed {
            reason: reason(regulation, &provider),
            provider: provider.clone(),
        };
        message.provider = Some(provider);
        Ok(Verdict::Pass {
            message,
            facts: vec![routed],
            next: Next::Lane(lane),
        })
    }
}

impl Route {
    fn lane(&self, provider: &ProviderCode) -> Option<LaneName> {
        let lane = self.map.lane(&lane_of(provider)).ok()?;
        Some(lane.name.clone())
    }
}

/// Why this provider, in the regulation's own words; nothing the applicant wrote.
fn reason(regulation: &Regulation, provider: &ProviderCode) -> String {
    let providers = &regulation.providers;
    let chosen = providers.chosen.iter().find(|(_, code)| code == provider);
    match chosen {
        Some((when, _)) => format!("the form says `{}` = `{}`", when.field, when.is),
        None if providers.chosen.is_empty() => "the only provider of the service".to_owned(),
        None => "the form names no other provider".to_owned(),
    }
}

fn never(why: &str) -> Fault {
    Fault::never(&INTERNAL, DOING).because(why)
}
