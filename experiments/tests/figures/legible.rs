//! The figures of the standard studies, as their readers see them: words in place of code names, in letters that can be
//! read, none of them cut off or over another one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontRef};
use thalweg::drawing::{draw_into, make_into};
use thalweg::figure::{Appearance, Legend, Picture, Theme, Width, svg, words};
use thalweg::record::manifest::Manifest;
use thalweg::registry::{Registry, names};
use thalweg::spec::Study;

const FONT: &[u8] = include_bytes!("../../report/src/figure/drawing/font/Arimo-Regular-subset.ttf");

/// The folders of the studies that come with the program, but for those without a figure or with images of a million cells.
fn studies() -> Vec<(PathBuf, Study)> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    let mut folders: Vec<PathBuf> = fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let read = |folder: PathBuf| {
        let text = fs::read_to_string(folder.join("spec.toml")).ok()?;
        let study = Study::parse("spec.toml", &text, &folder, &[]).unwrap();
        Some((folder, study))
    };
    folders.into_iter().filter_map(read).collect()
}

/// The figures of all studies in a look, by name, as SVG; those that cannot be drawn are not.
fn drawn(look: &Appearance) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (folder, study) in studies() {
        let out = tempfile::tempdir().unwrap();
        let steps = Manifest::read(&folder).ok().and_then(|manifest| manifest.steps_per_epoch);
        match study {
            Study::Sweep(mut spec) => {
                spec.style = look.clone();
                draw_into(&spec, &folder, out.path(), steps, None);
            }
            // Members are not in the folder of results where only their summary is.
            Study::Drawing(mut drawing) => {
                drawing.style = look.clone();
                let _ = make_into(&drawing, &folder, out.path(), None);
            }
        }
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        for entry in fs::read_dir(out.path()).unwrap() {
            let path = entry.unwrap().path();
            all.push((format!("{name}/{}", path.file_name().unwrap().display()), fs::read_to_string(path).unwrap()));
        }
    }
    all.sort();
    assert!(all.len() > 40, "{} figures", all.len());
    all
}

/// A line of text in a figure, and what it covers: left, top, right, bottom.
struct Line {
    content: String,
    size: f64,
    bounds: [f64; 4],
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn number(element: &str, name: &str) -> f64 {
    attribute(element, name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} of {element}"))
}

fn lines(svg: &str) -> Vec<Line> {
    let font = FontRef::try_from_slice(FONT).unwrap();
    let em = font.units_per_em().unwrap();
    let width = |text: &str| -> f64 {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        text.chars().map(|c| f64::from(font.h_advance_unscaled(font.glyph_id(c)) / em)).sum()
    };
    let texts = svg.lines().map(str::trim).filter(|line| line.starts_with("<text "));
    let line = |element: &str| {
        let (head, body) = element.split_once('>').unwrap();
        let size = number(head, "font-size");
        let (mut long, mut content) = (0.0, String::new());
        for part in body.trim_end_matches("</text>").split('<') {
            let (tag, text) = part.split_once('>').unwrap_or(("", part));
            let own = attribute(&format!(" {tag}"), "font-size").map_or(size, |size| size.parse().unwrap());
            long += own * width(text);
            content.push_str(text);
        }
        let (x, y) = (number(head, "x"), number(head, "y"));
        let before = match attribute(head, "text-anchor") {
            Some("middle") => long / 2.0,
            Some("end") => long,
            _ => 0.0,
        };
        // Without what hangs below: a line of digits is no higher than a capital.
        let bounds = if head.contains("rotate(-90") {
            [x - 0.7 * size, y + before - long, x, y + before]
        } else {
            [x - before, y - 0.7 * size, x - before + long, y]
        };
        Line { content, size, bounds }
    };
    texts.map(line).collect()
}

/// What is wrong with the text of a figure at this size.
pub fn faults(svg: &str) -> Vec<String> {
    let head = svg.lines().next().unwrap();
    let view: Vec<f64> = attribute(head, "viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    let points = number(head, "width") / view[2] * 0.75;
    let lines = lines(svg);
    let mut faults = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let [left, top, right, bottom] = line.bounds;
        if left < -0.5 || top < -0.5 || right > view[2] + 0.5 || bottom > view[3] + 0.5 {
            faults.push(format!("cut off: {}", line.content));
        }
        if line.size * points < 7.0 {
            faults.push(format!("{:.1} pt: {}", line.size * points, line.content));
        }
        for other in &lines[..at] {
            let meet =
                |i: usize| line.bounds[i].max(other.bounds[i]) + 0.3 < line.bounds[i + 2].min(other.bounds[i + 2]);
            if meet(0) && meet(1) {
                faults.push(format!("over each other: {} and {}", line.content, other.content));
            }
        }
    }
    faults
}

/// The looks in which figures have to be legible, by name.
fn looks() -> [(&'static str, Appearance); 5] {
    let look = Appearance::default();
    [
        ("column", Appearance { width: Width::Column, ..look.clone() }),
        ("page", look.clone()),
        ("slide", Appearance { width: Width::Slide, theme: Theme::Dark, ..look.clone() }),
        ("inside", Appearance { width: Width::Column, legend: Some(Legend::Inside), ..look.clone() }),
        ("direct", Appearance { legend: Some(Legend::Direct), ..look }),
    ]
}

/// Checks a picture that no study has.
pub fn assert_legible(picture: &Picture) {
    for (name, look) in looks() {
        let faults = faults(&svg(picture, &look, "figure").unwrap());
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
    }
}

#[test]
fn no_text_is_small_or_cut_off_or_over_another_one() {
    let mut all = Vec::new();
    for (name, look) in looks() {
        for (figure, svg) in drawn(&look) {
            all.extend(faults(&svg).into_iter().map(|fault| format!("{name}: {figure}: {fault}")));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn no_code_name_meets_a_reader() {
    let registry = Registry::builtin();
    let mut code: BTreeSet<String> = ["lr", "eps", "beta1", "beta2", "rho", "val", "acc"].map(str::to_owned).into();
    code.extend(
        names(registry.optimizers()).into_iter().filter(|name| words::method(name) != *name).map(str::to_owned),
    );
    code.extend(names(registry.activations()).into_iter().map(str::to_owned));
    code.extend(names(registry.losses()).into_iter().map(str::to_owned));
    // Words that are names in specs as well.
    for word in ["identity", "sigmoid", "tanh", "softplus", "absolute", "quadratic"] {
        code.remove(word);
    }
    let mut found = Vec::new();
    for (figure, svg) in drawn(&Appearance::default()) {
        for Line { content, .. } in lines(&svg) {
            let is_code = |word: &str| code.contains(word);
            if content.contains('_') || content.split(|c: char| !c.is_alphanumeric() && c != '-').any(is_code) {
                found.push(format!("{figure}: {content}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_part_has_words() {
    let registry = Registry::builtin();
    for name in names(registry.optimizers()) {
        let words = words::method(name);
        assert!(words != *name || ["momentum"].contains(&name), "{name} is {words}");
    }
    for name in names(registry.activations()).into_iter().chain(names(registry.losses())) {
        assert!(!words::setting("loss", &thalweg::record::Setting::Choice(name.to_owned())).contains('_'), "{name}");
    }
}

#[test]
fn a_figure_is_clean() {
    let (_, svg) =
        drawn(&Appearance::default()).into_iter().find(|(name, _)| name.starts_with("digits/curves")).unwrap();
    let body: Vec<&str> = svg.lines().skip_while(|line| *line != "</style>").skip(1).collect();
    for line in &body {
        let line = line.trim();
        assert!(line.starts_with('<') && line.ends_with('>'), "an element a line: {line}");
        assert!(line.starts_with("</") || line.contains("class=\""), "a class each: {line}");
        assert!(!line.contains("fill=\"#") && !line.contains("stroke=\"#"), "colours are variables: {line}");
    }
    assert!(svg.contains("var(--ink, #222222)") && svg.contains("data-series=\"Adam"));
    assert!(body.iter().filter(|line| line.contains("<path class=\"line ")).count() < 20, "a line is one element");
}
