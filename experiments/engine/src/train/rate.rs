//! Schedules of the learning rate: its factor as a function of the step, the number of steps and a few parameters.

use std::f64::consts::PI;

/// The course of a learning rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// 1.
    Constant,
    /// γ^⌊i / s⌋.
    Step,
    /// γ^i.
    Exponential,
    /// f + (1 - f)(1 + cos(π i / n)) / 2 (Loshchilov and Hutter, arXiv:1608.03983, without restarts).
    Cosine,
    /// Up and down by half cosines (Smith and Topin, arXiv:1708.07120).
    OneCycle,
    /// (1 - i / n)^p.
    Polynomial,
    /// √(w / t) with w = max(warm-up, 1) and t counted from 1 at the start (Vaswani et al., arXiv:1706.03762).
    InverseSquareRoot,
}

/// What specs and the command need to know of a course.
#[derive(Clone, Copy, Debug)]
pub struct CourseFacts {
    /// Its name in specs.
    pub name: &'static str,
    /// The course.
    pub course: Course,
    /// Its formula.
    pub formula: &'static str,
    /// The parameters that it reads.
    pub reads: &'static [&'static str],
    /// Those of them for which a spec must have a value.
    pub needs: &'static [&'static str],
}

/// Every course; the first is the default.
pub const COURSES: [CourseFacts; 7] = [
    CourseFacts { name: "constant", course: Course::Constant, formula: "1", reads: &["warmup"], needs: &[] },
    CourseFacts {
        name: "step",
        course: Course::Step,
        formula: "gamma^⌊i / step_size⌋",
        reads: &["warmup", "step_size", "gamma"],
        needs: &["step_size"],
    },
    CourseFacts {
        name: "exponential",
        course: Course::Exponential,
        formula: "gamma^i",
        reads: &["warmup", "gamma"],
        needs: &["gamma"],
    },
    CourseFacts {
        name: "cosine",
        course: Course::Cosine,
        formula: "min_factor + (1 - min_factor) (1 + cos(π i / n)) / 2",
        reads: &["warmup", "min_factor"],
        needs: &[],
    },
    CourseFacts {
        name: "one-cycle",
        course: Course::OneCycle,
        formula: "by half cosines from 1 / div_factor to 1 in pct_start of the steps, then to 1 / (div_factor final_div_factor)",
        reads: &["pct_start", "div_factor", "final_div_factor"],
        needs: &[],
    },
    CourseFacts {
        name: "polynomial",
        course: Course::Polynomial,
        formula: "(1 - i / n)^power",
        reads: &["warmup", "power"],
        needs: &[],
    },
    CourseFacts {
        name: "inverse-sqrt",
        course: Course::InverseSquareRoot,
        formula: "√(max(warmup, 1) / t), where t counts from 1, in the warm-up too",
        reads: &["warmup"],
        needs: &[],
    },
];

/// A schedule of the learning rate: what it is multiplied by at each step.
///
/// With i = 0, 1, … for the steps of a trial of `steps` steps: while i < `warmup` the factor is (i + 1) / `warmup`.
/// From then on the [`Course`] counts i anew, and its n is the number of steps that are left. [`Course::OneCycle`] has
/// a warm-up of its own and ignores `warmup`. Parameters have the names and meanings of `torch.optim.lr_scheduler`,
/// where it has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateSchedule {
    /// The course after the warm-up.
    pub course: Course,
    /// Steps of the linear warm-up.
    pub warmup: f64,
    /// Steps between drops.
    pub step_size: f64,
    /// The factor of a drop, or of each step.
    pub gamma: f64,
    /// The factor at the end of a cosine.
    pub min_factor: f64,
    /// The exponent of a polynomial.
    pub power: f64,
    /// The share of the steps in which one cycle rises.
    pub pct_start: f64,
    /// One cycle begins at the reciprocal of this.
    pub div_factor: f64,
    /// One cycle ends at its first factor over this.
    pub final_div_factor: f64,
}

impl RateSchedule {
    /// The factor of the learning rate in step `step`, counted from 1, of `steps`. Powers and cosines are those of
    /// `libm`.
    pub fn factor(&self, step: u64, steps: u64) -> f64 {
        let (i, steps) = ((step - 1) as f64, steps as f64);
        if self.course == Course::OneCycle {
            return self.one_cycle(i, steps);
        }
        if i < self.warmup {
            return (i + 1.0) / self.warmup;
        }
        let (i, n) = (i - self.warmup, steps - self.warmup);
        match self.course {
            Course::Constant | Course::OneCycle => 1.0,
            Course::Step => libm::pow(self.gamma, (i / self.step_size).floor()),
            Course::Exponential => libm::pow(self.gamma, i),
            Course::Cosine => between(1.0, self.min_factor, i / n),
            Course::Polynomial => libm::pow(1.0 - i / n, self.power),
            Course::InverseSquareRoot => (self.warmup.max(1.0) / step as f64).sqrt(),
        }
    }

    fn one_cycle(&self, i: f64, steps: f64) -> f64 {
        let (peak, last) = (self.pct_start * steps - 1.0, steps - 1.0);
        let first = 1.0 / self.div_factor;
        if i < peak {
            between(first, 1.0, i / peak)
        } else {
            between(1.0, first / self.final_div_factor, (i - peak) / (last - peak))
        }
    }
}

/// The factor at `share` of the way from `start` to `end`, along half a cosine.
fn between(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) * (1.0 + libm::cos(PI * share)) / 2.0
}
