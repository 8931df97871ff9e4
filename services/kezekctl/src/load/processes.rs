//! Whose CPU it was: time used by named processes and everything they started, from `/proc`.
//!
//! In: names and process ids. Out: CPU seconds by name, and what the rest of the machine used meanwhile. Only
//! processes given are named; on a machine without `/proc` there is nothing to tell.

use std::{collections::BTreeMap, fs, str::FromStr};

use serde::Serialize;

/// CPU time is counted in hundredths of a second (`USER_HZ`, fixed by the kernel's interface).
const TICKS_PER_S: f64 = 100.0;
/// How this process calls itself in the list.
pub(crate) const OWN: &str = "kezekctl";
/// Everything that was not named.
pub(crate) const OTHERS: &str = "(others)";

/// `NAME=PID` of a process that works on what is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    name: String,
    pid: u32,
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not of the form NAME=PID");
        let (name, pid) = text.split_once('=').ok_or_else(bad)?;
        let pid = pid.parse().map_err(|_| bad())?;
        let name = name.to_owned();
        Ok(Self { name, pid })
    }
}

/// CPU seconds used so far, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Used(BTreeMap<String, f64>);

/// What one name used between two looks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Share {
    pub(crate) name: String,
    pub(crate) cpu_s: f64,
}

/// Looks now. `named` and this process; descendants count for whom they were started by.
pub(crate) fn look(named: &[Named]) -> Used {
    let all = table();
    let own = Named {
        name: OWN.to_owned(),
        pid: std::process::id(),
    };
    let roots: BTreeMap<u32, &str> = named
        .iter()
        .chain([&own])
        .map(|named| (named.pid, named.name.as_str()))
        .collect();
    let mut used: BTreeMap<String, f64> = BTreeMap::new();
    for (pid, process) in &all {
        if let Some(name) = owner(*pid, &all, &roots) {
            *used.entry(name.to_owned()).or_default() += process.cpu_s;
        }
    }
    let others = busy() - used.values().sum::<f64>();
    used.insert(OTHERS.to_owned(), others);
    Used(used)
}

impl Used {
    /// What was used since `before`, the most first.
    pub(crate) fn since(&self, before: &Self) -> Vec<Share> {
        let share = |(name, now): (&String, &f64)| Share {
            name: name.clone(),
            // A process that has ended takes its time with it.
            cpu_s: (now - before.0.get(name).unwrap_or(&0.0)).max(0.0),
        };
        let mut shares: Vec<Share> = self.0.iter().map(share).collect();
        shares.sort_by(|a, b| b.cpu_s.total_cmp(&a.cpu_s));
        shares
    }
}

/// CPU seconds of those who are no others.
pub(crate) fn ours(shares: &[Share]) -> f64 {
    let ours = shares.iter().filter(|share| share.name != OTHERS);
    ours.map(|share| share.cpu_s).sum()
}

/// The machine's load over the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.and_then(|n| n.parse().ok()).unwrap_or(0.0)
}

struct Process {
    parent: u32,
    cpu_s: f64,
}

/// The nearest ancestor that has a name, or the process itself.
fn owner<'a>(
    mut pid: u32,
    all: &BTreeMap<u32, Process>,
    roots: &BTreeMap<u32, &'a str>,
) -> Option<&'a str> {
    loop {
        if let Some(name) = roots.get(&pid) {
            return Some(name);
        }
        pid = all.get(&pid)?.parent;
    }
}

fn table() -> BTreeMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let process = |pid: u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Some((pid, read(&stat)?))
    };
    pids.filter_map(process).collect()
}

/// Fields of `/proc/PID/stat` after the name, which may hold anything, brackets too.
fn read(stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some(Process {
        parent: fields.get(1)?.parse().ok()?,
        cpu_s: (ticks(11)? + ticks(12)?) / TICKS_PER_S,
    })
}

/// CPU seconds that the whole machine was not idle.
fn busy() -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line
        .split_whitespace()
        .skip(1)
        .flat_map(str::parse)
        .collect();
    // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
    let idle = |place: usize| place == 3 || place == 4;
    let busy = ticks
        .iter()
        .take(8)
        .enumerate()
        .filter(|(place, _)| !idle(*place));
    busy.map(|(_, ticks)| ticks).sum::<f64>() / TICKS_PER_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat = "7 (a (b) c) S 3 7 7 0 -1 4194304 1 2 3 4 150 50 8 9 20 0 1 0 5 6 7";
        let process = read(stat).unwrap();
        assert_eq!((process.parent, process.cpu_s), (3, 2.0));
    }

    #[test]
    fn time_counts_for_the_nearest_named_ancestor() {
        let process = |parent| Process { parent, cpu_s: 1.0 };
        let all = BTreeMap::from([(1, process(0)), (5, process(1)), (9, process(5))]);
        let roots = BTreeMap::from([(5, "broker")]);
        assert_eq!(owner(9, &all, &roots), Some("broker"));
        assert_eq!(owner(1, &all, &roots), None);
    }

    #[test]
    fn this_process_finds_itself_at_work() {
        let before = look(&[]);
        let mut sum = 0_u64;
        while look(&[])
            .since(&before)
            .iter()
            .all(|s| s.name != OWN || s.cpu_s == 0.0)
        {
            sum = (0..1_000_000).fold(sum, |sum, n| sum.wrapping_mul(31).wrapping_add(n));
        }
        assert!(ours(&look(&[]).since(&before)) > 0.0, "{sum}");
    }

    #[test]
    fn a_name_needs_a_process_id() {
        assert!("intake=12".parse::<Named>().is_ok());
        assert!("intake".parse::<Named>().is_err());
        assert!("intake=x".parse::<Named>().is_err());
    }
}
