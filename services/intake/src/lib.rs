//! intake: the door of the house.
//!
//! A participant's system comes in by HTTPS with its certificate, hands in attachments and messages, and is
//! answered once the broker has stored them (202) or with a problem that says why not. What is accepted goes on
//! as the fact `received`, to have its signatures verified. Keeps attachments in an object store and answers in
//! Redis; keeps nothing at all of what it refuses (X1).

pub mod accept;
pub mod answers;
pub mod app;
pub mod ask;
pub mod asked;
pub mod attachments;
pub mod carrier;
pub mod checks;
pub mod codes;
pub mod collect;
pub mod compose;
pub mod config;
pub mod document;
pub mod envelope;
pub mod form;
pub mod head;
pub mod http;
pub mod mailbox;
pub mod metrics;
pub mod news;
pub mod prefer;
pub mod problem;
pub mod query;
pub mod receipts;
pub mod registers;
pub mod shape;
pub mod soap;
pub mod stamps;
pub mod tls;
pub mod verdicts;
