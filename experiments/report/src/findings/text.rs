//! Numbers and settings as sentences and tables write them.

use thalweg_record::record::{LABEL, short};
use thalweg_record::stats::{Configuration, Interval};

/// A count with its noun, of which there are several but of one.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A number to three significant digits, in plain text; counts are written out.
pub fn number(value: f64) -> String {
    if !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e7) {
        return short(value);
    }
    // What is nearly 1, such as a decay of 0.9999, is nothing but its distance from it.
    let digits = if (0.99..1.0).contains(&value) { 4 } else { 2 };
    let rounded = format!("{value:.digits$e}").parse::<f64>().unwrap_or(value);
    short(if rounded.is_finite() { rounded } else { value })
}

/// The two ends of an interval.
pub fn interval(interval: &Interval) -> String {
    format!("{} to {}", number(interval.low), number(interval.high))
}

/// A share to two digits, in percent; what is not 0 never reads as 0.
pub fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    let digits = if percent == 0.0 || percent >= 10.0 { 0 } else { 1 };
    if percent > 0.0 && percent < 0.1 { "less than 0.1 %".to_owned() } else { format!("{percent:.digits$} %") }
}

/// The settings of a configuration that differ within its method on its problem: `lr = 0.1, momentum = 0.9`; if none do, the
/// learning rate, or else all that it has.
pub fn settings(configuration: &Configuration<'_>, all: &[Configuration<'_>]) -> String {
    settings_but(configuration, all, LABEL)
}

/// The same without a column.
pub(crate) fn settings_but(configuration: &Configuration<'_>, all: &[Configuration<'_>], column: &str) -> String {
    let is_own =
        |one: &&Configuration<'_>| one.problem() == configuration.problem() && one.series() == configuration.series();
    let own: Vec<_> = all.iter().filter(is_own).collect();
    let names =
        configuration.hyperparameters().iter().enumerate().filter(|(_, name)| *name != LABEL && *name != column);
    let varies = |at: usize| own.iter().any(|one| !one.agrees_with(configuration, at));
    let text = |(at, name): (usize, &String)| {
        let setting = configuration.setting_of(at)?;
        let value = setting.number().map_or_else(|| setting.text(), number);
        Some(format!("{} = {value}", name.replace('_', " ")))
    };
    let varying: Vec<String> = names.clone().filter(|(at, _)| varies(*at)).filter_map(text).collect();
    if !varying.is_empty() {
        return varying.join(", ");
    }
    let rate = names.clone().find(|(_, name)| *name == "lr").and_then(text);
    rate.unwrap_or_else(|| names.filter_map(text).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [
            (0.031622776, "0.0316"),
            (1e-5, "1e-5"),
            (0.999512, "0.99951"),
            (1234567.0, "1234567"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!([0.0, 1e-6, 0.026, 0.26].map(percent), ["0 %", "less than 0.1 %", "2.6 %", "26 %"]);
    }
}
