//! The keys of a `[[figure]]`.

use super::figure::{SCALES, THEORIES};
use super::key::{Key, Values, Without};
use super::reader::Interval;
use crate::figure;
use crate::registry::{self, Registry};
use crate::stats::{Assessment, Metric, Statistic};

/// The keys of a `[[figure]]`. Every kind takes the first four and a subset of the rest ([`crate::figure::Kind::keys`]).
pub const FIGURE_KEYS: &[Key] = &[
    Key::needed("kind", "how it is drawn", Values::Name(|registry| registry::names(registry.figures()))),
    Key::new(
        "metric",
        "what is shown",
        Values::Words("one of the kind's metrics"),
        Without::Words("needed, unless the kind has only one"),
    ),
    Key::new("title", "the title", Values::Words("a text"), Without::Words("what is shown")),
    Key::new(
        "name",
        "the name of the file, without its ending",
        Values::Words("letters, digits, - and _"),
        Without::Words("kind, metric and columns"),
    ),
    Key::new(
        "x",
        "what is from left to right; of curves, how far training is: \"step\", \"epoch\" or \"gradient\", of which some methods \
         take several in a step",
        COLUMN,
        BY_KIND,
    ),
    Key::new(
        "y",
        "what is from bottom to top; of curves, a column of an observer's table in place of a metric: \"<table>.<column>\", \
         such as \"sharpness.eigenvalue\", whose index, as `number`, may be in series, colour, panel, row or select, and is 1 else",
        COLUMN,
        BY_KIND,
    ),
    Key::new("series", "the values of which have a line each: the best of what else differs", COLUMN, BY_KIND),
    Key::new("colour", "the values of which have a colour each, in all lines of series", COLUMN, BY_KIND),
    Key::new("column", "what is shown, or what the names of its quantiles begin with", COLUMN, BY_KIND),
    Key::new(
        "panel",
        "the values of which have a panel each, one above the other, or side by side in rows",
        COLUMN,
        Without::Words("one panel"),
    ),
    Key::new("row", "the values of which have a row of panels each", COLUMN, Without::Words("one row")),
    Key::new(
        "table",
        "the table",
        Values::Words("a path from the folder of the results"),
        Without::Words("the kind's"),
    ),
    Key::new(
        "select",
        "the configurations that are shown; where problems alone are named, the best of these",
        Values::Words("a list such as [{ optimizer = \"sgd\", lr = 0.1 }], [{ problem = \"moons\" }]"),
        Without::Words("the best of each optimizer"),
    ),
    Key::new(
        "select_by",
        "the metric in which the best configurations are best",
        Values::Name(|_| Metric::ALL.map(Metric::name).to_vec()),
        Without::Words(
            "that of the figure, at the end; of the test split, that of the validation split, or else of training",
        ),
    ),
    Key::new(
        "assessment",
        "the trials that the best configurations are judged on: others than those that they are chosen on, in rotation over folds \
         of the trials (cross-fit), or the same (in-sample)",
        Values::Name(|_| Assessment::ALL.map(Assessment::name).to_vec()),
        Without::Words("cross-fit"),
    ),
    Key::new(
        "statistic",
        "what stands for the trials of a configuration: the median, between quartiles; the mean, between a standard deviation less \
         and more; or the interquartile mean, in its 95 % bootstrap interval",
        Values::Name(|_| Statistic::ALL.map(Statistic::name).to_vec()),
        Without::Words("median"),
    ),
    Key::new(
        "below",
        "the value that has to be undercut, or the largest regret",
        Values::Number(Interval::FINITE),
        Without::Words("0.05 where it is a regret, and needed else"),
    ),
    Key::new(
        "against",
        "the optimizer that others are compared with, or the control",
        Values::Words("its name"),
        BY_KIND,
    ),
    Key::new(
        "at",
        "when the weights that are shown were kept: \"initial\", \"final\", a step of record.weights_at; several of these have a panel each, as has \"all\", at most eight of them",
        Values::Words("a moment, or a list such as [\"initial\", 100, \"final\"]"),
        Without::Words("the last moment"),
    ),
    Key::new(
        "example",
        "the example for which units show their values, by its place in the split, from 0",
        Values::Integer(0, u32::MAX as u64),
        Without::Words("none: they show biases"),
    ),
    Key::new(
        "split",
        "the split whose examples are shown",
        Values::Name(|_| figure::Split::NAMES.iter().map(|(name, _)| *name).collect()),
        Without::Value("\"train\""),
    ),
    Key::new("functions", "the functions that are shown", Values::Words("a list of names"), Without::Words("all")),
    Key::new(
        "columns",
        "the columns that have an axis, from left to right, before that of the metric",
        Values::Words("a list of columns"),
        Without::Words("those whose values differ"),
    ),
    Key::new(
        "trials",
        "the trials that are shown, by their keys in runs.csv or the beginnings of these, of curves a line each, of networks one",
        Values::Words("a list of keys, such as [\"tc2d0898c\"]"),
        Without::Words("those of the configurations that are shown; of networks the median one of the best"),
    ),
    Key::new("by_probability", "whether x is the probability σ(z), not z", Values::Truth, Without::Value("false")),
    Key::new(
        "theory",
        "quadratic: where theory says that trials diverge, on the landscape quadratic or with record.spectrum; edge: how large a \
         curvature over steps may be at each line's learning rate",
        Values::Name(|_| THEORIES.iter().map(|(name, _)| *name).collect()),
        Without::Words("none"),
    ),
    Key::new(
        "lines",
        "values at which level lines are drawn",
        Values::Words("a list of numbers"),
        Without::Value("[]"),
    ),
    Key::new(
        "from_optimum",
        "whether the loss of the least-squares optimum is taken off, with record.spectrum",
        Values::Truth,
        Without::Value("false"),
    ),
    Key::new("x_scale", "how x is spread", SCALE, BY_KIND),
    Key::new("y_scale", "how y is spread", SCALE, BY_KIND),
    Key::new(
        "x_range",
        "the part of x that is shown, from 0 or below on a linear axis where the scale is free",
        RANGE,
        ALL,
    ),
    Key::new("y_range", "the same of y", RANGE, ALL),
];

const COLUMN: Values = Values::Words("the name of a column: an axis, problem or optimizer");
const SCALE: Values = Values::Name(|_| SCALES.iter().map(|(name, _)| *name).collect());
const RANGE: Values = Values::Words("[low, high]");
const BY_KIND: Without = Without::Words("as the kind has it");
const ALL: Without = Without::Words("all");

/// What a key holds, for the message that it is missing.
pub(super) fn meaning(registry: &Registry, key: &str) -> String {
    let known = FIGURE_KEYS.iter().find(|known| known.name == key);
    known.map_or_else(|| "a value".to_owned(), |known| format!("{}: {}", known.domain(registry), known.meaning))
}
