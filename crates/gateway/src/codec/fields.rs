//! Reading the children of an element by their local names. An error names the field and never its value.

use jiff::Timestamp;
use xmldsig::Element;

use crate::fault::Refusal;
use crate::names::XSI;
use crate::time;

/// The child of this name; none if it is missing or nil.
pub(crate) fn child<'v>(parent: &Element<'v>, name: &str) -> Result<Option<Element<'v>>, Refusal> {
    let mut found = parent.children().filter(|child| child.name() == name);
    let first = found.next();
    if found.next().is_some() {
        let why = format!("`{name}` stands twice in `{}`", parent.name());
        return Err(Refusal::format(why));
    }
    Ok(first.filter(|one| !is_nil(one)))
}

/// All children of this name that are not nil.
pub(crate) fn children<'v>(
    parent: &Element<'v>,
    name: &'static str,
) -> impl Iterator<Item = Element<'v>> + use<'v> {
    parent
        .children()
        .filter(move |child| child.name() == name && !is_nil(child))
}

/// The child of this name, which must be there.
pub(crate) fn need<'v>(parent: &Element<'v>, name: &str) -> Result<Element<'v>, Refusal> {
    child(parent, name)?.ok_or_else(|| lacking(parent, name))
}

/// A text, as it stands.
pub(crate) fn text(parent: &Element<'_>, name: &str) -> Result<String, Refusal> {
    leaf(&need(parent, name)?)
}

/// A text without white space around it: an identifier, a code.
pub(crate) fn word(parent: &Element<'_>, name: &str) -> Result<String, Refusal> {
    Ok(text(parent, name)?.trim().to_owned())
}

/// An identifier that must not be empty.
pub(crate) fn id(parent: &Element<'_>, name: &str) -> Result<String, Refusal> {
    may_word(parent, name)?.ok_or_else(|| lacking(parent, name))
}

/// A text that may be missing; an empty one is none.
pub(crate) fn may_text(parent: &Element<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let text = child(parent, name)?.map(|child| leaf(&child)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

pub(crate) fn may_word(parent: &Element<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let text = may_text(parent, name)?.map(|text| text.trim().to_owned());
    Ok(text.filter(|text| !text.is_empty()))
}

/// An identifier of a session, without the braces that some put around it.
pub(crate) fn may_session(parent: &Element<'_>) -> Result<Option<String>, Refusal> {
    let text = may_text(parent, "sessionId")?.unwrap_or_default();
    let mut bare = text.trim();
    while let Some(inside) = bare
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    {
        bare = inside.trim();
    }
    Ok(Some(bare.to_owned()).filter(|bare| !bare.is_empty()))
}

pub(crate) fn when(parent: &Element<'_>, name: &str) -> Result<Timestamp, Refusal> {
    may_when(parent, name)?.ok_or_else(|| lacking(parent, name))
}

pub(crate) fn may_when(parent: &Element<'_>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let no_time = || {
        let why = format!(
            "`{name}` in `{}` is not a time (xs:dateTime)",
            parent.name()
        );
        Refusal::format(why)
    };
    match may_word(parent, name)? {
        None => Ok(None),
        Some(word) => time::read(&word).ok_or_else(no_time).map(Some),
    }
}

fn leaf(element: &Element<'_>) -> Result<String, Refusal> {
    if element.children().next().is_some() {
        let why = format!("`{}` has elements inside, and must be text", element.name());
        return Err(Refusal::format(why));
    }
    Ok(element.text())
}

fn lacking(parent: &Element<'_>, name: &str) -> Refusal {
    Refusal::format(format!("`{name}` is missing in `{}`", parent.name()))
}

fn is_nil(element: &Element<'_>) -> bool {
    matches!(
        element.attribute(XSI, "nil").map(str::trim),
        Some("true" | "1")
    )
}
