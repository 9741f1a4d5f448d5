//! Memory over time: what it is after the warm-up and in the end, and how it grows in between.

use crate::level;
use std::time::Duration;

/// Growth that is no leak: the allocator's and the kernel's habits.
const TOLERANCE: f64 = 16.0;

/// The memory of this process, in MiB, second by second.
pub struct Memory {
    time: Duration,
    samples: Vec<(f64, f64)>,
}

impl Memory {
    /// For a soak of this length.
    pub fn new(time: Duration) -> Self {
        Self { time, samples: Vec::new() }
    }

    /// Measures once.
    pub fn sample(&mut self, at: Duration) {
        self.samples.push((at.as_secs_f64(), level::resident() as f64 / f64::from(1 << 20)));
    }

    /// The last measurement.
    pub fn last(&self) -> f64 {
        self.samples.last().map_or(0.0, |sample| sample.1)
    }

    /// A minute, or a fifth of a soak that is shorter than five minutes.
    fn window(&self) -> f64 {
        (self.time.as_secs_f64() / 5.0).min(60.0)
    }

    /// The median of the window that begins then.
    fn median(&self, from: f64) -> f64 {
        let window = from..from + self.window();
        let mut values: Vec<f64> = self.samples.iter().filter(|it| window.contains(&it.0)).map(|it| it.1).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    }

    /// After the warm-up, which takes one window.
    pub fn early(&self) -> f64 {
        self.median(self.window())
    }

    /// In the end.
    pub fn late(&self) -> f64 {
        self.median(self.time.as_secs_f64() - self.window())
    }

    /// Growth after the warm-up, in MiB a minute: the slope of the line of least squares.
    pub fn slope(&self) -> f64 {
        let steady: Vec<(f64, f64)> = self.samples.iter().filter(|it| it.0 >= self.window()).copied().collect();
        let count = steady.len().max(1) as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| steady.iter().map(of).sum::<f64>() / count;
        let (at, memory) = (mean(|it| it.0), mean(|it| it.1));
        let along: f64 = steady.iter().map(|it| (it.0 - at) * (it.1 - memory)).sum();
        let across: f64 = steady.iter().map(|it| (it.0 - at).powi(2)).sum();
        if across > 0.0 { 60.0 * along / across } else { 0.0 }
    }

    /// What is not as it must be.
    pub fn violations(&self) -> Option<String> {
        let (early, late) = (self.early(), self.late());
        (late > early + TOLERANCE).then(|| format!("memory: {early:.1} MiB after the warm-up, {late:.1} in the end"))
    }
}
