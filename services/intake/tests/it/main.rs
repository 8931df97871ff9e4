//! intake, seen from the street: what is taken, what is refused and how, and what happens when the servers
//! around it come and go. The broker and the memory of answers are stand-ins where their behaviour is the
//! question, and real servers where our use of them is.

#![expect(
    clippy::unwrap_used,
    clippy::clone_on_ref_ptr,
    reason = "a test that cannot go on has failed; what is shared with a trait is cloned as itself"
)]

mod answers;
mod anything;
mod bench;
mod besides;
mod collecting;
mod forms;
mod letters;
mod openapi;
mod order;
mod papers;
mod process;
mod queries;
mod redis;
mod shelf;
mod soap;
mod stamps;
mod street;
mod waiting;
mod xml;
