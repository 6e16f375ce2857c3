use super::*;

fn chunks() -> Chunks {
    let tables = [("runs", "key,a\n"), ("curves", "key,step\n"), ("trajectory", ""), ("weights", "key,file,blake3\n")];
    let tables = tables.map(|(name, header)| (name.to_owned(), header.as_bytes().to_vec())).to_vec();
    Chunks { contract: 5, spec: blake3::hash(b"spec"), trials: 10, size: 4, tables }
}

/// The rows of all trials of the sweep; the third of each four has no curve.
fn batch() -> Batch {
    let mut batch = Batch::of_tables(4);
    for trial in 0..10_u32 {
        let run = format!("t{trial:016x},{trial}\n");
        let curves = if trial % 4 == 2 { String::new() } else { format!("t{trial:016x},0\nt{trial:016x},1\n") };
        batch.push(trial, &[run.as_bytes(), curves.as_bytes(), &[], &[]]);
    }
    batch
}

fn write_all(folder: &Path) -> Chunks {
    let (chunks, batch) = (chunks(), batch());
    for chunk in 0..chunks.count() {
        let range = chunks.range(chunk);
        let places = range.start as usize..range.end as usize;
        chunks.write(folder, &chunks.seal(chunk, &batch, &places), &batch, &places).unwrap();
    }
    chunks
}

#[test]
fn chunks_read_back_and_their_roots_make_that_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let (chunks, batch) = (write_all(folder.path()), batch());
    assert_eq!((chunks.count(), chunks.range(2)), (3, 8..10));
    let read: Vec<Chunk> = (0..3).map(|chunk| chunks.read(folder.path(), chunk).unwrap()).collect();
    for table in 0..4 {
        let rows: Vec<u8> = read.iter().flat_map(|chunk| chunk.tables[table].clone()).collect();
        assert_eq!(rows, batch.table(table));
        let leaves: Vec<_> = (0..10).map(|place| tree::leaf(batch.rows(table, place))).collect();
        let name = &chunks.tables[table].0;
        let roots: Vec<_> = read.iter().filter_map(|chunk| Some(chunk.seal.tables.get(name)?.root.0)).collect();
        assert!(roots.is_empty() || tree::root(&roots) == tree::root(&leaves), "{name}");
    }
    // A table without rows has no file, and one that the sweep does not have is not told of.
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 3 + 3 + 3);
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with("weights")));
    let tables: Vec<_> = read[0].seal.tables.iter().map(|(name, content)| (name.as_str(), content.rows)).collect();
    assert_eq!(tables, [("curves", 6), ("runs", 4), ("weights", 0)]);
}

#[test]
fn what_is_damaged_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = write_all(folder.path());
    assert_eq!(chunks.read(&folder.path().join("nowhere"), 0), Err(Fault::Missing));
    for (name, is_seal) in [("runs-00000001.csv.gz", false), ("curves-00000001.csv.gz", false), ("00000001.toml", true)]
    {
        let path = folder.path().join(name);
        let sound = fs::read(&path).unwrap();
        let mut shorter = sound.clone();
        shorter.truncate(sound.len() / 2);
        let mut changed = sound.clone();
        changed[sound.len() / 2] ^= 4;
        let longer = [sound.as_slice(), b"\n"].concat();
        for other in [Vec::new(), shorter, changed, longer] {
            fs::write(&path, other).unwrap();
            match chunks.read(folder.path(), 1) {
                Err(Fault::Damaged(problem)) => assert!(problem.contains(name), "{problem}"),
                read => panic!("{name}: {read:?}"),
            }
        }
        fs::remove_file(&path).unwrap();
        let gone = chunks.read(folder.path(), 1).unwrap_err();
        assert_eq!(gone == Fault::Missing, is_seal, "{gone:?}");
        fs::write(&path, sound).unwrap();
        assert!(chunks.read(folder.path(), 1).is_ok());
    }
}

#[test]
fn chunks_of_another_sweep_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = write_all(folder.path());
    let problem = |other: Chunks| match other.read_seal(folder.path(), 1) {
        Err(Fault::Damaged(problem)) => problem,
        read => panic!("{read:?}"),
    };
    let another = "00000001.toml is of another sweep";
    assert_eq!(problem(Chunks { spec: blake3::hash(b"other"), ..chunks.clone() }), another);
    assert_eq!(problem(Chunks { trials: 11, ..chunks.clone() }), another);
    assert_eq!(problem(Chunks { size: 2, ..chunks.clone() }), another);
    assert_eq!(problem(Chunks { contract: 6, ..chunks.clone() }), "00000001.toml was made under contract 5, not 6");
    let mut tables = chunks.tables.clone();
    tables[3].1.clear();
    assert_eq!(problem(Chunks { tables, ..chunks }), another);
    assert_eq!(
        (chunk_of("00000042.toml"), chunk_of("42.toml"), chunk_of("runs-00000042.csv.gz")),
        (Some(42), None, None)
    );
}
