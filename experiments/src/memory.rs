//! How much memory there is.

use std::fs;

/// How much memory may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// In bytes; none if that is not known, or does not matter.
    available: Option<u64>,
}

impl Memory {
    /// As much as the machine has to give without swapping, and as the process may have. Only Linux tells; elsewhere
    /// there is no limit.
    pub fn of_machine() -> Self {
        let available = [available_on_machine(), available_to_process()].into_iter().flatten().min();
        Self { available }
    }

    /// Without a limit.
    pub fn unlimited() -> Self {
        Self { available: None }
    }

    /// This many bytes.
    pub fn limited(bytes: u64) -> Self {
        Self { available: Some(bytes) }
    }

    /// Checks that something fits, `needed` bytes of it in all.
    ///
    /// # Errors
    ///
    /// If it does not: how much it needs, and how much there is, as the end of a sentence about it.
    pub fn check(self, needed: u64) -> Result<(), String> {
        match self.available.filter(|available| needed > *available) {
            Some(available) => Err(format!("about {} of memory, but {} are free", text(needed), text(available))),
            None => Ok(()),
        }
    }
}

/// What helps where memory is short.
pub const OVERCOMMIT: &str = "--overcommit tries it all the same";

/// A number of bytes in a unit that suits it.
pub fn text(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes < 1e6 => format!("{:.0} kB", bytes / 1e3),
        bytes if bytes < 1e9 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.1} GB", bytes / 1e9),
    }
}

fn available_on_machine() -> Option<u64> {
    kib(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// What `ulimit -v` leaves.
fn available_to_process() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = limit.split_whitespace().next()?.parse().ok()?;
    let used = kib(&fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
    Some(limit.saturating_sub(used))
}

/// The bytes of a line such as `MemAvailable:   1024 kB`.
fn kib(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_compared_with_what_is_free() {
        assert_eq!(Memory::limited(2_000_000).check(2_000_000), Ok(()));
        let error = Memory::limited(2_000_000).check(3_000_000_000).unwrap_err();
        assert_eq!(error, "about 3.0 GB of memory, but 2.0 MB are free");
        assert_eq!(Memory::unlimited().check(u64::MAX), Ok(()));
        assert_eq!(kib("MemTotal: 2 kB\nMemAvailable:    3 kB\n", "MemAvailable:"), Some(3072));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_what_is_free() {
        assert!(Memory::of_machine().check(1).is_ok());
        assert!(Memory::of_machine().check(u64::MAX).is_err());
    }
}
