//! What the report says of the machine: enough to compare numbers, nothing that tells whose it is.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::load::percentiles;

/// The machine and its disk.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) cores: usize,
    pub(super) memory_gib: u64,
    pub(super) processor: String,
    pub(super) system: String,
    /// How much of the processors others used, in percent, while nothing was measured.
    pub(super) busy: u64,
    /// Half, and 99 of 100, of the 4 KiB appends with fsync took no longer.
    pub(super) fsync: (Duration, Duration),
}

impl Machine {
    /// Looks at the machine, and measures fsync in a directory on the disk that the databases will be on.
    ///
    /// # Errors
    /// When the kernel's files cannot be read or the directory not be written.
    pub(super) fn look(directory: &Path) -> anyhow::Result<Self> {
        let processor = fs::read_to_string("/proc/cpuinfo")?;
        let memory = fs::read_to_string("/proc/meminfo")?;
        let kib: u64 = value(&memory, "MemTotal")
            .and_then(|text| text.split_whitespace().next()?.parse().ok())
            .context("the kernel says how much memory there is")?;
        let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let name = system
            .lines()
            .find_map(|line| line.strip_prefix("PRETTY_NAME="));
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            memory_gib: kib.div_ceil(1024 * 1024),
            processor: value(&processor, "model name")
                .unwrap_or("unknown")
                .to_owned(),
            system: name
                .unwrap_or(std::env::consts::OS)
                .trim_matches('"')
                .to_owned(),
            busy: busy()?,
            fsync: fsync(directory)?,
        })
    }
}

/// Looks for two seconds, in which we do nothing, how busy the processors are.
fn busy() -> anyhow::Result<u64> {
    let (idle_before, all_before) = ticks()?;
    std::thread::sleep(Duration::from_secs(2));
    let (idle_after, all_after) = ticks()?;
    let all = (all_after - all_before).max(1);
    Ok(100 - (idle_after - idle_before) * 100 / all)
}

/// Idle and all time of the processors since the start, in the kernel's ticks.
fn ticks() -> anyhow::Result<(u64, u64)> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat
        .lines()
        .next()
        .context("the kernel counts processor time")?;
    let times: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let idle = times.get(3).context("the fourth number is idle time")?;
    Ok((*idle, times.iter().sum()))
}

fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// Appends 4 KiB and syncs, 300 times, as a database's log does.
fn fsync(directory: &Path) -> anyhow::Result<(Duration, Duration)> {
    fs::create_dir_all(directory)?;
    let path = directory.join("fsync");
    let mut file = File::create(&path)?;
    let block = [0_u8; 4096];
    let mut times = Vec::new();
    for _ in 0..300 {
        let start = Instant::now();
        file.write_all(&block)?;
        file.sync_all()?;
        times.push(start.elapsed());
    }
    fs::remove_file(&path)?;
    percentiles(&mut times).context("some were measured")
}
