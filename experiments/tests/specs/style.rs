//! `[style]`: how figures look.

use std::path::Path;
use std::sync::Arc;

use miette::Diagnostic;
use thalweg::figure::{Appearance, Format, Legend, Palette, Theme, Width};
use thalweg::registry::Registry;
use thalweg::spec::{InputError, Study, read_style};

use crate::{SMALL, parse, plan};

const STYLE: &str = r#"
[style]
width = "column"
font_size = 8
palette = "tol-bright"
theme = "dark"
grid = false
legend = "direct"
formats = ["svg", "pdf"]
scale = 3
"#;

#[test]
fn a_style_is_read_and_written() {
    let spec = parse(&format!("{SMALL}{STYLE}")).unwrap();
    let expected = Appearance {
        width: Width::Column,
        font_size: Some(8.0),
        palette: Palette::Tol,
        theme: Theme::Dark,
        grid: false,
        legend: Some(Legend::Direct),
        formats: vec![Format::Svg, Format::Pdf],
        scale: 3.0,
    };
    assert_eq!(spec.style, expected);
    assert_eq!(parse(&spec.canonical()).unwrap(), spec);
    let wide = parse(&format!("{SMALL}[style]\nwidth = 120.5\n")).unwrap();
    assert_eq!(wide.style, Appearance { width: Width::Millimetres(120.5), ..Appearance::default() });
    assert_eq!(parse(&wide.canonical()).unwrap(), wide);
}

#[test]
fn a_style_says_nothing_of_trials() {
    let (plain, styled) = (parse(SMALL).unwrap(), parse(&format!("{SMALL}{STYLE}")).unwrap());
    assert!(!plain.canonical().contains("[style]"));
    assert!(styled.differences(&plain).is_empty());
    let keys = |spec| {
        let plan = plan(spec).unwrap();
        let mut namer = plan.trials.namer();
        plan.trials.iter().map(|trial| namer.key(&trial).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&plain), keys(&styled));
}

#[test]
fn a_study_that_draws_has_a_style() {
    let text =
        format!("name = \"a\"\nmembers = [\"b\"]\n[[figure]]\nkind = \"rank\"\nmetric = \"final_train_loss\"\n{STYLE}");
    let study = Study::parse("a.toml", &text, Path::new("."), &[]).unwrap();
    let Study::Drawing(drawing) = &study else { panic!() };
    assert_eq!(drawing.style.theme, Theme::Dark);
    assert_eq!(Study::parse("a.toml", &study.canonical(), Path::new("."), &[]).unwrap(), study);
}

#[test]
fn mistakes_are_named_with_their_place_and_the_nearest_name() {
    let cases = [
        ("widht = \"column\"", "unknown key `style.widht`", "did you mean `width`"),
        ("width = \"colum\"", "`style.width`: expected one of column, page, slide", "did you mean `column`"),
        ("width = 10", "`style.width`: expected a number of at least 40 and at most 1200", ""),
        ("width = true", "`style.width`: expected one of column, page, slide, or millimetres", ""),
        ("theme = \"drak\"", "`style.theme`", "did you mean `dark`"),
        ("palette = \"okabe\"", "`style.palette`", "okabe-ito"),
        ("font_size = 2", "`style.font_size`: expected a number of at least 4 and at most 72", ""),
        ("legend = \"besides\"", "`style.legend`", "did you mean `beside`"),
        ("formats = [\"svg\", \"pfd\"]", "`style.formats.1`", "did you mean `pdf`"),
        ("formats = [\"svg\", \"svg\"]", "`svg` occurs twice", ""),
        ("formats = []", "at least one format", ""),
        ("grid = 1", "`style.grid`: expected true or false", ""),
    ];
    for (line, message, help) in cases {
        let error = parse(&format!("{SMALL}\n[style]\n{line}\n")).unwrap_err();
        let is_helpful = error.help().map_or(String::new(), |help| help.to_string()).contains(help);
        assert!(
            error.to_string().contains(message) && is_helpful,
            "{line}: {error}: {:?}",
            error.help().map(|h| h.to_string())
        );
    }
}

#[test]
fn a_file_of_keys_is_a_style() {
    let registry = Arc::new(Registry::builtin());
    let read = |text: &str| -> Result<Appearance, InputError> {
        read_style(&registry, "slide.toml", text, &Appearance { grid: false, ..Appearance::default() })
    };
    let slide = read("width = \"slide\"\ntheme = \"dark\"\n").unwrap();
    assert_eq!((slide.width, slide.theme, slide.grid), (Width::Slide, Theme::Dark, false));
    let error = read("width = \"slide\"\ntheme = \"drak\"\n").unwrap_err().to_string();
    assert!(error.contains("slide.toml:2:9: `theme`"), "{error}");
}
