//! Few trials of a plan, from all over it: enough to see which figures it can have.

use crate::figure::{FigureError, PROBLEM, is_meant};
use crate::record::Setting;
use crate::spec::{
    Axis, AxisValues, Condition, INIT_OFFSET, InputError, Seeds, Source, Spec, Starts, Weights, WeightsAt, WeightsOf,
    lr_scale_name,
};
use crate::sweep::Plan;
use crate::train::OPTIONS;

/// The most trials that figures are tried with.
const MOST_TRIALS: usize = 4096;

/// The most cells of their rows; those of landscapes of many dimensions are long.
const MOST_CELLS: usize = 1 << 20;

/// A spec with few of the trials of another one.
pub(super) struct Few {
    pub spec: Spec,
    pub plan: Plan,
    /// Whether axes of two values or more still have that many.
    is_whole: bool,
}

impl Few {
    /// Few of the trials of a spec; none if they are few already.
    ///
    /// Of more than two seeds, two are left. If that is not enough, axes and starts keep evenly spaced values, the first
    /// and the last among them, and axes those that figures select.
    ///
    /// # Errors
    ///
    /// Those of [`Plan::with_few`].
    pub(super) fn of(spec: &Spec, plan: &Plan) -> Result<Option<Self>, InputError> {
        let columns = 20 + spec.problem.landscape().map_or(0, |landscape| 2 * landscape.starts.dimensions());
        let most = MOST_TRIALS.min((MOST_CELLS / columns).max(64));
        if plan.trials.len() <= most {
            return Ok(None);
        }
        let mut few = spec.clone();
        few.record.weights = Weights::None;
        few.record.weights_at = WeightsAt::Steps(Vec::new());
        few.record.weights_of = WeightsOf::All;
        let mut conditions: Vec<usize> = (0..spec.conditions.len()).collect();
        for condition in &mut few.conditions {
            condition.train.seeds = Seeds::List(condition.train.seeds.iter().take(2).collect());
        }
        let mut keep = most;
        while keep > 1 && trials(&few).is_none_or(|trials| trials > most as u64) {
            keep /= 2;
            thin(&mut few, &mut conditions, keep);
        }
        Ok(Some(Self { plan: plan.with_few(&few, &conditions)?, spec: few, is_whole: keep > 1 }))
    }

    /// Whether a figure that they cannot have is one that all trials cannot have either.
    ///
    /// Lines only become more. But where tables of one optimizer overlap, the values that they keep may not.
    pub(super) fn is_sure(&self, error: &FigureError) -> bool {
        if matches!(error, FigureError::NoTrial { .. } | FigureError::SeveralTrials { .. }) {
            return false;
        }
        let names: Vec<&str> = self.spec.optimizers.iter().map(|grid| grid.optimizer.name).collect();
        let is_once = (1..names.len()).all(|index| !names[..index].contains(&names[index]));
        let is_sure = self.is_whole && is_once && self.spec.combinations.draw.is_none();
        is_sure || !matches!(error, FigureError::NoData { .. })
    }
}

/// How many trials a spec has, if that fits.
fn trials(spec: &Spec) -> Option<u64> {
    let of = |Condition { problem, network, train, draws, without, .. }: &Condition| {
        let mut grids = spec.optimizers.iter().enumerate().filter(|(at, _)| !without.contains(at));
        let points = match draws {
            Some(draws) => draws.len() as u64 * grids.count() as u64,
            None => grids.try_fold(0_u64, |sum, (_, grid)| sum.checked_add(grid.count()?))?,
        };
        let starts = match problem.landscape() {
            Some(landscape) => landscape.starts.count()?,
            None => network.as_ref()?.init_offset.as_ref().map_or(1, Axis::count),
        };
        points.checked_mul(train.seeds.count())?.checked_mul(starts)
    };
    spec.conditions.iter().try_fold(0_u64, |sum, condition| sum.checked_add(of(condition)?))
}

/// Keeps this many values of every axis and this many conditions, besides those that figures select, and of every
/// coordinate of the starts. Choices are few by nature. `conditions` are the numbers of those that are left.
fn thin(spec: &mut Spec, conditions: &mut Vec<usize>, keep: usize) {
    let selections = spec.figures.iter().flat_map(|figure| &figure.options.selection);
    let selected: Vec<(String, Setting)> = selections.flat_map(|selection| selection.settings.clone()).collect();
    // Those that move together keep their places.
    let tied: Vec<String> = spec
        .combinations
        .ties()
        .flat_map(|(keys, _)| keys.into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let is_selected = |name: &str, value: &Setting| {
        selected.iter().any(|(of, wanted)| match (wanted.number(), value.number()) {
            _ if of != name => false,
            (Some(wanted), Some(value)) => is_meant(wanted, value),
            _ => wanted == value,
        })
    };
    let thin_axis = |axis: &mut Axis, name: &str| {
        if tied.iter().any(|tied| tied == name) {
            return;
        }
        if axis.count() > keep as u64 && !matches!(axis, Axis::Choices(_)) {
            let values = AxisValues::new(axis, name);
            let selected = selected.iter().filter(|(column, _)| column == name).filter_map(|(_, wanted)| {
                let wanted = wanted.number()?;
                values.nearest(wanted).filter(|number| is_meant(wanted, values.get(*number)))
            });
            let mut places: Vec<u64> = spread(values.count(), keep).chain(selected).collect();
            places.sort_unstable();
            places.dedup();
            *axis = Axis::Values(places.into_iter().map(|place| values.get(place)).collect());
        }
    };
    let is_drawn = spec.conditions.iter().any(|condition| condition.draws.is_some());
    for grid in &mut spec.optimizers {
        if let Some(draw) = grid.draw.as_mut().filter(|_| !is_drawn) {
            draw.count = draw.count.min(keep as u64);
        }
        let names = grid.optimizer.hyperparameters.iter().map(|hyperparameter| hyperparameter.name);
        grid.axes.iter_mut().zip(names).for_each(|(axis, name)| thin_axis(axis, name));
        grid.options.iter_mut().for_each(|(at, axis)| thin_axis(axis, OPTIONS[*at].name));
        grid.lr_scale.iter_mut().enumerate().for_each(|(layer, axis)| thin_axis(axis, &lr_scale_name(layer)));
    }
    let columns: Vec<String> = spec.factors.iter().map(|factor| factor.column.clone()).collect();
    let is_wanted = |condition: &Condition| {
        let mut levels = columns.iter().zip(&condition.levels);
        let problem = Setting::Choice(condition.problem.name().to_owned());
        is_selected(PROBLEM, &problem)
            || levels.any(|(column, level)| level.as_ref().is_some_and(|level| is_selected(column, level)))
    };
    let all: Vec<(usize, Condition)> = conditions.iter().copied().zip(spec.conditions.drain(..)).collect();
    let left = some_of(&all, keep, |(_, condition)| is_wanted(condition));
    (*conditions, spec.conditions) = left.into_iter().unzip();
    for Condition { problem, network, .. } in &mut spec.conditions {
        if let Some(axis) = network.as_mut().and_then(|network| network.init_offset.as_mut()) {
            thin_axis(axis, INIT_OFFSET);
        }
        if let Source::Landscape(landscape) = &mut problem.source {
            match &mut landscape.starts {
                Starts::Points(points) => *points = some_of(points, keep, |_| false),
                Starts::Grid(grid) => grid.0.iter_mut().for_each(|(.., points)| *points = (*points).min(keep as u64)),
                Starts::Sample { count, .. } => *count = (*count).min(keep as u64),
            }
        }
    }
}

/// This many of the items, evenly spaced, the first and the last among them; and those that are wanted.
fn some_of<T: Clone>(items: &[T], keep: usize, is_wanted: impl Fn(&T) -> bool) -> Vec<T> {
    let places: Vec<u64> = spread(items.len() as u64, keep).collect();
    let is_kept = |place: &usize| places.binary_search(&(*place as u64)).is_ok() || is_wanted(&items[*place]);
    (0..items.len()).filter(is_kept).map(|place| items[place].clone()).collect()
}

/// This many of the numbers below `count`, evenly spaced, the first and the last among them.
fn spread(count: u64, keep: usize) -> impl Iterator<Item = u64> {
    let keep = (keep as u64).min(count);
    let (last, gaps) = (count.saturating_sub(1), keep.saturating_sub(1).max(1));
    (0..keep).map(move |index| (u128::from(index) * u128::from(last) / u128::from(gaps)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_kept() {
        let items: Vec<usize> = (0..100).collect();
        let none = |_: &usize| false;
        assert_eq!(some_of(&items, 4, none), [0, 33, 66, 99]);
        assert_eq!(some_of(&items, 4, |item| *item == 34), [0, 33, 34, 66, 99]);
        assert_eq!(some_of(&items, 1, none), [0]);
        assert_eq!(some_of(&items[..3], 4, none), [0, 1, 2]);
    }
}
