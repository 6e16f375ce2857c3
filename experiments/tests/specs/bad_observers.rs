//! What can be wrong with observers, and with figures of what they see.

/// What is replaced in [`SMALL`](crate::SMALL), by what, and what the error must say.
pub const CASES: &[(&str, &str, &[&str])] = &[
    (
        "[[optimizer]]",
        "[record]\neffective_lr = true\n[[optimizer]]",
        &[
            "`record.effective_lr`: effective learning rates are seen by an observer",
            "observe = [\"norms\", \"effective-lr\"]",
        ],
    ),
    ("[[optimizer]]", "[record]\nobserved = []\n[[optimizer]]", &["did you mean `observe`?"]),
    ("[[optimizer]]", "[record]\nobserve = \"norms\"\n[[optimizer]]", &["expected a list of observers, such as"]),
    (
        "[[optimizer]]",
        "[record]\nobserve = [\"norms\", \"sharpnes\"]\n[[optimizer]]",
        &["`record.observe.1`: expected one of norms, effective-lr, layers", "did you mean `sharpness`?"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [\"norms\", { kind = \"norms\" }]\n[[optimizer]]",
        &["`record.observe.1`: `norms` occurs twice"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [{ every = 2 }]\n[[optimizer]]",
        &["missing key `record.observe.0.kind`", "expected one of norms"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [{ kind = \"sharpness\", evry = 2 }]\n[[optimizer]]",
        &["unknown key `record.observe.0.evry`", "did you mean `every`?"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [{ kind = \"sharpness\", count = 0 }]\n[[optimizer]]",
        &["`record.observe.0.count`: expected an integer from 1 to 1000, found 0"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [{ kind = \"norms\", count = 2 }]\n[[optimizer]]",
        &["unknown key `record.observe.0.count`"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [\"layers\"]\ncurves = \"none\"\n[[optimizer]]",
        &["`record.observe`: observers look at the steps of curves.csv, but record.curves is \"none\""],
    ),
    (
        "[[optimizer]]",
        "[[figure]]\nkind = \"quantiles\"\ncolumn = \"effective_lr\"\n[[optimizer]]",
        &["`figure.0.kind`: effective_lr.csv has to be recorded: record.observe = [\"norms\", \"effective-lr\"]"],
    ),
    (
        "[[optimizer]]",
        "[[figure]]\nkind = \"curves\"\ny = \"sharpness.eigenvalue\"\n[[optimizer]]",
        &["`figure.0.y`: sharpness.csv has to be recorded: record.observe = [\"norms\", \"sharpness\"]"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [\"layers\"]\n[[figure]]\nkind = \"curves\"\ny = \"layers.weigth_norm\"\n[[optimizer]]",
        &["`figure.0.y`: no observer records a column `layers.weigth_norm`", "did you mean `layers.weight_norm`?"],
    ),
    (
        "[[optimizer]]",
        "[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\ny = \"curves.grad_norm\"\n[[optimizer]]",
        &["`figure.0.metric`: `y` says what is shown"],
    ),
    (
        "[[optimizer]]",
        "[[figure]]\nkind = \"curves\"\ny = \"curves.grad_norm\"\nseries = \"layer\"\n[[optimizer]]",
        &["`figure.0.series`: no trial has a setting `layer`"],
    ),
    (
        "[[optimizer]]",
        "[record]\nobserve = [\"layers\"]\n[[figure]]\nkind = \"curves\"\ny = \"layers.grad_norm\"\ntheory = \"edge\"\n[[optimizer]]",
        &["`figure.0.theory`: this theory is of curvatures over steps: y = \"sharpness.eigenvalue\""],
    ),
    (
        "[[optimizer]]",
        "[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\ntheory = \"quadratic\"\n[[optimizer]]",
        &["`figure.0.theory`: of curves there is the theory \"edge\""],
    ),
];
