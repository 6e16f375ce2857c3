//! `read.sql`: the tables of chunks as one, with the types of all columns, for DuckDB.

use std::collections::BTreeMap;

use crate::record::chunk::{CHUNKS, Chunks};
use crate::record::{LABEL, Setting, is_run_column};
use crate::spec::Spec;
use crate::sweep::Plan;

/// The name of the file.
pub(super) const READ_SQL: &str = "read.sql";

/// Columns of names.
const NAMES: [&str; 6] = ["key", "problem", "optimizer", "status", "file", "blake3"];

/// Columns of integers.
const INTEGERS: [&str; 9] =
    ["init_seed", "order_seed", "steps", "gradients", "diverged_at", "best_step", "steps_to_target", "step", "index"];

/// A view for each table, of all chunks that are there; paths are those from the folder of the results.
pub(super) fn read_sql(spec: &Spec, plan: &Plan, chunks: &Chunks) -> String {
    let settings = setting_types(plan);
    // By which rows of a step are told apart.
    let indices = || spec.record.observe.iter().filter_map(|own| own.observer.index());
    let kind = |column: &str| {
        let is_integer = INTEGERS.contains(&column) || indices().any(|index| index.name == column);
        match settings.get(column) {
            Some(kind) if !is_run_column(column) => kind,
            _ if NAMES.contains(&column) || column == LABEL => "VARCHAR",
            _ if is_integer => "UBIGINT",
            _ => "DOUBLE",
        }
    };
    let view = |(table, name): (usize, &str)| {
        let header = String::from_utf8_lossy(&chunks.tables[table].1);
        let column = |column: &str| format!("    '{}': '{}'", column.replace('\'', "''"), kind(column));
        let columns: Vec<String> = header.trim_end().split(',').map(column).collect();
        let columns = columns.join(",\n");
        format!(
            "CREATE OR REPLACE VIEW {name} AS FROM read_csv('{CHUNKS}/{name}-*.csv.gz', header = true, auto_detect = false,\n  \
             columns = {{\n{columns}\n  }});\n"
        )
    };
    let views: Vec<String> = chunks.tables().map(view).collect();
    format!(
        "-- duckdb -init read.sql: a view for each table, of the chunks that are here. One without rows has no files.\n{}",
        views.join("\n")
    )
}

/// The types of the columns of settings, by the settings of the first trial of each condition and optimizer.
fn setting_types(plan: &Plan) -> BTreeMap<String, &'static str> {
    let mut kinds: BTreeMap<String, &'static str> = BTreeMap::new();
    let names = plan.hyperparameter_names();
    for index in plan.first_of_each() {
        for (name, setting) in names.iter().zip(plan.settings(&plan.trials.get(index))) {
            let kind = match setting {
                None => continue,
                Some(Setting::Choice(_) | Setting::Among(_)) => "VARCHAR",
                Some(Setting::Whole(_)) => "BIGINT",
                Some(Setting::Number(_)) => "DOUBLE",
            };
            let known = kinds.entry(name.clone()).or_insert(kind);
            if *known != kind {
                // Numbers beside names are names, and integers beside reals are reals.
                *known = if [*known, kind].contains(&"VARCHAR") { "VARCHAR" } else { "DOUBLE" };
            }
        }
    }
    kinds
}
