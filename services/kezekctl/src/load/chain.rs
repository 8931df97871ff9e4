//! The chain without work, driven at the same pace as the path.
//!
//! In: hops, size, count, pace. Out: a [`Record`] of them. Its queues are gone afterwards.

use std::sync::Arc;

use broker::{Config, Floor};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::{
    pace::{Pace, drive},
    record::Record,
};

/// What goes through the chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cargo {
    pub(crate) hops: u8,
    pub(crate) bytes: usize,
    pub(crate) count: usize,
}

/// Makes the chain, drives `cargo` through it, takes it away.
pub(crate) async fn travel(
    config: &Config,
    cargo: Cargo,
    pace: Pace,
    record: &Arc<Record>,
) -> anyhow::Result<()> {
    let (arrivals, mut arrived) = mpsc::unbounded_channel();
    let floor = Arc::new(Floor::build(config, cargo.hops, arrivals).await?);
    let entering = Arc::clone(record);
    let entering = tokio::spawn(async move {
        while let Some(arrival) = arrived.recv().await {
            let index = usize::try_from(arrival.id).unwrap_or(usize::MAX);
            entering.arrived(index, arrival.at.as_microsecond());
        }
    });
    let body = Bytes::from(vec![0x4b; cargo.bytes]);
    let send = |index, ()| {
        let (floor, body) = (Arc::clone(&floor), body.clone());
        async move { Ok(floor.send(u64::try_from(index)?, body).await?) }
    };
    drive(pace, vec![(); cargo.count], record, send).await;
    let removed = floor.remove().await;
    entering.await?;
    Ok(removed?)
}
