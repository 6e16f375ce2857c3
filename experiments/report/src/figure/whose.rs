//! Whose what is drawn is, so that a page can name it.

use std::borrow::Borrow;

use super::picture::Layer;
use super::style::Style;
use thalweg_record::record::{Key, Trial};
use thalweg_record::stats::Configuration;

/// Whose something drawn is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A trial's.
    Trial(Key),
    /// That of all trials of some configurations, each named by the first of its trials.
    Configurations(Vec<Key>),
}

/// A point, in values of the axes, and whose it is.
pub type OwnedPoint = ((f64, f64), Whose);

impl Whose {
    /// That of configurations.
    pub fn of<'a, C: Borrow<Configuration<'a>>>(configurations: impl IntoIterator<Item = C>) -> Self {
        let first = |one: C| one.borrow().runs().next().map(Trial::key);
        Self::Configurations(configurations.into_iter().filter_map(first).collect())
    }
}

/// Whose the lines and markers of some looks are, each of one configuration.
pub(super) fn of_lines<'a, 'b: 'a>(
    looks: impl IntoIterator<Item = &'a Style>,
    shown: impl IntoIterator<Item = &'a Configuration<'b>>,
) -> Vec<Layer> {
    looks.into_iter().zip(shown).map(|(style, one)| Layer::Owner(*style, Whose::of([*one]))).collect()
}

/// Whose single points of a look are, which no line joins.
pub(super) fn of_points(style: Style, points: Vec<OwnedPoint>) -> Layer {
    Layer::Owners { style, is_line: false, points }
}
