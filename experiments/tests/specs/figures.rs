//! Figures that no outcome of any trial could save: found from the spec and its plan.

use std::path::Path;

use miette::Diagnostic;
use thalweg::drawing::check;
use thalweg::spec::{InputError, Spec, Study, Tier, shipped};

use crate::{SMALL, parse, plan};

/// Points on a landscape.
const POINTS: &str = r#"name = "points"

[problem]
kind = "landscape"
function = "himmelblau"
start = START

[train]
steps = 5

[[optimizer]]
kind = "momentum"
lr = LR
momentum = 0.9

[[figure]]
"#;

/// The warnings.
fn checked(text: &str) -> Result<Vec<InputError>, InputError> {
    checked_spec(&parse(text)?)
}

fn checked_spec(spec: &Spec) -> Result<Vec<InputError>, InputError> {
    check(spec, &plan(spec)?, Path::new("results/none"))
}

/// [`SMALL`] with other learning rates, more keys and a figure.
fn small(lr: &str, more: &str, figure: &str) -> String {
    format!("{}{more}\n[[figure]]\n{figure}\n", SMALL.replacen("lr = [0.1, 0.01]", &format!("lr = {lr}"), 1))
}

fn points(start: &str, lr: &str, figure: &str) -> String {
    POINTS.replacen("START", start, 1).replacen("LR", lr, 1) + figure + "\n"
}

fn assert_refused(text: &str, expected: &[&str]) {
    let error = checked(text).expect_err(text);
    let found = format!("{error} {}", error.help().map(|help| help.to_string()).unwrap_or_default());
    for part in expected {
        assert!(found.contains(part), "expected {part:?} in {found}\n{text}");
    }
}

const SENSITIVITY: &str = "kind = \"sensitivity\"\nmetric = \"final_train_loss\"";

#[test]
fn lines_are_counted_before_the_first_trial() {
    let momentum = |points: usize| {
        format!("[[optimizer]]\nkind = \"momentum\"\nlr = 0.1\nmomentum = {{ linear = [0, 0.9], points = {points} }}")
    };
    checked(&small("[0.1]", &momentum(27), SENSITIVITY)).unwrap();
    assert_refused(
        &small("[0.1]", &momentum(28), SENSITIVITY),
        &["`figure.0.kind`: 29 lines, but a reader can tell 28 apart", "select some of the configurations"],
    );
    // So many that only some of them are looked at.
    assert_refused(
        &small("[0.1]", &momentum(1_000).replace("lr = 0.1", "lr = { log = [1e-3, 1], points = 100 }"), SENSITIVITY),
        &["`figure.0.kind`: more than 28 lines, but a reader can tell 28 apart"],
    );
    let many = SMALL.replacen("seeds = 2", "seeds = 5000", 1);
    checked(&format!("{many}[[figure]]\n{SENSITIVITY}\n")).unwrap();
    let select = "kind = \"density\"\nmetric = \"final_train_loss\"\nselect = [{ optimizer = \"momentum\" }]";
    assert_refused(&small("[0.1]", &momentum(40), select), &["`figure.0.select`: 40 lines"]);
    assert_refused(
        &points("{ grid = [[-4, 4], [-4, 4]], points = 3 }", "{ log = [1e-3, 1e-1], points = 7 }", "kind = \"basins\""),
        &["`figure.0.kind`: 7 lines, but a reader can tell 6 apart"],
    );
}

#[test]
fn starts_have_to_be_the_grid_that_a_figure_shows() {
    let basins = "kind = \"basins\"";
    checked(&points("{ grid = [[-4, 4], [-4, 4]], points = 3 }", "0.01", basins)).unwrap();
    checked(&points("{ grid = [[-4, 4], [-4, 4]], points = 200 }", "[0.01, 0.02]", basins)).unwrap();
    for count in [30, 20_000] {
        let start = format!("{{ sample = [[-4, 4], [-4, 4]], count = {count} }}");
        assert_refused(&points(&start, "0.01", basins), &["`figure.0.kind`: the starts are no grid: problem.start ="]);
    }
    let heatmap = "kind = \"heatmap\"\nmetric = \"final_train_loss\"\nx = \"start_x0\"\ny = \"start_x1\"";
    checked(&points("{ grid = [[-4, 4], [-4, 4]], points = 3 }", "0.01", heatmap)).unwrap();
    assert_refused(
        &points("[[0, 0], [1, 1], [2, 2]]", "0.01", heatmap),
        &["momentum has trials in 3 of 9 cells: `start_x0` and `start_x1` are no grid"],
    );
}

#[test]
fn ranges_have_a_place_on_their_axes() {
    for (figure, expected) in [
        (
            format!("{SENSITIVITY}\nx_range = [0, 1]"),
            "`figure.0.x_range`: the x range from 0 to 1 is not one for a log axis",
        ),
        (
            "kind = \"curves\"\nmetric = \"train_loss\"\nx_scale = \"log\"\nx_range = [0, 9]".to_owned(),
            "`figure.0.x_range`: the x range from 0 to 9 is not one for a log axis",
        ),
    ] {
        assert_refused(&small("[0.1]", "", &figure), &[expected]);
    }
    checked(&small("[0.1]", "", &format!("{SENSITIVITY}\ny_range = [0, 1]"))).unwrap();
}

#[test]
fn what_is_selected_has_to_be_there() {
    let select = |lr: &str| {
        format!("kind = \"curves\"\nmetric = \"train_loss\"\nselect = [{{ optimizer = \"sgd\", lr = {lr} }}]")
    };
    checked(&small("[0.1, 0.01]", "", &select("0.01"))).unwrap();
    assert_refused(
        &small("[0.1, 0.01]", "", &select("0.02")),
        &["no trial has lr = 0.02", "the nearest: 0.01 and 0.1"],
    );
    // Of so many trials, a few are looked at, those among them.
    let many = |lr: &str| checked(&small("{ linear = [0.001, 10], points = 10000 }", "", &select(lr)));
    many("0.002").unwrap();
    many("0.0025").unwrap_err();
}

#[test]
fn tables_and_their_columns_have_to_be_there() {
    let rates = "[record]\nobserve = [\"norms\", \"effective-lr\"]";
    checked(&small("[0.1]", rates, "kind = \"quantiles\"\ncolumn = \"effective_lr\"")).unwrap();
    assert_refused(
        &small("[0.1]", rates, "kind = \"quantiles\"\ncolumn = \"rate\""),
        &[
            "`figure.0.kind`: the table has no column `rate_q50`; it has key, problem, optimizer, step, effective_lr_q05",
        ],
    );
    assert_refused(
        &small("[0.1]", rates, "kind = \"quantiles\"\ncolumn = \"rate\"\ntable = \"rates.csv\""),
        &["`figure.0.table`: cannot read results/none/rates.csv"],
    );
    let units = "[record]\nperturb = { layer = 1, unit = 0, from = 0, by = 0.1 }";
    let network = |width: usize| {
        small("[0.1]", units, "kind = \"network\"").replacen("batch = 16", "batch = \"full\"", 1).replacen(
            "hidden = [4]",
            &format!("hidden = [{width}]"),
            1,
        )
    };
    checked(&network(40)).unwrap();
    assert_refused(&network(41), &["a layer has 41 units, and a reader can tell 40 apart"]);
    let image = |column: &str, y: &str| {
        let layers = "lr_scale = [{ log = [0.1, 10], points = 3 }, { log = [0.1, 10], points = 4 }]";
        small("0.1", layers, &format!("kind = \"image\"\nx = \"lr_scale_0\"\ny = \"{y}\"\ncolumn = \"{column}\""))
    };
    let one_seed = |text: String| text.replacen("seeds = 2", "seeds = 1", 1);
    checked(&one_seed(image("final_train_loss", "lr_scale_1"))).unwrap();
    assert_refused(&image("final_train_loss", "lr_scale_1"), &["24 rows are in 3 × 4 cells"]);
    assert_refused(&one_seed(image("loss", "lr_scale_1")), &["`figure.0.column`: the table has no column `loss`"]);
    assert_refused(&one_seed(image("final_train_loss", "optimizer")), &["the column `optimizer` holds `sgd`"]);
}

#[test]
fn kinds_and_metrics_that_a_sweep_cannot_have_are_refused() {
    assert_refused(&small("[0.1]", "", "kind = \"function\"\nmetric = \"value\""), &["in a study of `functions`"]);
    let timing = "kind = \"timing\"\nmetric = \"time\"\nx = \"size\"\nseries = \"variant\"";
    assert_refused(&small("[0.1]", "", timing), &["in a study of `bench`"]);
    assert_refused(
        &points("[0, 0]", "0.1", "kind = \"descent\""),
        &["`figure.0.kind`: steps along a curve are drawn on landscapes of one dimension"],
    );
    let phase = "kind = \"phase\"\nmetric = \"final_train_loss\"\nx = \"lr\"\ny = \"momentum\"";
    assert_refused(&small("[0.1]", "", phase), &["`figure.0.below`"]);
    let by = "kind = \"density\"\nmetric = \"final_train_loss\"\nselect_by = \"final_train_accuracy\"";
    assert_refused(&points("[0, 0]", "0.1", by), &["`figure.0.select_by`: a landscape has no final_train_accuracy"]);
}

#[test]
fn columns_and_trials_are_those_that_there_will_be() {
    let more = "[[optimizer]]\nkind = \"momentum\"\nlr = 0.5\nmomentum = [0, 0.9]";
    let parallel = |columns: &str| {
        small("[0.1]", more, &format!("kind = \"parallel\"\nmetric = \"final_train_loss\"\ncolumns = [{columns}]"))
    };
    checked(&parallel("\"optimizer\", \"momentum\"")).unwrap();
    assert_refused(&parallel("\"momentun\""), &["`figure.0.columns.0`: no trial has a setting `momentun`", "momentum"]);
    assert_refused(&parallel("\"lr\", \"lr\""), &["`figure.0.columns.1`: `lr` has an axis already"]);
    let curves = |more: &str| small("[0.1]", "", &format!("kind = \"curves\"\nmetric = \"train_loss\"\n{more}"));
    checked(&curves("trials = []")).unwrap();
    assert_refused(&curves("trials = [\"tzzz\"]"), &["`figure.0.trials`: no trial has the key `tzzz`"]);
    assert_refused(&curves("trials = [\"t\"]"), &["`figure.0.trials`: 2 trials have a key that begins with `t`"]);
    assert_refused(
        &curves("trials = [\"t0\"]\nseries = \"lr\""),
        &["`figure.0.trials`: each of these trials has a line"],
    );
}

#[test]
fn shipped_studies_pass() {
    for shipped in shipped::ALL {
        if let Study::Sweep(spec) = Study::parse(shipped.name, shipped.text, Path::new(""), &[]).unwrap()
            && spec.tier != Tier::Full
        {
            checked_spec(&spec).unwrap_or_else(|error| panic!("{}: {error}", shipped.name));
        }
    }
}

#[test]
fn selections_are_resolved_before_the_first_trial() {
    let curves = |select: &str| {
        let figure = format!("kind = \"curves\"\nmetric = \"train_loss\"\nselect = [{select}]");
        small(
            "{ log = [1e-3, 1e0], points = 7 }",
            "log_every = 2\n[[optimizer]]\nkind = \"momentum\"\nlr = 0.5\nmomentum = [0, 0.9]",
            &figure,
        )
        .replacen("log_every = 2\n", "", 1)
        .replacen("steps = 10", "steps = 10\nlog_every = 2\nprecision = [\"f32\", \"f64\"]", 1)
    };
    // As figures write them, with three digits, and all of them.
    for number in ["0.0316", "0.03162", "0.0316227766017"] {
        assert!(checked(&curves(&format!("{{ optimizer = \"sgd\", lr = {number} }}"))).is_ok(), "{number}");
    }
    assert!(checked(&curves("{ momentum = 0.9, precision = \"f64\" }")).is_ok());
    for (select, expected) in [
        ("{ lr = 0.032 }", ["`figure.0.select.0.lr`: no trial has lr = 0.032", "the nearest: 0.0316227766017 and 0.1"]),
        ("{ optimizer = \"momentum\", momentum = 0.5 }", ["no trial has momentum = 0.5", "the nearest: 0 and 0.9"]),
        ("{ optimizer = \"momentum\", lr = 0.1 }", ["no trial has lr = 0.1", "the nearest: 0.5"]),
        ("{ lr = 0.1 }, { lr = 0.1, momentum = 0.9 }", ["`figure.0.select.1`: no trial has all of these settings", ""]),
        ("{ lr = 0.1, precision = \"f16\" }", ["no trial has precision = f16", "there are: f32, f64"]),
    ] {
        assert_refused(&curves(select), &expected);
    }
    // Few of very many values are tried: one that is meant is among them.
    let many = curves("{ lr = 0.0316 }").replacen("points = 7", "points = 20001", 1);
    assert!(checked(&many).is_ok(), "{:?}", checked(&many));
}

#[test]
fn what_says_nothing_is_warned_of() {
    let warnings = |text: &str| checked(text).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    let curves = small("0.1", "", "kind = \"curves\"\nmetric = \"train_loss\"");
    let said = warnings(&curves);
    assert!(said.len() == 1 && said[0].contains("`figure.0.kind`: each curve has two points"), "{said:?}");
    assert_eq!(warnings(&curves.replacen("steps = 10", "steps = 10\nlog_every = 5", 1)), [""; 0]);
    assert_eq!(warnings(&small("[0.1, 0.2]", "", SENSITIVITY)), [""; 0]);
    let said = warnings(&small("0.1", "", SENSITIVITY));
    assert!(said.len() == 1 && said[0].contains("what is from left to right has one value"), "{said:?}");
}
