//! `kezekctl` as a person runs it: the built program, its exit code and what it prints.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asked;
mod data;
mod parked;
mod run;
mod submit;
mod verify;
