//! Options of every optimizer besides its hyperparameters: weight decay, clipping, a schedule of the learning rate.

use thalweg_kernels::optimizer::{Domain, Hyperparameter};

use super::composite::{COMPOSITES, Composite};
use super::rate::{COURSES, Course, RateSchedule};

/// The number of options.
pub const OPTION_COUNT: usize = ADJUSTMENTS.len() + COMPOSITES.len() + RATES.len();

/// Every option, in the order in which a trial stores their values. They are written like hyperparameters, and omitted
/// from keys and tables at their defaults.
pub static OPTIONS: [Hyperparameter; OPTION_COUNT] = {
    let mut all = [RATES[0]; OPTION_COUNT];
    let mut at = 0;
    while at < SCHEDULE {
        all[at] = if at < ADJUSTMENTS.len() { ADJUSTMENTS[at] } else { COMPOSITES[at - ADJUSTMENTS.len()].option };
        at += 1;
    }
    while at < OPTION_COUNT {
        all[at] = RATES[at - SCHEDULE];
        at += 1;
    }
    all
};

/// Decay and clipping.
const ADJUSTMENTS: [Hyperparameter; 4] = [
    number("weight_decay", "λ", "adds λ w to g, after clipping", 0.0, FROM_ZERO),
    number("decoupled_weight_decay", "λ′", "multiplies w by 1 - α λ′ before the step", 0.0, FROM_ZERO),
    number("clip_value", "l", "clips every number of g to ± l", f64::INFINITY, LIMIT),
    number(
        "clip_norm",
        "L",
        "scales g by L / (‖g‖ + 1e-6) where that is below 1; after clip_value",
        f64::INFINITY,
        LIMIT,
    ),
];

/// The schedule, and the parameters of schedules.
const RATES: [Hyperparameter; 9] = [
    Hyperparameter {
        name: "schedule",
        symbol: "schedule",
        summary: "what α is multiplied by in step i after the warm-up",
        default: 0.0,
        domain: Domain::Choice(&COURSE_NAMES),
        omit_default: true,
        is_whole: false,
    },
    number("warmup", "warmup", "steps in which α rises linearly to its full size; a whole number", 0.0, FROM_ZERO)
        .whole(),
    number("step_size", "step_size", "steps between drops; a whole number", 1.0, FROM_ONE).whole(),
    number("gamma", "gamma", "factor of a drop, or of each step", 0.1, SHARE),
    number(
        "min_factor",
        "min_factor",
        "factor at the end",
        0.0,
        Domain::Number { low: (0.0, true), high: (1.0, true) },
    ),
    number("power", "power", "exponent", 1.0, POSITIVE),
    number("pct_start", "pct_start", "share of the steps in which α rises", 0.3, INNER_SHARE),
    number("div_factor", "div_factor", "the factor begins at 1 / div_factor", 25.0, FROM_ONE),
    number("final_div_factor", "final_div_factor", "and ends at its first value over this", 1e4, FROM_ONE),
];

const FROM_ZERO: Domain = Domain::Number { low: (0.0, true), high: (f64::INFINITY, false) };
const POSITIVE: Domain = Domain::Number { low: (0.0, false), high: (f64::INFINITY, false) };
const LIMIT: Domain = Domain::Number { low: (0.0, false), high: (f64::INFINITY, true) };
const FROM_ONE: Domain = Domain::Number { low: (1.0, true), high: (f64::INFINITY, false) };
const SHARE: Domain = Domain::Number { low: (0.0, false), high: (1.0, true) };
const INNER_SHARE: Domain = Domain::Number { low: (0.0, false), high: (1.0, false) };

/// The place of the schedule among the options; what comes after are parameters of schedules.
pub const SCHEDULE: usize = ADJUSTMENTS.len() + COMPOSITES.len();

/// The composite that an option is of, by its place.
pub fn composite(option: usize) -> Option<&'static Composite> {
    option.checked_sub(ADJUSTMENTS.len()).and_then(|at| COMPOSITES.get(at)).copied()
}

const COURSE_NAMES: [&str; COURSES.len()] = {
    let mut names = [""; COURSES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = COURSES[at].name;
        at += 1;
    }
    names
};

const fn number(
    name: &'static str,
    symbol: &'static str,
    summary: &'static str,
    default: f64,
    domain: Domain,
) -> Hyperparameter {
    Hyperparameter { name, symbol, summary, default, domain, omit_default: true, is_whole: false }
}

/// The options of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// λ of g ← g + λ w.
    pub weight_decay: f64,
    /// λ of w ← (1 - α λ) w, before the step.
    pub decoupled_weight_decay: f64,
    /// The bound on the size of each number of a gradient.
    pub clip_value: f64,
    /// The bound on the norm of a gradient.
    pub clip_norm: f64,
    /// How strong each method around another is, in the order of their list.
    pub composites: [f64; COMPOSITES.len()],
    /// The course of the learning rate.
    pub rate: RateSchedule,
}

impl Default for Options {
    fn default() -> Self {
        Self::new(&defaults())
    }
}

impl Options {
    /// The options with these values, in the order of [`OPTIONS`]; an empty slice stands for the defaults.
    ///
    /// # Panics
    ///
    /// If there are some values but not all.
    pub fn new(values: &[f64]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let (own, rates) = values.split_at(SCHEDULE.min(values.len()));
        let (
            &[weight_decay, decoupled_weight_decay, clip_value, clip_norm, ref composites @ ..],
            &[course, warmup, step_size, gamma, min_factor, power, pct_start, div_factor, final_div_factor],
        ) = (own, rates)
        else {
            panic!("there are {OPTION_COUNT} options, not {}", values.len())
        };
        let course = COURSES[course as usize].course;
        let rate = RateSchedule {
            course,
            warmup,
            step_size,
            gamma,
            min_factor,
            power,
            pct_start,
            div_factor,
            final_div_factor,
        };
        let composites = std::array::from_fn(|at| composites[at]);
        Self { weight_decay, decoupled_weight_decay, clip_value, clip_norm, composites, rate }
    }

    /// Whether gradients or weights are changed before the step.
    pub fn adjusts(&self) -> bool {
        (self.weight_decay, self.decoupled_weight_decay) != (0.0, 0.0)
            || self.clip_value < f64::INFINITY
            || self.clip_norm < f64::INFINITY
    }

    /// Gradients that a step asks for besides those of the optimizer.
    pub fn further_gradients(&self) -> u64 {
        let are_on = COMPOSITES.iter().zip(&self.composites).filter(|(of, strength)| of.option.default != **strength);
        are_on.map(|(composite, _)| composite.gradients as u64).sum()
    }

    /// Whether the learning rate changes.
    pub fn is_scheduled(&self) -> bool {
        self.rate.course != Course::Constant || self.rate.warmup > 0.0
    }
}

/// The values of all options where the spec says nothing.
pub fn defaults() -> [f64; OPTION_COUNT] {
    OPTIONS.map(|option| option.default)
}

/// Sets options that a schedule does not read to their defaults, so that equal trials are one.
pub fn forget_unread(values: &mut [f64; OPTION_COUNT]) {
    let reads = COURSES[values[SCHEDULE] as usize].reads;
    for (option, value) in OPTIONS.iter().zip(values).skip(SCHEDULE + 1) {
        if !reads.contains(&option.name) {
            *value = option.default;
        }
    }
}
