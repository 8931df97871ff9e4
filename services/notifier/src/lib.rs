//! notifier tells applicants what happens to their applications, each thing once.
//!
//! In come the events whose facts concern an applicant (received, refused, delivered, reported, decided); out
//! go letters, short texts and signed messages to the system that filed for him, in his language, and the fact
//! `notified` with how that went. It keeps no applications and asks nobody; Redis remembers what was sent, and may forget it. See README.md.

pub mod app;
pub mod channels;
pub mod config;
pub mod letter;
pub mod notify;
pub mod occasion;
pub mod preview;
pub mod signing;
pub mod texts;
pub mod told;
