//! The testbed seen from outside: over sockets, with a mail client, with openssl.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod answers;
mod authority;
mod channels;
mod faults;
mod mail;
mod officer;
mod play;
mod registers;
