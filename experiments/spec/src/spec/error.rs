//! Errors in what the user wrote.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thalweg_record::nearest;

use super::document::Place;
use super::excerpt::Excerpt;
use crate::record::Setting;

/// The most characters of what a user wrote that a message repeats.
const LONGEST: usize = 100;

/// The most characters of a message.
const LONGEST_MESSAGE: usize = 2_000;

/// An error in a file (or in an override on the command line) that the user wrote: where it is, what was expected, and
/// what might help.
///
/// It displays as one line, `file:line:column: message`; miette renders it with the lines around it, and after it all others
/// that the same text has.
#[derive(Debug)]
pub struct InputError(Box<Details>);

#[derive(Debug)]
struct Details {
    source: Excerpt,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
    /// Where it is in the document, if it is in one, and what it is about there.
    place: Option<Place>,
    fault: Fault,
    /// What else is wrong, further down.
    others: Vec<InputError>,
}

/// What an error is about, for those who look for others in the same document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A key that is not known; the one that was probably meant.
    Key(Option<String>),
    /// A value that its key does not take; the name that was probably meant.
    Value(Option<String>),
    /// A table that lacks this key.
    Missing(String),
    /// What a table says as a whole.
    Within,
    /// What several tables say together.
    Across,
}

impl InputError {
    /// An error at a range of bytes of `text`, the content of the file `name`.
    pub fn new(name: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        // A parser may point one past the end, where something is missing.
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self(Box::new(Details {
            source: Excerpt::new(name, text, start..span.end.clamp(start, text.len())),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: cut(&message.into(), LONGEST_MESSAGE).into_owned(),
            help: None,
            place: None,
            fault: Fault::Across,
            others: Vec::new(),
        }))
    }

    /// Several errors as one: the topmost, with all others; nothing if there are none.
    pub(super) fn all(mut errors: Vec<Self>) -> Option<Self> {
        // What is missing from the whole is nowhere, and comes last.
        let is_nowhere = |place: &Place| place.source == 0 && place.span == (0..0);
        errors.sort_by_key(|error| {
            error.0.place.as_ref().map(|place| (is_nowhere(place), place.source, place.span.start))
        });
        let others = errors.split_off(errors.len().min(1));
        let mut first = errors.pop()?;
        first.0.others.extend(others);
        Some(first)
    }

    /// The same error at a place of a document.
    #[must_use]
    pub(super) fn at(mut self, place: &Place) -> Self {
        self.0.place = Some(place.clone());
        self
    }

    /// The same error, about this.
    #[must_use]
    pub(super) fn about(mut self, fault: Fault) -> Self {
        self.0.fault = fault;
        self
    }

    pub(super) fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    pub(super) fn fault(&self) -> &Fault {
        &self.0.fault
    }

    /// What else is wrong with the same text, further down.
    pub fn others(&self) -> &[Self] {
        &self.0.others
    }

    /// Adds advice, if the text is not empty.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The name of the file.
    pub fn file(&self) -> &str {
        &self.0.source.name
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.0.column
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file(), self.line(), self.column(), self.message())
    }
}

impl std::error::Error for InputError {}

impl Diagnostic for InputError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let others = self.0.others.iter().map(|other| other as &dyn Diagnostic);
        (!self.0.others.is_empty()).then(|| Box::new(others) as Box<dyn Iterator<Item = &dyn Diagnostic>>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.0.source.span.clone()))))
    }
}

/// The valid name that was probably meant by another one.
pub(super) fn meant(name: &str, candidates: &[&str]) -> Option<String> {
    nearest(name, candidates.iter().copied()).map(str::to_owned)
}

/// Advice about an unknown name: the nearest valid one, and all of them if they are few.
pub fn suggestion(name: &str, candidates: &[&str]) -> String {
    const FEW: usize = 32;
    let near = nearest(name, candidates.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let all = (candidates.len() <= FEW && !candidates.is_empty()).then(|| {
        let names: Vec<Cow<'_, str>> = candidates.iter().map(|name| shortened(name)).collect();
        format!("valid: {}", names.join(", "))
    });
    near.into_iter().chain(all).collect::<Vec<_>>().join(" ")
}

/// What a user wrote, as a message repeats it: a long text is cut.
pub fn shortened(text: &str) -> Cow<'_, str> {
    cut(text, LONGEST)
}

/// A text of at most `most` characters; what is longer ends with an ellipsis.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The values on both sides of a number that is missing, or all names.
pub(super) fn instead(wanted: &Setting, found: &[Setting]) -> String {
    /// The most names that are listed.
    const MOST_NAMES: usize = 20;
    let Some(wanted) = wanted.number() else {
        let mut names: Vec<String> = found.iter().map(Setting::text).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST_NAMES);
        return format!("there are: {}", names.join(", "));
    };
    let numbers = found.iter().filter_map(Setting::number);
    let below = numbers.clone().filter(|value| *value < wanted).reduce(f64::max);
    let above = numbers.filter(|value| *value > wanted).reduce(f64::min);
    let texts: Vec<String> = below.into_iter().chain(above).map(|value| Setting::Number(value).text()).collect();
    if texts.is_empty() { String::new() } else { format!("the nearest: {}", texts.join(" and ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_counted_in_characters() {
        let error = InputError::new("a.toml", "α = 1\nβγ = x\n", 14..15, "no");
        assert_eq!(error.to_string(), "a.toml:2:6: no");
        let error = InputError::new("a.toml", "a\n", 90..95, "no");
        assert_eq!((error.line(), error.column()), (2, 1));
        assert_eq!(InputError::new("a.toml", "", 0..0, "no").to_string(), "a.toml:1:1: no");
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(shortened("name"), "name");
        assert_eq!(shortened(&"α".repeat(LONGEST)), "α".repeat(LONGEST));
        assert_eq!(shortened(&"α".repeat(LONGEST + 1)), format!("{}…", "α".repeat(LONGEST)));
        let error = InputError::new("a.toml", "", 0..0, "a".repeat(1_000_000)).with_help("");
        assert_eq!(error.message().chars().count(), LONGEST_MESSAGE + 1);
        assert!(error.help().is_none());
    }
}
