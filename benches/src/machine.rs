//! The date and the machine's shape, without which figures mean nothing.

use std::fs;

use serde_json::{Value, json};

/// What figures were measured on.
#[derive(Debug)]
pub struct Machine {
    date: String,
    cores: usize,
    memory_gib: f64,
    processor: String,
    system: String,
}

/// This machine, now; what cannot be found out is "unknown" or 0.
pub fn shape() -> Machine {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let fact = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let kib = fact(&read("/proc/meminfo"), "MemTotal")
        .and_then(|total| total.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or_default();
    Machine {
        date: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        memory_gib: kib / f64::from(1 << 20),
        processor: fact(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".into()),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

impl Machine {
    /// In a line.
    pub fn line(&self) -> String {
        let Self { date, cores, memory_gib, processor, system } = self;
        format!(
            "{date}; {cores} cores ({processor}), {memory_gib:.0} GiB, {system}; release build, provider on loopback"
        )
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let Self { date, cores, memory_gib, processor, system } = self;
        json!({"date": date, "cores": cores, "memoryGiB": memory_gib, "processor": processor, "system": system})
    }
}
