//! What a figure of single networks says, and what it demands of its spec.

use super::Spec;
use super::canonical::quoted;
use super::error::InputError;
use super::figure::Figure;
use super::reader::Field;
use super::train::MAX_STEPS;
use crate::figure::{At, Options, Split};
use crate::record::Moment;

/// The moments that have names.
const NAMED: [(&str, Moment); 2] = [("initial", Moment::Initial), ("final", Moment::Final)];

/// The name of all moments.
const ALL: &str = "all";

/// Reads whose weights a figure shows.
pub(super) fn read_at(field: &Field<'_>) -> Result<At, InputError> {
    if field.as_str() == Some(ALL) {
        return Ok(At::All);
    }
    let Some(items) = field.as_list() else { return Ok(At::These(vec![read_moment(field, Some(ALL))?])) };
    if items.is_empty() {
        return Err(field.expected("at least one moment, such as \"final\""));
    }
    items.iter().map(|item| read_moment(item, None)).collect::<Result<_, _>>().map(At::These)
}

fn read_moment(field: &Field<'_>, or: Option<&str>) -> Result<Moment, InputError> {
    if field.as_str().is_none() {
        return field.integer(0..=MAX_STEPS).map(Moment::Step);
    }
    let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).chain(or).collect();
    Ok(NAMED[field.choice(&names)?].1)
}

fn moment(moment: Moment) -> String {
    let name = moment.name();
    if matches!(moment, Moment::Step(_)) { name } else { quoted(&name) }
}

/// The lines of a figure's table for these options.
pub(super) fn lines(options: &Options) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    match &options.at {
        At::Last => {}
        At::All => lines.push(("at", quoted(ALL))),
        At::These(moments) => {
            let texts: Vec<String> = moments.iter().map(|own| moment(*own)).collect();
            let text = if let [one] = &texts[..] { one.clone() } else { format!("[{}]", texts.join(", ")) };
            lines.push(("at", text));
        }
    }
    lines.extend(options.example.map(|example| ("example", example.to_string())));
    let split = Split::NAMES.iter().find(|(_, split)| *split == options.split);
    lines.extend(split.filter(|_| options.split != Split::default()).map(|(name, _)| ("split", quoted(name))));
    lines
}

/// Checks that there will be networks, and examples where they are shown.
pub(super) fn check(spec: &Spec, index: usize, figure: &Figure) -> Result<(), InputError> {
    let failed = |key: &str, message: &str| spec.error(&format!("figure.{index}.{key}"), message);
    if spec.network.is_none() {
        return Err(failed("kind", "a landscape has no networks"));
    }
    let again = "run the spec again with it: trials that are there are not trained again for the examples";
    if !spec.record.keeps_weights() {
        let help = "record.weights_at keeps those of steps as well, and record.weights_of says of which trials";
        return Err(failed("kind", "weights have to be kept: record.weights = \"final\"").with_help(help));
    }
    if !spec.record.data && (figure.kind.name == BOUNDARY || figure.options.example.is_some()) {
        let key = if figure.kind.name == BOUNDARY { "kind" } else { "example" };
        return Err(failed(key, "the examples have to be recorded: record.data = true").with_help(again));
    }
    let lacks_test = figure.options.split == Split::Test && !spec.problem.has_test();
    let lacks_validation = figure.options.split == Split::Validation && spec.problem.validation_fraction == 0.0;
    if lacks_test || lacks_validation {
        return Err(failed("split", "the problem has no such split"));
    }
    Ok(())
}

/// The kind that shows examples in a plane.
const BOUNDARY: &str = "boundary";
