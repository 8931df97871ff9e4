//! Draws the steps of a channel as swim lanes: one column for each unit, one row for each step, arrows with
//! their conditions, the time each step is allowed and, where known, the median of what was measured.
//!
//! In come a regulation and the words; out goes one SVG document that needs nothing else. Colours are
//! attributes, so that a page's style sheet may replace them by class. Nothing is measured here: how wide a
//! text is follows from its length.

mod arrows;
mod paper;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use message::{Channel, Language};

use crate::{ChannelRules, End, Next, Regulation, Step, Text, Words, spoken::spoken};
use paper::{Paper, wrap};

/// The median time of each step, by its number.
pub type Medians = BTreeMap<u16, SignedDuration>;

const COLUMN: u32 = 250;
const GUTTER: u32 = 36;
const HEAD: u32 = 52;
const GAP: u32 = 30;
const LINE: u32 = 16;
const PADDING: u32 = 10;
/// Characters of a line of text in a box, and in the head of a column: so many Cyrillic letters of a wide face
/// (DejaVu Sans, 13 px) stand in a column. Notes are set smaller.
const CHARACTERS: usize = 28;

/// A step, as it will stand on the paper.
struct Cell<'a> {
    step: &'a Step,
    column: u32,
    top: u32,
    height: u32,
    action: Vec<String>,
    notes: Vec<Note>,
}

/// A line under the action: its class and its words.
struct Note {
    class: &'static str,
    text: String,
}

impl Cell<'_> {
    fn left(&self) -> u32 {
        self.column * (COLUMN + GUTTER) + GUTTER
    }

    fn middle(&self) -> u32 {
        self.left() + COLUMN / 2
    }

    fn bottom(&self) -> u32 {
        self.top + self.height
    }
}

/// The drawing of `channel` in `language`; none where the service has no such channel.
pub fn draw(
    regulation: &Regulation,
    words: &Words,
    channel: Channel,
    language: Language,
    medians: Option<&Medians>,
) -> Option<String> {
    let rules = regulation.channel(channel)?;
    let units = units(rules);
    let cells = cells(rules, words, &units, language, medians);
    let columns = u32::try_from(units.len()).unwrap_or(u32::MAX);
    let width = columns * (COLUMN + GUTTER) + GUTTER;
    let height = cells.last().map_or(HEAD, Cell::bottom) + GAP;

    let name = regulation.name.get(language);
    let title = format!("{name} · {}", channel_word(channel).get(language));
    let mut paper = Paper::new(width, height, language, &title, &told(&cells, language));
    for (place, unit) in (0..).zip(&units) {
        let name = words
            .units
            .get(*unit)
            .map_or(*unit, |text| text.get(language));
        let left = place * (COLUMN + GUTTER) + GUTTER / 2;
        paper.lane(left, COLUMN + GUTTER, height, place % 2 == 0);
        let lines = wrap(name, CHARACTERS);
        for (row, line) in (0..).zip(&lines) {
            let at = HEAD / 2 + 2 + row * LINE - LINE * (lines_of(&lines) - 1) / 2;
            paper.text("unit", left + u32::midpoint(COLUMN, GUTTER), at, line);
        }
    }
    arrows::draw(&mut paper, &cells);
    for cell in &cells {
        cell.draw(&mut paper);
    }
    Some(paper.finish())
}

fn lines_of(lines: &[String]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

/// The units of a channel, in the order in which they first act.
fn units(rules: &ChannelRules) -> Vec<&str> {
    let mut units: Vec<&str> = Vec::new();
    for step in &rules.steps {
        if !units.contains(&step.unit.as_str()) {
            units.push(&step.unit);
        }
    }
    units
}

fn cells<'a>(
    rules: &'a ChannelRules,
    words: &Words,
    units: &[&str],
    language: Language,
    medians: Option<&Medians>,
) -> Vec<Cell<'a>> {
    let mut top = HEAD + GAP;
    let place = |step: &Step| units.iter().position(|unit| *unit == step.unit);
    rules
        .steps
        .iter()
        .map(|step| {
            let action = wrap(
                &format!("{}. {}", step.number, step.action.get(language)),
                CHARACTERS,
            );
            let median = medians.and_then(|medians| medians.get(&step.number));
            let notes = notes(step, words, language, median.copied());
            let lines = u32::try_from(action.len() + notes.len()).unwrap_or(u32::MAX);
            let cell = Cell {
                step,
                column: place(step).and_then(|at| at.try_into().ok()).unwrap_or(0),
                top,
                height: 2 * PADDING + lines * LINE + 4,
                action,
                notes,
            };
            top = cell.bottom() + GAP;
            cell
        })
        .collect()
}

/// What stands under the action: times, conditions, how it ends.
fn notes(
    step: &Step,
    words: &Words,
    language: Language,
    median: Option<SignedDuration>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |class, text: &str| {
        for text in wrap(text, CHARACTERS + 3) {
            notes.push(Note { class, text });
        }
    };
    let allowed = step.allowed.spoken(language);
    note("time", &format!("{} {allowed}", ALLOWED.get(language)));
    for special in &step.allowed_when {
        let allowed = special.allowed.spoken(language);
        note(
            "time",
            &format!("{} = {}: {allowed}", special.field, special.is),
        );
    }
    if let Some(median) = median {
        let said = spoken(median, language);
        note("median", &format!("{} {said}", MEDIAN.get(language)));
    }
    for next in &step.next {
        if let Some(condition) = condition(next, words, language) {
            note("condition", &format!("→ {}: {condition}", next.step));
        }
    }
    match step.end {
        Some(End::Refusal) => note("refusal", REFUSAL.get(language)),
        Some(End::Result) => note("result", RESULT.get(language)),
        None => {}
    }
    notes
}

fn condition<'a>(next: &Next, words: &'a Words, language: Language) -> Option<&'a str> {
    let yes = next
        .when
        .as_ref()
        .and_then(|word| words.conditions.get(word));
    let no = next
        .unless
        .as_ref()
        .and_then(|word| words.conditions.get(word));
    yes.map(|condition| &condition.yes)
        .or_else(|| no.map(|condition| &condition.no))
        .map(|text: &Text| text.get(language))
}

/// The drawing in words, for those who do not see it.
fn told(cells: &[Cell<'_>], language: Language) -> String {
    let said = cells.iter().map(|cell| {
        let notes: Vec<&str> = cell.notes.iter().map(|note| note.text.as_str()).collect();
        format!("{}. {}", cell.step.action.get(language), notes.join("; "))
    });
    said.collect::<Vec<_>>().join(" ")
}

impl Cell<'_> {
    fn draw(&self, paper: &mut Paper) {
        let class = match self.step.end {
            Some(End::Refusal) => "step refusal",
            Some(End::Result) => "step result",
            None if self.step.outside => "step outside",
            None => "step",
        };
        paper.step(class, self.left(), self.top, COLUMN, self.height);
        let mut at = self.top + PADDING + 12;
        for line in &self.action {
            paper.text("action", self.left() + PADDING, at, line);
            at += LINE;
        }
        at += 4;
        for note in &self.notes {
            paper.text(note.class, self.left() + PADDING, at, &note.text);
            at += LINE;
        }
    }
}

/// A text of the drawing itself.
struct Word(&'static str, &'static str, &'static str);

impl Word {
    fn get(&self, language: Language) -> &'static str {
        match language {
            Language::Kk => self.0,
            Language::Ru => self.1,
            Language::En => self.2,
        }
    }
}

fn channel_word(channel: Channel) -> Word {
    match channel {
        Channel::Portal => Word("портал", "портал", "portal"),
        Channel::Provider => Word("қызмет беруші", "услугодатель", "provider"),
        Channel::FrontOffice => Word("ХҚКО", "ЦОН", "front office"),
    }
}

const ALLOWED: Word = Word("рұқсат:", "отведено:", "allowed:");
const MEDIAN: Word = Word("медиана:", "медиана:", "median:");
const REFUSAL: Word = Word("■ Соңы: бас тарту", "■ Конец: отказ", "■ End: refusal");
const RESULT: Word = Word("● Соңы: нәтиже", "● Конец: результат", "● End: result");
