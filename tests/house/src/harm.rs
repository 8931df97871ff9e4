//! What a fault does to the house: it harms, waits as long as the dice say, and mends.
//!
//! The mending is part of it: what comes after needs no help.

use std::time::Duration;

use anyhow::{Context, ensure};
use rig::{Application, Mode, Rig, wait_for};
use tokio::time::sleep;

use crate::crowd::Accepted;
use crate::dice::Dice;
use crate::faults::{Harm, Part, Seconds};
use crate::proof::{kezekctl, queue_lengths};

/// How long something may take that a healthy house does at once, on a busy machine.
const SOON: Duration = Duration::from_mins(2);
/// The lane whose register answers garbage.
const GARBLED: &str = "registry.payment";
/// Three nodes are whole again within this.
const WHOLE: Duration = Duration::from_mins(3);
/// A trace batch is sent every five seconds.
const EXPORTED: Duration = Duration::from_secs(20);

impl Harm {
    /// Does it and undoes it; gives what intake accepted from us meanwhile.
    pub(crate) async fn befall(self, rig: &Rig, dice: &mut Dice) -> anyhow::Result<Vec<Accepted>> {
        if let Self::MemoryAlarm(away) = self {
            return memory_alarm(rig, wait(away, dice)).await;
        }
        self.happen(rig, dice).await.map(|()| Vec::new())
    }

    async fn happen(self, rig: &Rig, dice: &mut Dice) -> anyhow::Result<()> {
        match self {
            Self::Killed(Part::AnyService, away) => {
                for _ in 0..2 {
                    let part = any_service(rig, dice)?;
                    killed(&part, rig, wait(away, dice)).await?;
                }
                Ok(())
            }
            Self::Killed(part, away) => {
                killed(&victim(part, rig, dice)?, rig, wait(away, dice)).await
            }
            Self::Stopped(part, away) => {
                stopped(&victim(part, rig, dice)?, rig, wait(away, dice)).await
            }
            Self::Hung(part, away) => {
                let victim = victim(part, rig, dice)?;
                victim.freeze(rig)?;
                sleep(wait(away, dice)).await;
                victim.thaw(rig)
            }
            Self::Flushed => {
                for _ in 0..3 {
                    rig.redis.flush().await?;
                    sleep(wait((1, 2), dice)).await;
                }
                Ok(())
            }
            Self::Line(name, mode, away) => {
                let line = rig.lines.find(name)?;
                line.set(mode);
                sleep(wait(away, dice)).await;
                line.set(Mode::Well);
                Ok(())
            }
            Self::Outside(system, troubles, away) => {
                for trouble in troubles {
                    rig.outside.fault(system, trouble, 0).await?;
                    sleep(wait(away, dice)).await;
                }
                rig.outside.fault(system, "none", 0).await
            }
            Self::Parked => parked_and_released(rig).await,
            Self::LeaderKilled(away) => leader_killed(rig, wait(away, dice)).await,
            Self::LeaderIsolated(away) => leader_isolated(rig, wait(away, dice)).await,
            Self::CollectorGone(away) => collector_gone(rig, wait(away, dice)).await,
            // The doubler was there before the crowd, and the alarm has been raised above.
            Self::Doubled | Self::MemoryAlarm(_) => Ok(()),
        }
    }
}

fn wait((shortest, longest): Seconds, dice: &mut Dice) -> Duration {
    dice.between(Duration::from_secs(shortest), Duration::from_secs(longest))
}

/// A part that has been chosen.
enum Victim {
    Service(String),
    Broker,
    Redis,
    Postgres,
}

fn victim(part: Part, rig: &Rig, dice: &mut Dice) -> anyhow::Result<Victim> {
    Ok(match part {
        Part::Service(name) => Victim::Service(name.to_owned()),
        Part::AnyService => any_service(rig, dice)?,
        Part::Broker => Victim::Broker,
        Part::Redis => Victim::Redis,
        Part::Postgres => Victim::Postgres,
    })
}

fn any_service(rig: &Rig, dice: &mut Dice) -> anyhow::Result<Victim> {
    let names: Vec<&str> = rig.services.names().collect();
    let name = names.get(dice.below(names.len()));
    Ok(Victim::Service(name.context("no services")?.to_string()))
}

impl Victim {
    async fn restart(&self, rig: &Rig) -> anyhow::Result<()> {
        match self {
            Self::Service(name) => rig.services.restart(name).await,
            Self::Broker => rig.broker.restart().await,
            Self::Redis => rig.redis.restart().await,
            Self::Postgres => rig.postgres.restart().await,
        }
    }

    fn freeze(&self, rig: &Rig) -> anyhow::Result<()> {
        match self {
            Self::Service(name) => rig.services.freeze(name),
            Self::Broker => rig.broker.freeze(),
            Self::Redis => rig.redis.freeze(),
            Self::Postgres => rig.postgres.freeze(),
        }
    }

    fn thaw(&self, rig: &Rig) -> anyhow::Result<()> {
        match self {
            Self::Service(name) => rig.services.thaw(name),
            Self::Broker => rig.broker.thaw(),
            Self::Redis => rig.redis.thaw(),
            Self::Postgres => rig.postgres.thaw(),
        }
    }
}

async fn killed(victim: &Victim, rig: &Rig, away: Duration) -> anyhow::Result<()> {
    match victim {
        Victim::Service(name) => rig.services.kill9(name).await?,
        Victim::Broker => rig.broker.kill9().await?,
        Victim::Redis => rig.redis.kill9().await?,
        Victim::Postgres => rig.postgres.kill9().await?,
    }
    sleep(away).await;
    victim.restart(rig).await
}

async fn stopped(victim: &Victim, rig: &Rig, away: Duration) -> anyhow::Result<()> {
    match victim {
        Victim::Service(name) => drop(rig.services.terminate(name, SOON).await?),
        Victim::Broker => rig.broker.stop().await?,
        Victim::Redis => rig.redis.stop().await?,
        Victim::Postgres => rig.postgres.stop().await?,
    }
    sleep(away).await;
    victim.restart(rig).await
}

/// An answer of the wrong form is asked for a few times more, then the message waits for a person.
async fn parked_and_released(rig: &Rig) -> anyhow::Result<()> {
    let parked = async || {
        let lengths = queue_lengths(rig).await?;
        let parked = lengths.get(&format!("{GARBLED}.parked"));
        parked.copied().context("no parked queue")
    };
    rig.outside.fault("payment", "garbage", 0).await?;
    wait_for("a parked message", SOON, async || {
        Ok((parked().await? > 0).then_some(()))
    })
    .await?;
    rig.outside.fault("payment", "none", 0).await?;
    wait_for("nothing parked", SOON, async || {
        kezekctl(rig, &["parked", "release", GARBLED, "--all"]).await?;
        Ok((parked().await? == 0).then_some(()))
    })
    .await
}

/// Lowers the watermark below what the broker has in use; meanwhile the door must say so and nothing else.
/// Gives what was accepted by the way.
async fn memory_alarm(rig: &Rig, lasts: Duration) -> anyhow::Result<Vec<Accepted>> {
    let watermark = async |how: &[&str]| {
        let command = [&["set_vm_memory_high_watermark"], how].concat();
        rig.broker.ctl(&command).await
    };
    watermark(&["absolute", "1MB"]).await?;
    let begun = std::time::Instant::now();
    let mut accepted = Vec::new();
    let (application, message, answer) = wait_for("a door that says so", SOON, async || {
        let application = Application::archive_certificate("ivan", "central-state");
        let message = application.sealed(&rig.people)?;
        let answer = rig.post("portal", &message).await?;
        if let Ok(number) = answer.number() {
            accepted.push(Accepted::of(&application, number, 1));
            return Ok(None);
        }
        Ok(Some((application, message, answer)))
    })
    .await?;
    ensure!(
        answer.status == 503 && answer.code() == Some("broker-unavailable"),
        "while the broker takes nothing: {} {}",
        answer.status,
        answer.body
    );
    sleep(lasts.saturating_sub(begun.elapsed())).await;
    watermark(&["0.6"]).await?;
    // Nobody knows whether it was stored, so the same bytes are sent again until somebody does.
    let number = wait_for("an open door", SOON, async || {
        let answer = rig.post("portal", &message).await?;
        Ok(Some(answer.number()?.to_owned()))
    })
    .await?;
    accepted.push(Accepted::of(&application, &number, 2));
    Ok(accepted)
}

async fn leader_killed(rig: &Rig, away: Duration) -> anyhow::Result<()> {
    let leader = rig.broker.leader("signature.verify").await?;
    rig.broker.kill9_node(leader).await?;
    sleep(away).await;
    rig.broker.restart_node(leader).await?;
    rig.broker.all_online(WHOLE).await
}

async fn leader_isolated(rig: &Rig, away: Duration) -> anyhow::Result<()> {
    let leader = rig.broker.leader("signature.verify").await?;
    rig.broker.isolate(leader).await?;
    sleep(away).await;
    rig.broker.heal(leader).await?;
    rig.broker.all_online(WHOLE).await
}

async fn collector_gone(rig: &Rig, away: Duration) -> anyhow::Result<()> {
    let line = rig.lines.find("otlp")?;
    for mode in [Mode::Reset, Mode::Silent] {
        line.set(mode);
        sleep(away.max(EXPORTED / 2)).await;
    }
    line.set(Mode::Well);
    Ok(())
}
