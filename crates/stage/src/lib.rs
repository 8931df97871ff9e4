//! One step of the way.
//!
//! A [`Stage`] takes an event and ends in one of four ways: pass, refuse, fault-later, fault-never. It never
//! sees the broker, a header, a retry or an acknowledgement; whoever runs it knows what each ending means.
//! Every stage must be safe to run twice on the same message.

mod gate;
pub mod memory;
mod publication;
mod settle;

pub use gate::{Change, Gate, Ticket};
pub use publication::Publication;
pub use settle::{Settler, release};

use async_trait::async_trait;
use fault::{Fault, Refusal};
use message::{Detail, Event, LaneName, Message};

/// A step that a message passes.
#[async_trait]
pub trait Stage: Send + Sync + 'static {
    /// Whether this event is any of this stage's business. A lane that hears facts is offered every event that
    /// tells one; those that do not concern its stage are acknowledged and nothing follows from them.
    fn concerns(&self, _event: &Event) -> bool {
        true
    }

    /// Does the step. What it returns is published before the input is acknowledged; it may be called again
    /// with the same event, and must then do no more than it did.
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault>;

    /// What a step that ended in a fault may have done all the same, for example that a register was asked (X15).
    /// It is told with the failure; told again at the next try, it is the same fact.
    fn attempted(&self, _event: &Event) -> Vec<Detail> {
        Vec::new()
    }

    /// Asks whether the outside system of this lane is back. Only called while the lane is closed.
    async fn probe(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// How a step ended, if it could be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It goes on. The facts are told in this order; the last one names the routing key, so there is at
    /// least one.
    Pass {
        message: Message,
        facts: Vec<Detail>,
        next: Next,
    },
    /// A reasoned refusal (G3). `facts` happened before it, for example a query that was made.
    Refuse {
        message: Message,
        facts: Vec<Detail>,
        refusal: Refusal,
    },
}

/// Where a message goes after a passed step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The next lane of the message's own plan; the end of the road if there is none.
    Plan,
    /// A lane that this step has chosen.
    Lane(LaneName),
    /// Nowhere: only the journal and the notifier hear of it.
    End,
    /// Nowhere, and only the journal hears of it. It has the message already, so the facts go alone.
    Journal,
}
