//! Text: the bundled font, its measures, and raised characters.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont, point};

/// The font that text is measured with, and drawn with in PNG. See `font/README.md`.
static ARIMO: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(ARIMO_FILE).expect("the bundled font is a font"));

/// Its file.
pub(super) const ARIMO_FILE: &[u8] = include_bytes!("font/Arimo-Regular-subset.ttf");

/// The fonts that an SVG asks for: Arimo, or others with the same widths; nearly every machine has one of them.
pub(super) const FAMILY: &str = "Arimo, Liberation Sans, Arial, Helvetica, sans-serif";

/// Size of raised characters, and how far they are raised, in em of the text.
const RAISED: (f64, f64) = (0.72, 0.36);

/// A stretch of text in one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    /// Its size.
    pub size: f64,
    /// How far it is raised.
    pub raise: f64,
}

/// Splits text of `size` at `^{…}`, whose inside is raised.
pub(super) fn pieces(text: &str, size: f64) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((plain, raised, after)) = split_raised(rest) {
        pieces.push(Piece { text: plain, size, raise: 0.0 });
        pieces.push(Piece { text: raised, size: size * RAISED.0, raise: size * RAISED.1 });
        rest = after;
    }
    pieces.push(Piece { text: rest, size, raise: 0.0 });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

fn split_raised(text: &str) -> Option<(&str, &str, &str)> {
    let (plain, rest) = text.split_once("^{")?;
    let (raised, after) = rest.split_once('}')?;
    Some((plain, raised, after))
}

/// The text without marks: what is raised has characters of its own.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, raised, after)) = split_raised(rest) {
        plain.push_str(before);
        plain.extend(raised.chars().map(|c| match c {
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '\u{2212}' => '⁻',
            c => c.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(c),
        }));
        rest = after;
    }
    plain + rest
}

/// The width of text, in the unit of `size`.
pub(super) fn width(text: &str, size: f64) -> f64 {
    pieces(text, size).iter().map(piece_width).sum()
}

/// The width of a piece, in the unit of its size.
pub(super) fn piece_width(piece: &Piece<'_>) -> f64 {
    layout(piece.text, piece.size).1
}

/// The glyphs of text that starts at the origin of its baseline, and its width.
pub(super) fn layout(text: &str, size: f64) -> (Vec<Glyph>, f64) {
    let font = &*ARIMO;
    // ab_glyph takes ascent and descent together for a font's size.
    let em = font.units_per_em().expect("the bundled font has an em");
    let scale = PxScale::from(size as f32 * font.height_unscaled() / em);
    let scaled = font.as_scaled(scale);
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut x = 0.0;
    for id in text.chars().map(|c| font.glyph_id(c)) {
        if let Some(before) = glyphs.last() {
            x += scaled.kern(before.id, id);
        }
        glyphs.push(id.with_scale_and_position(scale, point(x, 0.0)));
        x += scaled.h_advance(id);
    }
    (glyphs, f64::from(x))
}

/// A glyph of a text, in em.
pub(super) struct Set {
    pub number: u16,
    pub character: char,
    /// How much farther than the advance of the one before it begins.
    pub kerning: f64,
}

/// The glyphs of a text in one size, one after the other.
pub(super) fn set(text: &str) -> Vec<Set> {
    let font = &*ARIMO;
    let em = f64::from(font.units_per_em().expect("the bundled font has an em"));
    let mut before = None;
    let glyph = |character: char| {
        let id = font.glyph_id(character);
        let kerning = before.map_or(0.0, |before| f64::from(font.kern_unscaled(before, id)) / em);
        before = Some(id);
        Set { number: id.0, character, kerning }
    };
    text.chars().map(glyph).collect()
}

/// The width of a glyph, in em.
pub(super) fn advance(number: u16) -> f64 {
    let font = &*ARIMO;
    let em = f64::from(font.units_per_em().expect("the bundled font has an em"));
    f64::from(font.h_advance_unscaled(GlyphId(number))) / em
}

/// The pixels that glyphs of [`layout`] cover, and how much of each.
pub(super) fn cover(glyphs: Vec<Glyph>, mut draw: impl FnMut(i32, i32, f32)) {
    for outline in glyphs.into_iter().filter_map(|glyph| ARIMO.outline_glyph(glyph)) {
        let origin = outline.px_bounds().min;
        outline.draw(|x, y, share| draw(origin.x as i32 + x as i32, origin.y as i32 + y as i32, share));
    }
}

/// Breaks text at spaces into lines no wider than `limit`, and words that are wider.
pub(super) fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if width(word, size) > limit && !word.contains("^{") {
            let mut rest = String::new();
            for letter in word.chars() {
                if !rest.is_empty() && width(&rest, size) + width(letter.encode_utf8(&mut [0; 4]), size) > limit {
                    lines.push(std::mem::take(&mut rest));
                }
                rest.push(letter);
            }
            lines.push(rest);
            continue;
        }
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The width of the widest word.
pub(super) fn widest_word(text: &str, size: f64) -> f64 {
    text.split_whitespace().map(|word| width(word, size)).fold(0.0, f64::max)
}

/// The same in as many lines, of about the same width: no line has a single word left over.
pub(super) fn balanced(text: &str, size: f64, limit: f64) -> Vec<String> {
    let count = wrap(text, size, limit).len();
    let (mut narrow, mut wide) = ((limit / count.max(1) as f64).max(widest_word(text, size)), limit);
    while count > 1 && wide - narrow > 1.0 {
        let middle = (narrow + wide) / 2.0;
        *(if wrap(text, size, middle).len() == count { &mut wide } else { &mut narrow }) = middle;
    }
    wrap(text, size, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raised_text_is_split_off() {
        let texts: Vec<_> = pieces("2×10^{−5} or 10^{3}", 100.0).iter().map(|piece| (piece.text, piece.size)).collect();
        assert_eq!(texts, [("2×10", 100.0), ("−5", 72.0), (" or 10", 100.0), ("3", 72.0)]);
        assert_eq!(pieces("a^{b", 10.0).len(), 1);
        assert!(pieces("", 10.0).is_empty());
        assert_eq!(plain("2×10^{−5} or 10^{13}"), "2×10⁻⁵ or 10¹³");
    }

    #[test]
    fn widths_are_those_of_arial() {
        // A digit of Arial is 1139 of 2048 units wide.
        assert!((width("0123456789", 10.0) - 11390.0 / 2048.0 * 10.0).abs() < 0.01);
    }

    #[test]
    fn letters_cover_pixels_above_their_baseline() {
        let (glyphs, width) = layout("H", 100.0);
        let mut rows = Vec::new();
        cover(glyphs, |x, y, share| {
            assert!((0..=width as i32).contains(&x));
            if share > 0.5 {
                rows.push(y);
            }
        });
        // Arimo's capitals are 1409 of 2048 units high.
        assert_eq!((rows.iter().min(), rows.iter().max()), (Some(&-69), Some(&-1)));
    }

    #[test]
    fn all_signs_of_labels_are_in_the_font() {
        let signs = "0123456789.−×^{}=,%()/<>αβγδεηλμρστ";
        assert!(signs.chars().all(|c| ARIMO.glyph_id(c).0 != 0));
    }

    #[test]
    fn long_titles_are_broken() {
        let lines = wrap("Learning rate and momentum on two moons", 10.0, 100.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 10.0) <= 100.0), "{lines:?}");
        assert_eq!(lines.join(" "), "Learning rate and momentum on two moons");
        let lines = wrap("momentumandmomentum of", 10.0, 60.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 10.0) <= 60.0), "{lines:?}");
    }

    #[test]
    fn no_word_is_left_over() {
        let text = "Binary cross-entropy by the logit z, for y = 0 and y = 1";
        let limit = width(text, 10.0) - 1.0;
        assert_eq!(wrap(text, 10.0, limit).last().unwrap(), "1");
        let lines = balanced(text, 10.0, limit);
        assert_eq!(lines, ["Binary cross-entropy by the", "logit z, for y = 0 and y = 1"]);
        assert_eq!(balanced("one", 10.0, 100.0), ["one"]);
        let limit = width("probability of", 10.0);
        assert_eq!(balanced("probability of one", 10.0, limit), ["probability", "of one"]);
        assert!(balanced("", 10.0, 100.0).is_empty());
    }
}
