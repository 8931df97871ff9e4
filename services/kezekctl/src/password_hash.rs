//! `kezekctl password-hash`: what stands in `participants.toml` instead of a system's password.
//!
//! In: the password, one line of the standard input, so that no list of processes shows it. Out: its hash.

use std::{io::BufRead as _, process::ExitCode};

use anyhow::{Context as _, ensure};
use participants::PasswordHash;
use serde_json::json;

use crate::screen::Screen;

const EXAMPLES: &str = "Examples:
  kezekctl password-hash < password.txt";

/// The fewest characters of a password.
const CHARS_MIN: usize = 12;

/// Hash a password, read from the standard input, for participants.toml (gateway.password_hash).
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

pub(crate) fn run(screen: &Screen) -> anyhow::Result<ExitCode> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("read the password from the standard input")?;
    let hash = hash(line.trim_end_matches(['\r', '\n']))?;
    if screen.json {
        screen.value(&json!({ "password_hash": hash.as_str() }))?;
    } else {
        screen.line(hash.as_str());
    }
    Ok(ExitCode::SUCCESS)
}

fn hash(password: &str) -> anyhow::Result<PasswordHash> {
    ensure!(
        password.chars().count() >= CHARS_MIN,
        "the password must have {CHARS_MIN} characters at least: a machine writes it, so let a machine make it"
    );
    Ok(PasswordHash::of(password, &rand::random())?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_is_hashed_with_a_new_salt_each_time_and_a_short_one_is_not() {
        let (one, other) = (
            super::hash("correct horse").unwrap(),
            super::hash("correct horse").unwrap(),
        );
        assert_ne!(one, other);
        assert!(one.is_of("correct horse") && !one.is_of("correct house"));
        assert!(super::hash("horse").is_err());
    }
}
