//! A progress bar on a terminal, and nothing elsewhere.

use std::io::IsTerminal;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tell;
use crate::sweep::run::Progress;

/// How often a bar is drawn, if nothing else draws it.
const TICK: Duration = Duration::from_millis(200);

/// A bar with rate and time left.
pub(super) struct Bar {
    bar: ProgressBar,
    quiet: bool,
}

impl Bar {
    /// A bar with a name before it; hidden if `quiet`, or if standard error is not a terminal.
    pub fn new(name: &str, quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        let template = "{prefix} {wide_bar} {human_pos}/{human_len} trials, {per_sec}, {eta} left";
        let style = ProgressStyle::with_template(template).expect("the template is valid");
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
        if self.bar.is_hidden() {
            return;
        }
        // The bar's own ticker panics where no thread can be started; without one the bar is drawn less often.
        let bar = self.bar.clone();
        let tick = move || {
            while !bar.is_finished() {
                bar.tick();
                thread::sleep(TICK);
            }
        };
        drop(thread::Builder::new().name("progress".to_owned()).spawn(tick));
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
