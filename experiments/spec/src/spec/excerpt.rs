//! The part of a text that an error shows.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// The most bytes before a place, and after it, that are kept. Lines may be as long as files.
const AROUND: usize = 400;

const ELLIPSIS: &str = "…";

/// The lines around a place in a text, cut where they are long.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The name of the file.
    pub name: String,
    /// The place, in bytes of what is kept.
    pub span: Range<usize>,
    text: String,
    /// Lines of the file before the first one that is kept.
    lines: usize,
    /// Bytes that are missing at the start of the first line.
    missing: usize,
}

impl Excerpt {
    /// The lines around a range of bytes of `text`, the content of the file `name`. It begins at the start of a character.
    pub fn new(name: &str, text: &str, span: Range<usize>) -> Self {
        let Range { start, end } = span;
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_before = text[..line.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
        let first = boundary(text, line_before.max(start.saturating_sub(AROUND)));
        let end = boundary(text, end.min(start + AROUND)).max(start);
        let line_end = |from: usize| text.as_bytes()[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at);
        let line_after = line_end(end).and_then(|at| line_end(at + 1)).unwrap_or(text.len());
        let last = boundary(text, line_after.min(end + AROUND)).max(end);
        let is_cut = first > line_before;
        let before = if is_cut { ELLIPSIS } else { "" };
        let after = if last < line_after { ELLIPSIS } else { "" };
        let place = |at: usize| at - first + before.len();
        let first_line = text[..first].rfind('\n').map_or(0, |at| at + 1);
        Self {
            name: name.to_owned(),
            span: place(start)..place(end),
            text: format!("{before}{}{after}", &text[first..last]),
            lines: text[..first].matches('\n').count(),
            missing: (first - first_line).saturating_sub(before.len()),
        }
    }
}

/// The first start of a character, or the end, at or after a byte.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, lines_before, lines_after)?;
        let missing = if contents.line() == 0 { self.missing } else { 0 };
        let (line, column) = (self.lines + contents.line(), missing + contents.column());
        let (name, count) = (self.name.clone(), contents.line_count());
        Ok(Box::new(MietteSpanContents::new_named(name, contents.data(), *contents.span(), line, column, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_are_whole_and_long_ones_cut() {
        let text = "first\nsecond\nthird\nfourth\n";
        let excerpt = Excerpt::new("a", text, 13..18);
        assert_eq!((excerpt.text.as_str(), excerpt.lines, excerpt.missing), ("second\nthird\nfourth", 1, 0));
        assert_eq!(&excerpt.text[excerpt.span], "third");
        let text = format!("first\n{}x{}\n", "α".repeat(1_000_000), "β".repeat(1_000_000));
        let excerpt = Excerpt::new("a", &text, 2_000_006..2_000_007);
        assert_eq!((&excerpt.text[excerpt.span.clone()], excerpt.lines), ("x", 1));
        assert!(excerpt.text.len() < 3 * AROUND);
        assert_eq!(excerpt.missing + excerpt.span.start, 2_000_000);
        let contents = excerpt.read_span(&excerpt.span.clone().into(), 0, 0).unwrap();
        assert_eq!((contents.line(), contents.column(), contents.name()), (1, 2_000_000, Some("a")));
    }

    #[test]
    fn every_range_of_a_text_has_an_excerpt() {
        for text in ["", "\n", "a\r\nβ\n\n", "αβγ"] {
            for start in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                for end in start..=text.len() {
                    let excerpt = Excerpt::new("a", text, start..end);
                    assert!(excerpt.span.end <= excerpt.text.len(), "{text:?} {start}..{end}");
                    assert!(excerpt.read_span(&excerpt.span.clone().into(), 1, 1).is_ok(), "{text:?} {start}..{end}");
                }
            }
        }
    }
}
