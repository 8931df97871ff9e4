//! What follows from a step: published, confirmed, and only then acknowledged.

use fault::inside;
use flow::{RETURN, again_key};
use futures::{FutureExt, StreamExt};
use message::{Detail, Event};
use stage::{Publication, Settler};
use tracing::{Instrument, error, warn};

use super::Worker;
use crate::{
    PublishError,
    lane::{
        handle::{Held, Place},
        tell,
    },
    parcel::Parcel,
};

/// A publish that has ended.
pub(super) struct Given {
    /// The delivery it answers; none for what is told about the lane itself.
    place: Option<Place>,
    /// What was worked on, in case it has to be set aside after all.
    input: Option<Event>,
    published: Result<(), PublishError>,
}

impl Worker {
    /// Hands a message back to its own lane as a new one, unworked.
    pub(super) fn hand_back(&self, held: Held) {
        let key = again_key(&self.lane.name);
        let parcel = Parcel::again(held.delivery, RETURN, key);
        let publisher = self.publisher.clone();
        let given = async move {
            Given {
                place: Some(held.place),
                input: Some(held.event),
                published: publisher.send(parcel).await,
            }
        };
        self.publishing.push(given.boxed());
    }

    /// Publishes what follows; the delivery at `place` is acknowledged when that is confirmed.
    pub(super) fn publish(
        &self,
        publication: Publication,
        place: Option<Place>,
        input: Option<Event>,
    ) {
        if let Some(Detail::Parked { code, .. }) = tell::last(&publication) {
            self.meter.parked(code);
        }
        let publisher = self.publisher.clone();
        let given = async move {
            Given {
                place,
                input,
                published: publisher.publish(publication).await,
            }
        };
        self.publishing.push(given.in_current_span().boxed());
    }

    /// Publishes have ended: what is confirmed is acknowledged, all that has come at once.
    pub(super) async fn given(&mut self, first: Given) {
        let mut next = Some(first);
        while let Some(given) = next {
            self.confirmed(given);
            next = self.publishing.next().now_or_never().flatten();
        }
        if self.acknowledge().await {
            self.backoff.reset();
        }
    }

    /// Acknowledges what is done; false when the session is lost.
    pub(super) async fn acknowledge(&mut self) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        let before = session.acks.open();
        let acknowledged = session.acknowledge().await;
        self.meter.let_go(before - session.acks.open());
        if let Err(error) = &acknowledged {
            self.lose(error);
        }
        acknowledged.is_ok()
    }

    fn confirmed(&mut self, given: Given) {
        match (given.published, given.place, given.input) {
            (Ok(()), Some(place), _) => {
                if let Some(session) = &mut self.session
                    && session.number == place.session
                {
                    session.acks.done(place.tag);
                }
            }
            (Ok(()), None, _) => {}
            // The broker knows less than the map does: a person has to load the definitions.
            (Err(error @ PublishError::Unroutable { .. }), Some(place), Some(input)) => {
                error!(lane = %self.lane.name, %error, "set aside");
                let why = error.to_string();
                let settler = Settler::new(&self.map, &self.lane);
                let parked = settler.park(&input, &inside::LANE_UNKNOWN, why, (self.now)());
                // If that has no way either, the message stays unacknowledged, in its queue.
                self.publish(parked, Some(place), None);
            }
            (Err(error), ..) => warn!(lane = %self.lane.name, %error, "not published"),
        }
    }
}
