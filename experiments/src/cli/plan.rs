//! `thalweg plan`.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::source::Source;
use super::{CliError, Work, duration, tell};
use crate::record::Setting;
use crate::registry::Registry;
use crate::spec::{Factor, Named, Spec};
use crate::sweep::{self, Condition, Estimate, TrialRange};
use crate::{drawing, memory};

/// Show what a spec would run: trials, populations, work, memory and time. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg plan digits
  thalweg plan my.toml --trials | head
  thalweg plan my.toml --trials=1000..1010
  thalweg plan my.toml --shards")]
pub(super) struct Plan {
    #[command(flatten)]
    source: Source,
    /// List every trial, or those from FIRST to one before END, counted from 0.
    #[arg(long, value_name = "FIRST..END", num_args = 0..=1, require_equals = true)]
    trials: Option<Option<TrialRange>>,
    /// Say what many machines would do: chunks, core-hours, bytes, and how many shards are sensible.
    #[arg(long, conflicts_with = "trials")]
    shards: bool,
    #[command(flatten)]
    work: Work,
}

impl Plan {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let spec = self.source.read_sweep(registry)?;
        let memory = self.work.memory();
        let part = self.trials.as_ref().and_then(Option::as_ref);
        let (files, data, plan) = sweep::Plan::read_part(&spec, part, memory)?;
        let mut out = io::stdout().lock();
        if part.is_none() {
            let warnings = drawing::check(&spec, &plan, &Path::new("results").join(&spec.name))?;
            if !self.work.quiet {
                warnings.iter().for_each(|warning| tell(format_args!("warning: {warning}")));
            }
        }
        if self.trials.is_some() {
            return Ok(list_trials(&plan, &mut out)?);
        }
        let (isa, threads) = (self.work.isa()?, self.work.threads());
        // Measuring trains a block: what does not fit is not tried.
        plan.check_training(isa, threads, memory)?;
        let estimate = Estimate::measure(&plan, (&files, &data), isa, threads)?;
        summarise(&spec, &plan, &estimate, &mut out)?;
        if self.shards {
            summarise_shards(&spec, &plan, &estimate, &mut out)?;
        }
        Ok(())
    }
}

fn list_trials(plan: &sweep::Plan, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "key,problem,optimizer,{},init_seed,order_seed", plan.hyperparameter_names().join(","))?;
    let mut namer = plan.trials.namer();
    for trial in plan.trials.iter() {
        let settings: Vec<String> = plan
            .settings(&trial)
            .iter()
            .map(|setting| setting.as_ref().map(Setting::cell).unwrap_or_default())
            .collect();
        let (key, name, settings) = (namer.key(&trial), trial.optimizer.name, settings.join(","));
        let problem = &plan.condition(&trial).problem;
        writeln!(out, "{key},{problem},{name},{settings},{},{}", trial.init_seed, trial.order_seed)?;
    }
    Ok(())
}

fn summarise(spec: &Spec, plan: &sweep::Plan, estimate: &Estimate, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}: {}", spec.name, spec.title)?;
    let count = plan.conditions.len();
    if count > 1 {
        writeln!(out, "  conditions   {count}, by {}; of the first:", factors(spec).join(" × "))?;
    }
    let first = &plan.conditions[0];
    describe(first, out)?;
    writeln!(out, "  trials       {}", plan.trials.len())?;
    let instances: u64 = plan.conditions.iter().map(Condition::instances).sum();
    if instances > 1 {
        writeln!(out, "  instances    {instances} sets of examples or networks, each of them for")?;
    }
    for (population, (choice, lanes)) in plan.populations_of(0).iter().zip(&estimate.paths) {
        let (trials, name, path) = (population.trials, population.optimizer.name, choice.path.name());
        let blocks = trials.div_ceil(*lanes);
        writeln!(out, "    {name:10} {trials} in {blocks} blocks of {lanes}; {path} path: {}", choice.reason)?;
    }
    if let sweep::Model::Network(_) = first.model {
        writeln!(out, "  work         {:.3} TFLOP in matrix products", plan.flops() as f64 / 1e12)?;
        let (files, bytes) = plan.weight_files(spec);
        if files > 0 {
            writeln!(out, "  weights      {files} files, {:.1} MB", bytes as f64 / 1e6)?;
        }
    }
    let asked = plan.asked();
    if asked != [0; 2] {
        let [gradients, products] = asked.map(count_text);
        writeln!(out, "  observers    ask for up to {gradients} gradients and {products} products of the Hessian")?;
    }
    writeln!(out, "  memory       {}", memory::text(estimate.bytes))?;
    let disk = plan.disk(spec);
    writeln!(out, "  disk         about {} while tables are written, half of it afterwards", memory::text(disk))?;
    // What is short is not worth its digits: to start takes longer.
    let is_short = estimate.time < Duration::from_secs(1);
    let time = if is_short { "less than 1 s".to_owned() } else { format!("about {}", duration::text(estimate.time)) };
    writeln!(out, "  time         {time} ({} threads, {})", estimate.threads, estimate.isa)
}

/// What the sweep would be on many machines.
fn summarise_shards(spec: &Spec, plan: &sweep::Plan, estimate: &Estimate, out: &mut impl Write) -> io::Result<()> {
    /// Seconds of a shard that is worth starting, and the most shards that engines take gladly.
    const WORTH: f64 = 600.0;
    const MOST: f64 = 1000.0;
    /// Cores of a machine that people have, and seconds that they wait for.
    const CORES: f64 = 64.0;
    const PATIENCE: f64 = 600.0;
    /// Bytes of rows in one of a compressed file, about.
    const PACKED: u64 = 4;
    let seconds = estimate.time.as_secs_f64() * estimate.threads as f64;
    let (count, size) = plan.chunk_count(spec);
    let bytes = plan.disk(spec) / 2;
    let core_hours = seconds / 3600.0;
    let rows = format!("{} of rows, {} compressed", memory::text(bytes), memory::text(bytes / PACKED));
    writeln!(out, "  chunks       {count} of {size} trials; {core_hours:.2} core-hours, {rows}")?;
    let shards = (seconds / WORTH).ceil().clamp(1.0, MOST.min(count as f64)) as u64;
    let alone = Duration::from_secs_f64(seconds / CORES);
    if shards == 1 || alone.as_secs_f64() < PATIENCE {
        let time = duration::text(alone.max(Duration::from_secs(1)));
        writeln!(out, "  shards       one machine is enough: {CORES} cores would take about {time}")?;
    }
    if shards > 1 {
        let each = duration::text(Duration::from_secs_f64(seconds / shards as f64));
        writeln!(out, "  shards       --shard I/{shards} on one core each, about {each} a shard")?;
    }
    Ok(())
}

/// A count that may be large.
fn count_text(count: u128) -> String {
    if count < 1_000_000 { count.to_string() } else { format!("{:.3e}", count as f64) }
}

/// What differs between conditions, each with the number of its values.
fn factors(spec: &Spec) -> Vec<String> {
    let mut names: Vec<&str> = spec.conditions.iter().map(|condition| condition.problem.name()).collect();
    names.sort_unstable();
    names.dedup();
    let problems = (names.len() > 1).then(|| format!("{} problems", names.len()));
    let factor = |(at, factor): (usize, &Factor)| {
        let levels = spec.conditions.iter().filter_map(|condition| condition.levels[at].as_ref());
        let mut levels: Vec<String> = levels.map(Setting::text).collect();
        levels.sort_unstable();
        levels.dedup();
        format!("{} {}", levels.len(), factor.column)
    };
    problems.into_iter().chain(spec.factors.iter().enumerate().map(factor)).collect()
}

/// The problem, the network and the training of a condition.
fn describe(condition: &Condition, out: &mut impl Write) -> io::Result<()> {
    let Condition { spec, problem, model, schedule, extent, .. } = condition;
    let precision = spec.train.precision.name();
    let evaluated = schedule.logged.len();
    match model {
        sweep::Model::Network(shape) => {
            let layers: Vec<String> = shape.layers.iter().map(usize::to_string).collect();
            let [train, validation, test] = extent.examples;
            let (layers, activation, loss) = (layers.join("-"), shape.activation.name, shape.loss.name);
            let (parameters, steps, batch, epoch) =
                (shape.parameters, schedule.steps, schedule.batch, schedule.steps_per_epoch);
            writeln!(out, "  data         {problem}: {train} training, {validation} validation, {test} test examples")?;
            writeln!(out, "  network      {layers}, {activation}, {loss}; {parameters} parameters in {precision}")?;
            let on = spec.train.log_examples.map_or(String::new(), |most| format!(" on at most {most} examples"));
            writeln!(
                out,
                "  training     {steps} steps of {batch} examples ({epoch} a pass over the data), evaluated {evaluated} times{on}"
            )
        }
        sweep::Model::Landscape(landscape) => {
            let (facts, dimensions) = (&landscape.function.facts, landscape.starts.dimensions());
            writeln!(out, "  landscape    {}, {}; {dimensions} coordinates in {precision}", facts.name, facts.formula)?;
            writeln!(out, "  training     {} steps, evaluated {evaluated} times", schedule.steps)
        }
    }
}
