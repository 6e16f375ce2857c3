//! How far a run is: a bar on a terminal, and a line now and then elsewhere.

use std::fmt::Write;
use std::io::IsTerminal;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{duration, tell};
use crate::sweep::run::Progress;

/// How often a bar is drawn, if nothing else draws it.
const TICK: Duration = Duration::from_millis(200);

/// Ticks from one line to the next.
const TICKS_OF_LINE: usize = 50;

/// A bar with rate and time left.
pub(super) struct Bar {
    bar: ProgressBar,
    quiet: bool,
}

impl Bar {
    /// A bar with a name before it; lines if standard error is not a terminal, and neither if `quiet`.
    pub fn new(name: &str, quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        let template = "{prefix} {wide_bar} {human_pos}/{human_len} trials, {rate}, {eta} left";
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            // Who asked for a text gets all of it.
            let _ = out.write_str(&rate(state.per_sec()));
        });
        bar.set_style(style.progress_chars("━╸─"));
        bar.set_prefix(name.to_owned());
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self { bar, quiet }
    }
}

impl Progress for Bar {
    fn begin(&self, trials: usize, done: usize) {
        self.bar.set_length(trials as u64);
        self.bar.set_position(done as u64);
        self.bar.reset_eta();
        if self.quiet {
            return;
        }
        // The bar's own ticker panics where no thread can be started; without one the bar is drawn less often.
        let bar = self.bar.clone();
        let (begun, done) = (Instant::now(), done as u64);
        let watch = move || {
            let is_over = || bar.is_finished();
            if bar.is_hidden() {
                let line = || tell(line(&bar.prefix(), [done, bar.position(), trials as u64], begun.elapsed()));
                report(TICKS_OF_LINE, TICK, is_over, line);
            } else {
                report(1, TICK, is_over, || bar.tick());
            }
        };
        drop(thread::Builder::new().name("progress".to_owned()).spawn(watch));
    }

    fn advance(&self, trials: usize) {
        self.bar.inc(trials as u64);
    }

    fn notice(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| tell(text));
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Reports after every so many ticks, until it is over.
fn report(ticks: usize, tick: Duration, is_over: impl Fn() -> bool, report: impl Fn()) {
    for number in 1_usize.. {
        thread::sleep(tick);
        if is_over() {
            return;
        }
        if number.is_multiple_of(ticks) {
            report();
        }
    }
}

/// How far a run is: the trials that were done when it began, those that are now, and all.
fn line(name: &str, [before, done, trials]: [u64; 3], elapsed: Duration) -> String {
    let per_second = done.saturating_sub(before) as f64 / elapsed.as_secs_f64();
    let share = format!("{name}: {}/{} trials", HumanCount(done), HumanCount(trials));
    let left = Duration::try_from_secs_f64(trials.saturating_sub(done) as f64 / per_second);
    let Ok(left) = left.map(duration::text) else { return share };
    format!("{share}, {}, {left} left", rate(per_second))
}

/// Trials per second, in as many digits as mean something.
fn rate(per_second: f64) -> String {
    if per_second < 10.0 { format!("{per_second:.2}/s") } else { format!("{}/s", HumanCount(per_second as u64)) }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_line_has_what_is_done_the_rate_and_the_time_left() {
        let line = |numbers, seconds| line("digits", numbers, Duration::from_secs(seconds));
        assert_eq!(line([0, 1_500, 4_500], 10), "digits: 1,500/4,500 trials, 150/s, 20.0 s left");
        // Those that were there already were not trained in this time.
        assert_eq!(line([1_000, 1_010, 1_610], 20), "digits: 1,010/1,610 trials, 0.50/s, 20 min left");
        assert_eq!(line([5, 5, 60], 10), "digits: 5/60 trials");
        assert_eq!(line([0, 0, 0], 0), "digits: 0/0 trials");
        assert_eq!((rate(34.6527), rate(13_742.488), rate(0.5)), ("34/s".into(), "13,742/s".into(), "0.50/s".into()));
    }

    #[test]
    fn reports_come_every_so_many_ticks_until_it_is_over() {
        let (looks, reports) = (Cell::new(0), Cell::new(0));
        let is_over = || looks.replace(looks.get() + 1) == 10;
        report(3, Duration::ZERO, is_over, || reports.set(reports.get() + 1));
        assert_eq!((looks.get(), reports.get()), (11, 3));
    }
}
