//! Which trial a figure of networks shows, and when: choosing them, and putting moments side by side.

use super::axis::Scale;
use super::choice;
use super::comparison::remark;
use super::kept::{At, Example, Kept, Network, heading};
use super::labels;
use super::picture::Entry;
use super::words;
use super::{Chart, Data, FigureError, Times};
use thalweg_record::record::{Moment, Trial};
use thalweg_record::stats::{Configuration, Metric, choose_best_of};

/// The trial that a figure shows, and the moments.
pub(super) struct Chosen<'a> {
    pub kept: &'a dyn Kept,
    pub configuration: Configuration<'a>,
    pub trial: Trial<'a>,
    pub moments: Vec<Moment>,
    /// Which trial it is, and why.
    pub notes: Vec<Entry>,
    /// Whether the moments are those of a film, which passes all of them.
    is_film: bool,
}

/// The most moments that are shown where all are asked for, and where they are listed.
const MOST_MOMENTS: usize = 8;
const MOST_LISTED: usize = 24;

impl<'a> Chosen<'a> {
    /// The trial that a chart names; or of the best of its configurations the median one, among those whose weights were kept.
    pub fn of(chart: &Chart, data: &Data<'a>) -> Result<Self, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        let kept = data.kept.ok_or_else(|| nothing("there are no weights".to_owned()))?;
        let (configuration, trial, why) = match &chart.options.trials[..] {
            [] => best(chart, data, kept).map_err(nothing)?,
            [key] => named(chart, data, key).map_err(nothing)?,
            several => {
                return Err(nothing(format!("it shows the network of one trial, and {} are named", several.len())));
            }
        };
        let there = kept.moments(trial.key()).map_err(nothing)?;
        if there.is_empty() {
            let key = trial.key();
            return Err(nothing(format!(
                "weights/ has none of the trial {key}: record.weights_of says whose are kept"
            )));
        }
        let time = |moment: &Moment| moment.step(trial.steps()) as f64;
        let moments = match chart.options.until {
            Some(until) => {
                // A trial whose first weights are of a later step is seen with these until then.
                there
                    .iter()
                    .copied()
                    .rfind(|moment| time(moment) <= until)
                    .or(there.first().copied())
                    .into_iter()
                    .collect()
            }
            None => moments(&chart.options.at, &there, trial.steps()).map_err(nothing)?,
        };
        if moments.len() > MOST_LISTED {
            let (found, most) = (moments.len(), MOST_LISTED);
            return Err(FigureError::TooManyPanels { kind: chart.kind.name, found, most });
        }
        let names = labels::telling(chart, data.configurations, &configuration, &[]);
        let label = labels::label(&configuration, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let seed = trial.init_seed();
        let mut notes = labels::note(chart);
        notes.push(remark(format!("{}, seed {seed}", words::capital(&label))));
        notes.extend(why.map(remark));
        Ok(Self { kept, configuration, trial, moments, notes, is_film: chart.options.until.is_some() })
    }

    /// The steps after which its weights were kept.
    pub fn steps(&self, chart: &Chart) -> Result<Times, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        let there = self.kept.moments(self.trial.key()).map_err(nothing)?;
        let steps = there.iter().map(|moment| moment.step(self.trial.steps()) as f64);
        Ok(Times::new(Scale::Linear, steps))
    }

    /// Its network at a moment.
    pub fn network(&self, chart: &Chart, moment: Moment) -> Result<Network, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        self.kept.network(&self.configuration, self.trial.key(), moment).map_err(nothing)
    }

    /// Its examples.
    pub fn examples(&self, chart: &Chart) -> Result<Vec<Example>, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        self.kept.examples(&self.configuration, self.trial).map_err(nothing)
    }

    /// The heading of a panel at a moment: none where there is one.
    pub fn heading(&self, moment: Moment) -> String {
        if self.moments.len() == 1 { String::new() } else { heading(moment) }
    }

    /// The moment in the words of a title, where there is one.
    pub fn when(&self) -> String {
        match self.moments[..] {
            _ if self.is_film => " over training".to_owned(),
            [Moment::Final] | [] => String::new(),
            [only] => format!(" {}", heading(only)),
            _ => " over training".to_owned(),
        }
    }
}

type Found<'a> = (Configuration<'a>, Trial<'a>, Option<String>);

/// The trial of this key.
fn named<'a>(chart: &Chart, data: &Data<'a>, key: &str) -> Result<Found<'a>, String> {
    let selected = data.configurations.iter().filter(|one| chart.options.selects(one));
    let mut runs = selected.flat_map(|one| one.runs().map(move |trial| (*one, trial)));
    let found = runs.find(|(_, trial)| trial.key().to_string() == key);
    let (configuration, trial) = found.ok_or_else(|| format!("no trial that is selected has the key {key}"))?;
    Ok((configuration, trial, None))
}

/// The median trial of the best configuration, and how it was chosen.
fn best<'a>(chart: &Chart, data: &Data<'a>, kept: &dyn Kept) -> Result<Found<'a>, String> {
    let mut there = Vec::new();
    for one in data.configurations.iter().filter(|one| chart.options.selects(one)) {
        let mut runs = Vec::new();
        for trial in one.runs() {
            if !kept.moments(trial.key())?.is_empty() {
                runs.push(trial);
            }
        }
        if !runs.is_empty() {
            there.push((*one, runs));
        }
    }
    let all: Vec<Configuration<'a>> = there.iter().map(|(one, _)| *one).collect();
    let metric = match all.first() {
        Some(first) if first.has(Metric::FinalValidationLoss) => Metric::FinalValidationLoss,
        _ => Metric::FinalTrainLoss,
    };
    let by = choice::by(chart, metric, &all);
    let best = choose_best_of(&all, by, |_, _| true).into_iter().next();
    let best = best.and_then(|best| there.iter().find(|(one, _)| one.text() == best.text()));
    let Some((configuration, runs)) = best else {
        return Err("weights/ has none of the trials that are selected".to_owned());
    };
    let mut ranked: Vec<(f64, Trial<'a>)> =
        runs.iter().map(|trial| (by.outcome(*trial).unwrap_or(f64::INFINITY), *trial)).collect();
    ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
    let middle = ranked[(ranked.len() - 1) / 2].1;
    let setting = if all.len() > 1 { "the best setting" } else { "" };
    let median = if ranked.len() > 1 { format!("the median of {} trials", ranked.len()) } else { String::new() };
    let what: Vec<&str> = [setting, &median].into_iter().filter(|part| !part.is_empty()).collect();
    let why = (!what.is_empty()).then(|| format!("{} by the {}", what.join(" and "), by.label()));
    Ok((*configuration, middle, why))
}

/// The moments that are asked for, of those that are there: at least one.
fn moments(at: &At, there: &[Moment], steps: u64) -> Result<Vec<Moment>, String> {
    // The first step and the last one have two names.
    let alike = |moment: Moment| match moment {
        Moment::Initial => Some(Moment::Step(0)),
        Moment::Step(0) => Some(Moment::Initial),
        Moment::Step(step) if step == steps => Some(Moment::Final),
        Moment::Step(_) => None,
        Moment::Final => Some(Moment::Step(steps)),
    };
    let find = |wanted: &Moment| {
        let found = [Some(*wanted), alike(*wanted)].into_iter().flatten().find(|moment| there.contains(moment));
        found.ok_or_else(|| {
            let names: Vec<String> = there.iter().map(|moment| moment.name()).collect();
            let wanted = wanted.name();
            format!("`{wanted}` is not among the moments whose weights were kept: {}", names.join(", "))
        })
    };
    match at {
        At::Last => Ok(there.last().copied().into_iter().collect()),
        At::These(wanted) => wanted.iter().map(find).collect(),
        At::All => {
            let is_twice = |moment: &Moment| alike(*moment).is_some_and(|other| there.contains(&other));
            let each: Vec<Moment> = there
                .iter()
                .copied()
                .filter(|moment| !(matches!(moment, Moment::Step(_)) && is_twice(moment)))
                .collect();
            let last = each.len().saturating_sub(1);
            let kept = each.len().min(MOST_MOMENTS);
            Ok((0..kept).map(|at| each[at * last / (kept - 1).max(1)]).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_two_names_at_the_ends() {
        let there = [Moment::Initial, Moment::Step(0), Moment::Step(10), Moment::Step(20), Moment::Final];
        let all = moments(&At::All, &there, 20).unwrap();
        assert_eq!(all, [Moment::Initial, Moment::Step(10), Moment::Final]);
        let few = [Moment::Initial, Moment::Step(20)];
        let wanted = At::These(vec![Moment::Step(0), Moment::Final]);
        assert_eq!(moments(&wanted, &few, 20).unwrap(), few);
        assert_eq!(moments(&At::Last, &few, 20).unwrap(), [Moment::Step(20)]);
        let lacking = moments(&At::These(vec![Moment::Step(7)]), &few, 20).unwrap_err();
        assert_eq!(lacking, "`7` is not among the moments whose weights were kept: initial, 20");
    }
}
