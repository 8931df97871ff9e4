//! The members of a record: what is read from where, as what.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    Format,
    bad::{BadMapping, Unreadable},
    file::{self, Literal},
    here::Here,
    kind::Kind,
    path::Path,
};

/// Members of a mapping, all tables together.
const MEMBERS_MAX: usize = 500;
/// Tables inside of tables.
const DEPTH_MAX: usize = 8;
/// Items of a list, where the mapping does not say.
const ITEMS_MAX: usize = 200;
/// Items of a list that a mapping may allow.
const ITEMS_MOST: usize = 10_000;
/// Values of a record, all lists together.
const VALUES_MAX: usize = 50_000;
/// The longest name of a member, characters.
const NAME_CHARS_MAX: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Members(Vec<Member>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: String,
    /// With those above it, for errors.
    field: String,
    required: bool,
    from: From,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum From {
    /// The first of these paths at which something stands.
    Paths(Vec<Path>, Text),
    Each {
        path: Path,
        items_max: usize,
        item: Item,
    },
    At(Path, Members),
    Value(Value),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Text(Text),
    Members(Members),
}

/// How a text is read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    kind: Kind,
    /// What a code is called here. One that is not listed stays as it is.
    codes: BTreeMap<String, String>,
}

/// How many values may still be read.
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(VALUES_MAX)
    }
}

/// Reads the description of members.
pub(crate) struct Reader {
    pub(crate) format: Format,
    pub(crate) members: usize,
}

impl Reader {
    pub(crate) fn members(
        &mut self,
        written: BTreeMap<String, file::Member>,
        above: &str,
        depth: usize,
    ) -> Result<Members, BadMapping> {
        if written.is_empty() {
            return Err(BadMapping::new(above, "has no members"));
        }
        if depth > DEPTH_MAX {
            return Err(BadMapping::new(
                above,
                format!("deeper than {DEPTH_MAX} tables"),
            ));
        }
        let mut read = Vec::with_capacity(written.len());
        for (name, member) in written {
            let field = format!("{above}.{name}");
            self.members += 1;
            if self.members > MEMBERS_MAX {
                return Err(BadMapping::new(
                    field,
                    format!("more than {MEMBERS_MAX} members"),
                ));
            }
            if !is_name(&name) {
                let problem = "names are small letters, digits and `_`, and begin with a letter";
                return Err(BadMapping::new(field, problem));
            }
            let (required, from) = match member {
                file::Member::Path(path) => {
                    let path = Path::parse(&path, self.format, &field)?;
                    (false, From::Paths(vec![path], Text::PLAIN))
                }
                file::Member::Table(table) => (table.required, self.table(*table, &field, depth)?),
            };
            read.push(Member {
                name,
                field,
                required,
                from,
            });
        }
        Ok(Members(read))
    }

    fn table(
        &mut self,
        table: file::MemberTable,
        field: &str,
        depth: usize,
    ) -> Result<From, BadMapping> {
        let file::MemberTable {
            path,
            each,
            at,
            value,
            kind,
            codes,
            members,
            items_max,
            required: _,
        } = table;
        let out_of_place = |present: bool, name: &str, why: &str| {
            if present {
                Err(BadMapping::new(format!("{field}.{name}"), why))
            } else {
                Ok(())
            }
        };
        let text = Text {
            kind: kind.unwrap_or_default(),
            codes: codes.clone().unwrap_or_default(),
        };
        let typed = kind.is_some() || codes.is_some();
        let only_each = "belongs to a list; say where it stands with `each`";
        match (path, each, at, value) {
            (Some(paths), None, None, None) => {
                out_of_place(members.is_some(), "members", "belongs to `each` or `at`")?;
                out_of_place(items_max.is_some(), "items_max", only_each)?;
                Ok(From::Paths(
                    self.paths(&paths.0, &format!("{field}.path"))?,
                    text,
                ))
            }
            (None, Some(each), None, None) => {
                let path = Path::parse(&each, self.format, &format!("{field}.each"))?;
                let items_max = items_max.unwrap_or(ITEMS_MAX);
                if !(1..=ITEMS_MOST).contains(&items_max) {
                    let problem = format!("must be 1 to {ITEMS_MOST}");
                    return Err(BadMapping::new(format!("{field}.items_max"), problem));
                }
                let item = match members {
                    None => Item::Text(text),
                    Some(members) => {
                        out_of_place(typed, "type", "belongs to a text; the items have members")?;
                        Item::Members(self.members(
                            members,
                            &format!("{field}.members"),
                            depth + 1,
                        )?)
                    }
                };
                Ok(From::Each {
                    path,
                    items_max,
                    item,
                })
            }
            (None, None, Some(at), None) => {
                out_of_place(typed, "type", "belongs to a text; this has members")?;
                out_of_place(items_max.is_some(), "items_max", only_each)?;
                let members = members.ok_or_else(|| {
                    BadMapping::new(field, "`at` needs `members`; for one text write `path`")
                })?;
                let path = Path::parse(&at, self.format, &format!("{field}.at"))?;
                let members = self.members(members, &format!("{field}.members"), depth + 1)?;
                Ok(From::At(path, members))
            }
            (None, None, None, Some(value)) => {
                let more = typed || members.is_some() || items_max.is_some();
                out_of_place(more, "value", "needs nothing beside it")?;
                Ok(From::Value(match value {
                    Literal::Bool(value) => Value::from(value),
                    Literal::Integer(value) => Value::from(value),
                    Literal::Text(value) => Value::from(value),
                }))
            }
            _ => {
                let problem = "write one of `path`, `each`, `at`, `value`";
                Err(BadMapping::new(field, problem))
            }
        }
    }

    pub(crate) fn paths(&self, texts: &[String], field: &str) -> Result<Vec<Path>, BadMapping> {
        if texts.is_empty() {
            return Err(BadMapping::new(field, "has no path"));
        }
        let read = |text: &String| Path::parse(text, self.format, field);
        texts.iter().map(read).collect()
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= NAME_CHARS_MAX
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Text {
    const PLAIN: Self = Self {
        kind: Kind::Text,
        codes: BTreeMap::new(),
    };

    fn value(&self, text: &str, field: &str) -> Result<Value, Unreadable> {
        match self.codes.get(text) {
            Some(called) => Ok(Value::from(called.as_str())),
            None => self
                .kind
                .value(text)
                .map_err(|why| Unreadable::form(field, why)),
        }
    }
}

impl Members {
    /// What stands of these members below `here`.
    pub(crate) fn read(
        &self,
        here: Here<'_>,
        budget: &mut Budget,
    ) -> Result<Map<String, Value>, Unreadable> {
        let mut record = Map::new();
        for member in &self.0 {
            budget.0 = budget.0.checked_sub(1).ok_or_else(|| {
                Unreadable::form(&member.field, format!("more than {VALUES_MAX} values"))
            })?;
            match member.read(here, budget)? {
                Some(value) => {
                    record.insert(member.name.clone(), value);
                }
                None if member.required => {
                    return Err(Unreadable::form(&member.field, "is lacking in the answer"));
                }
                None => {}
            }
        }
        Ok(record)
    }
}

impl Member {
    fn read(&self, here: Here<'_>, budget: &mut Budget) -> Result<Option<Value>, Unreadable> {
        match &self.from {
            From::Value(value) => Ok(Some(value.clone())),
            From::Paths(paths, text) => first(paths, here, &self.field)?
                .map(|found| text.value(&found, &self.field))
                .transpose(),
            From::At(path, members) => match path.one(here, &self.field)? {
                None => Ok(None),
                Some(below) => {
                    let record = members.read(below, budget)?;
                    Ok(Some(Value::Object(record)).filter(is_full))
                }
            },
            From::Each {
                path,
                items_max,
                item,
            } => {
                let found = path.all(here, &self.field)?;
                let items: Vec<Here<'_>> = found.into_iter().flat_map(Here::items).collect();
                if items.len() > *items_max {
                    let why = format!("more than {items_max} items");
                    return Err(Unreadable::form(&self.field, why));
                }
                let mut read = Vec::with_capacity(items.len());
                for place in items {
                    read.extend(item.read(place, &self.field, budget)?);
                }
                Ok(Some(Value::Array(read)).filter(is_full))
            }
        }
    }
}

impl Item {
    fn read(
        &self,
        place: Here<'_>,
        field: &str,
        budget: &mut Budget,
    ) -> Result<Option<Value>, Unreadable> {
        match self {
            Self::Members(members) => {
                let record = Value::Object(members.read(place, budget)?);
                Ok(Some(record).filter(is_full))
            }
            Self::Text(text) => place
                .text(field)?
                .map(|found| text.value(&found, field))
                .transpose(),
        }
    }
}

/// An object or list of nothing is as good as none.
fn is_full(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// The text at the first of `paths` at which one stands.
pub(crate) fn first(
    paths: &[Path],
    here: Here<'_>,
    field: &str,
) -> Result<Option<String>, Unreadable> {
    for path in paths {
        let found = path.one(here, field)?;
        if let Some(text) = found.map(|place| place.text(field)).transpose()?.flatten() {
            return Ok(Some(text));
        }
    }
    Ok(None)
}
