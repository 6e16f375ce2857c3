//! What can be wrong with the parameters of functions and the options of optimizers.

/// What is replaced in [`SMALL`](crate::SMALL), by what, and what the error must say.
pub const CASES: &[(&str, &str, &[&str])] = &[
    // Parameters of functions.
    (
        "hidden = [4]",
        "hidden = [4]\nalpha = 0.5",
        &["10:9: `network.alpha`: it is a parameter of elu, which this network has not"],
    ),
    (
        "hidden = [4]",
        "hidden = [4]\nactivation = \"leaky-relu\"\nnegative_slope = 0",
        &["11:18: `network.negative_slope`: expected a number above 0, found 0"],
    ),
    ("hidden = [4]", "hidden = [4]\nactivation = \"elu\"\nalhpa = 1", &["unknown key `network.alhpa`", "`alpha`?"]),
    ("hidden = [4]", "hidden = [4]\nloss = \"mse\"\ndelta = 1", &["it is a parameter of huber"]),
    // Decay, clipping and schedules.
    ("\"sgd\"", "\"sgd\"\nweigth_decay = 0.1", &["18:16: `optimizer.0.weigth_decay`", "did you mean `weight_decay`?"]),
    (
        "\"sgd\"",
        "\"sgd\"\nweight_decay = -0.1",
        &["`optimizer.0.weight_decay`: expected a number of at least 0", "-0.1"],
    ),
    ("\"sgd\"", "\"sgd\"\nclip_norm = [1, 0]", &["`optimizer.0.clip_norm.1`", "found 0"]),
    ("\"sgd\"", "\"adamw\"\ndecoupled_weight_decay = 0.1", &["adamw has no such hyperparameter", "`weight_decay`?"]),
    ("\"sgd\"", "\"sgd\"\nschedule = \"cosin\"", &["`optimizer.0.schedule`", "did you mean `cosine`?"]),
    ("\"sgd\"", "\"sgd\"\nschedule = \"step\"", &["16:1: ", "the schedule step needs `step_size`"]),
    ("\"sgd\"", "\"sgd\"\nschedule = \"step\"\nstep_size = 1.5", &["19:13: ", "whole numbers", "1.5"]),
    ("\"sgd\"", "\"sgd\"\ngamma = 0.5", &["`optimizer.0.gamma`: it has no effect on the schedule constant"]),
    (
        "\"sgd\"",
        "\"sgd\"\nschedule = [\"cosine\", \"polynomial\"]\npct_start = 0.5",
        &["`optimizer.0.pct_start`: it has no effect on the schedule cosine, polynomial"],
    ),
];
