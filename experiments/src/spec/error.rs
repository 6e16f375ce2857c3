//! Errors in what the user wrote.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// An error in a file (or in an override on the command line) that the user wrote: where it is, what was expected, and
/// what might help.
///
/// It displays as one line, `file:line:column: message`; miette renders it with the lines around it.
#[derive(Debug)]
pub struct InputError(Box<Details>);

#[derive(Debug)]
struct Details {
    source: NamedSource<String>,
    span: Range<usize>,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
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
            source: NamedSource::new(name, text.to_owned()),
            span: start..span.end.clamp(start, text.len()),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            help: None,
        }))
    }

    /// Adds advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The name of the file.
    pub fn file(&self) -> &str {
        self.0.source.name()
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

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.0.span.clone()))))
    }
}

/// The candidate that `name` was most likely meant to be, if any is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this, names share too little to be a slip of the other.
    const NEAR: f64 = 0.75;
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            // "cross-entropy" means "softmax-cross-entropy", however much is missing.
            let part = name.len() >= 3 && lower.contains(&name) || lower.len() >= 3 && name.contains(&lower);
            let likeness =
                strsim::jaro_winkler(&name, &lower).max(strsim::normalized_damerau_levenshtein(&name, &lower));
            // "sdg" for "sgd" leaves too little for the measures above.
            let slip = name.len() >= 2 && strsim::osa_distance(&name, &lower) == 1;
            (if part || slip { likeness.max(NEAR) } else { likeness }, candidate)
        })
        .filter(|&(likeness, _)| likeness >= NEAR)
        // Among equals the shortest: it leaves the least unwritten.
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))
        .map(|(_, candidate)| candidate)
}

/// Advice about an unknown name: the nearest valid one, and all of them if they are few.
pub fn suggestion(name: &str, candidates: &[&str]) -> String {
    const FEW: usize = 24;
    let near = nearest(name, candidates.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let all = (candidates.len() <= FEW && !candidates.is_empty()).then(|| format!("valid: {}", candidates.join(", ")));
    near.into_iter().chain(all).collect::<Vec<_>>().join(" ")
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
    fn slips_find_the_name_that_was_meant() {
        let names = ["batch", "steps", "epochs", "softmax-cross-entropy"];
        for (slip, meant) in [("bacth", "batch"), ("step", "steps"), ("Epochs", "epochs"), ("cross-entropy", names[3])]
        {
            assert_eq!(nearest(slip, names), Some(meant));
        }
        assert_eq!(nearest("sdg", ["adam", "sgd"]), Some("sgd"));
        assert_eq!(nearest("qqq", names), None);
        assert_eq!(nearest("", names), None);
    }
}
