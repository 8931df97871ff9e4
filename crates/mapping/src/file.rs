//! The TOML of a mapping, as it is written. Strict: a field that is not known is refused by its name.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{About, Format, kind::Kind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) about: About,
    pub(crate) format: Format,
    pub(crate) request: Option<Request>,
    #[serde(default)]
    pub(crate) echo: Vec<Same>,
    #[serde(default)]
    pub(crate) same: Vec<Same>,
    pub(crate) outcome: Vec<Outcome>,
    #[serde(default)]
    pub(crate) source: Source,
    pub(crate) members: BTreeMap<String, Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) template: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Same {
    pub(crate) path: OneOrMore,
    pub(crate) is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    pub(crate) means: Means,
    pub(crate) when: Vec<When>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Means {
    Known,
    Unknown,
    Later,
    Down,
    Refused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    pub(crate) path: String,
    pub(crate) equals: Option<OneOrMore>,
    pub(crate) exists: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) number: Option<String>,
    pub(crate) answered_at: Option<String>,
    pub(crate) code: Option<String>,
}

/// A member: a path alone, or a table that says more.
pub(crate) enum Member {
    Path(String),
    Table(Box<MemberTable>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberTable {
    pub(crate) path: Option<OneOrMore>,
    pub(crate) each: Option<String>,
    pub(crate) at: Option<String>,
    pub(crate) value: Option<Literal>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Kind>,
    pub(crate) codes: Option<BTreeMap<String, String>>,
    pub(crate) members: Option<BTreeMap<String, Member>>,
    pub(crate) items_max: Option<usize>,
    #[serde(default)]
    pub(crate) required: bool,
}

/// What a member always is.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Literal {
    Bool(bool),
    Integer(i64),
    Text(String),
}

/// A text, or a list of texts.
pub(crate) struct OneOrMore(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Member;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, or a table with `path`, `each`, `at` or `value`")
            }
            fn visit_str<E>(self, path: &str) -> Result<Member, E> {
                Ok(Member::Path(path.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Member, A::Error> {
                let table = MemberTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Member::Table(Box::new(table)))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = OneOrMore;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }
            fn visit_str<E>(self, one: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore(vec![one.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMore, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(OneOrMore(all))
            }
        }
        deserializer.deserialize_any(Read)
    }
}
