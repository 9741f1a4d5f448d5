//! Two contenders in turn, so that whatever else the machine does hits both, and what comes out of the rounds. Knows times, no
//! HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::contenders::{Call, Contender};

/// One figure a round for the host and for the native client.
#[derive(Debug, Default, Clone)]
pub struct Rounds {
    /// The host's.
    pub ours: Vec<f64>,
    /// The native client's.
    pub native: Vec<f64>,
    /// CPU seconds of this process (user and system) while the host, and while the native client was measured; empty where
    /// children are measured.
    pub cpu: (Vec<f64>, Vec<f64>),
}

/// The middle of many figures, and the outermost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// None where there are no figures.
    pub fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied();
        let last = figures.len().checked_sub(1)?;
        let median = (at(last / 2)? + at(figures.len() / 2)?) / 2.0;
        Some(Self { median, min: at(0)?, max: at(last)? })
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        json!({"median": self.median, "min": self.min, "max": self.max})
    }
}

impl Rounds {
    /// The host's figure over the native client's, round by round.
    pub fn ratio(&self) -> Option<Spread> {
        Spread::of(self.ours.iter().zip(&self.native).map(|(ours, native)| ours / native).collect())
    }

    /// The same of the CPU time. Both do as many calls in a round.
    pub fn cpu_ratio(&self) -> Option<Spread> {
        Spread::of(self.cpu.0.iter().zip(&self.cpu.1).map(|(ours, native)| ours / native).collect())
    }

    /// Takes `rounds` rounds; who begins changes with each.
    pub async fn take<F>(rounds: u32, ours: impl Fn() -> F, native: impl Fn() -> F) -> Result<Self>
    where
        F: Future<Output = Result<f64>>,
    {
        let mut all = Self::default();
        for round in 0..rounds {
            for turn in 0..2 {
                let before = cpu_seconds();
                if (round + turn) % 2 == 0 {
                    all.ours.push(ours().await?);
                    all.cpu.0.push(cpu_seconds() - before);
                } else {
                    all.native.push(native().await?);
                    all.cpu.1.push(cpu_seconds() - before);
                }
            }
        }
        Ok(all)
    }
}

/// CPU time of this process so far, all threads, in seconds.
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Microseconds a call takes, `count` calls one after the other.
pub async fn sequential(contender: Contender, call: Call, count: u64) -> Result<f64> {
    let start = Instant::now();
    for number in 1..=count {
        contender.call(call, number).await?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / count as f64)
}

/// Calls a second, `count` calls with `in_flight` at a time.
pub async fn throughput(contender: Contender, call: Call, in_flight: usize, count: u64) -> Result<f64> {
    let taken = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let lanes: Vec<_> = (0..in_flight)
        .map(|_| {
            let (contender, taken) = (contender.clone(), taken.clone());
            tokio::spawn(async move {
                loop {
                    let number = taken.fetch_add(1, Ordering::Relaxed) + 1;
                    if number > count {
                        return Ok::<(), anyhow::Error>(());
                    }
                    contender.call(call, number).await?;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await??;
    }
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        let rounds = Rounds { ours: vec![2.0, 30.0, 4.0], native: vec![1.0, 10.0, 4.0], ..Rounds::default() };
        assert_eq!(rounds.ratio(), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(Spread::of(vec![1.0, 2.0]).map(|spread| spread.median), Some(1.5));
        assert_eq!(Rounds::default().ratio(), None);
    }
}
