//! Figures that move: what is there at each moment, and the files that show it.

use std::fs;
use std::path::Path;

use thalweg::figure::{
    self, Appearance, Chart, Film, Format, KINDS, Layer, Legend, Moving, Options, Picture, Style, Tables, Theme, film,
};
use thalweg::record::Trials;

use crate::{maps, synthetic};

/// The lines of a picture, by their look.
fn lines(picture: &Picture) -> Vec<(Style, Vec<(f64, f64)>)> {
    let layers = picture.panels.iter().flat_map(|panel| &panel.layers);
    let lines = layers.filter_map(|layer| match layer {
        Layer::Line(style, points) | Layer::Thin(style, points) => Some((*style, points.clone())),
        Layer::Band(style, points) => Some((*style, points.iter().map(|(x, low, _)| (*x, *low)).collect())),
        _ => None,
    });
    lines.collect()
}

/// Each kind that moves, with tables and the steps that it is looked at.
fn each(check: impl Fn(Chart, &Tables<'_>, &[f64])) {
    let (runs, curves) = synthetic::sweep(3);
    let trials = Trials::from(&runs);
    let chart = Chart::new("curves", Some("train_loss")).unwrap();
    check(chart.clone(), &Tables::new(&trials, &curves), &[0.0, 10.0, 55.0, 130.0, 500.0]);
    let panels = Options { panel: Some("optimizer".into()), ..Options::default() };
    check(chart.with(panels), &Tables::new(&trials, &curves), &[0.0, 250.0, 500.0]);

    let (runs, trajectory, surface) = maps::rosenbrock();
    let trials = Trials::from(&runs);
    let tables = Tables { trajectory: &trajectory, surface: Some(&surface), ..Tables::new(&trials, &[]) };
    check(Chart::new("trajectories", None).unwrap(), &tables, &[0.0, 1.0, 7.0, 99.5, 200.0]);
}

#[test]
fn lines_grow_and_axes_stay() {
    each(|chart, tables, moments| {
        let name = chart.name();
        let picture = |until| {
            let options = Options { until, ..chart.options().clone() };
            chart.clone().with(options).pictures(tables).unwrap().remove(0).1
        };
        let whole = picture(None);
        let pictures: Vec<Picture> = moments.iter().map(|moment| picture(Some(*moment))).collect();
        for picture in &pictures {
            assert_eq!((&picture.x, picture.panels.len()), (&whole.x, whole.panels.len()), "{name}");
            assert!(picture.panels.iter().zip(&whole.panels).all(|(own, whole)| own.y == whole.y), "{name}");
        }
        for pair in pictures.windows(2).map(|pair| [lines(&pair[0]), lines(&pair[1])]) {
            let [before, after] = &pair;
            assert_eq!(before.len(), after.len(), "{name}");
            assert!(before.iter().zip(after).all(|(one, other)| one.0 == other.0 && other.1.starts_with(&one.1)));
            let points = |lines: &[(Style, Vec<(f64, f64)>)]| lines.iter().map(|(_, own)| own.len()).sum::<usize>();
            assert!(points(before) < points(after), "{name}");
        }
        assert_eq!(format!("{:?}", pictures[pictures.len() - 1]), format!("{whole:?}"), "{name}");
    });
}

const FRAMES: usize = 5;

fn small(formats: &[Moving]) -> Film {
    Film { frames: FRAMES as u16, per_second: 12, formats: formats.to_vec(), scale: 0.5 }
}

fn look() -> Appearance {
    Appearance { legend: Some(Legend::Inside), scale: 0.5, ..synthetic::look() }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The red, green and blue of a PNG, which may be the first picture of several.
fn pixels(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(png).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

/// What a GIF ends with, how many pictures it has, and how many hundredths of a second each is seen.
fn played(gif: &[u8]) -> (Vec<u8>, Vec<u16>) {
    let mut decoder = gif::DecodeOptions::new();
    decoder.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = decoder.read_info(gif).unwrap();
    let width = usize::from(decoder.width());
    let mut screen = vec![0; 3 * width * usize::from(decoder.height())];
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        delays.push(frame.delay);
        for (at, pixel) in frame.buffer.chunks_exact(4).enumerate().filter(|(_, pixel)| pixel[3] > 0) {
            let (x, y) = (at % usize::from(frame.width), at / usize::from(frame.width));
            let place = 3 * ((y + usize::from(frame.top)) * width + x + usize::from(frame.left));
            screen[place..place + 3].copy_from_slice(&pixel[..3]);
        }
    }
    (screen, delays)
}

/// What is seen at each picture of an animated PNG, and for how long.
fn played_png(apng: &[u8]) -> (Vec<Vec<u8>>, Vec<u16>) {
    let mut reader = png::Decoder::new(apng).read_info().unwrap();
    let width = reader.info().width as usize;
    let mut screen = vec![0; reader.output_buffer_size()];
    let frames = reader.info().animation_control.unwrap().num_frames;
    let (mut seen, mut delays) = (Vec::new(), Vec::new());
    for _ in 0..frames {
        let mut buffer = vec![0; screen.len()];
        reader.next_frame(&mut buffer).unwrap();
        let control = reader.info().frame_control.unwrap();
        let [own, left, top] = [control.width, control.x_offset, control.y_offset].map(|number| number as usize);
        for (row, line) in buffer.chunks_exact(3 * own).take(control.height as usize).enumerate() {
            let place = 3 * ((row + top) * width + left);
            screen[place..place + line.len()].copy_from_slice(line);
        }
        assert_eq!(control.delay_den, 100);
        delays.push(control.delay_num);
        seen.push(screen.clone());
    }
    (seen, delays)
}

#[test]
fn a_film_ends_with_the_figure() {
    each(|chart, tables, _| {
        let folder = tempfile::tempdir().unwrap();
        let (name, look, movie) = (chart.name(), look(), small(&[Moving::Gif, Moving::Apng]));
        let written = film(&chart, tables, folder.path(), &look, &movie).unwrap();
        assert_eq!(written.len(), 2 * FRAMES + 2);
        assert!(written.iter().all(|path| path.exists()));
        let frame = |number: usize, ending: &str| format!("{name}-{number:03}.{ending}");
        let own = folder.path().join(&name);
        let expected: Vec<String> =
            (1..=FRAMES).flat_map(|at| ["png", "svg"].map(|ending| frame(at, ending))).collect();
        assert_eq!(names(&own), expected);

        let picture = chart.pictures(tables).unwrap().remove(0).1;
        let last = fs::read_to_string(own.join(frame(FRAMES, "svg"))).unwrap();
        assert!(last == figure::svg(&picture, &look, last_stem(&name).as_str()).unwrap(), "{name}");
        let mut png = Vec::new();
        figure::png(&picture, &look, &mut png).unwrap();
        assert!(fs::read(own.join(frame(FRAMES, "png"))).unwrap() == png, "{name}");

        // All that stands around the lines stands still, a legend among them included.
        let around = |number: usize| {
            let text = fs::read_to_string(own.join(frame(number, "svg"))).unwrap();
            let text = text.replace(&format!("{name}-{number:03}"), "name");
            let kept = |line: &&str| line.starts_with("<svg") || line.contains("<text");
            text.lines().filter(kept).map(str::to_owned).collect::<Vec<_>>()
        };
        assert!((1..FRAMES).all(|number| around(number) == around(FRAMES)), "{name}");

        let file = |ending: &str| fs::read(folder.path().join(format!("{name}.{ending}"))).unwrap();
        let still = pixels(&png);
        let (shown, delays) = played_png(&file("apng"));
        assert_eq!(delays, [8, 8, 9, 8, 200]);
        let numbered = (1..=FRAMES).map(|number| pixels(&fs::read(own.join(frame(number, "png"))).unwrap()));
        assert!(shown == numbered.collect::<Vec<_>>(), "{name}");
        let (shown, delays) = played(&file("gif"));
        assert_eq!(delays, [8, 8, 9, 8, 200]);
        let far = shown.iter().zip(&still).filter(|(a, b)| a.abs_diff(**b) > 24).count();
        assert!(far < still.len() / 1000, "{name}: {far} of {}", still.len());

        let before = ["gif", "apng"].map(file);
        film(&chart, tables, folder.path(), &look, &movie).unwrap();
        assert!(["gif", "apng"].map(file) == before, "{name}");
    });
}

fn last_stem(name: &str) -> String {
    format!("{name}-{FRAMES:03}")
}

#[test]
fn a_shorter_film_takes_the_place_of_a_longer_one() {
    let (runs, curves) = synthetic::sweep(1);
    let trials = Trials::from(&runs);
    let tables = Tables::new(&trials, &curves);
    let chart = Chart::new("curves", None).unwrap().with(Options { name: Some("a".into()), ..Options::default() });
    let folder = tempfile::tempdir().unwrap();
    let look = Appearance::default();
    let draw = |frames| {
        film(&chart, &tables, folder.path(), &look, &Film { frames, per_second: 50, formats: vec![], scale: 1.0 })
            .unwrap();
    };
    draw(4);
    for foreign in ["a-9.svg", "a-b-009.svg", "b-009.svg"] {
        fs::write(folder.path().join("a").join(foreign), "").unwrap();
    }
    draw(3);
    let expected = ["a-001.svg", "a-002.svg", "a-003.svg", "a-9.svg", "a-b-009.svg", "b-009.svg"];
    assert_eq!(names(&folder.path().join("a")), expected);
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn what_does_not_move_says_what_does() {
    let (runs, curves) = synthetic::sweep(1);
    let trials = Trials::from(&runs);
    let tables = Tables::new(&trials, &curves);
    let folder = tempfile::tempdir().unwrap();
    let draw = |kind: &str, look: &Appearance| {
        film(&Chart::new(kind, None).unwrap(), &tables, folder.path(), look, &small(&[Moving::Gif]))
    };
    for kind in KINDS.iter().filter(|kind| kind.times.is_none()) {
        let error = draw(kind.name, &Appearance::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("a figure of kind `{}` does not move", kind.name));
        let help = miette::Diagnostic::help(&error).unwrap().to_string();
        assert!(help.contains("curves") && help.contains("trajectories") && !help.contains("ecdf"), "{help}");
    }
    let look = Appearance { theme: Theme::Transparent, formats: vec![Format::Png], ..Appearance::default() };
    assert!(draw("curves", &look).unwrap_err().to_string().contains("an APNG has both"));
    assert!(names(folder.path()).is_empty());
}
