//! A condition of a sweep: a problem, a network and a way to train it.

use std::sync::Arc;

use super::canonical;
use super::combination::concerns;
use super::document::Document;
use super::error::{Fault, InputError};
use super::factor::{Combination, Factor, Written};
use super::grid::{Grid, ONLY};
use super::network::Network;
use super::predicate::Predicate;
use super::problem::Problem;
use super::reader::{Field, Table};
use super::train::Train;
use crate::record::{Setting, alike, is_run_column};

/// A combination of a problem, a network and a way to train it, under which all optimizers are tried.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The data.
    pub problem: Problem,
    /// The networks; none on a landscape.
    pub network: Option<Network>,
    /// The training.
    pub train: Train,
    /// The value of each of the spec's factors, where it has one.
    pub levels: Vec<Option<Setting>>,
    /// Which points of a draw have it, ascending; all, where nothing of it is drawn.
    pub draws: Option<Vec<u64>>,
    /// For each group of keys that move together, the place of the value that it has, if it has one of them.
    pub places: Vec<usize>,
    /// The rules of what is skipped that hold for it, and concern optimizers.
    pub skipped: Vec<usize>,
    /// The grids that are not tried under it.
    pub without: Vec<usize>,
    pub(super) document: Arc<Document>,
}

/// Where a condition was written is not part of what it says.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        (&self.problem, &self.network, &self.train, &self.levels)
            == (&other.problem, &other.network, &other.train, &other.levels)
            && (&self.draws, &self.places) == (&other.draws, &other.places)
            && (&self.skipped, &self.without) == (&other.skipped, &other.without)
    }
}

impl Condition {
    pub(super) fn read(Combination { document, draws, places }: Combination) -> Result<Self, InputError> {
        let root = Table::root(&document);
        let section = |key| root.required(key, &format!("a table [{key}]"))?.table();
        let problem = Problem::read(&section("problem")?)?;
        let (network, train) = if let Some(landscape) = problem.landscape() {
            if let Some(field) = root.optional("network") {
                return Err(field.error("a landscape has no network"));
            }
            (None, Train::read_on_landscape(&section("train")?, landscape.gradient_noise > 0.0)?)
        } else {
            (Some(Network::read(&section("network")?)?), Train::read(&section("train")?)?)
        };
        Ok(Self {
            problem,
            network,
            train,
            levels: Vec::new(),
            draws,
            places,
            skipped: Vec::new(),
            without: Vec::new(),
            document: Arc::new(document),
        })
    }
}

/// The conditions that are not skipped, and what differs between them.
pub(super) fn choose(
    root: &Table<'_>,
    all: &[Condition],
    skip: &[Predicate],
    grids: &[Grid],
) -> Result<(Vec<Condition>, Vec<Factor>), InputError> {
    let written = |condition: &Condition| Written {
        problem: condition.problem.name().to_owned(),
        lines: canonical::sections(condition),
        document: Arc::clone(&condition.document),
    };
    let written: Vec<Written> = all.iter().map(written).collect();
    let failed = |message: String| match root.optional("sweep").and_then(|sweep| sweep.as_table()?.optional("skip")) {
        Some(field) => field.error(message).about(Fault::Across),
        None => root.error(message).about(Fault::Across),
    };
    let holds = |rule: &Predicate| written.iter().any(|condition| rule.holds(condition)) && concerns(rule, grids);
    if let Some(at) = skip.iter().position(|rule| !holds(rule)) {
        return Err(failed(format!("rule {} of the list leaves nothing out", at + 1)));
    }
    let is_kept = |(_, condition): &(&Condition, &Written)| {
        !skip.iter().any(|rule| rule.of_optimizers().is_empty() && rule.holds(condition))
    };
    let (kept, written): (Vec<_>, Vec<_>) = all.iter().zip(&written).filter(is_kept).unzip();
    if kept.is_empty() {
        return Err(failed("nothing is left".to_owned()));
    }
    let factors = Factor::all_of(&written, |name| is_run_column(name) || grids.iter().any(|grid| grid.knows(name)));
    check_only(root, grids, &written)?;
    let of_optimizers = |condition: &Written| {
        let holds = |rule: &usize| !skip[*rule].of_optimizers().is_empty() && skip[*rule].holds(condition);
        (0..skip.len()).filter(holds).collect()
    };
    let with_grids = |(condition, written): (&Condition, &&Written)| Condition {
        skipped: of_optimizers(written),
        without: (0..grids.len()).filter(|at| !grids[*at].is_tried(written)).collect(),
        ..condition.clone()
    };
    let mut conditions: Vec<Condition> = kept.into_iter().zip(&written).map(with_grids).collect();
    for factor in &factors {
        let mut levels: Vec<Option<Setting>> = written.iter().map(|condition| factor.of(condition)).collect();
        alike(&mut levels);
        conditions.iter_mut().zip(levels).for_each(|(condition, level)| condition.levels.push(level));
    }
    Ok((conditions, factors))
}

/// Checks that every table of optimizers is tried under the conditions that it names, and under each condition one of them.
fn check_only(root: &Table<'_>, grids: &[Grid], conditions: &[&Written]) -> Result<(), InputError> {
    let tables = root.optional("optimizer").and_then(|field| field.as_list()).unwrap_or_default();
    let only = |grid: &Grid| tables.get(grid.table)?.as_table()?.optional(ONLY);
    let failed = |field: Option<Field<'_>>, message: String| {
        let error = field.map_or_else(|| root.error(&message), |field| field.error(&message));
        error.about(Fault::Across)
    };
    for grid in grids {
        if let Some((message, help)) = grid.only.iter().find_map(|rule| rule.unmet(conditions)) {
            return Err(failed(only(grid), message).with_help(help));
        }
    }
    match conditions.iter().find(|condition| !grids.iter().any(|grid| grid.is_tried(condition))) {
        Some(condition) => {
            let message = format!("no table [[optimizer]] is tried on {}", condition.problem);
            Err(failed(root.optional("optimizer"), message))
        }
        None => Ok(()),
    }
}
