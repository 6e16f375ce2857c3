//! Three ways to come by settings, side by side: defaults, one setting for all problems, and tuning on each.

use super::comparison::{self, remark};
use super::defaults::Defaults;
use super::labels;
use super::picture::{Entry, Layer, Picture, Symbol};
use super::style::{Style, style};
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Regime, Regimes, ascending_order};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "regimes",
    summary: "average ranks with defaults, with one setting for all problems (leave one out) and tuned on each, with bootstrap intervals",
    metrics: comparison::scores,
    keys: comparison::KEYS,
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

/// Height of a row, and how far apart the lines of regimes are in it.
const ROW: f64 = 44.0;
const APART: f64 = 0.24;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let candidates = comparison::candidates(chart, data)?;
    let defaults = Defaults::of(data.configurations, &chart.options.defaults);
    let regimes = Regimes::of(&candidates, chart.options.assessment, &|one| defaults.are(one));
    let ranks = regimes.ranks();
    let at = |optimizer: usize, regime: Regime| {
        regimes.entrants.iter().position(|one| (one.optimizer, one.regime) == (optimizer, regime))
    };
    let rank = |optimizer: usize| at(optimizer, Regime::Tuned).map_or(f64::INFINITY, |at| ranks.averages[at]);
    let order = ascending_order(&(0..regimes.optimizers.len()).map(rank).collect::<Vec<_>>());
    let count = order.len();
    let (mut layers, mut owners) = (Vec::new(), Vec::new());
    let solid = |regime: usize| Style { dash: &[], ..style(regime) };
    for (row, &optimizer) in order.iter().enumerate() {
        for (place, regime) in Regime::ALL.into_iter().enumerate() {
            let Some(at) = at(optimizer, regime) else { continue };
            let y = comparison::middle(row, count) + APART * (1.0 - place as f64);
            let interval = ranks.intervals[at];
            layers.push(Layer::Line(solid(place), vec![(interval.low, y), (interval.high, y)]));
            layers.push(Layer::Markers(style(place), vec![(ranks.averages[at], y)]));
            let whose = Whose::of(regimes.entrants[at].cells.iter().map(|(one, _)| one));
            owners.push(of_points(style(place), vec![((ranks.averages[at], y), whose)]));
        }
    }
    layers.extend(owners);
    let there = |regime: Regime| regimes.entrants.iter().any(|entrant| entrant.regime == regime);
    let entry = |(place, regime): (usize, Regime)| {
        there(regime).then(|| Entry { symbol: Symbol::Marker(style(place)), text: words::regime(regime).to_owned() })
    };
    let names: Vec<String> = order.iter().map(|&optimizer| words::method(regimes.optimizers[optimizer])).collect();
    let mut notes = vec![
        Entry {
            symbol: Symbol::PlainLine,
            text: format!("average rank among all shown, 95 % interval by a {}", comparison::bootstrap_of(&ranks)),
        },
        remark(format!("{} problems", regimes.problems.len())),
        remark("one for all: chosen on the others, and judged on all trials; tuned:"),
    ];
    let lacking = |optimizer: &&usize| at(**optimizer, Regime::Defaults).is_none();
    let lacking = order.iter().filter(lacking).map(|&optimizer| words::method(regimes.optimizers[optimizer]));
    notes.extend(labels::listed("defaults were not tried:", lacking));
    notes.extend(comparison::choice(&candidates.criteria, candidates.score, regimes.assessment));
    let title = chart.title_or(|| format!("What tuning is worth: ranks by {}", candidates.score.label()));
    let legend = Regime::ALL.into_iter().enumerate().filter_map(entry).collect();
    let picture = comparison::picture_of_ranks(title, (&names, ROW), regimes.entrants.len(), layers, notes);
    Ok(Picture { legend, ..picture })
}
