//! `read.sql`: the tables of chunks as one, with the types of all columns, for DuckDB.

use super::columns::{Column, Kind};
use crate::record::chunk::CHUNKS;

/// The name of the file.
pub(super) const READ_SQL: &str = "read.sql";

impl Kind {
    /// Its name in SQL.
    fn sql(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR",
            Self::Count => "UBIGINT",
            Self::Integer => "BIGINT",
            Self::Real => "DOUBLE",
        }
    }
}

/// A view for each of these tables, of all chunks that are there; paths are those from the folder of the results.
pub(super) fn read_sql(tables: &[(&str, Vec<Column>)]) -> String {
    let view = |(name, columns): &(&str, Vec<Column>)| {
        let column = |column: &Column| format!("    '{}': '{}'", column.name.replace('\'', "''"), column.kind.sql());
        let columns: Vec<String> = columns.iter().map(column).collect();
        let columns = columns.join(",\n");
        format!(
            "CREATE OR REPLACE VIEW {name} AS FROM read_csv('{CHUNKS}/{name}-*.csv.gz', header = true, auto_detect = false,\n  \
             columns = {{\n{columns}\n  }});\n"
        )
    };
    let views: Vec<String> = tables.iter().map(view).collect();
    format!(
        "-- duckdb -init read.sql: a view for each table, of the chunks that are here. One without rows has no files.\n{}",
        views.join("\n")
    )
}
