//! The upright axes of parallel coordinates: where values are on them, and where they are in a panel.

use super::axis::{Axis, Scale};
use super::cells::{is_uneven, scale_of};
use super::groups;
use super::heatmap::color_axis;
use super::picture::Upright;
use super::ticks::{Tick, value_label};
use super::words;
use thalweg_record::record::Setting;
use thalweg_record::stats::{Configuration, Metric};

/// An axis has a tick for each of so many values, at most.
const MOST_VALUES: usize = 7;

/// The heights between which axes reach, of a panel from 0 to 1, and how much of them is for what has no value.
const ENDS: (f64, f64) = (0.05, 0.95);
const WITHOUT: f64 = 0.1;

/// How far lines at one of few values are spread.
const FAN: f64 = 0.05;

/// The room on the left of the first axis, at least, and on the right of the last one, as shares of the distance of two.
const ROOM: f64 = 0.5;
/// About how wide the narrowest panel is, a letter, and what stands between letters and axis.
const NARROW: f64 = 250.0;
const LETTER: f64 = 6.0;
const BESIDE: f64 = 14.0;

/// An axis of the figure.
pub(super) struct Coordinate {
    pub label: String,
    pub places: Places,
    /// Whether there are so few values that lines at one would hide each other.
    pub is_crowded: bool,
    /// What stands in place of a value where there is none, and whether above the others.
    without: Option<(&'static str, bool)>,
}

/// Where values are on an axis.
pub(super) enum Places {
    Numbers(Axis, Vec<Tick>),
    /// One above the other.
    Names(Vec<String>),
}

impl Coordinate {
    /// The axis of a column.
    pub fn of(all: &[Configuration<'_>], name: &str) -> Self {
        let settings: Vec<Option<Setting>> = all.iter().map(|one| one.setting(name)).collect();
        let numbers: Option<Vec<f64>> = settings.iter().flatten().map(Setting::number).collect();
        let mut values = numbers.filter(|numbers| !numbers.is_empty()).unwrap_or_default();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let is_even = values.len() > MOST_VALUES || !is_uneven(&values);
        let places = if !values.is_empty() && is_even && values.iter().all(|value| value.is_finite()) {
            Places::numbers(&values)
        } else if !values.is_empty() {
            Places::Names(values.iter().map(|value| value_label(*value)).collect())
        } else {
            Places::Names(groups::values(all, name))
        };
        let is_crowded = matches!(places, Places::Names(_)) || values.len() <= MOST_VALUES;
        let has_all = name == "optimizer" || settings.iter().all(Option::is_some);
        Self { label: words::column(name), places, is_crowded, without: (!has_all).then_some(("none", false)) }
    }

    /// The axis of outcomes with these values; `is_lost` tells that others have none.
    pub fn of_outcomes(metric: Metric, values: &[f64], is_lost: bool) -> Self {
        let axis = color_axis(metric, values);
        let ticks = axis.ticks().to_vec();
        let without = is_lost.then_some(("diverged", metric.lower_is_better()));
        Self { label: metric.axis_label(), places: Places::Numbers(axis, ticks), is_crowded: false, without }
    }

    /// How high a share of the axis is.
    pub fn height(&self, share: f64) -> f64 {
        let (low, high) = match self.without {
            None => ENDS,
            Some((_, true)) => (ENDS.0, ENDS.1 - WITHOUT),
            Some((_, false)) => (ENDS.0 + WITHOUT, ENDS.1),
        };
        low + share.clamp(0.0, 1.0) * (high - low)
    }

    /// How high that is which has no value.
    pub fn height_without(&self) -> f64 {
        if matches!(self.without, Some((_, true))) { ENDS.1 } else { ENDS.0 }
    }

    /// How high a configuration is in a column; `rank` tells lines at one of few values apart, from 0 to 1.
    pub fn height_of(&self, one: &Configuration<'_>, name: &str, rank: f64) -> f64 {
        let share = match &self.places {
            Places::Numbers(axis, _) => one.number(name).map(|number| axis.place(number)),
            Places::Names(names) => {
                let own = groups::value(one, name);
                let at = own.and_then(|own| names.iter().position(|known| *known == own));
                at.map(|at| share_of(at, names.len()))
            }
        };
        let height = share.map_or_else(|| self.height_without(), |share| self.height(share));
        if self.is_crowded || share.is_none() { height + FAN * (rank - 0.5) } else { height }
    }

    /// The axis at this place.
    pub fn upright(&self, x: f64, name: &str) -> Upright {
        let mut ticks: Vec<Tick> = match &self.places {
            Places::Numbers(axis, ticks) => ticks
                .iter()
                .map(|tick| Tick { value: self.height(axis.place(tick.value)), label: tick.label.clone() })
                .collect(),
            Places::Names(names) => {
                let tick = |(at, own): (usize, &String)| Tick {
                    value: self.height(share_of(at, names.len())),
                    label: Some(words::value(name, own)),
                };
                names.iter().enumerate().map(tick).collect()
            }
        };
        let without = |text: &str| Tick { value: self.height_without(), label: Some(text.to_owned()) };
        match self.without {
            Some((text, true)) => ticks.push(without(text)),
            Some((text, false)) => ticks.insert(0, without(text)),
            None => {}
        }
        Upright { x, ends: (self.height(0.0), self.height(1.0)), ticks }
    }
}

/// The share of an axis of so many names at which one is.
fn share_of(at: usize, count: usize) -> f64 {
    if count > 1 { at as f64 / (count - 1) as f64 } else { 0.5 }
}

impl Places {
    /// Numbers that ascend, on the scale that they are spread on; few have a tick each.
    fn numbers(values: &[f64]) -> Self {
        let scale: Scale = scale_of(values);
        let axis = match values {
            [only] => Axis::around(scale, [*only]).unwrap_or_else(|| Axis::new(scale, *only, *only)),
            _ => Axis::new(scale, values[0], values[values.len() - 1]),
        };
        let own = || values.iter().map(|value| Tick { value: *value, label: Some(value_label(*value)) }).collect();
        let ticks = if values.len() <= MOST_VALUES { own() } else { axis.ticks().to_vec() };
        Self::Numbers(axis, ticks)
    }
}

/// Where so many axes are from left to right, in a panel that reaches from 0 to 1.
pub(super) struct Abscissa {
    room: f64,
    whole: f64,
}

impl Abscissa {
    /// With room for the labels of the first axis.
    pub fn of(count: usize, first: &Upright) -> Self {
        let letters = |label: &String| label.chars().filter(|letter| !"^{}".contains(*letter)).count();
        let longest = first.ticks.iter().filter_map(|tick| tick.label.as_ref()).map(letters).max().unwrap_or(0);
        let wanted = (LETTER * longest as f64 + BESIDE).min(NARROW / 2.0);
        let others = count as f64 - 1.0 + ROOM;
        let room = (wanted * others / (NARROW - wanted)).max(ROOM);
        Self { room, whole: room + others }
    }

    /// Where the axis of this number is; between two axes, in proportion.
    pub fn place(&self, number: f64) -> f64 {
        (self.room + number) / self.whole
    }
}
