//! Error codes in words, from the catalogue.
//!
//! In: a code as facts carry it. Out: what it means and what the one who can act does, in the language asked
//! for. A code of a newer version is shown as it is.

use crate::screen::Screen;

/// What `code` means; empty if this version does not know it.
pub(crate) fn meaning(code: &str, screen: &Screen) -> &'static str {
    fault::find(code).map_or("", |c| {
        screen.pick(c.meaning.kk, c.meaning.ru, c.meaning.en)
    })
}

/// What is to be done about `code`; empty if this version does not know it.
pub(crate) fn action(code: &str, screen: &Screen) -> &'static str {
    fault::find(code).map_or("", |c| screen.pick(c.action.kk, c.action.ru, c.action.en))
}
