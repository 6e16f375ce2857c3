//! `thalweg export --parquet`: what is in the files is what is in the tables.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// Settings that some optimizers lack, names, trials that diverge, and a table with an index.
const SPEC: &str = r#"
name = "exported"

[problem]
kind = "moons"
samples = 40
noise = 0.2

[network]
hidden = [3]
activation = "tanh"

[train]
batch = 10
steps = 6
seeds = 10
log_every = 3

[[optimizer]]
kind = "momentum"
lr = { log = [1e-2, 1e30], points = 10 }
momentum = [0.5, 0.9]

[[optimizer]]
kind = "adam"
lr = { log = [1e-3, 1e0], points = 10 }

[record]
observe = ["layers"]
"#;

fn thalweg(folder: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thalweg")).args(line.split(' ')).current_dir(folder).output().unwrap()
}

fn succeeds(folder: &Path, line: &str) -> String {
    let output = thalweg(folder, line);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Whether a field of a file is the cell of a table.
fn is_cell(field: &Field, cell: &str) -> bool {
    match field {
        Field::Null => cell.is_empty(),
        Field::Str(text) => text == cell,
        Field::ULong(count) => count.to_string() == cell,
        Field::Long(number) => number.to_string() == cell,
        Field::Double(number) => cell.parse::<f64>().is_ok_and(|cell| cell.to_bits() == number.to_bits()),
        _ => false,
    }
}

#[test]
fn files_hold_what_tables_hold() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("exported.toml"), SPEC).unwrap();
    succeeds(folder, "run exported.toml --out local --quiet");
    succeeds(folder, "run exported.toml --out chunks --shard 0/1 --quiet");
    let id = succeeds(folder, "id local").trim().to_owned();
    for (from, out) in [("local", "of-local"), ("chunks", "of-chunks")] {
        succeeds(folder, &format!("export {from} --parquet --out {out} --quiet"));
        for table in ["runs", "curves", "layers"] {
            let file = File::open(folder.join(out).join(format!("{table}.parquet"))).unwrap();
            let reader = SerializedFileReader::new(file).unwrap();
            let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
            let value = |key: &str| metadata.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
            assert_eq!(value("thalweg.id").as_deref(), Some(&*id));
            assert!(value("thalweg.spec").unwrap().contains("momentum"));
            let mut rows = csv::Reader::from_path(folder.join("local").join(format!("{table}.csv"))).unwrap();
            let header = rows.headers().unwrap().clone();
            let mut cells = rows.records();
            let mut count = 0;
            for row in reader.get_row_iter(None).unwrap() {
                let (row, cells) = (row.unwrap(), cells.next().unwrap().unwrap());
                let own: Vec<_> = row.get_column_iter().collect();
                assert!(own.iter().map(|(name, _)| name.as_str()).eq(&header), "{header:?}");
                for ((name, field), cell) in own.into_iter().zip(&cells) {
                    assert!(is_cell(field, cell), "{table}, row {count}, {name}: {field:?} and {cell}");
                }
                count += 1;
            }
            assert!(cells.next().is_none() && count >= 300, "{table}: {count} rows");
        }
    }
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("exported.toml"), SPEC).unwrap();
    succeeds(folder, "run exported.toml --out local --quiet");
    let fails = |line: &str, code: i32, word: &str| {
        let output = thalweg(folder, line);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && error.contains(word), "{line}: {error}");
    };
    fails("export local", 2, "--parquet");
    fails("export nowhere --parquet", 65, "holds no results");
    let runs = std::fs::read_to_string(folder.join("local/runs.csv")).unwrap();
    std::fs::write(folder.join("local/runs.csv"), runs.replacen(",ok,6,", ",ok,7,", 1)).unwrap();
    fails("export local --parquet --out other", 1, "its manifest says");
    std::fs::write(folder.join("local/runs.csv"), runs.replacen(",ok,6,", ",ok,x,", 1)).unwrap();
    fails("export local --parquet --out other", 65, "column steps of runs.csv has `x`, which is no number");
    assert_eq!(std::fs::read_dir(folder.join("other")).unwrap().count(), 0);
}
