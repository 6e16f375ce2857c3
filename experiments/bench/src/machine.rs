//! Which machine it is.

use std::fs;

use serde::{Deserialize, Serialize};

/// What of a machine decides how fast a kernel is, as far as the system tells. Its clock is measured, not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// The processor family, as Rust calls it: `"x86_64"`, `"aarch64"`.
    pub architecture: String,
    /// Logical cores.
    pub cores: usize,
    /// The fastest instruction set that kernels have here.
    pub isa: String,
    /// The sizes of the first core's data caches in KiB, the nearest first; none where the system does not tell.
    pub caches_kib: Vec<u64>,
}

impl Machine {
    /// This machine, the fastest instruction set of which is `isa`.
    pub fn here(isa: &str) -> Self {
        let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = information.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == "model name").then(|| value.trim().to_owned())
        });
        // Not what this process may use: a bench is often pinned to one of them.
        let listed = information.lines().filter(|line| line.starts_with("processor")).count();
        let available = || std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cpu: model.unwrap_or_else(|| format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
            architecture: std::env::consts::ARCH.to_owned(),
            cores: if listed > 0 { listed } else { available() },
            isa: isa.to_owned(),
            caches_kib: data_caches(),
        }
    }

    /// Sixteen hexadecimal digits that machines share only if they are alike in all of this.
    pub fn fingerprint(&self) -> String {
        let caches: Vec<String> = self.caches_kib.iter().map(u64::to_string).collect();
        let text = [&self.cpu, &self.architecture, &self.cores.to_string(), &self.isa, &caches.join(",")]
            .map(String::as_str)
            .join("\n");
        blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
    }

    /// A name to read, such as `amd-epyc-7543-2c-3f2a`: words of the processor's name, its cores, and the beginning of
    /// the fingerprint.
    pub fn alias(&self) -> String {
        /// Words that processors of every kind have in their names.
        const IDLE: [&str; 6] = ["cpu", "processor", "core", "with", "virtual", "r"];
        /// More words are not read.
        const WORDS: usize = 4;
        let name = self.cpu.to_lowercase().replace("(r)", " ").replace("(tm)", " ");
        let name = name.split('@').next().unwrap_or_default().to_owned();
        let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        let words = words.filter(|word| !word.is_empty() && !IDLE.contains(word)).take(WORDS);
        let words: Vec<&str> = words.collect();
        let words = if words.is_empty() { "machine".to_owned() } else { words.join("-") };
        format!("{words}-{}c-{}", self.cores, &self.fingerprint()[..4])
    }
}

/// As Linux tells them; instruction caches are left out.
fn data_caches() -> Vec<u64> {
    let mut caches: Vec<(u64, u64)> = Vec::new();
    for index in 0.. {
        let read = |what: &str| fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{what}"));
        let (Ok(level), Ok(kind), Ok(size)) = (read("level"), read("type"), read("size")) else { break };
        let size = size.trim().strip_suffix('K').and_then(|size| size.parse().ok());
        if let (Ok(level), Some(size), true) = (level.trim().parse(), size, kind.trim() != "Instruction") {
            caches.push((level, size));
        }
    }
    caches.sort_unstable();
    caches.into_iter().map(|(_, size)| size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(cpu: &str) -> Machine {
        let (architecture, isa) = ("x86_64".to_owned(), "v3".to_owned());
        Machine { cpu: cpu.to_owned(), architecture, cores: 2, isa, caches_kib: vec![32, 512, 32768] }
    }

    #[test]
    fn names_are_read_and_differ_where_machines_do() {
        for (cpu, words) in [
            ("AMD EPYC 7543 32-Core Processor", "amd-epyc-7543-32-2c-"),
            ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "intel-i7-8550u-2c-"),
            ("///", "machine-2c-"),
        ] {
            let alias = machine(cpu).alias();
            assert!(alias.starts_with(words) && alias.len() == words.len() + 4, "{cpu}: {alias}");
        }
        let mut other = machine("a");
        other.caches_kib[1] = 256;
        assert_ne!(machine("a").fingerprint(), other.fingerprint());
        assert_eq!(Machine::here("v3").fingerprint(), Machine::here("v3").fingerprint());
    }
}
