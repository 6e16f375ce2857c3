//! Two builds by their records.
//!
//! Their runs are days apart at times, so cycles of the clock that was seen are compared, and how much runs differ is taken
//! from runs of one build that were repeated: of all builds on the machine, as few repeat many. The larger of a benchmark's
//! own spread and that of its bench counts. Where many benchmarks were repeated, each is judged beside the others instead
//! (`together`). A single run may have met anything, so both builds need [`FEWEST`] for a verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::estimate::{Estimate, Spread, middle, unpaired};
use crate::report::{Comparison, Finding, Side, changed_answers};
use crate::store::{self, Store};
use crate::together::{FEWEST_ROUNDS, Runs, Together, together};
use crate::{BenchError, Build, Machine, Row, judge};

/// The builds that are to be compared: a path of a table, the beginning of a build's name, or what git calls a revision.
/// Without names, the newest build and the newest clean one before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sides<'a> {
    /// What was there before.
    pub baseline: Option<&'a str>,
    /// What is judged.
    pub candidate: Option<&'a str>,
}

/// Judges the builds of a machine. `threshold` is the change that is none, as a share of the time.
///
/// # Errors
/// If there are no two builds of one machine with a benchmark in common, or a record cannot be read.
pub fn compare(store: &Store, machine: &Machine, sides: Sides<'_>, threshold: f64) -> Result<Comparison, BenchError> {
    let opened = |name: Option<&str>| name.map(Path::new).filter(|path| path.is_file()).map(Store::open).transpose();
    let (first, second) = (opened(sides.baseline)?, opened(sides.candidate)?);
    if let (Some((a, _)), Some((b, _))) = (&first, &second) {
        same_machine(a, b)?;
    }
    let folder: Option<PathBuf> = [&first, &second].into_iter().flatten().map(|(folder, _)| folder.clone()).next();
    let builds = folder.as_deref().map_or_else(|| store.builds(machine), store::builds)?;
    let candidate = match (second, sides.candidate) {
        (Some((_, build)), _) => build,
        (None, Some(name)) => store::named(&builds, name)?.clone(),
        (None, None) => newest(&builds, first.as_ref().map(|(_, build)| build))?,
    };
    let baseline = match (first, sides.baseline) {
        (Some((_, build)), _) => build,
        (None, Some(name)) => store::named(&builds, name)?.clone(),
        (None, None) => before(&builds, &candidate)?.clone(),
    };
    if baseline.name() == candidate.name() {
        return Err(BenchError::Same(candidate.name()));
    }
    of_builds(&builds, &baseline, &candidate, threshold)
}

fn same_machine(a: &Path, b: &Path) -> Result<(), BenchError> {
    if Store::fingerprint_of(a)? == Store::fingerprint_of(b)? {
        return Ok(());
    }
    Err(BenchError::OtherMachine { a: a.to_owned(), b: b.to_owned() })
}

fn newest(builds: &[Build], but: Option<&Build>) -> Result<Build, BenchError> {
    let other = builds.iter().rev().find(|build| but.is_none_or(|but| but.name() != build.name()));
    other.cloned().ok_or_else(|| BenchError::OneBuild(but.map_or_else(String::new, Build::name)))
}

/// The newest clean build before another that has a benchmark in common with it; a changed one if there is no clean one.
fn before<'a>(builds: &'a [Build], candidate: &Build) -> Result<&'a Build, BenchError> {
    let ids: BTreeSet<Key<'_>> = candidate.rows.iter().map(key).collect();
    let earlier = builds.iter().rev().filter(|build| {
        build.name() != candidate.name()
            && build.newest() <= candidate.newest()
            && build.rows.iter().any(|row| ids.contains(&key(row)))
    });
    earlier.min_by_key(|build| build.changes.is_some()).ok_or_else(|| BenchError::OneBuild(candidate.name()))
}

/// The runs of each build without which nothing is said. With one each, and one run in ten disturbed, one comparison in
/// twenty was wrong in simulations; with two, one in a hundred.
pub const FEWEST: usize = 2;

/// What makes rows comparable: the benchmark and the instruction set.
type Key<'a> = (&'a str, &'a str);

fn key(row: &Row) -> Key<'_> {
    (&row.benchmark, &row.isa)
}

type ByKey<'a> = BTreeMap<Key<'a>, Vec<&'a Row>>;

fn by_key(build: &Build) -> ByKey<'_> {
    let mut all = ByKey::new();
    build.rows.iter().for_each(|row| all.entry(key(row)).or_default().push(row));
    all
}

/// The logarithms of the times of runs.
fn logarithms(rows: &[&Row]) -> Vec<f64> {
    rows.iter().map(|row| libm::log(row.cycles())).collect()
}

/// Judges two of the builds of a machine; from all of them it is known how runs differ. `threshold` is the change that is none,
/// as a share of the time.
///
/// # Errors
/// If they have no benchmark in common.
pub fn of_builds(
    builds: &[Build],
    baseline: &Build,
    candidate: &Build,
    threshold: f64,
) -> Result<Comparison, BenchError> {
    let threshold = libm::log1p(threshold);
    let (old, new) = (by_key(baseline), by_key(candidate));
    let shared: Vec<Key<'_>> = new.keys().filter(|key| old.contains_key(*key)).copied().collect();
    if shared.is_empty() {
        return Err(BenchError::NothingInCommon { a: baseline.name(), b: candidate.name() });
    }
    let sides = [&old, &new];
    let together = in_common(&shared, sides);
    let beside = together.as_ref().filter(|together| is_small(together.common));
    let estimates = estimates(&shared, sides, (beside, &Spreads::of(builds)), threshold);
    let several = shared.iter().map(|(_, isa)| isa).collect::<BTreeSet<_>>().len() > 1;
    let verdicts = judge(&estimates, threshold);
    let label = |key: &Key<'_>| if several { format!("{} ({})", key.0, key.1) } else { key.0.to_owned() };
    let checksums = |rows: &ByKey<'_>| -> BTreeMap<String, String> {
        let newest = |key: &Key<'_>| Some((label(key), rows[key].iter().rev().find_map(|row| row.checksum.clone())?));
        shared.iter().filter_map(newest).collect()
    };
    let answers = changed_answers(&checksums(&old), &checksums(&new));
    let findings = shared.iter().zip(estimates).zip(verdicts).map(|((key, estimate), verdict)| {
        let times = [&old[key], &new[key]].map(|rows| middle_of(rows, |row| row.fast_ns));
        Finding { rounds: [old[key].len(), new[key].len()], ..Finding::new(label(key), times, estimate, verdict) }
    });
    Ok(Comparison {
        baseline: side(baseline),
        candidate: side(candidate),
        threshold,
        answers,
        only_baseline: old.keys().filter(|key| !new.contains_key(*key)).count(),
        only_candidate: new.len() - shared.len(),
        remarks: common_remark(together.as_ref())
            .into_iter()
            .chain(remarks(baseline, candidate, &shared, sides))
            .collect(),
        findings: findings.collect(),
    })
}

/// Whether a change of all may be what the machine did, and not the build.
fn is_small(common: f64) -> bool {
    const MOST: f64 = 0.05;
    common.abs() <= MOST
}

/// What the shared benchmarks have in common that have rounds on both sides.
fn in_common(shared: &[Key<'_>], sides: [&ByKey<'_>; 2]) -> Option<Together> {
    let runs = |key: &Key<'_>| -> Runs<'_> {
        sides.map(|side| side[key].iter().map(|row| (&*row.started, libm::log(row.cycles()))).collect())
    };
    let all: Vec<Runs<'_>> = repeated(shared, sides).map(runs).collect();
    together(&all)
}

/// Those that have enough rounds on both sides to be judged together.
fn repeated<'a, 'b>(shared: &'b [Key<'a>], sides: [&'b ByKey<'a>; 2]) -> impl Iterator<Item = &'b Key<'a>> {
    shared.iter().filter(move |key| sides.iter().all(|side| side[*key].len() >= FEWEST_ROUNDS))
}

/// Each beside those that are judged together, or by its own rounds and those of its bench.
fn estimates(
    shared: &[Key<'_>],
    sides: [&ByKey<'_>; 2],
    (together, spreads): (Option<&Together>, &Spreads<'_>),
    threshold: f64,
) -> Vec<Estimate> {
    let benchmarks = together.into_iter().flat_map(|together| &together.benchmarks);
    let known: BTreeMap<&Key<'_>, _> = repeated(shared, sides).zip(benchmarks).collect();
    let alone = |key: &Key<'_>| {
        let [old, new] = sides.map(|side| &side[key]);
        let is_known = [old, new].iter().all(|rows| rows.len() >= FEWEST);
        let spread = if is_known { spreads.get(*key, &new[0].bench) } else { Spread::default() };
        unpaired(&logarithms(old), &logarithms(new), spread, threshold, shared.len())
    };
    let estimate = |key: &Key<'_>| match known.get(key) {
        Some(([old, new], spread)) => unpaired(old, new, *spread, threshold, shared.len()),
        None => alone(key),
    };
    shared.iter().map(estimate).collect()
}

/// What is said of a change of all.
fn common_remark(together: Option<&Together>) -> Option<String> {
    /// Less is not worth a line.
    const LEAST: f64 = 0.001;
    let common = together?.common;
    let percent = 100.0 * libm::expm1(common);
    if common.abs() < LEAST {
        None
    } else if is_small(common) {
        Some(format!(
            "all together changed by {percent:+.1} %, taken for what the machine did: each is judged beside that"
        ))
    } else {
        Some(format!(
            "all together changed by {percent:+.1} %, too much for a machine at rest: each is judged by itself"
        ))
    }
}

fn side(build: &Build) -> Side {
    let rounds: BTreeSet<(&str, &str)> = build.rows.iter().map(|row| (&*row.bench, &*row.started)).collect();
    let benches: BTreeSet<&str> = rounds.iter().map(|(bench, _)| *bench).collect();
    Side { name: build.name(), date: build.newest().to_owned(), rounds: rounds.len() / benches.len().max(1) }
}

fn middle_of(rows: &[&Row], of: fn(&Row) -> f64) -> f64 {
    middle(&rows.iter().map(|row| of(row)).collect::<Vec<_>>()).unwrap_or(f64::NAN)
}

/// What else differs.
fn remarks(baseline: &Build, candidate: &Build, shared: &[Key<'_>], [old, new]: [&ByKey<'_>; 2]) -> Vec<String> {
    let mut remarks = Vec::new();
    for (what, of) in
        [("the compiler", (|row: &Row| row.rustc.clone()) as fn(&Row) -> String), ("crates", |row| row.crates.clone())]
    {
        let [before, now] = [baseline, candidate].map(|build| build.rows.last().map(of).unwrap_or_default());
        if before != now {
            remarks.push(format!("{what} changed as well: {before}, and now {now}"));
        }
    }
    let few = |key: &&Key<'_>| [old, new].iter().any(|rows| rows[*key].len() < FEWEST);
    let few = shared.iter().filter(few).count();
    if few > 0 {
        remarks.push(format!(
            "{few} of {} benchmarks were measured only once on one side, and so without a verdict: run the bench again and \
             `thalweg bench record` for another round, or use `thalweg bench ab`",
            shared.len()
        ));
    }
    remarks
}

/// How runs of one build differ, by benchmark and by bench.
struct Spreads<'a> {
    own: BTreeMap<Key<'a>, Spread>,
    /// The mean variance of a bench's benchmarks; the runs that repeat another count once, as benchmarks of one run share its
    /// fate.
    of_bench: BTreeMap<&'a str, Spread>,
}

impl<'a> Spreads<'a> {
    fn of(builds: &'a [Build]) -> Self {
        let mut runs: BTreeMap<Key<'a>, (&'a str, Vec<Vec<f64>>)> = BTreeMap::new();
        for build in builds {
            for (key, rows) in by_key(build) {
                runs.entry(key).or_insert_with(|| (&rows[0].bench, vec![])).1.push(logarithms(&rows));
            }
        }
        let own: BTreeMap<Key<'a>, Spread> =
            runs.iter().map(|(key, (_, builds))| (*key, Spread::of(builds.iter().map(Vec::as_slice)))).collect();
        let mut of_bench: BTreeMap<&'a str, Vec<Spread>> = BTreeMap::new();
        for (key, (bench, _)) in &runs {
            of_bench.entry(bench).or_default().push(own[key]);
        }
        let together = |spreads: Vec<Spread>| {
            let known: Vec<&Spread> = spreads.iter().filter(|spread| spread.degrees > 0).collect();
            let variance = known.iter().map(|spread| spread.variance).sum::<f64>() / known.len().max(1) as f64;
            Spread { variance, degrees: known.iter().map(|spread| spread.degrees).max().unwrap_or(0) }
        };
        Self { own, of_bench: of_bench.into_iter().map(|(bench, spreads)| (bench, together(spreads))).collect() }
    }

    fn get(&self, key: Key<'_>, bench: &str) -> Spread {
        let own = self.own.get(&key).copied().unwrap_or_default();
        let of_bench = self.of_bench.get(bench).copied().unwrap_or_default();
        if own.degrees > 0 && own.variance >= of_bench.variance { own } else { of_bench }
    }
}

#[cfg(test)]
mod tests;
