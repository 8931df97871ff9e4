//! The live line: tells open pages that the journal has moved on, at most once a second, by server-sent events.
//!
//! One look at the journal serves all pages, and none is made while no page is open. At shutdown the line ends,
//! so that no open page keeps the process.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use tokio::{sync::watch, time::sleep};
use tokio_stream::{Stream, StreamExt as _, wrappers::WatchStream};
use tokio_util::sync::CancellationToken;

use super::Asked;
use crate::store::Store;

const PAUSE: Duration = Duration::from_secs(1);

/// Looks after which a page is told anyway: what is late changes without a fact.
const LOOKS: u32 = 15;

/// Tells `moved` the position of the journal whenever it has changed, until `shutdown`.
pub async fn follow(store: Store, moved: watch::Sender<i64>, shutdown: CancellationToken) {
    let mut looks = 0;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(PAUSE) => {}
        }
        // One receiver is kept to make others from.
        if moved.receiver_count() < 2 {
            continue;
        }
        // While the database is away there is nothing new to show.
        if let Ok(position) = store.last_position().await {
            looks += 1;
            if position != *moved.borrow() || looks >= LOOKS {
                moved.send_replace(position);
                looks = 0;
            }
        }
    }
}

pub(super) async fn line(
    State(pages): Asked,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut moved = pages.moved.clone();
    moved.mark_unchanged();
    let told = WatchStream::from_changes(moved)
        .map(|position| Ok(Event::default().event("moved").data(position.to_string())));
    Sse::new(told).keep_alive(KeepAlive::default())
}
