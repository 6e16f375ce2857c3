//! Specs that are wrong, and what is said about them.

use miette::Diagnostic;

use thalweg::spec::InputError;

use crate::{SMALL, bad_observers, bad_options, edited, parse, plan};

/// The problem of [`SMALL`].
const MOONS: &str = "kind = \"moons\"\nsamples = 100\nnoise = 0.2";

/// What is replaced in [`SMALL`], by what, and what the error must say.
const CASES: &[(&str, &str, &[&str])] = &[
    // Names and keys.
    ("[problem]", "titel = \"\"\n[problem]", &["small.toml:3:1: unknown key `titel`", "did you mean `title`?"]),
    ("batch = 16", "bacth = 16", &["small.toml:12:1: unknown key `train.bacth`", "did you mean `batch`?"]),
    (
        "\"moons\"",
        "\"mooons\"",
        &["4:8: `problem.kind`: expected one of moons, circles, spirals", "found \"mooons\"", "`moons`?"],
    ),
    ("\"sgd\"", "\"sdg\"", &["17:8: `optimizer.0.kind`", "did you mean `sgd`?"]),
    ("lr = [", "lrr = [", &["18:7: `optimizer.0.lrr`: sgd has no such hyperparameter", "`lr`?"]),
    ("hidden = [4]", "hidden = [4]\nactivation = \"rleu\"", &["10:14", "did you mean `relu`?"]),
    ("hidden = [4]", "hidden = [4]\nloss = \"cross-entropy\"", &["did you mean `softmax-cross-entropy`?"]),
    ("hidden = [4]", "hidden = [4]\ninit = \"xavier\"", &["`network.init`", "valid: zeros, constant"]),
    ("name = \"small\"", "name = \"a/b\"", &["1:8: `name`: expected letters"]),
    ("name = \"small\"\n", "", &["missing key `name`"]),
    ("samples = 100\n", "", &["3:1: missing key `problem.samples`"]),
    ("hidden = [4]\n", "", &["8:1: missing key `network.hidden`"]),
    ("[network]\nhidden = [4]\n", "", &["missing key `network`"]),
    ("hidden = [4]", "hidden = [4]\ntest_loss = \"mes\"", &["10:13: `network.test_loss`", "did you mean `mse`?"]),
    (
        "[[optimizer]]",
        "[record]\nperturb = { layer = 1, unit = 0, from = 0, by = 0.1 }\n[[optimizer]]",
        &["`record.perturb`: what it shows are means over the training split: train.batch = \"full\""],
    ),
    (
        "[[optimizer]]",
        "[record]\nperturb = { layer = 1, unit = 0, form = 0, by = 0.1 }\n[[optimizer]]",
        &["unknown key `record.perturb.form`", "did you mean `from`?"],
    ),
    (
        "[[optimizer]]",
        "[record]\nperturb = { layer = 1, unit = 0, from = 0, by = 0 }\n[[optimizer]]",
        &["a weight that is changed by 0 changes nothing"],
    ),
    (
        "[[optimizer]]",
        "[[figure]]\nkind = \"network\"\n[[optimizer]]",
        &["`figure.0.kind`: units.csv has to be recorded: record.perturb = "],
    ),
    // Types.
    (
        "batch = 16",
        "batch = \"small\"",
        &["expected an integer from 1 to 100000000, \"full\" or { at_most = … }, found \"small\""],
    ),
    ("batch = 16", "batch = 16.0", &["found 16.0"]),
    ("hidden = [4]", "hidden = 4", &["9:10: `network.hidden`: expected a list of layer widths", "found 4"]),
    ("hidden = [4]", "hidden = [4, \"x\"]", &["9:14: `network.hidden.1`"]),
    ("hidden = [4]", "hidden = [4]\nbias = 1", &["expected true or false, found 1"]),
    ("lr = [0.1, 0.01]", "lr = true", &["`optimizer.0.lr`: expected a number above 0, a list, or a range", "true"]),
    ("[problem]", "network = 3\n[problem]", &["not valid TOML: duplicate key"]),
    ("seeds = 2", "seeds = 1979-05-27", &["a list of seeds", "found a date"]),
    ("[[optimizer]]", "[optimizer]", &["expected tables [[optimizer]], found a table"]),
    // Ranges.
    ("batch = 16", "batch = 0", &["12:9: `train.batch`", "found 0"]),
    ("batch = 16", "batch = -3", &["found -3"]),
    ("batch = 16", "batch = 99999999999999999999", &["found 99999999999999999999"]),
    ("[0.1, 0.01]", "nan", &["18:6: `optimizer.0.lr`: expected a number above 0, found NaN"]),
    ("[0.1, 0.01]", "[0.1, 0]", &["18:12: `optimizer.0.lr.1`: expected a number above 0, found 0"]),
    ("[0.1, 0.01]", "-0.1", &["found -0.1"]),
    ("[0.1, 0.01]", "inf", &["found inf"]),
    ("[0.1, 0.01]", "[]", &["expected at least one number, found an empty list"]),
    ("\"sgd\"\nlr", "\"momentum\"\nmomentum = 1.0\nlr", &["expected a number of at least 0 and below 1, found 1.0"]),
    ("[0.1, 0.01]", "{ log = [1e-3, 1], points = 0 }", &["18:34: `optimizer.0.lr.points`", "found 0"]),
    (
        "[0.1, 0.01]",
        "{ log = [1, 1e-3], points = 5 }",
        &["18:14: `optimizer.0.lr.log`: expected the lower bound first"],
    ),
    ("[0.1, 0.01]", "{ linear = [1, 1], points = 5 }", &["expected the lower bound first"]),
    ("[0.1, 0.01]", "{ log = [0, 1], points = 5 }", &["18:15: `optimizer.0.lr.log.0`: expected a number above 0"]),
    (
        "\"sgd\"\nlr = [0.1, 0.01]",
        "\"momentum\"\nmomentum = { log = [0, 0.9], points = 3 }",
        &["expected a positive number, as the scale is logarithmic"],
    ),
    ("[0.1, 0.01]", "{ log = [1e-3], points = 5 }", &["a list of two numbers"]),
    ("[0.1, 0.01]", "{ log = [1e-3, 1] }", &["missing key `optimizer.0.lr.points`"]),
    ("[0.1, 0.01]", "{ lgo = [1e-3, 1], points = 2 }", &["unknown key `optimizer.0.lr.lgo`", "`log`?"]),
    ("[0.1, 0.01]", "{ log = [1e-3, 1], samples = 2 }", &["unknown key `optimizer.0.lr.samples`"]),
    ("\"sgd\"", "\"adam\"\nepsilon_placement = \"insde\"", &["`optimizer.0.epsilon_placement`", "`inside`?"]),
    (
        "\"sgd\"",
        "\"adam\"\nbias_correction = 1",
        &["`optimizer.0.bias_correction`: expected one of true, false, found 1"],
    ),
    ("\"sgd\"", "\"adam\"\nconvention = \"note\"", &["`optimizer.0.convention`", "did you mean `notes`?"]),
    ("\"sgd\"", "\"adamax\"\nconvention = \"notes\"", &["adamax has no such hyperparameter"]),
    ("\"sgd\"", "\"adamm\"", &["`optimizer.0.kind`", "did you mean `adam`?"]),
    ("noise = 0.2", "noise = -1", &["6:9: `problem.noise`: expected a number of at least 0, found -1"]),
    ("noise = 0.2", "test_fraction = 1", &["below 1, found 1"]),
    ("noise = 0.2", "test_fraction = 0.5\nvalidation_fraction = 0.5", &["leave nothing to train on"]),
    ("noise = 0.2", "scale = { divide = 0 }", &["`problem.scale.divide`: expected a number above 0"]),
    ("noise = 0.2", "scale = 3", &["minmax"]),
    ("noise = 0.2", "seed = -1", &["`problem.seed`"]),
    (MOONS, "kind = \"gaussian\"\nsamples = 100", &["3:1: missing key `problem.inputs`"]),
    (MOONS, "kind = \"gaussian\"\nsamples = 9\ninputs = 0", &["6:10: `problem.inputs`", "found 0"]),
    (MOONS, "kind = \"gaussian\"\nsamples = 9\ninputs = 1\nnoise = 1", &["unknown key `problem.noise`"]),
    (MOONS, "kind = \"gaussian\"\nsamples = 9\ninputs = 1\nclasses = 1", &["7:11: `problem.classes`", "from 2 to"]),
    (
        MOONS,
        "kind = \"uniform\"\nsamples = 9\ninputs = 1\noutputs = 1\nclasses = 2",
        &["8:11: `problem.classes`: expected either `classes` or `outputs`"],
    ),
    (
        MOONS,
        "kind = \"uniform\"\nsamples = 60000\ninputs = 784000",
        &["5:11: `problem.samples`: 60000 examples of 784000 features and 1 outputs are more than 2000000000 numbers"],
    ),
    (MOONS, "kind = \"uniform\"\nsamples = 9\ninputs = 1\noutputs = 0", &["7:11: `problem.outputs`"]),
    (MOONS, "kind = \"teacher\"\nsamples = 9\ninputs = 2", &["missing key `problem.hidden`"]),
    (MOONS, "kind = \"teacher\"\nsamples = 9\ninputs = 2\nhidden = [0]", &["7:11: `problem.hidden.0`"]),
    (
        MOONS,
        "kind = \"teacher\"\nsamples = 9\ninputs = 2\nhidden = []\nactivation = \"tan\"",
        &["8:14: `problem.activation`", "did you mean `tanh`?"],
    ),
    (
        MOONS,
        "kind = \"teacher\"\nsamples = 9\ninputs = 2\nhidden = []\nnoise = -1",
        &["8:9: `problem.noise`: expected a number of at least 0"],
    ),
    (MOONS, "kind = \"idx\"\nimages = \"a\"", &["missing key `problem.labels`"]),
    (MOONS, "kind = \"idx\"\nimages = \"\"\nlabels = \"b\"", &["5:10: `problem.images`: expected the name of an IDX"]),
    (
        MOONS,
        "kind = \"idx\"\nimages = \"a\"\nlabels = \"b\"\ntest_images = \"c\"",
        &["3:1: missing key `problem.test_labels`"],
    ),
    (
        MOONS,
        "kind = \"idx\"\nimages = \"a\"\nlabels = \"b\"\ntest_images = \"c\"\ntest_labels = \"d\"\ntest_fraction = 0.1",
        &["9:17: `problem.test_fraction`: expected 0, since the test split has files of its own, found 0.1"],
    ),
    // Generators.
    ("noise = 0.2", "nosie = 0.2", &["6:1: unknown key `problem.nosie`", "did you mean `noise`?"]),
    (
        MOONS,
        "kind = \"circles\"\nsamples = 9\nfactor = 1",
        &["`problem.factor`: expected a number of at least 0 and below 1"],
    ),
    (MOONS, "kind = \"circles\"\nsamples = 9\ncenters = 2", &["6:1: unknown key `problem.centers`"]),
    (
        MOONS,
        "kind = \"spirals\"\nsamples = 9\narms = 1",
        &["`problem.arms`: expected an integer from 2 to 1000, found 1"],
    ),
    (MOONS, "kind = \"spirals\"\nsamples = 9\nturns = 0", &["`problem.turns`: expected a number above 0"]),
    (
        MOONS,
        "kind = \"spirals\"\nsamples = 9\narms = 10",
        &["5:11: `problem.samples`: 9 examples are too few", "10 arms"],
    ),
    (MOONS, "kind = \"blobs\"\nsamples = 2", &["5:11: `problem.samples`: 2 examples are too few", "3 centers"]),
    (
        MOONS,
        "kind = \"blobs\"\nsamples = 90000000\ninputs = 60000",
        &["`problem.samples`: 90000000 examples of 60000 features are more than 2000000000 numbers"],
    ),
    (MOONS, "kind = \"xor\"\nsamples = 9\nform = \"cluster\"", &["6:8: `problem.form`", "did you mean `clusters`?"]),
    (
        MOONS,
        "kind = \"checkerboard\"\nsamples = 9\ncells = 2.5",
        &["`problem.cells`: expected an integer from 2 to 1000"],
    ),
    (
        MOONS,
        "kind = \"friedman1\"\nsamples = 9\ninputs = 4",
        &["`problem.inputs`: expected an integer from 5 to 65536"],
    ),
    (MOONS, "kind = \"friedmann\"\nsamples = 9", &["did you mean `friedman1`?"]),
    // Options of all data.
    (
        "noise = 0.2",
        "label_noise = 1.5",
        &["`problem.label_noise`: expected a number of at least 0 and at most 1, found 1.5"],
    ),
    ("noise = 0.2", "imbalance = 0.5", &["`problem.imbalance`: expected a number of at least 1, found 0.5"]),
    ("noise = 0.2", "imbalance = [1, 1]", &["`problem.imbalance`: 1 occurs twice"]),
    ("noise = 0.2", "imbalance = { shares = [1, 0] }", &["`problem.imbalance.shares.1`: expected a number above 0"]),
    ("noise = 0.2", "noise = [0.1, -1]", &["6:15: `problem.noise`: expected a number of at least 0, found -1"]),
    ("noise = 0.2", "noise = \"low\"", &["`problem.noise`: expected a number of at least 0, found \"low\""]),
    ("noise = 0.2", "noise = { linear = [0, 1], points = 2000000000000 }", &["`problem.noise.points`"]),
    (
        "noise = 0.2",
        "noise = { linear = [0, 1], points = 5000 }\nlabel_noise = { linear = [0, 1], points = 5000 }",
        &["problems, networks and training have 25000000 combinations, more than 10000"],
    ),
    (
        "noise = 0.2",
        "noise = { linear = [0, 1], points = 6000000 }",
        &["`problem.noise`: 6000000 values are more than 10000"],
    ),
    (
        "noise = 0.2",
        "seed = \"trail\"",
        &["`problem.seed`: expected an integer from 0 to", "or \"trial\", found \"trail\""],
    ),
    ("noise = 0.2", "seed = \"trial\"\nimbalance = 2", &["`problem.seed`: all trials have the same examples where"]),
    ("noise = 0.2", "outliers = 0.1", &["6:12: `problem.outliers`: only the targets of a regression have outliers"]),
    ("noise = 0.2", "target_scale = \"standard\"", &["`problem.target_scale`: only the targets of a regression"]),
    (
        MOONS,
        "kind = \"linear\"\nsamples = 9\nlabel_noise = 0.1",
        &["`problem.label_noise`: a regression has no classes"],
    ),
    (MOONS, "kind = \"linear\"\nsamples = 9\nimbalance = 2", &["`problem.imbalance`: a regression has no classes"]),
    (MOONS, "kind = \"linear\"\nsamples = 9\noutlier_size = 2", &["`problem.outlier_size`: there are no outliers"]),
    (MOONS, "kind = \"linear\"\nsamples = 9\noutliers = 2", &["`problem.outliers`: expected a number of at least 0"]),
    (MOONS, "kind = \"linear\"\nsamples = 9\noutliers = 0.5\noutlier_size = inf", &["7:16: `problem.outlier_size`"]),
    ("samples = 100", "samples = 100000001", &["5:11", "found 100000001"]),
    ("hidden = [4]", "hidden = [65537]", &["9:11: `network.hidden.0`: expected an integer from 1 to 65536"]),
    ("steps = 10", "steps = 1000000001", &["13:9"]),
    ("steps = 10", "steps = 10\nepochs = 3", &["14:10: `train.epochs`: expected either `steps` or `epochs`"]),
    ("steps = 10\n", "", &["11:1: missing key `train.steps` or `train.epochs`"]),
    ("seeds = 2", "seeds = [1, 2, 1]", &["14:16: `train.seeds.2`: the seed 1 occurs twice"]),
    ("seeds = 2", "seeds = []", &["at least one seed"]),
    ("seeds = 2", "seeds = { from = 9223372036854775807, count = 2 }", &["`train.seeds.count`"]),
    ("seeds = 2", "seeds = 2\ninit_seed = 0\norder_seed = 0", &["all seeds give the same trial"]),
    ("seeds = 2", "seeds = 2\ndivergence_factor = 1", &["expected a number above 1"]),
    ("seeds = 2", "seeds = 2\nprecision = \"f16\"", &["expected one of f32, f64"]),
    (
        "hidden = [4]",
        "hidden = [4]\ninit = \"zeros\"\ninit_scale = 2",
        &["`network.init_scale`: the initial weights zeros have no scale"],
    ),
    ("hidden = [4]", "hidden = [4]\ninit = \"uniform\"\ninit_scale = -1", &["expected a number above 0, found -1"]),
    ("hidden = [4]", "hidden = [4]\ninit = \"constant\"\ninit_scale = inf", &["11:14: `network.init_scale`", "inf"]),
    ("hidden = [4]", "hidden = [4]\ninit = \"orthognal\"", &["did you mean `orthogonal`?"]),
    // What parts demand of each other.
    ("seeds = 2", "seeds = 2\ntarget = { metric = \"train_loss\", above = 1 }", &["is set by `below`"]),
    ("seeds = 2", "seeds = 2\ntarget = { metric = \"validation_loss\", below = 1 }", &["there is no validation split"]),
    ("seeds = 2", "seeds = 2\ntarget = { metric = \"train_loss\", below = 1, stop = true }", &["train.log_every"]),
    ("[[opt", "[[figure]]\nkind = \"curves\"\nmetric = \"train_los\"\n[[opt", &["18:10", "`train_loss`?"]),
    (
        "[[opt",
        "[[figure]]\nkind = \"sensitivity\"\nmetric = \"steps_to_target\"\n[[opt",
        &["`figure.0.metric`", "steps_to_target"],
    ),
    (
        "[[opt",
        "[record]\ncurves = \"none\"\n[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\n[[opt",
        &["19:8: `figure.0.kind`: a figure of curves needs them recorded"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"heatmap\"\nmetric = \"final_train_loss\"\nx = \"lr\"\n[[opt",
        &["16:1: missing key `figure.0.y`", "the name of a column"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"heatmap\"\nmetric = \"final_train_loss\"\nx = \"lr\"\ny = \"momentun\"\n[[optimizer]]\nkind = \"momentum\"\n[[opt",
        &["20:5: `figure.0.y`: runs.csv will have no column of numbers `momentun`", "did you mean `momentum`?"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"heatmap\"\nmetric = \"final_train_loss\"\nx = \"lr\"\ny = \"lr\"\n[[opt",
        &["20:5: `figure.0.y`: `lr` is on the other axis already"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"heatmap\"\nmetric = \"final_train_loss\"\nx = \"beta1\"\ny = \"momentum\"\n[[optimizer]]\nkind = \"momentum\"\n[[optimizer]]\nkind = \"adam\"\n[[opt",
        &["20:5: `figure.0.y`: no optimizer has both `beta1` and `momentum`"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\ny = \"lr\"\n[[opt",
        &["19:1: unknown key `figure.0.y`"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\ntheory = \"quadratic\"\n[[opt",
        &[
            "19:10: `figure.0.theory`: this theory is of the landscape quadratic, or of a Hessian with record.spectrum = true",
        ],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\nselect = [{ optimizer = \"adam\" }]\n[[opt",
        &["`figure.0.select.0.optimizer`: the spec has no optimizer `adam`"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\nselect = [{ optimizer = \"sgd\", rl = 0.1 }]\n[[opt",
        &["`figure.0.select.0.rl`: sgd has no hyperparameter `rl`", "`lr`?"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\nselect = []\n[[opt",
        &["a list of tables such as"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\nx_range = [2, 1]\n[[opt",
        &["`figure.0.x_range`: expected the lower bound first"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\nx_scale = \"lgo\"\n[[opt",
        &["expected one of linear, log", "`log`?"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"probability\"\nmetric = \"final_train_loss\"\nx = \"lr\"\n[[opt",
        &["missing key `figure.0.below`", "the value that has to be undercut"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"probability\"\nmetric = \"final_train_loss\"\nx = \"lr\"\nbelow = 1\nagainst = \"sdg\"\n[[opt",
        &["`figure.0.against`: the spec has no optimizer `sdg`", "`sgd`?"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"rank\"\nmetric = \"final_train_loss\"\n\n[[opt",
        &["17:8: `figure.0.kind`: it compares problems, and this sweep has one"],
    ),
    (
        "[[opt",
        "[[figure]]\nkind = \"basins\"\nmetric = \"minimum\"\n\n[[opt",
        &["basins are drawn on landscapes of one or two dimensions"],
    ),
    ("[[opt", "[engine]\nlanes = 0\n[[opt", &["`engine.lanes`"]),
    ("hidden = [4]", "hidden = [4]\ninit_offset = \"big\"", &["`network.init_offset`"]),
    ("seeds = 2", "seeds = 2\nlog_examples = 0", &["`train.log_examples`: expected an integer from 1"]),
    ("batch = 16", "batch = \"full\"\nreplacement = true", &["train.replacement", "not drawn"]),
    ("batch = 16", "batch = \"full\"\ndrop_last = true", &["nothing to drop"]),
    // Syntax.
    ("steps = 10", "steps = ", &["small.toml:13:9: not valid TOML"]),
    ("steps = 10", "steps = 10\nsteps = 11", &["14:1: not valid TOML: duplicate key"]),
    ("[train]", "[train", &["11:7: not valid TOML"]),
];

#[test]
fn every_mistake_is_named_with_its_place() {
    for (old, new, expected) in CASES.iter().chain(bad_options::CASES).chain(bad_observers::CASES) {
        let Err(error) = parse(&edited(old, new)) else { panic!("{new:?} was accepted") };
        let all: Vec<&InputError> = std::iter::once(&error).chain(error.others()).collect();
        let help = |error: &InputError| error.help().map(|help| help.to_string()).unwrap_or_default();
        let said: String = all.iter().map(|error| format!("{error}\n{}\n", help(error))).collect();
        for part in *expected {
            assert!(said.contains(part), "{new:?}: expected {part:?} in {said:?}");
        }
        // This one has two, and nothing that follows from another is told.
        let mistakes = if new.contains("form = 0") { 2 } else { 1 };
        assert_eq!(all.len(), mistakes, "{new:?}: {said}");
        assert!(error.line() >= 1 && error.labels().is_some_and(|mut labels| labels.next().is_some()));
    }
    assert!(parse(SMALL).is_ok());
}

#[test]
fn huge_grids_are_refused_without_being_made() {
    let many = "{ log = [1e-3, 0.9], points = 10000000000 }";
    let text = edited("\"sgd\"\nlr = [0.1, 0.01]", &format!("\"adam\"\nlr = {many}\nbeta1 = {many}\nbeta2 = {many}"));
    let error = parse(&text).unwrap_err().to_string();
    assert!(error.contains("16:1: `optimizer.0`: this grid of more than 2⁶⁴ points"), "{error}");
    let text = edited("[0.1, 0.01]", "{ log = [1e-3, 1], points = 10000000000000 }");
    assert!(parse(&text).unwrap_err().to_string().contains("`optimizer.0.lr.points`"));
    let text = edited(
        "\"sgd\"\nlr = [0.1, 0.01]",
        &format!("\"momentum\"\nlr = {many}\nmomentum = {{ linear = [0, 0.9], points = 100 }}"),
    );
    assert!(
        parse(&text)
            .unwrap_err()
            .to_string()
            .contains("1000000000000 points × 2 seeds takes the sweep past 1000000000000 trials")
    );
    let text = edited("[0.1, 0.01]", many) + &format!("[[optimizer]]\nkind = \"sgd\"\nlr = {many}\n");
    assert!(parse(&text.replace("seeds = 2", "seeds = 60")).is_err());
    let narrow = edited("[0.1, 0.01]", "{ linear = [1, 1.000001], points = 30000000 }");
    let error = parse(&narrow).unwrap_err().to_string();
    assert!(error.contains("numbers of twelve digits between the bounds"), "{error}");
    assert!(parse(&edited("seeds = 2", "seeds = 2000000000000")).is_err());
}

#[test]
fn what_does_not_fit_the_data_points_into_the_spec() {
    const CSV: &str = "kind = \"csv\"\npath = \"iris.csv\"\ntarget = \"species\"\ntask = \"classification\"";
    let cases = [
        (
            edited("batch = 16", "batch = 76"),
            "12:9: `train.batch`: a batch of 76 is larger than the training split of 75",
        ),
        (edited("hidden = [4]", "hidden = [65536, 65536]"), "9:10: `network.hidden`: 4295294977 parameters"),
        (edited("steps = 10", "epochs = 1000000000"), "13:10: `train.epochs`: 1000000000 epochs of 5 steps"),
        (edited("steps = 10", "steps = 1000000000\nlog_every = 1"), "14:13: `train.log_every`"),
        (edited("noise = 0.2", "label_noise = 0.001"), "6:15: `problem.label_noise`: 0.001 of 75 training examples"),
        (
            edited("noise = 0.2", "imbalance = { shares = [1, 1, 1] }"),
            "6:13: `problem.imbalance`: expected a share for each of the 2 classes, found 3",
        ),
        (edited("noise = 0.2", "test_fraction = 0.001"), "6:17: `problem.test_fraction`: 0.001 of 100 examples"),
        (
            edited(MOONS, CSV).replace("hidden = [4]", "hidden = [4]\nloss = \"bce\""),
            "`network.loss`: binary cross-entropy is for two classes, but there are 3",
        ),
        (edited(MOONS, &CSV.replace("\"species\"", "\"specie\"")), "6:10: `problem.target`: iris.csv has no column"),
        (edited(MOONS, &CSV.replace("iris.csv", "irsi.csv")), "5:8: `problem.path`: cannot read ./irsi.csv"),
        (
            edited(MOONS, &CSV.replace("classification", "regression")),
            "iris.csv:2:1: column \"species\": expected a finite number, found \"setosa\"",
        ),
    ];
    for (text, expected) in cases {
        let error = plan(&parse(&text).unwrap()).unwrap_err();
        assert!(error.to_string().contains(expected), "expected {expected:?} in {error}");
    }
}

#[test]
fn errors_show_the_line() {
    let error = parse(&edited("batch = 16", "bacth = 16")).unwrap_err();
    let mut shown = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
    handler.render_report(&mut shown, &error).unwrap();
    for part in ["small.toml:12:1", "bacth = 16", "did you mean `batch`?"] {
        assert!(shown.contains(part), "{shown}");
    }
}
