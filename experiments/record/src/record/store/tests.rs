use super::load::file_name;
use super::*;
use crate::record::Key;

const TRIALS: usize = 10;
const TABLES: [&str; 4] = [RUNS, "curves", "seen", WEIGHTS];

fn keys() -> Vec<Key> {
    (0..TRIALS).map(|trial| Key::parse(format!("t{:016x}", 0xfeed_0000 - trial).as_bytes()).unwrap()).collect()
}

fn identity() -> Identity {
    identity_of(4, "trials", "form", &TABLES)
}

fn identity_of(contract: u32, trials: &str, form: &str, tables: &[&str]) -> Identity {
    let tables = tables.iter().map(|name| (*name).to_owned()).collect();
    Identity::new(contract, &blake3::hash(trials.as_bytes()), form, 4, tables)
}

fn open(folder: &Path) -> Store {
    Store::open(folder, identity(), TRIALS).unwrap()
}

/// A row of `runs`, and as many of `curves` as the trial's number.
fn rows(trial: usize) -> [String; 2] {
    let key = keys()[trial];
    [format!("{key},{trial}\n"), (0..trial).map(|step| format!("{key},{step}\n")).collect()]
}

fn batch(trials: &[usize]) -> Batch {
    let mut batch = Batch::of_tables(TABLES.len());
    for &trial in trials {
        let [runs, curves] = rows(trial);
        batch.push(trial as u32, &[runs.as_bytes(), curves.as_bytes(), &[], &[]]);
    }
    batch
}

/// Trains and seals what is missing, and checks that the tables are those of a sweep that nothing ever happened to.
fn finish(folder: &Path) {
    let store = open(folder);
    for piece in 0..store.pieces() {
        let missing: Vec<usize> = store.missing(piece).into_iter().map(|trial| trial as usize).collect();
        store.add(batch(&missing));
        store.seal(piece).unwrap();
    }
    assert_eq!(store.done(), TRIALS);
    for table in [0, 1] {
        let (mut out, expected) = (Vec::new(), (0..TRIALS).map(|trial| rows(trial)[table].clone()).collect::<String>());
        assert_eq!(store.copy(TABLES[table], &mut out).unwrap(), expected.lines().count() as u64);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
    assert!(fs::read_dir(folder).unwrap().all(|entry| {
        let name = entry.unwrap().file_name();
        ["toml", "csv", "damaged"].iter().any(|ending| name.to_string_lossy().ends_with(ending))
    }));
}

#[test]
fn rows_come_back_in_plan_order_whenever_the_process_stops() {
    // What is done, as batches, pieces and flushes, before the process is killed.
    type Event<'a> = &'a dyn Fn(&Store);
    let stories: &[&[Event<'_>]] = &[
        &[],
        &[&|store| store.add(batch(&[3, 1]))],
        &[&|store| store.add(batch(&[9, 3, 1])), &|store| store.flush().unwrap(), &|store| store.add(batch(&[0]))],
        &[
            &|store| store.add(batch(&[2, 0])),
            &|store| store.flush().unwrap(),
            &|store| store.add(batch(&[3, 1, 5])),
            &|store| {
                store.flush().unwrap();
                store.seal(0).unwrap();
            },
        ],
        &[&|store| store.add(batch(&[1, 2, 3, 0])), &|store| store.seal(0).unwrap(), &|store| {
            store.add(batch(&[9, 8]))
        }],
    ];
    for story in stories {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        story.iter().for_each(|event| event(&store));
        drop(store);
        finish(folder.path());
        // All is sealed now.
        assert_eq!(open(folder.path()).done(), TRIALS);
    }
}

/// Every file of a folder and its bytes.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn trials_are_counted_from_outside_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let count = || {
        let before = content(folder.path());
        let count = Store::count(folder.path(), identity(), TRIALS).unwrap();
        assert_eq!(content(folder.path()), before);
        count
    };
    assert_eq!(count(), 0);
    let store = open(folder.path());
    store.add(batch(&[0, 1, 2, 3, 5]));
    // What is in memory alone is not seen.
    assert_eq!(count(), 0);
    store.flush().unwrap();
    store.add(batch(&[6]));
    store.flush().unwrap();
    assert_eq!(count(), 6);
    store.seal(0).unwrap();
    assert_eq!(count(), 6);
    for path in content(folder.path()).into_iter().map(|(path, _)| path) {
        if path.extension().is_some_and(|ending| ending == "journal") {
            fs::write(path, "damaged").unwrap();
        }
    }
    assert_eq!(count(), 4);
    assert_eq!(Store::count(folder.path(), identity_of(5, "trials", "form", &TABLES), TRIALS).unwrap(), 0);
    assert!(Store::count(&folder.path().join("nowhere"), identity(), TRIALS).is_err());
}

#[test]
fn of_a_trial_that_is_added_twice_the_first_rows_count() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.add(batch(&[0, 1]));
    store.flush().unwrap();
    let mut other = Batch::of_tables(TABLES.len());
    other.push(1, &[&b"other\n"[..], &[], &[], &[]]);
    store.add(other);
    store.flush().unwrap();
    drop(store);
    finish(folder.path());
}

/// Every file, cut, emptied, grown, changed in one byte, removed, or in the place of another one.
#[test]
fn what_was_damaged_is_computed_again() {
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        store.add(batch(&[0, 1, 2, 3]));
        store.seal(0).unwrap();
        store.add(batch(&[4, 6]));
        store.flush().unwrap();
        folder
    };
    let names = |folder: &Path| {
        let mut names: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    type Damage = fn(&mut Vec<u8>);
    let damages: &[Damage] = &[
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes.truncate(bytes.len() / 2),
        Vec::clear,
        |bytes| bytes.push(b'\n'),
        |bytes| *bytes = bytes.repeat(2),
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        },
    ];
    for at in 0..names(make().path()).len() {
        for (number, damage) in damages.iter().enumerate() {
            let folder = make();
            let path = &names(folder.path())[at];
            let mut bytes = fs::read(path).unwrap();
            damage(&mut bytes);
            fs::write(path, bytes).unwrap();
            let store = open(folder.path());
            assert_eq!(store.damaged().len(), 1, "{} by {number}", path.display());
            assert!(store.damaged()[0].starts_with(&file_name(path)[..8.min(file_name(path).len())]));
            drop(store);
            finish(folder.path());
        }
        let folder = make();
        fs::remove_file(&names(folder.path())[at]).unwrap();
        finish(folder.path());
    }
    let folder = make();
    let names = names(folder.path());
    for pair in names.windows(2) {
        let (one, other) = (fs::read(&pair[0]).unwrap(), fs::read(&pair[1]).unwrap());
        fs::write(&pair[0], other).unwrap();
        fs::write(&pair[1], one).unwrap();
    }
    finish(folder.path());
}

#[test]
fn forgotten_trials_are_trained_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.add(batch(&[0, 1, 2, 3, 5, 9]));
    store.flush().unwrap();
    store.seal(0).unwrap();
    let number = |key| keys().iter().position(|own| *own == key).map(|at| at as u32);
    store.forget(&[2, 3, 9].into(), number).unwrap();
    assert_eq!((store.done(), store.missing(0), store.missing(2)), (3, vec![2, 3], vec![8, 9]));
    drop(store);
    // A killed process remembers the journal of the trials that were left.
    assert_eq!(open(folder.path()).missing(0), [2, 3]);
    finish(folder.path());
}

#[test]
fn a_number_that_no_other_can_follow_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["4294967295.journal", "4294967294.journal", "4294967290.journal", "99999999999.journal", ".journal"];
    names.iter().for_each(|name| fs::write(folder.path().join(name), "garbage").unwrap());
    let store = open(folder.path());
    for trial in 0..TRIALS {
        store.add(batch(&[trial]));
        store.flush().unwrap();
    }
    drop(store);
    let store = open(folder.path());
    assert_eq!((store.done(), store.damaged().len()), (TRIALS, 0));
    (0..store.pieces()).for_each(|piece| store.seal(piece).unwrap());
    names.iter().for_each(|name| fs::remove_file(folder.path().join(name)).unwrap());
    finish(folder.path());
}

#[test]
fn rows_of_another_sweep_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.add(batch(&[0, 1, 2, 3, 4]));
    store.flush().unwrap();
    store.seal(0).unwrap();
    for other in [
        identity_of(5, "trials", "form", &TABLES),
        identity_of(4, "others", "form", &TABLES),
        identity_of(4, "trials", "another form", &TABLES),
        identity_of(4, "trials", "form", &[RUNS, "curves", "others", WEIGHTS]),
        identity_of(4, "trials", "form", &[RUNS, "curves", WEIGHTS]),
    ] {
        assert_ne!(other, identity());
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        assert_eq!(Store::open(copy.path(), other, TRIALS).unwrap().done(), 0);
    }
}

#[test]
fn a_piece_that_changes_before_its_tables_are_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    finish(folder.path());
    let store = open(folder.path());
    fs::write(folder.path().join("00000001.runs.csv"), "gone\n").unwrap();
    let error = store.copy(RUNS, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().ends_with("00000001.runs.csv was changed"), "{error}");
}

#[test]
fn rows_longer_than_a_chunk_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let long = "x".repeat(300_000);
    for trial in [2, 0, 3, 1] {
        let mut batch = Batch::of_tables(TABLES.len());
        batch.push(trial, &[format!("{trial}{long}\n").as_bytes(), &[], &[], &[]]);
        store.add(batch);
        if trial == 0 {
            store.flush().unwrap();
        }
    }
    store.seal(0).unwrap();
    let bytes = fs::read(folder.path().join("00000000.runs.csv")).unwrap();
    let expected: String = (0..4).map(|trial| format!("{trial}{long}\n")).collect();
    assert!(bytes == expected.as_bytes());
}
