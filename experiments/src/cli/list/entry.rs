//! What a list consists of.

use std::io::{self, Write};

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
        writeln!(out, "{}:", self.title)?;
        if self.entries.iter().all(|entry| entry.rows.is_empty()) {
            return columns(out, "  ", self.entries.iter().map(|entry| (entry.name.as_str(), entry.text.as_str())));
        }
        for Entry { name, text, rows } in &self.entries {
            writeln!(out, "  {name}: {text}")?;
            columns(out, "    ", rows.iter().map(|(key, text)| (key.as_str(), text.as_str())))?;
        }
        Ok(())
    }
}

fn columns<'a>(
    out: &mut impl Write,
    indent: &str,
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> io::Result<()> {
    let width = rows.clone().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    rows.into_iter().try_for_each(|(name, text)| writeln!(out, "{indent}{name:width$}  {text}"))
}
