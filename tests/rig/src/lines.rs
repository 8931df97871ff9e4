//! The lines of a rig, and how addresses are led through them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context;

use crate::{Line, Outside, Postgres, Redis};

/// Lines by the name of what each leads to.
#[derive(Debug, Default)]
pub struct Lines(BTreeMap<String, Line>);

impl Lines {
    pub(crate) async fn lay(&mut self, name: &str, servers: Vec<SocketAddr>) -> anyhow::Result<()> {
        self.0.insert(name.to_owned(), Line::to(servers).await?);
        Ok(())
    }

    /// Lays the lines to both stores and to every system outside.
    pub(crate) async fn lay_all(
        &mut self,
        redis: &Redis,
        postgres: &Postgres,
        outside: &Outside,
    ) -> anyhow::Result<()> {
        self.lay("redis", vec![server(&redis.url())?]).await?;
        let database = postgres.url("postgres", "kezek");
        self.lay("postgres", vec![server(&database)?]).await?;
        for (system, address) in &outside.endpoints().systems {
            self.lay(system, vec![server(address)?]).await?;
        }
        Ok(())
    }

    /// The line to `name`.
    pub fn find(&self, name: &str) -> anyhow::Result<&Line> {
        let line = self.0.get(name);
        line.with_context(|| format!("this rig has no line to {name}"))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// `address`, with the beginning of the line in place of host and port; as it is where no line was laid.
    pub(crate) fn through(&self, name: &str, address: &str) -> String {
        match (self.0.get(name), place(address)) {
            (Some(line), Some(place)) => address.replacen(place, &line.address().to_string(), 1),
            _ => address.to_owned(),
        }
    }
}

/// Where an address leads.
pub(crate) fn server(address: &str) -> anyhow::Result<SocketAddr> {
    let place = place(address).with_context(|| format!("no host and port in {address}"))?;
    let place = place.replace("localhost", "127.0.0.1");
    place
        .parse()
        .with_context(|| format!("not an address: {place}"))
}

/// `host:port` in `scheme://user@host:port/path`.
fn place(address: &str) -> Option<&str> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split(['/', '?']).next()?;
    Some(rest.rsplit_once('@').map_or(rest, |(_, place)| place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_led_through_the_line() {
        for address in [
            "postgres://role@127.0.0.1:54/kezek",
            "http://127.0.0.1:54",
            "127.0.0.1:54",
            "amqp://guest:guest@127.0.0.1:54/%2f",
        ] {
            assert_eq!(place(address), Some("127.0.0.1:54"));
            assert_eq!(server(address).unwrap().port(), 54);
        }
    }
}
