//! Figures of networks whose weights were kept, and what their networks compute.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use thalweg::drawing::{KeptNetworks, check, draw_into};
use thalweg::figure::{
    self, Answer, Appearance, Example, Film, Kept, Layer, Network, Picture, Split, Tables, Width, pgfplots, svg,
};
use thalweg::memory::Memory;
use thalweg::record::{Moment, Quantities, Quantity, Trial, Trials, read_trials};
use thalweg::spec::{Spec, Study};
use thalweg::stats::configurations;
use thalweg::sweep::Plan;
use thalweg::sweep::run::{Reuse, Settings, run};
use thalweg_kernels::Isa;

use crate::legible::faults;

const SPEC: &str = r#"
name = "kept"
problem = { kind = "moons", samples = 80, noise = 0.1, test_fraction = 0.25, validation_fraction = 0.25, label = "moons" }
network = { hidden = [4, 3], activation = "tanh" }
train = { batch = 16, steps = 60, seeds = 3, log_every = 10 }
optimizer = [{ kind = "adam", lr = [0.003, 0.03] }]
record = { data = true, weights = "both", weights_at = [20, 40] }
"#;

/// Problems, networks and precisions that answers are computed for.
const CASES: &[&[&str]] = &[
    &[],
    &["problem.seed=\"trial\"", "network.parameterisation=\"ntk\"", "train.precision=\"f64\""],
    &["problem.seed=\"trial\"", "train.init_seed=3", "network.activation=[\"relu\", \"gelu\"]"],
    &["problem.kind=\"spirals\"", "network.bias=false", "network.loss=\"softmax-cross-entropy\""],
    &["problem.kind=\"blobs\"", "problem.noise=null", "problem.scale=\"none\"", "network.gain=1.5"],
    &["problem.kind=\"linear\"", "problem.inputs=2", "network.hidden={ values = [[], [5]] }"],
];

fn spec(set: &[&str]) -> Spec {
    // Other generators have other parameters.
    let is_other = set.iter().any(|text| text.contains("blobs") || text.contains("linear") || text.contains("spirals"));
    let text = if is_other { SPEC.replace("noise = 0.1, ", "") } else { SPEC.to_owned() };
    let set: Vec<String> = set.iter().filter(|text| !text.contains("null")).map(|&text| text.to_owned()).collect();
    Spec::parse("kept.toml", &text, Path::new("."), &set).unwrap_or_else(|error| panic!("{set:?}: {error}"))
}

fn run_into(spec: &Spec, out: &Path) {
    let (isa, memory, reuse) = (Isa::best(), Memory::of_machine(), Reuse::Everything);
    let settings = Settings { out: out.to_owned(), threads: 2, isa, reuse, figures: None, memory };
    run(spec, &settings, &(), &AtomicBool::new(false)).unwrap_or_else(|error| panic!("{error}"));
}

/// The mean loss of a network on examples, and the share that it answers correctly; each from its definition.
fn judged(network: &Network, examples: &[&Example]) -> (f64, Option<f64>) {
    let count = examples.len() as f64;
    let (mut loss, mut correct) = (0.0, 0.0);
    for example in examples {
        let outputs = network.outputs(&example.features);
        let target = example.targets[0];
        match network.answer {
            Answer::Values => loss += (outputs[0] - target) * (outputs[0] - target),
            Answer::Logit => {
                let probability = 1.0 / (1.0 + (-outputs[0]).exp());
                loss -= if target == 1.0 { probability.ln() } else { (1.0 - probability).ln() };
                correct += f64::from((outputs[0] > 0.0) == (target == 1.0));
            }
            Answer::Scores => {
                let own = outputs[target as usize];
                loss += outputs.iter().map(|score| (score - own).exp()).sum::<f64>().ln();
                correct += f64::from(outputs.iter().all(|score| *score <= own));
            }
        }
    }
    (loss / count, (network.answer != Answer::Values).then_some(correct / count))
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-5 * other.abs().max(1.0)
}

#[test]
fn networks_answer_as_their_trials_did() {
    for set in CASES {
        let (spec, folder) = (spec(set), tempfile::tempdir().unwrap());
        run_into(&spec, folder.path());
        let trials = read_trials(&folder.path().join("runs.csv"), Quantities::ALL).unwrap();
        let kept = KeptNetworks::new(&spec, folder.path());
        let mut seen = 0;
        for configuration in configurations(&trials) {
            for trial in configuration.runs() {
                let examples = kept.examples(&configuration, trial).unwrap();
                let steps = [Moment::Initial, Moment::Step(20), Moment::Step(40), Moment::Final];
                assert_eq!(kept.moments(trial.key()).unwrap(), steps);
                let check = |moment, split: Split, [loss, accuracy]: [Option<Quantity>; 2]| {
                    let network = kept.network(&configuration, trial.key(), moment).unwrap();
                    let own: Vec<&Example> = examples.iter().filter(|example| example.split == split).collect();
                    let found = judged(&network, &own);
                    let expected = loss.and_then(|loss| trial.quantity(loss)).unwrap();
                    assert!(near(found.0, expected), "{set:?}: {} and {expected}", found.0);
                    let expected = accuracy.and_then(|accuracy| trial.quantity(accuracy));
                    assert!(accuracy.is_none() || found.1 == expected, "{set:?}: {found:?} and {expected:?}");
                };
                use Quantity::*;
                check(Moment::Initial, Split::Train, [Some(InitialTrainLoss), None]);
                check(Moment::Final, Split::Train, [Some(FinalTrainLoss), Some(FinalTrainAccuracy)]);
                check(Moment::Final, Split::Validation, [Some(FinalValidationLoss), Some(FinalValidationAccuracy)]);
                check(Moment::Final, Split::Test, [Some(FinalTestLoss), Some(FinalTestAccuracy)]);
                seen += 1;
            }
        }
        assert!(seen >= 6, "{seen}");
    }
}

/// A folder of results of [`SPEC`], what it holds, and pictures of it.
struct Folder {
    folder: tempfile::TempDir,
    spec: Spec,
    trials: Trials,
}

impl Folder {
    fn of(set: &[&str]) -> Self {
        let (spec, folder) = (spec(set), tempfile::tempdir().unwrap());
        run_into(&spec, folder.path());
        let trials = read_trials(&folder.path().join("runs.csv"), Quantities::ALL).unwrap();
        Self { folder, spec, trials }
    }

    /// The spec with this figure alone.
    fn spec_with(&self, figure: &str) -> Result<Box<Spec>, String> {
        let study =
            Study::parse("spec.toml", &self.spec.canonical(), self.folder.path(), &[format!("figure=[{figure}]")]);
        match study.map_err(|error| error.to_string())? {
            Study::Sweep(spec) => Ok(spec),
            Study::Drawing(_) => panic!("it trains"),
        }
    }

    fn pictures(&self, figure: &str) -> Result<Vec<Picture>, String> {
        let spec = self.spec_with(figure)?;
        let kept = KeptNetworks::new(&self.spec, self.folder.path());
        let tables = Tables { kept: Some(&kept), ..Tables::new(&self.trials, &[]) };
        let chart = thalweg::sweep::chart(&spec.figures[0]);
        let pictures = chart.pictures(&tables).map_err(|error| error.to_string())?;
        Ok(pictures.into_iter().map(|(_, picture)| picture).collect())
    }

    fn picture(&self, figure: &str) -> Picture {
        let pictures = self.pictures(figure).unwrap_or_else(|error| panic!("{figure}: {error}"));
        let [picture] = &pictures[..] else { panic!("{figure}: {} pictures", pictures.len()) };
        let look = Appearance::default();
        let page = svg(picture, &look, "figure").unwrap();
        assert_eq!(faults(&page), Vec::<String>::new(), "{figure}");
        if picture.x.is_free() {
            let look = Appearance { width: Width::Column, ..look.clone() };
            let column = svg(picture, &look, "figure").unwrap();
            assert_eq!(faults(&column), Vec::<String>::new(), "{figure} in a column");
        }
        if let Some(kept) = std::env::var_os("FIGURES") {
            let name: String = figure.chars().filter(char::is_ascii_alphanumeric).collect();
            let mut png = Vec::new();
            figure::png(picture, &look, &mut png).unwrap();
            fs::write(Path::new(&kept).join(name).with_extension("png"), png).unwrap();
        }
        picture.clone()
    }
}

#[test]
fn a_boundary_is_where_the_network_is_undecided() {
    let folder = Folder::of(&[]);
    let picture = folder.picture("{ kind = \"boundary\", select = [{ lr = 0.03 }] }");
    let kept = KeptNetworks::new(&folder.spec, folder.folder.path());
    let all = configurations(&folder.trials);
    let best = all.iter().find(|one| one.number("lr") == Some(0.03)).unwrap();
    let mut ranked: Vec<Trial<'_>> = best.runs().collect();
    let loss = |trial: &Trial<'_>| trial.quantity(Quantity::FinalValidationLoss).unwrap();
    ranked.sort_by(|one, other| loss(one).total_cmp(&loss(other)));
    // The median of three.
    let network = kept.network(best, ranked[1].key(), Moment::Final).unwrap();
    let layers = &picture.panels[0].layers;
    let guides: Vec<(f64, f64)> =
        layers.iter().flat_map(|layer| if let Layer::Guide(line) = layer { line.clone() } else { vec![] }).collect();
    assert!(guides.len() > 50);
    for (x, y) in guides {
        assert!(network.outputs(&[x, y])[0].abs() < 0.05, "{x}, {y}");
    }
    let marks = layers.iter().map(|layer| if let Layer::Markers(_, points) = layer { points.len() } else { 0 });
    assert_eq!(marks.sum::<usize>(), 40);
    // A step alone has the axes that it has among others.
    let over = folder.picture("{ kind = \"boundary\", at = \"all\" }");
    let headings: Vec<&str> = over.panels.iter().map(|panel| panel.heading.as_str()).collect();
    assert_eq!(headings, ["before training", "after 40 steps", "after 20 steps", "after training"]);
    let alone = folder.picture("{ kind = \"boundary\", at = 20 }");
    assert_eq!((alone.x, &alone.panels[0].y), (over.x, &over.panels[1].y));
    let rows = folder.picture("{ kind = \"boundary\", at = [\"initial\", 60], panel = \"lr\" }");
    assert_eq!((rows.columns, rows.rows()), (2, 2));
    folder.picture("{ kind = \"boundary\", split = \"test\" }");
}

#[test]
fn classes_and_numbers_have_boundaries_and_colours() {
    let blobs = Folder::of(&["problem.kind=\"blobs\""]);
    let picture = blobs.picture("{ kind = \"boundary\" }");
    assert_eq!(picture.legend.len(), 3);
    assert!(picture.color_bar.is_none());
    let linear = Folder::of(&["problem.kind=\"linear\"", "problem.inputs=2"]);
    let picture = linear.picture("{ kind = \"boundary\", at = \"all\" }");
    assert!(picture.color_bar.is_some() && picture.panels.len() == 4);
    linear.picture("{ kind = \"diagram\", example = 0, split = \"validation\" }");
}

#[test]
fn a_film_of_a_boundary_passes_all_moments() {
    let folder = Folder::of(&["train.steps=[20, 60]", "record.weights_at=[20]", "record.weights=\"final\""]);
    let into = tempfile::tempdir().unwrap();
    let film = Film { frames: 4, per_second: 10, formats: Vec::new(), scale: 0.5 };
    // The moments that a figure asks for are not those of its film; and a trial may have weights of later steps alone.
    for at in ["\"all\"", "20"] {
        let spec = folder
            .spec_with(&format!("{{ kind = \"boundary\", at = {at}, panel = \"train.steps\", name = \"a\" }}"))
            .unwrap();
        let drawn = draw_into(&spec, folder.folder.path(), into.path(), None, Some(&film));
        assert!(drawn.failures.is_empty(), "{at}: {:?}", drawn.failures);
        let frame = |number: usize| fs::read_to_string(into.path().join(format!("a/a-{number:03}.svg"))).unwrap();
        let frames: Vec<String> = (1..=4).map(frame).collect();
        assert!(frames.iter().all(|frame| frame.matches("class=\"panel\"").count() == 2), "{at}");
        assert!(frames[0] != frames[3] && frames[0].contains("decision boundary over training"), "{at}");
    }
}

#[test]
fn a_place_without_a_moment_stays_free() {
    let folder = Folder::of(&["record.weights_at=[20, 30, 40]"]);
    let picture = folder.picture("{ kind = \"boundary\", at = \"all\", panel = \"lr\" }");
    // Two rates, and of each five moments in two rows of three.
    assert_eq!((picture.columns, picture.panels.len()), (3, 12));
    let count = |text: &str, part: &str| text.matches(part).count();
    let svg = svg(&picture, &Appearance::default(), "free").unwrap();
    assert_eq!(count(&svg, "class=\"panel\""), 10);
    let files = pgfplots(&picture, &Appearance::default(), "free").unwrap();
    assert_eq!(count(&String::from_utf8_lossy(&files[0].1), "\\begin{axis}"), 10);
}

#[test]
fn a_diagram_shows_the_weights_and_works_an_example() {
    let folder = Folder::of(&[]);
    let key = folder.trials.trial(0, 2).key();
    let picture = folder.picture(&format!("{{ kind = \"diagram\", trials = [\"{key}\"], example = 7 }}"));
    let all = configurations(&folder.trials);
    let kept = KeptNetworks::new(&folder.spec, folder.folder.path());
    let network = kept.network(&all[0], key, Moment::Final).unwrap();
    let example = &kept.examples(&all[0], folder.trials.trial(0, 2)).unwrap()[7];
    let texts: Vec<&str> = picture.panels[0]
        .layers
        .iter()
        .flat_map(|layer| if let Layer::Labels(labels) = layer { &labels[..] } else { &[] })
        .map(|label| label.text.as_str())
        .collect();
    let written = |x: f64| format!("{x:.2}").replace('-', "−");
    let values = network.values(&example.features);
    let hidden = values[..2].iter().flatten().chain(&example.features);
    let shown = hidden.chain(&network.layers[0].weights).map(|x| written(*x));
    let missing: Vec<String> = shown.filter(|text| !texts.contains(&text.as_str()) && text != "−0.00").collect();
    assert!(missing.is_empty(), "{missing:?} of {texts:?}");
    let probability = 1.0 / (1.0 + (-values[2][0]).exp());
    assert!(texts.contains(&written(probability).as_str()));
    let Layer::Strokes(strokes) = &picture.panels[0].layers[0] else { panic!() };
    assert_eq!(strokes.len(), 2 * 4 + 4 * 3 + 3);
    folder.picture("{ kind = \"diagram\", at = [\"initial\", \"final\"] }");
    Folder::of(&["network.hidden=[30]"]).picture("{ kind = \"diagram\", at = \"all\" }");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = Folder::of(&[]);
    let error = |figure: &str| folder.pictures(figure).unwrap_err();
    let cases = [
        (
            "{ kind = \"boundary\", at = 30 }",
            "`30` is not among the moments whose weights were kept: initial, 20, 40, final",
        ),
        ("{ kind = \"boundary\", at = \"finall\" }", "expected one of initial, final, all"),
        ("{ kind = \"boundary\", at = [\"all\"] }", "expected one of initial, final"),
        ("{ kind = \"boundary\", trials = [\"t00\"] }", "no trial has the key `t00`"),
        ("{ kind = \"diagram\", example = 40 }", "there is no example 40 among the 40 training examples"),
        ("{ kind = \"boundary\", example = 3 }", "unknown key"),
    ];
    for (figure, expected) in cases {
        assert!(error(figure).contains(expected), "{figure}: {}", error(figure));
    }
    let iris_problem =
        "problem={ kind = \"csv\", path = \"iris.csv\", target = \"species\", task = \"classification\" }";
    let iris = Folder::of(&[iris_problem]);
    let message = iris.pictures("{ kind = \"boundary\" }").unwrap_err();
    assert!(message.contains("examples have 4 features, and a plane has two"), "{message}");
    for (set, expected) in [
        (&["record.data=false"][..], "the examples have to be recorded: record.data = true"),
        (&["record.weights=\"none\"", "record.weights_at=[]"], "weights have to be kept: record.weights = \"final\""),
    ] {
        let set: Vec<String> =
            set.iter().map(|&text| text.to_owned()).chain(["figure=[{ kind = \"boundary\" }]".to_owned()]).collect();
        let message = Spec::parse("kept.toml", SPEC, Path::new("."), &set).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    // Before the first trial.
    for (set, expected) in [
        (&["figure=[{ kind = \"diagram\", at = [\"final\", 30] }]"][..], "weights after step 30 are not kept"),
        (&["record.weights=\"final\"", "figure=[{ kind = \"diagram\", at = \"initial\" }]"], "before the first step"),
        (&[iris_problem, "figure=[{ kind = \"boundary\" }]"], "the examples of iris have 4 features"),
        (&["figure=[{ kind = \"diagram\", example = 40 }]"], "no example 40 among the 40 training examples"),
        (&["network.hidden=[64]", "figure=[{ kind = \"diagram\" }]"], "a layer has 64 units"),
        (&["problem.kind=\"blobs\"", "problem.centers=8", "figure=[{ kind = \"boundary\" }]"], "moons has 8 classes"),
    ] {
        let spec = spec(set);
        let (_, _, plan) = Plan::read(&spec, Memory::of_machine()).unwrap();
        let message = check(&spec, &plan, Path::new("nowhere")).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    // From the folder alone: what is missing there is named.
    fs::remove_file(folder.folder.path().join("data.csv")).unwrap();
    assert!(error("{ kind = \"boundary\" }").contains("data.csv is not there: record.data = true writes it"));
    fs::remove_dir_all(folder.folder.path().join("weights")).unwrap();
    assert!(error("{ kind = \"diagram\" }").contains("weights/ has none of the trials that are selected"));
}

#[test]
fn figures_of_networks_are_results_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(&[
        "figure=[{ kind = \"boundary\", at = [\"initial\", \"final\"] }, { kind = \"diagram\", example = 1 }]",
        "style={ formats = [\"svg\", \"pdf\", \"tex\"], palette = \"grey\", theme = \"dark\" }",
    ]);
    run_into(&spec, folder.path());
    let into = folder.path().join("drawn");
    let drawn = draw_into(&spec, folder.path(), &into, None, None);
    assert!(drawn.failures.is_empty(), "{:?}", drawn.failures);
    let endings = |stem: &str| ["svg", "pdf", "tex", "dat"].map(|ending| into.join(format!("{stem}.{ending}")));
    for path in endings("boundary-answer").into_iter().chain(endings("diagram-weights")) {
        assert!(path.exists(), "{}", path.display());
    }
}
