//! A public service as data: who may ask for it, by which door, with which form, which registers are asked,
//! which provider answers, which steps it takes and how long each may last (S4, X17).
//!
//! In come `deploy/regulations/*.toml`, strictly read; out go pure answers: the plan of a message, its
//! provider, what is wrong with a form, how long each step took. Nothing here asks a clock or a network, and
//! no answer repeats what an applicant wrote. Which days are working days says `deploy/calendar.toml`.

mod calendar;
mod check;
mod draw;
mod form;
mod pauses;
mod plan;
mod read;
mod regulation;
mod rungs;
mod spoken;
mod steps;
mod text;
mod time;
mod timeline;

pub use calendar::{Calendar, OutsideCalendar};
pub use check::Finding;
pub use draw::{Medians, draw};
pub use form::{Choice, Field, FieldError, FormFields, Origin};
pub use pauses::{Outage, Pause, Standstill, Why};
pub use plan::{ApplicantKind, Ask, Circumstances, FieldIs, Providers, When};
pub use read::{Invalid, LoadError, Regulations};
pub use regulation::{AttachmentRules, ChannelRules, Regulation};
pub use rungs::Rungs;
pub use spoken::spoken;
pub use steps::{AllowedWhen, End, FactPattern, Next, Step};
pub use text::{Condition, Text, Words};
pub use time::{Allowed, InvalidLength, Length, local};
pub use timeline::{Progress, Rung, Seen, StepTime};
