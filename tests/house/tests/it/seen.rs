//! All spans of a run, and what must be true of them.
//!
//! In: what the collector got, after every service has ended. Each check fails with the first span that breaks
//! it. What is expected comes from the flow map and from `telemetry::names`, not from here.

use std::collections::{BTreeMap, BTreeSet};

use flow::{LaneKind, Map};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rig::{Rig, repository};
use telemetry::names;

use crate::collector::Span;

/// The calls by gRPC that the ways of messages need: who asks whom what.
const CALLS: [(&str, &str, &str); 2] = [
    (
        "intake",
        "signature",
        "kezek.signature.v1.Signatures/Verify",
    ),
    ("intake", "monitor", "kezek.monitor.v1.Monitor/GetReceipt"),
];
const SERVICES: [&str; 6] = [
    "intake",
    "signature",
    "registry",
    "router",
    "monitor",
    "notifier",
];

/// See the module.
pub(crate) struct Seen {
    spans: BTreeMap<String, Span>,
    map: Map,
}

/// One service after another in a trace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    /// From a service, by a queue, to a service.
    Queue(String, String),
    /// From a service, by a call of this method, to a service.
    Call(String, String, String),
}

impl Seen {
    pub(crate) fn new(spans: Vec<Span>) -> Self {
        let count = spans.len();
        let spans: BTreeMap<_, _> = spans.into_iter().map(|s| (s.id.clone(), s)).collect();
        assert_eq!(spans.len(), count, "span ids are unique");
        println!("{count} spans");
        let map = Map::load(&repository().join("deploy/flow.toml")).unwrap();
        Self { spans, map }
    }

    fn parent(&self, span: &Span) -> Option<&Span> {
        self.spans.get(span.parent.as_ref()?)
    }

    fn steps(&self) -> impl Iterator<Item = &Span> {
        let steps = self.spans.values();
        steps.filter(|span| !span.get(names::LANE).is_empty())
    }

    /// The application with this number was seen from the door to the one it was told to. Reports on it come in by
    /// the same door, and need be told to nobody.
    pub(crate) fn number_is_traced(&self, number: &str) {
        let doors = self.spans.values().filter(|span| {
            span.name == "POST /v1/messages"
                && span.parent.is_none()
                && span.get(names::APPLICATION_NUMBER) == number
        });
        let traces: Vec<BTreeSet<&str>> = doors.map(|door| self.names_in(&door.trace)).collect();
        let whole = [
            "process kezek:received.signature.verify:signature.verify",
            "notify email",
        ];
        assert!(
            traces
                .iter()
                .any(|names| whole.iter().all(|name| names.contains(name))),
            "no trace of {number} has {whole:?}: {traces:?}"
        );
    }

    fn names_in(&self, trace: &str) -> BTreeSet<&str> {
        let spans = self.spans.values();
        spans
            .filter(|span| span.trace == trace)
            .map(|span| span.name.as_str())
            .collect()
    }

    /// All steps over one message are in one trace, which begins at the door; and no trace has a hole.
    pub(crate) fn every_message_is_one_whole_trace(&self) {
        let mut traces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for step in self.steps() {
            let message = step.get(names::MESSAGE_ID);
            assert!(!message.is_empty(), "a step over no message: {step:?}");
            traces.entry(message).or_default().insert(&step.trace);
        }
        println!("{} messages", traces.len());
        for (message, traces) in &traces {
            assert_eq!(traces.len(), 1, "message {message} is in {traces:?}");
        }
        for span in self.spans.values() {
            match (&span.parent, self.parent(span)) {
                (None, _) => {}
                (Some(_), Some(parent)) => assert_eq!(span.trace, parent.trace, "{span:?}"),
                (Some(_), None) => panic!("its parent was never seen: {span:?}"),
            }
        }
        for step in self.steps() {
            let mut root = step;
            while let Some(parent) = self.parent(root) {
                root = parent;
            }
            assert_eq!(
                (root.service.as_str(), root.name.as_str()),
                ("intake", "POST /v1/messages"),
                "{step:?}"
            );
        }
    }

    /// From service to service leads what the map and the calls say, and each of that was seen.
    pub(crate) fn edges_are_those_of_the_map(&self) {
        let mut seen = BTreeSet::new();
        let mut lanes = BTreeSet::new();
        for span in self.spans.values() {
            let Some(parent) = self.parent(span) else {
                continue;
            };
            let (from, to) = (parent.service.clone(), span.service.clone());
            if span.kind == SpanKind::Consumer {
                assert_eq!(parent.kind, SpanKind::Producer, "{span:?}");
                assert!(span.links.contains(&parent.id), "not linked: {span:?}");
                lanes.insert(span.get(names::LANE));
                if !is_again(span) {
                    self.is_a_way(&from, span);
                    seen.insert(Edge::Queue(from, to));
                }
            } else if from != to {
                assert_eq!(parent.kind, SpanKind::Client, "{span:?}");
                assert_eq!(span.kind, SpanKind::Server, "{span:?}");
                let method = span.get(names::RPC_METHOD).to_owned();
                seen.insert(Edge::Call(from, to, method));
            }
        }
        let mut expected: BTreeSet<Edge> = CALLS
            .map(|(from, to, method)| Edge::Call(from.into(), to.into(), method.into()))
            .into();
        for way in self.map.ways() {
            let lane = self.map.lane(way.to.as_str()).unwrap();
            // What lies in a mailbox is worked by nobody.
            if lane.kind != LaneKind::Mailbox {
                let to = lane.service().to_owned();
                expected.insert(Edge::Queue(way.from.to_owned(), to));
            }
        }
        assert_eq!(seen, expected);
        for lane in &self.map.lanes {
            let is_needed = !matches!(lane.kind, LaneKind::Notification | LaneKind::Mailbox);
            assert!(
                !is_needed || lanes.contains(lane.name.as_str()),
                "{}",
                lane.name
            );
        }
    }

    fn is_a_way(&self, from: &str, step: &Span) {
        let (key, lane) = (
            step.get(names::MESSAGING_ROUTING_KEY),
            step.get(names::LANE),
        );
        let fact = key.split('.').next().unwrap_or_default();
        let ways = self.map.ways();
        let found = ways
            .iter()
            .any(|way| way.from == from && way.fact.to_string() == fact && way.to.as_str() == lane);
        assert!(found, "no way from {from} by `{fact}` to {lane}");
    }

    /// The journal's batches are linked to publishes of every service.
    pub(crate) fn the_journal_hears_everybody(&self) {
        let batches = self
            .spans
            .values()
            .filter(|span| span.name == "process journal");
        let heard: BTreeSet<&str> = batches
            .flat_map(|batch| &batch.links)
            .filter_map(|publish| self.spans.get(publish))
            .map(|publish| publish.service.as_str())
            .collect();
        assert_eq!(heard, BTreeSet::from(SERVICES));
    }

    /// What registers and providers were asked came with the context of the call that asked.
    pub(crate) async fn calls_to_the_outside_carry_their_trace(&self, rig: &Rig) {
        for system in [
            "gbd-fl",
            "gbd-ul",
            "enis",
            "payment",
            "committee",
            "national-archive",
        ] {
            let requests = rig.outside.requests(system).await.unwrap();
            let work = requests
                .iter()
                .filter(|request| request["target"] != "/health");
            let mut count = 0;
            for request in work {
                let context = request["traceparent"].as_str().unwrap_or_default();
                let id = context.split('-').nth(2).unwrap_or_default();
                let call = self.spans.get(id);
                let call = call.unwrap_or_else(|| panic!("{system}: no call made {request}"));
                assert_eq!(call.kind, SpanKind::Client);
                assert!(
                    call.get(names::URL_FULL)
                        .ends_with(request["target"].as_str().unwrap())
                );
                count += 1;
            }
            assert!(count > 0, "{system} was asked nothing");
        }
    }

    /// Every name of a span is one of the declared, filled in with its own attributes, which are declared too.
    pub(crate) fn only_declared_names(&self) {
        let attributes = BTreeSet::from(names::ATTRIBUTES);
        let resource = BTreeSet::from(names::RESOURCE);
        let mut distinct = BTreeSet::new();
        for span in self.spans.values() {
            let declared = names::SPANS
                .iter()
                .any(|name| filled(name, span) == span.name);
            assert!(declared, "`{}` is no declared name: {span:?}", span.name);
            let strange = |keys: &BTreeMap<String, String>, known: &BTreeSet<&str>| {
                let strange = keys.keys().find(|key| !known.contains(key.as_str()));
                assert_eq!(strange, None, "{span:?}");
            };
            strange(&span.attributes, &attributes);
            strange(&span.resource, &resource);
            assert_eq!(span.schema, names::SCHEMA);
            distinct.insert(span.name.as_str());
        }
        // A name is one of few: ids and numbers stand in attributes.
        let has_digits = |name: &&&str| name.chars().filter(char::is_ascii_digit).count() > 4;
        assert_eq!(distinct.iter().find(has_digits), None);
        println!("{} names of spans", distinct.len());
    }
}

/// Whether a step is one more try of a message that stayed in its lane.
fn is_again(step: &Span) -> bool {
    let key = step.get(names::MESSAGING_ROUTING_KEY);
    key.starts_with("attempt-failed.") && key.ends_with(step.get(names::LANE))
}

/// A declared name with the attributes of `span` in place of what stands in braces.
fn filled(name: &str, span: &Span) -> String {
    let mut filled = name.to_owned();
    for (key, value) in &span.attributes {
        filled = filled.replace(&format!("{{{key}}}"), value);
    }
    filled
}
