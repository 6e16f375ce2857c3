//! Figures that move: as they were at one moment after the other.

use super::axis::{Axis, Scale};
use super::{Chart, FigureError, KINDS};

/// When there is something new to be seen in a figure, in what its kind counts: steps, or what the abscissa counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    scale: Scale,
    /// Ascending.
    times: Vec<f64>,
}

impl Times {
    /// These times, in any order, which pass evenly on this scale.
    pub fn new(scale: Scale, times: impl IntoIterator<Item = f64>) -> Self {
        let mut times: Vec<f64> = times.into_iter().filter(|time| time.is_finite()).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        Self { scale, times }
    }

    /// Those that are seen on this axis, and one before it and after it, which lines come from and lead to.
    #[must_use]
    pub(super) fn on(self, axis: &Axis) -> Self {
        let first = self.times.partition_point(|time| *time <= axis.low()).saturating_sub(1);
        let last = (self.times.partition_point(|time| *time < axis.high()) + 1).min(self.times.len());
        Self { times: self.times.get(first..last).map_or_else(Vec::new, <[f64]>::to_vec), ..self }
    }

    /// So many of them from the first to the last, at even distances: at each the last that there is by then.
    pub fn spread(&self, count: usize) -> Vec<f64> {
        let Some(last) = self.times.last() else { return Vec::new() };
        let has_place = |time: &&f64| self.scale == Scale::Linear || **time > 0.0;
        let first = self.times.iter().find(has_place).unwrap_or(last);
        let axis = Axis::new(self.scale, *first, *last);
        let at = |frame: usize| {
            let wanted = axis.value_at(frame as f64 / (count - 1) as f64);
            let passed = self.times.partition_point(|time| *time <= wanted);
            self.times.get(passed.saturating_sub(1)).copied().unwrap_or(*last)
        };
        (0..count).map(|frame| if frame + 1 == count { *last } else { at(frame) }).collect()
    }

    /// All of these, on the scale of the first.
    pub fn union(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().reduce(|one, other| Self::new(one.scale, one.times.into_iter().chain(other.times)))
    }
}

impl Chart {
    /// Whether it can be drawn as it was at one moment after the other.
    pub fn moves(&self) -> bool {
        self.kind.times.is_some()
    }

    /// Checks that it does.
    ///
    /// # Errors
    /// [`FigureError::Still`], which names the kinds that move.
    pub fn check_moves(&self) -> Result<(), FigureError> {
        let moving = || KINDS.iter().filter(|kind| kind.times.is_some()).map(|kind| kind.name);
        let still = || FigureError::Still { kind: self.kind.name, moving: moving().collect::<Vec<_>>().join(", ") };
        if self.moves() { Ok(()) } else { Err(still()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spread_evenly_on_their_scale() {
        let times = Times::new(Scale::Linear, [30.0, 0.0, 10.0, 20.0, 20.0, f64::NAN]);
        assert_eq!(times.spread(4), [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(times.spread(3), [0.0, 10.0, 30.0]);
        assert_eq!([times.spread(1), times.spread(0)], [vec![30.0], vec![]]);
        let steps = (0..=1000).map(f64::from);
        assert_eq!(Times::new(Scale::Log, steps).spread(4), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(Times::new(Scale::Log, [0.0]).spread(2), [0.0, 0.0]);
        assert!(Times::new(Scale::Log, []).spread(2).is_empty());
    }

    #[test]
    fn times_off_the_axis_are_left_out() {
        let on = |low, high| Times::new(Scale::Linear, (0..6).map(f64::from)).on(&Axis::new(Scale::Linear, low, high));
        assert_eq!(on(1.5, 3.5).times, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(on(1.0, 3.0).times, [1.0, 2.0, 3.0]);
        assert_eq!(on(-1.0, 9.0).times.len(), 6);
        assert_eq!(on(7.0, 9.0).times, [5.0]);
    }
}
