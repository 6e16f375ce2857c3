//! What a list consists of.

use std::borrow::Cow;
use std::io::{self, Write};

use textwrap::{WordSeparator, WordSplitter};

/// A title, and what is below it.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub title: String,
    pub entries: Vec<Entry>,
}

/// A thing that specs name, or a table of a spec.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub name: String,
    pub text: String,
    /// Its keys, and what is to be known of each.
    pub rows: Vec<(String, String)>,
}

impl Entry {
    /// Whether it is meant by this name: its own, without the ending of a file, or that of a table around it.
    pub fn goes_by(&self, name: &str) -> bool {
        let rest = self.name.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest == ".csv" || rest.starts_with('.'))
    }
}

impl Group {
    /// The same with the entries that are wanted; nothing if none is.
    pub fn only(&self, is_wanted: impl Fn(&Entry) -> bool) -> Option<Self> {
        let entries: Vec<Entry> = self.entries.iter().filter(|entry| is_wanted(entry)).cloned().collect();
        (!entries.is_empty()).then(|| Self { title: self.title.clone(), entries })
    }

    /// The same with the key of this name alone, with or without that of its entry before it.
    pub fn only_rows(&self, name: &str) -> Option<Self> {
        let of = |entry: &Entry| {
            let own = name.strip_prefix(&entry.name).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
            let rows: Vec<_> = entry.rows.iter().filter(|(key, _)| key == own).cloned().collect();
            (!rows.is_empty()).then(|| Entry { rows, ..entry.clone() })
        };
        let entries: Vec<Entry> = self.entries.iter().filter_map(of).collect();
        (!entries.is_empty()).then(|| Self { title: self.title.clone(), entries })
    }

    /// Writes it: in columns where no entry has keys.
    pub fn show(&self, out: &mut impl Write) -> io::Result<()> {
        wrapped(&format!("{}:", self.title), WIDTH).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if self.entries.iter().all(|entry| entry.rows.is_empty()) {
            return columns(out, "  ", self.entries.iter().map(|entry| (entry.name.as_str(), entry.text.as_str())));
        }
        for Entry { name, text, rows } in &self.entries {
            let lines = wrapped(&format!("{name}: {text}"), WIDTH - 6);
            lines.iter().enumerate().try_for_each(|(number, line)| {
                writeln!(out, "{:indent$}{line}", "", indent = if number == 0 { 2 } else { 6 })
            })?;
            columns(out, "    ", rows.iter().map(|(key, text)| (key.as_str(), text.as_str())))?;
        }
        Ok(())
    }
}

/// The most columns of a line, and those of a name beside which text begins.
const WIDTH: usize = 80;
const MOST_OF_NAME: usize = 24;

/// Writes names with their texts beside them, which go on below themselves; below a long name, on the next line.
fn columns<'a>(
    out: &mut impl Write,
    indent: &str,
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> io::Result<()> {
    let width = |(name, _): (&str, &str)| name.chars().count();
    let longest = rows.clone().map(width).filter(|width| *width <= MOST_OF_NAME).max().unwrap_or(MOST_OF_NAME);
    let left = indent.len() + longest + 2;
    for (name, text) in rows {
        let lines = wrapped(text, WIDTH - left);
        let (first, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        if name.chars().count() <= longest {
            writeln!(out, "{indent}{name:longest$}  {first}")?;
        } else {
            writeln!(out, "{indent}{name}\n{:left$}{first}", "")?;
        }
        rest.iter().try_for_each(|line| writeln!(out, "{:left$}{line}", ""))?;
    }
    Ok(())
}

/// Text in lines of at most so many columns, cut between words; a longer word stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_no_wider_than_a_terminal() {
        let row = |name: &str, text: String| (name.to_owned(), text);
        let texts = [row("lr", "a step ".repeat(30)), row(&"long_name".repeat(4), "x".to_owned())];
        let entry = Entry { name: "adam".to_owned(), text: "an optimizer ".repeat(20), rows: texts.to_vec() };
        let group = Group { title: "optimizers".to_owned(), entries: vec![entry] };
        let mut out = Vec::new();
        group.show(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("\n    lr  a step") && text.contains("long_name\n"), "{text}");
    }
}
