//! A figure that no spec asks for, by options of the command.

use clap::Args;

use super::CliError;
use crate::spec::{Figure, Study, number, quoted, suggestion};
use crate::sweep::chart;

/// A figure of its own: keys of `[[figure]]`, over those of a figure of the spec.
#[derive(Debug, Args)]
#[command(next_help_heading = "A figure of its own")]
pub(super) struct Anew {
    /// The figure of the spec to start from, by the name of its file [default: the first of the kind].
    #[arg(long, value_name = "NAME")]
    figure: Option<String>,
    /// How it is drawn.
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// What is shown.
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,
    /// The column from left to right.
    #[arg(long, value_name = "COLUMN")]
    x: Option<String>,
    /// The column from bottom to top.
    #[arg(long, value_name = "COLUMN")]
    y: Option<String>,
    /// The column whose values have a line each.
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// The column whose values have a colour each.
    #[arg(long, value_name = "COLUMN")]
    colour: Option<String>,
    /// The column whose values have a panel each.
    #[arg(long, value_name = "COLUMN")]
    panel: Option<String>,
    /// The column whose values have a row of panels each.
    #[arg(long, value_name = "COLUMN")]
    row: Option<String>,
    /// The configurations that are shown, such as optimizer=adam,lr=0.1; may be repeated.
    #[arg(long, value_name = "COLUMN=VALUE,…")]
    select: Vec<String>,
    /// The trials that are shown, by their keys in runs.csv or the beginnings of these.
    #[arg(long = "trial", value_name = "KEY,…", value_delimiter = ',')]
    trials: Vec<String>,
    /// The columns that have an axis, from left to right.
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    columns: Vec<String>,
    /// The value that has to be undercut.
    #[arg(long, value_name = "NUMBER")]
    below: Option<f64>,
    /// The theory that is laid over the figure.
    #[arg(long, value_name = "THEORY")]
    theory: Option<String>,
    /// The metric in which the best are best.
    #[arg(long, value_name = "METRIC")]
    select_by: Option<String>,
    /// When the weights that are shown were kept: initial, final, a step, several of these, or all.
    #[arg(long, value_name = "MOMENT,…", value_delimiter = ',')]
    at: Vec<String>,
    /// The example for which units show their values.
    #[arg(long, value_name = "NUMBER")]
    example: Option<u64>,
    /// The split whose examples are shown.
    #[arg(long, value_name = "SPLIT")]
    split: Option<String>,
    /// The title.
    #[arg(long)]
    title: Option<String>,
    /// The name of the file, without its ending.
    #[arg(long)]
    name: Option<String>,
}

impl Anew {
    /// Whether a figure of its own is asked for.
    pub fn is_one(&self) -> bool {
        self.figure.is_some() || !self.keys().is_empty()
    }

    /// The keys that are given, as (key, value) in the way of specs.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let Self { kind, metric, x, y, by, colour, panel, row, theory, select_by, split, title, name, .. } = self;
        let texts = [
            ("kind", kind),
            ("metric", metric),
            ("title", title),
            ("name", name),
            ("x", x),
            ("y", y),
            ("series", by),
            ("colour", colour),
            ("panel", panel),
            ("row", row),
            ("theory", theory),
            ("select_by", select_by),
            ("split", split),
        ];
        let mut keys: Vec<(&'static str, String)> =
            texts.into_iter().filter_map(|(key, text)| Some((key, quoted(text.as_ref()?)))).collect();
        let moment = |text: &String| text.parse::<u64>().map_or_else(|_| quoted(text), |step| step.to_string());
        match &self.at[..] {
            [] => {}
            [one] => keys.push(("at", moment(one))),
            several => keys.push(("at", format!("[{}]", several.iter().map(moment).collect::<Vec<_>>().join(", ")))),
        }
        keys.extend(self.example.map(|example| ("example", example.to_string())));
        if !self.select.is_empty() {
            let selections: Vec<String> = self.select.iter().map(|text| selection(text)).collect();
            keys.push(("select", format!("[{}]", selections.join(", "))));
        }
        for (key, names) in [("trials", &self.trials), ("columns", &self.columns)] {
            let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            keys.extend((!names.is_empty()).then(|| (key, format!("[{}]", names.join(", ")))));
        }
        keys.extend(self.below.map(|below| ("below", number(below))));
        keys
    }

    /// The key `figure` with that figure alone, as an override of a spec; none if the figures of the spec are asked for. One of
    /// the spec that `is_film` and has no other keys is called what it is called there.
    ///
    /// # Errors
    ///
    /// If it starts from a figure that the spec does not have.
    pub fn figure(&self, study: &Study, is_film: bool) -> Result<Option<String>, CliError> {
        if !self.is_one() {
            return Ok(None);
        }
        let figures = match study {
            Study::Sweep(spec) => &spec.figures,
            Study::Drawing(drawing) => &drawing.figures,
        };
        let base = match &self.figure {
            Some(wanted) => {
                let names: Vec<String> = figures.iter().map(|figure| chart(figure).name()).collect();
                let at = names.iter().position(|name| name == wanted).ok_or_else(|| CliError::NoFigure {
                    name: wanted.clone(),
                    help: suggestion(wanted, &names.iter().map(String::as_str).collect::<Vec<_>>()),
                })?;
                Some(&figures[at])
            }
            None => figures.iter().find(|figure| self.kind.as_deref().is_none_or(|kind| kind == figure.kind.name)),
        };
        let own = self.keys();
        let is_of_base = |figure: &&Figure| self.kind.as_deref().is_none_or(|kind| kind == figure.kind.name);
        let kept = base.filter(is_of_base).map(Figure::lines).unwrap_or_default().into_iter();
        // The file has a name of its own, and the title says what is shown now.
        let is_called = |key: &str| ["name", "title"].contains(&key) && !(is_film && own.is_empty());
        let is_free = |key: &str| !is_called(key) && own.iter().all(|(known, _)| *known != key);
        let keys = kept.filter(|(key, _)| is_free(key)).chain(own.iter().cloned());
        let text = keys.map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ");
        Ok(Some(format!("figure=[{{ {text} }}]")))
    }
}

/// A selection in the way of specs.
fn selection(text: &str) -> String {
    let setting = |part: &str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        let value = value.parse::<f64>().map_or_else(|_| quoted(value), number);
        format!("{} = {value}", quoted(key.trim()))
    };
    format!("{{ {} }}", text.split(',').map(setting).collect::<Vec<_>>().join(", "))
}
