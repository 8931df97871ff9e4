//! Three network namespaces joined by a bridge, so that one can be taken off the network. Needs root.
//!
//! In: nothing. Out: names to run programs in, an address for each on a network of their own that this machine
//! reaches too. Everything is removed with the handle, or by the warden.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::Context;

use crate::process::Command;
use crate::{free_port, warden};

/// How many there are.
const COUNT: usize = 3;

/// See the module.
#[derive(Debug)]
pub(crate) struct Spaces {
    /// The bridge's name, and the beginning of all other names.
    bridge: String,
    network: [u8; 3],
}

/// Why nodes cannot be isolated here, if they cannot.
pub fn can_isolate() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("network namespaces need root".to_owned());
    }
    let tool = std::process::Command::new("ip").arg("-V").output();
    match tool {
        Ok(said) if said.status.success() => Ok(()),
        _ => Err("there is no `ip` (package iproute2)".to_owned()),
    }
}

impl Spaces {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        can_isolate().map_err(anyhow::Error::msg)?;
        // A port that is ours alone makes names and a network that are ours alone.
        let number = free_port();
        let [high, low] = number.to_be_bytes();
        let spaces = Self {
            bridge: format!("kz{number}"),
            network: [10, 64 + high % 64, low],
        };
        warden::space(&spaces.bridge)?;
        spaces.build().await.context("no network of our own")?;
        Ok(spaces)
    }

    async fn build(&self) -> anyhow::Result<()> {
        let bridge = self.bridge.as_str();
        let own = format!("{}/24", self.address(254));
        ip(&["link", "add", bridge, "type", "bridge"]).await?;
        ip(&["addr", "add", &own, "dev", bridge]).await?;
        ip(&["link", "set", bridge, "up"]).await?;
        for place in 0..COUNT {
            let (space, link) = (self.name(place), self.link_name(place));
            let address = format!("{}/24", self.host(place));
            ip(&["netns", "add", &space]).await?;
            ip(&[
                "link", "add", &link, "type", "veth", "peer", "name", "eth0", "netns", &space,
            ])
            .await?;
            ip(&["link", "set", &link, "master", bridge, "up"]).await?;
            for inside in [
                ["addr", "add", &address, "dev", "eth0"].as_slice(),
                &["link", "set", "eth0", "up"],
                &["link", "set", "lo", "up"],
            ] {
                ip(&[&["-n", space.as_str()], inside].concat()).await?;
            }
        }
        Ok(())
    }

    /// The namespace at `place`.
    pub(crate) fn name(&self, place: usize) -> String {
        format!("{}-{place}", self.bridge)
    }

    /// Its address.
    pub(crate) fn host(&self, place: usize) -> IpAddr {
        IpAddr::V4(self.address(u8::try_from(place + 1).unwrap_or(u8::MAX)))
    }

    /// Plugs it in, or pulls the plug.
    pub(crate) async fn link(&self, place: usize, is_up: bool) -> anyhow::Result<()> {
        let how = if is_up { "up" } else { "down" };
        ip(&["link", "set", &self.link_name(place), how]).await
    }

    fn link_name(&self, place: usize) -> String {
        format!("{}v{place}", self.bridge)
    }

    fn address(&self, last: u8) -> Ipv4Addr {
        let [a, b, c] = self.network;
        Ipv4Addr::new(a, b, c, last)
    }
}

impl Drop for Spaces {
    fn drop(&mut self) {
        warden::leave(&self.bridge);
    }
}

async fn ip(args: &[&str]) -> anyhow::Result<()> {
    let command = Command::new("ip", Path::new("/"), Path::new("/dev/null"));
    command.args(args.iter().copied()).run().await.map(drop)
}
