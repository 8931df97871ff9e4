//! The list of faults. To add one, add a line here; if it is of a new kind, a [`Harm`] and what it does.

use std::time::Duration;

use rig::{Channels, Mode, Shape};

use super::{Fault, Harm, Part, Seconds, soap};

pub(super) const fn fault(name: &'static str, what: &'static str, harm: Harm) -> Fault {
    Fault {
        name,
        what,
        broker: Shape::One,
        channels: Channels::Nobody,
        is_short: false,
        harm,
    }
}

impl Fault {
    const fn short(mut self) -> Self {
        self.is_short = true;
        self
    }

    pub(super) const fn over_soap(mut self) -> Self {
        self.channels = Channels::Outside;
        self
    }

    const fn with(mut self, broker: Shape) -> Self {
        self.broker = broker;
        self
    }
}

/// The whole list, in the order in which it is done: what needs the same house stands together.
pub fn all() -> Vec<Fault> {
    [killed(), hung(), lines(), outside(), soap::all(), apart()].concat()
}

fn killed() -> Vec<Fault> {
    use Harm::{Flushed, Killed, Stopped};
    use Part::{AnyService, Broker, Postgres, Redis, Service};
    const AWAY: Seconds = (1, 3);
    vec![
        fault(
            "kill-any",
            "kill -9 of two services",
            Killed(AnyService, AWAY),
        )
        .short(),
        fault(
            "kill-intake",
            "kill -9 intake",
            Killed(Service("intake"), AWAY),
        ),
        fault(
            "kill-signature",
            "kill -9 signature",
            Killed(Service("signature"), AWAY),
        ),
        fault(
            "kill-registry",
            "kill -9 registry",
            Killed(Service("registry"), AWAY),
        ),
        fault(
            "kill-router",
            "kill -9 router",
            Killed(Service("router"), AWAY),
        ),
        fault(
            "kill-monitor",
            "kill -9 monitor",
            Killed(Service("monitor"), AWAY),
        ),
        fault(
            "kill-notifier",
            "kill -9 notifier",
            Killed(Service("notifier"), AWAY),
        )
        .short(),
        fault("kill-broker", "kill -9 RabbitMQ", Killed(Broker, AWAY)).short(),
        fault(
            "kill-redis",
            "kill -9 Redis, back empty",
            Killed(Redis, (4, 6)),
        ),
        fault(
            "stop-redis",
            "Redis stopped, back empty",
            Stopped(Redis, (8, 12)),
        ),
        fault("flush-redis", "Redis flushed three times", Flushed).short(),
        fault(
            "kill-postgres",
            "kill -9 PostgreSQL",
            Killed(Postgres, (4, 6)),
        ),
        fault(
            "stop-postgres",
            "PostgreSQL stopped for ten seconds",
            Stopped(Postgres, (10, 10)),
        )
        .short(),
    ]
}

fn hung() -> Vec<Fault> {
    use Harm::Hung;
    use Part::{Broker, Postgres, Redis, Service};
    // The broker gives a consumer up after two missed heartbeats, twenty seconds: some stay away for longer.
    vec![
        fault(
            "hang-intake",
            "intake hangs",
            Hung(Service("intake"), (5, 12)),
        ),
        fault(
            "hang-signature",
            "signature hangs",
            Hung(Service("signature"), (5, 12)),
        ),
        fault(
            "hang-registry",
            "registry hangs",
            Hung(Service("registry"), (5, 12)),
        ),
        fault(
            "hang-router",
            "router hangs, the broker gives it up",
            Hung(Service("router"), (25, 35)),
        ),
        fault(
            "hang-monitor",
            "monitor hangs",
            Hung(Service("monitor"), (5, 12)),
        ),
        fault(
            "hang-notifier",
            "notifier hangs, the broker gives it up",
            Hung(Service("notifier"), (25, 35)),
        ),
        fault("hang-redis", "Redis hangs", Hung(Redis, (8, 12))),
        fault("hang-postgres", "PostgreSQL hangs", Hung(Postgres, (8, 12))),
        fault("hang-broker", "RabbitMQ hangs", Hung(Broker, (8, 12))),
        fault(
            "hang-broker-long",
            "RabbitMQ hangs past all heartbeats",
            Hung(Broker, (25, 30)),
        ),
    ]
}

fn lines() -> Vec<Fault> {
    use Harm::Line;
    const LATE: Mode = Mode::Late(Duration::from_millis(100));
    const SOME: Seconds = (8, 12);
    vec![
        fault(
            "late-broker",
            "100 ms more to RabbitMQ",
            Line("broker", LATE, SOME),
        ),
        fault(
            "drip-broker",
            "RabbitMQ at 20 kB/s",
            Line("broker", Mode::Drip(20_000), SOME),
        ),
        fault(
            "reset-broker",
            "connections to RabbitMQ reset",
            Line("broker", Mode::Reset, (3, 6)),
        )
        .short(),
        fault(
            "silent-broker",
            "nothing passes to RabbitMQ",
            Line("broker", Mode::Silent, (10, 15)),
        ),
        fault(
            "half-open-broker",
            "RabbitMQ forgets connections",
            Line("broker", Mode::HalfOpen, (2, 4)),
        ),
        fault(
            "late-redis",
            "100 ms more to Redis",
            Line("redis", LATE, SOME),
        ),
        fault(
            "silent-redis",
            "nothing passes to Redis",
            Line("redis", Mode::Silent, SOME),
        ),
        fault(
            "half-open-redis",
            "Redis forgets connections",
            Line("redis", Mode::HalfOpen, (2, 4)),
        ),
        fault(
            "reset-redis",
            "connections to Redis reset",
            Line("redis", Mode::Reset, (3, 6)),
        ),
        fault(
            "late-postgres",
            "100 ms more to PostgreSQL",
            Line("postgres", LATE, SOME),
        ),
        fault(
            "silent-postgres",
            "nothing passes to PostgreSQL",
            Line("postgres", Mode::Silent, SOME),
        ),
        fault(
            "half-open-postgres",
            "PostgreSQL forgets connections",
            Line("postgres", Mode::HalfOpen, (2, 4)),
        ),
        fault(
            "reset-postgres",
            "connections to PostgreSQL reset",
            Line("postgres", Mode::Reset, (3, 6)),
        ),
        fault(
            "drip-register",
            "a register at 400 B/s",
            Line("payment", Mode::Drip(400), SOME),
        ),
        fault(
            "silent-register",
            "nothing passes to a register",
            Line("payment", Mode::Silent, SOME),
        ),
        fault(
            "half-open-register",
            "a register forgets connections",
            Line("payment", Mode::HalfOpen, (2, 4)),
        ),
        fault(
            "reset-register",
            "connections to a register reset",
            Line("payment", Mode::Reset, (3, 6)),
        ),
        fault(
            "drip-provider",
            "a provider at 4 kB/s",
            Line("committee", Mode::Drip(4_000), SOME),
        ),
        fault(
            "half-open-provider",
            "a provider forgets connections",
            Line("committee", Mode::HalfOpen, (2, 4)),
        )
        .short(),
        fault(
            "reset-provider",
            "connections to a provider reset",
            Line("committee", Mode::Reset, (3, 6)),
        ),
        fault(
            "silent-smtp",
            "nothing passes to the mail server",
            Line("smtp", Mode::Silent, SOME),
        ),
    ]
}

fn outside() -> Vec<Fault> {
    use Harm::{CollectorGone, Doubled, MemoryAlarm, Outside, Parked};
    const FAILS: &[&str] = &["error-500", "error-503", "down"];
    vec![
        fault(
            "provider-down",
            "a provider is down",
            Outside("committee", &["down"], (8, 12)),
        ),
        fault(
            "provider-fails",
            "a provider fails in three ways",
            Outside("committee", FAILS, (3, 4)),
        ),
        fault(
            "provider-hangs",
            "a provider never answers",
            Outside("committee", &["hang"], (8, 12)),
        ),
        fault(
            "provider-garbage",
            "a provider answers garbage",
            Outside("committee", &["garbage"], (2, 3)),
        ),
        fault(
            "register-fails",
            "a register fails in three ways",
            Outside("payment", FAILS, (3, 4)),
        ),
        fault(
            "register-garbage",
            "a register answers garbage",
            Outside("payment", &["garbage"], (2, 3)),
        ),
        fault(
            "register-parked",
            "garbage, parked, released by a person",
            Parked,
        ),
        fault(
            "smtp-gone",
            "the mail server is gone",
            Outside("smtp", &["down"], (8, 12)),
        ),
        fault(
            "smtp-fails",
            "the mail server fails in two ways",
            Outside("smtp", &["error-500", "error-503"], (2, 3)),
        ),
        fault(
            "webhook-gone",
            "the portal's receiver is gone",
            Outside("webhook", &["down"], (8, 12)),
        ),
        fault(
            "collector-gone",
            "the collector of traces is gone, then silent",
            CollectorGone((8, 12)),
        ),
        fault(
            "memory-alarm",
            "RabbitMQ's memory alarm",
            MemoryAlarm((8, 12)),
        )
        .short(),
        fault("twice", "every message twice", Doubled),
    ]
}

fn apart() -> Vec<Fault> {
    use Harm::{LeaderIsolated, LeaderKilled};
    vec![
        fault(
            "leader-killed",
            "kill -9 of the leader of three nodes",
            LeaderKilled((5, 8)),
        )
        .with(Shape::Three),
        fault(
            "leader-isolated",
            "the leader of three nodes off the network",
            LeaderIsolated((30, 40)),
        )
        .with(Shape::ThreeApart),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_what_needs_the_same_house_stands_together() {
        let all = all();
        let names: BTreeSet<_> = all.iter().map(|fault| fault.name).collect();
        assert_eq!(names.len(), all.len());
        let house = |fault: &Fault| (fault.broker, fault.channels);
        let houses = all.chunk_by(|a, b| house(a) == house(b)).count();
        assert_eq!(houses, 4);
        let short = all.iter().filter(|fault| fault.is_short);
        assert!((6..=9).contains(&short.count()));
    }
}
