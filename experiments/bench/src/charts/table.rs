//! What was measured, as a table, and how.

use thalweg_report::figure::value_label;
use thalweg_report::table::{Cell, Column, Table};

use super::Kernel;
use super::name::runner_words;
use crate::Machine;

/// A row for every benchmark.
pub(super) fn kernels(kernels: &[Kernel<'_>]) -> Table {
    let number = |value: Option<f64>| {
        let shown = value.map_or_else(String::new, |value| format!("{value:.3}"));
        Cell { value: value.map_or_else(String::new, |value| value.to_string()), text: shown, is_best: false }
    };
    let row = |kernel: &Kernel<'_>| {
        vec![
            Cell::of(kernel.name.group_words()),
            Cell::of(kernel.name.workload_words()),
            Cell::of(runner_words(kernel.name.runner)),
            number(Some(kernel.work_per_ns)),
            Cell::of(kernel.row.unit.clone()),
            Cell::of(kernel.row.bound.clone().unwrap_or_default()),
            number(kernel.share),
        ]
    };
    Table {
        title: "Benchmarks of the build".to_owned(),
        columns: vec![
            Column::text("group", "group"),
            Column::text("workload", "workload"),
            Column::text("runner", "by"),
            Column::number("work_per_ns", "billions a second"),
            Column::text("unit", "of"),
            Column::text("bound", "bound by"),
            Column::number("share", "share of the bound"),
        ],
        rows: kernels.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// What is known of the machine and the build.
pub(super) fn facts(
    machine: &Machine,
    kernels: &[Kernel<'_>],
    (build, isa, records): (&str, &str, usize),
) -> Vec<(String, String)> {
    let newest = kernels.iter().map(|kernel| kernel.row).max_by(|a, b| a.started.cmp(&b.started));
    let caches: Vec<String> = machine.caches_kib.iter().map(u64::to_string).collect();
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("processor", machine.cpu.clone()),
        fact("logical cores", machine.cores.to_string()),
        fact("data caches", format!("{} KiB", caches.join(", "))),
        fact("instruction set", isa.to_owned()),
        fact("records", records.to_string()),
        fact("build", build.to_owned()),
    ];
    if let Some(row) = newest {
        facts.push(fact("newest run", row.started.clone()));
        facts.push(fact("compiler", row.rustc.clone()));
        facts.push(fact("crates", row.crates.clone()));
        facts.extend(row.clock_ghz.map(|clock| fact("clock", format!("{} GHz, measured", value_label(clock)))));
    }
    facts
}
