//! The systems outside our walls, played on loopback: state registers, the payment gateway, two providers,
//! mail, SMS and webhook receivers, and a certification authority with the people it certifies.
//!
//! `cast` says who there is, `authority` makes their certificates, `bench` starts every system on its port
//! and `control` lets a test give each its faults. Everything is invented; nothing leaves 127.0.0.1.

pub mod authority;
pub mod bench;
pub mod cast;
pub mod config;
mod control;
pub mod door;
mod doubling;
pub mod fault;
mod files;
pub mod identity;
pub mod kept;
pub mod lists;
pub mod mail;
pub mod ocsp;
pub mod officer;
pub mod provider;
pub mod register;
pub mod sinks;
mod smtp;
mod soap;
pub mod system;
pub mod tsp;
