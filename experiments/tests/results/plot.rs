//! `thalweg plot`: figures in another style, and figures that no spec asks for, from tables alone.

use std::fs;
use std::path::Path;

use crate::command::{fails, folder, succeeds};

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn figures_get_another_style_without_a_trial() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let before = ["a/runs.csv", "a/spec.toml", "a/figures/curves-train_loss.svg"].map(read);
    fs::write(folder.path().join("talk.toml"), "width = \"slide\"\ntheme = \"dark\"\n").unwrap();
    let restyle = ["plot", "a", "--style", "talk.toml", "--format", "svg,pdf,tex,png", "--out", "talk"];
    succeeds(folder.path(), &restyle);
    let expected = ["curves-train_loss", "sensitivity-final_train_loss"]
        .map(|name| ["dat", "pdf", "png", "svg", "tex"].map(|ending| format!("{name}.{ending}")));
    assert_eq!(names(&folder.path().join("talk")), expected.concat());
    assert_eq!(["a/runs.csv", "a/spec.toml", "a/figures/curves-train_loss.svg"].map(read), before);
    let slide = read("talk/curves-train_loss.svg");
    assert!(slide.starts_with("<svg") && slide.contains(" width=\"1280\" ") && slide.contains("--paper, #14171a"));

    // The same bytes again, whatever the format.
    let bytes = |name: &String| fs::read(folder.path().join("talk").join(name)).unwrap();
    let first: Vec<Vec<u8>> = expected.concat().iter().map(bytes).collect();
    succeeds(folder.path(), &restyle);
    assert_eq!(expected.concat().iter().map(bytes).collect::<Vec<_>>(), first);

    // In place, the results say so, and the spec draws them as it says.
    succeeds(folder.path(), &["plot", "a", "--set", "style.theme=dark"]);
    // What was trained is not to be drawn as something else.
    let (code, message) = fails(folder.path(), &["plot", "a", "--set", "network.activation=\"relu\""]);
    assert!(code == Some(65) && message.contains("would change what was trained"), "{code:?} {message}");
    assert!(
        read("a/spec.toml").contains("theme = \"dark\"") && read("a/figures/curves-train_loss.svg").contains("#14171a")
    );
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    assert_eq!(["a/runs.csv", "a/spec.toml", "a/figures/curves-train_loss.svg"].map(read), before);
}

#[test]
fn a_figure_that_no_spec_asks_for_is_drawn_from_the_tables() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    let manifest = fs::read(folder.path().join("a/manifest.toml")).unwrap();
    succeeds(
        folder.path(),
        &["plot", "a", "--kind", "ecdf", "--metric", "final_test_loss", "--select", "optimizer=adam,lr=0.01"],
    );
    succeeds(folder.path(), &["plot", "a", "--x", "lr", "--by", "optimizer", "--title", "Mine", "--name", "mine"]);
    succeeds(
        folder.path(),
        &["plot", "a", "--figure", "curves-train_loss", "--select", "optimizer=sgd,lr=0.1", "--name", "one"],
    );
    let read = |name: &str| fs::read_to_string(folder.path().join("a/figures").join(name)).unwrap();
    assert!(read("ecdf-final_test_loss.svg").contains("<title>Two moons: distribution of the final test loss</title>"));
    assert!(read("mine.svg").contains("<title>Mine</title>"));
    assert!(read("one.svg").contains(">SGD<") && !read("one.svg").contains(">Adam"));
    // They are no results, and results stay what they are.
    assert_eq!(fs::read(folder.path().join("a/manifest.toml")).unwrap(), manifest);
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    assert!(read("mine.svg").contains("Mine"));
}

#[test]
fn figures_that_move_are_frames_and_a_file_that_plays() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    let manifest = fs::read(folder.path().join("a/manifest.toml")).unwrap();
    let own = |path: &str| names(&folder.path().join(path));
    let before = own("a/figures");
    succeeds(folder.path(), &["plot", "a", "--frames=3", "--format", "pdf,gif,apng", "--out", "talk"]);
    assert_eq!(own("talk"), ["curves-train_loss", "curves-train_loss.apng", "curves-train_loss.gif"]);
    assert_eq!(own("talk/curves-train_loss"), ["001", "002", "003"].map(|at| format!("curves-train_loss-{at}.pdf")));

    // Beside results they are none, and stay.
    let arguments = ["--set", "style.scale=1", "--set", "style.theme=dark", "--fps", "5", "--select", "optimizer=adam"];
    succeeds(folder.path(), &[&["plot", "a", "--frames=2", "--kind", "curves"], &arguments[..]].concat());
    let with = [&["curves-train_loss".to_owned(), "curves-train_loss.gif".to_owned()], &before[..]].concat();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    assert_eq!(own("a/figures").len(), with.len());
    assert!(with.iter().all(|name| own("a/figures").contains(name)));
    assert_eq!(own("a/figures/curves-train_loss"), ["curves-train_loss-001.svg", "curves-train_loss-002.svg"]);
    assert_eq!(fs::read(folder.path().join("a/manifest.toml")).unwrap(), manifest);
}

#[test]
fn what_cannot_be_drawn_is_named() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    for (arguments, expected) in [
        (&["--figure", "curves-trian_loss"][..], "the spec has no figure `curves-trian_loss`"),
        (&["--figure", "curves-trian_loss"], "did you mean `curves-train_loss`"),
        (&["--kind", "ecfd"], "did you mean `ecdf`"),
        (&["--kind", "ecdf", "--metric", "final_loss"], "figure.0.metric"),
        (&["--select", "optimizer=adma"], "did you mean `adam`"),
        (&["--x", "rate"], "figure.0.x"),
        (&["--figure", "curves-train_loss", "--title", "Mine"], "is a result, whose place another figure would take"),
        (&["--format", "pfd"], "expected one of svg, png, pdf, tex, gif, apng"),
        (&["--format", "gif"], "`gif` is a kind of file that plays help: --frames draws figures that move"),
        (&["--frames", "--kind", "ecdf", "--metric", "final_test_loss"], "a figure of kind `ecdf` does not move"),
        (
            &["--frames", "--kind", "ecdf", "--metric", "final_test_loss"],
            "those of these kinds do: curves, trajectories",
        ),
        (&["--frames", "--set", "style.theme=transparent"], "an APNG has both"),
        (&["--frames=1"], "1 is not in 2..=999"),
        (&["--frames", "--fps", "51"], "51 is not in 1..=50"),
        (&["--fps", "5"], "--frames"),
        (&["--frames", "--scale", "0"], "expected a number from 0.25 to 4"),
        (&["--style", "none.toml"], "cannot read none.toml"),
    ] {
        let (code, error) = fails(folder.path(), &[&["plot", "a"], arguments].concat());
        assert!(code != Some(0) && error.contains(expected), "{arguments:?}: expected {expected:?} in {error}");
    }
}
