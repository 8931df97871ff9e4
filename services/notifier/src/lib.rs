//! notifier tells applicants what happens to their applications, each thing once.
//!
//! In come the events whose facts concern an applicant (received, refused, delivered, reported, decided); out
//! go letters in his language, and the fact `notified` with how that went. It keeps no applications and asks
//! nobody; Redis remembers what was sent, and may forget it. See README.md.

pub mod app;
pub mod channels;
pub mod config;
pub mod letter;
pub mod notify;
pub mod texts;
pub mod told;
