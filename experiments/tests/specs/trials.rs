//! The trials of a plan by their numbers: each once, whatever contains it, and without a list of them.

use std::collections::HashSet;

use thalweg::random::Stream;
use thalweg::record::Key;

use super::{parse, plan};

/// A table of a spec: what stands in it, and for each key with several values, these, the last ones moving fastest.
struct Table {
    fixed: String,
    /// The numbers of the problems that it is tried on, where it is not all.
    only: Option<Vec<usize>>,
    axes: Vec<(&'static str, Vec<String>)>,
}

impl Table {
    /// The table with all of its values.
    fn text(&self) -> String {
        let axis = |(key, values): &(&str, Vec<String>)| format!("{key} = [{}]\n", values.join(", "));
        let only = self.only.iter().map(|problems| {
            let rules = problems.iter().map(|number| format!("'problem.label = \"p{number}\"'"));
            format!("only = [{}]\n", rules.collect::<Vec<_>>().join(", "))
        });
        self.fixed.clone() + &only.chain(self.axes.iter().map(axis)).collect::<String>()
    }

    fn is_tried(&self, problem: usize) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&problem))
    }

    /// All tables with one value of each.
    fn points(&self) -> Vec<String> {
        self.axes.iter().fold(vec![self.fixed.clone()], |points, (key, values)| {
            let with =
                |point: &String| values.iter().map(|value| format!("{point}{key} = {value}\n")).collect::<Vec<_>>();
            points.iter().flat_map(with).collect()
        })
    }
}

/// A problem, and what its trials start from.
struct Problem {
    table: String,
    /// Starts as the table has them, and one by one.
    starts: String,
    each_start: Vec<String>,
    train: String,
    seeds: String,
    each_seed: Vec<u64>,
}

fn pick<'a, T>(stream: &mut Stream, items: &'a [T]) -> &'a T {
    &items[stream.below(items.len() as u64) as usize]
}

/// One to `most` of some values, perhaps one twice.
fn some(stream: &mut Stream, values: &[&str], most: u64) -> Vec<String> {
    (0..1 + stream.below(most)).map(|_| (*pick(stream, values)).to_owned()).collect()
}

fn optimizer(stream: &mut Stream) -> Table {
    let mut axes = vec![("lr", some(stream, &["0.1", "0.01", "1.0"], 3))];
    let kind = *pick(stream, &["sgd", "momentum", "momentum"]);
    if kind == "momentum" && stream.below(3) > 0 {
        axes.push(("momentum", some(stream, &["0.0", "0.5", "0.9"], 3)));
    }
    if stream.below(3) == 0 {
        axes.push(("clip_norm", some(stream, &["1.0", "inf"], 2)));
    }
    if stream.below(2) == 0 {
        axes.push(("schedule", some(stream, &["\"constant\"", "\"step\"", "\"exponential\""], 3)));
        let courses = axes[axes.len() - 1].1.clone();
        let has = |name: &str| courses.iter().any(|course| course.contains(name));
        if stream.below(2) == 0 {
            axes.push(("warmup", some(stream, &["0", "1"], 2)));
        }
        if has("step") {
            axes.push(("step_size", some(stream, &["1", "2"], 3)));
        }
        if has("step") || has("exponential") {
            axes.push(("gamma", some(stream, &["0.5", "0.1"], 2)));
        }
    }
    Table { fixed: format!("kind = \"{kind}\"\n"), only: None, axes }
}

fn seeds(stream: &mut Stream) -> (String, Vec<u64>) {
    if stream.below(2) == 0 {
        let (from, count) = (stream.below(3), 1 + stream.below(3));
        return (format!("seeds = {{ from = {from}, count = {count} }}"), (from..from + count).collect());
    }
    let mut all = vec![0, 1, 2, 4];
    all.rotate_left(stream.below(4) as usize);
    all.truncate(1 + stream.below(3) as usize);
    (format!("seeds = {all:?}"), all)
}

fn landscape(stream: &mut Stream) -> Problem {
    let noise = stream.below(2) == 0;
    let (starts, each) = if stream.below(2) == 0 {
        let points: Vec<String> = (0..1 + stream.below(4))
            .map(|_| format!("[{}, {}]", pick(stream, &["-1.0", "0.0", "1.0"]), pick(stream, &["-1.0", "1.0"])))
            .collect();
        (format!("[{}]", points.join(", ")), points)
    } else {
        let counts = [2 + stream.below(2), 2 + stream.below(2)];
        let axis = |count: u64| if count == 2 { vec!["-1.0", "1.0"] } else { vec!["-1.0", "0.0", "1.0"] };
        let each =
            axis(counts[0]).into_iter().flat_map(|x| axis(counts[1]).into_iter().map(move |y| format!("[{x}, {y}]")));
        (format!("{{ grid = [[-1, 1], [-1, 1]], points = {counts:?} }}"), each.collect())
    };
    let (seeds, each_seed) = if noise { seeds(stream) } else { (String::new(), vec![0]) };
    Problem {
        table: format!(
            "kind = \"landscape\"\nfunction = \"beale\"\ngradient_noise = {}\n",
            if noise { 0.5 } else { 0.0 }
        ),
        starts,
        each_start: each,
        train: "steps = 3".to_owned(),
        seeds,
        each_seed,
    }
}

fn network(stream: &mut Stream) -> Problem {
    let seed = *pick(stream, &["0", "1", "\"trial\""]);
    let offsets = if stream.below(3) > 0 { some(stream, &["0.0", "0.1"], 3) } else { Vec::new() };
    let (seeds, each_seed) = seeds(stream);
    let fixed = pick(stream, &["", "", ", init_seed = 1", ", init_seed = 2", ", order_seed = 0"]);
    Problem {
        table: format!("kind = \"moons\"\nsamples = 12\nseed = {seed}\n"),
        starts: if offsets.is_empty() { String::new() } else { format!("[{}]", offsets.join(", ")) },
        each_start: if offsets.is_empty() { vec![String::new()] } else { offsets },
        train: format!("steps = 3{fixed}"),
        seeds,
        each_seed,
    }
}

impl Problem {
    fn text(&self, is_landscape: bool, starts: &str, seeds: &str) -> String {
        let mut text = self.table.clone();
        if is_landscape {
            text += &format!("start = {starts}\n");
        } else {
            let offset = if starts.is_empty() { String::new() } else { format!("init_offset = {starts}") };
            text += &format!("network = {{ {offset} }}\n");
        }
        let comma = if seeds.is_empty() { "" } else { ", " };
        text + &format!("train = {{ {}{comma}{seeds} }}\n", self.train)
    }
}

fn spec(problems: &str, is_landscape: bool, optimizers: &str) -> String {
    let network = if is_landscape { "" } else { "[network]\nhidden = [2]\n" };
    format!("name = \"random\"\n{problems}{network}[train]\n{optimizers}")
}

/// A table without what its schedule does not read.
fn read(point: &str) -> String {
    let reads = |key: &str| match key {
        "step_size" => point.contains("\"step\""),
        "gamma" => point.contains("\"step\"") || point.contains("\"exponential\""),
        _ => true,
    };
    point.lines().filter(|line| reads(line.split(' ').next().unwrap())).map(|line| format!("{line}\n")).collect()
}

/// Every trial of a spec, made from a spec of its own.
fn one_by_one(problems: &[Problem], is_landscape: bool, optimizers: &[Table]) -> Vec<Key> {
    let (mut keys, mut seen) = (Vec::new(), HashSet::new());
    for (number, problem) in problems.iter().enumerate() {
        for point in optimizers.iter().filter(|table| table.is_tried(number)).flat_map(Table::points) {
            for start in &problem.each_start {
                for seed in &problem.each_seed {
                    let seeds = if problem.seeds.is_empty() { String::new() } else { format!("seeds = [{seed}]") };
                    let table = format!("[problem]\n{}", problem.text(is_landscape, start, &seeds));
                    let text = spec(&table, is_landscape, &format!("[[optimizer]]\n{}", read(&point)));
                    let found =
                        plan(&parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))).unwrap().trials.keys();
                    assert_eq!(found.len(), 1, "{text}");
                    keys.extend(found.into_iter().filter(|key| seen.insert(*key)));
                }
            }
        }
    }
    keys
}

#[test]
fn what_grids_and_conditions_share_is_found_by_their_axes() {
    let mut shared = 0;
    for round in 0..90 {
        let mut stream = Stream::new("specs", round);
        let is_landscape = stream.below(2) == 0;
        let problem = if is_landscape { landscape } else { network };
        let mut problems: Vec<Problem> = (0..1 + stream.below(3)).map(|_| problem(&mut stream)).collect();
        let mut optimizers: Vec<Table> = (0..1 + stream.below(3)).map(|_| optimizer(&mut stream)).collect();
        if round >= 60 {
            let numbers: Vec<usize> = (0..problems.len()).collect();
            for number in &numbers {
                problems[*number].table += &format!("label = \"p{number}\"\n");
            }
            for table in &mut optimizers {
                let first = stream.below(numbers.len() as u64) as usize;
                let count = 1 + stream.below((numbers.len() - first) as u64) as usize;
                table.only = (stream.below(3) > 0).then(|| numbers[first..first + count].to_vec());
            }
            // Every problem has a table.
            if !numbers.iter().all(|number| optimizers.iter().any(|table| table.is_tried(*number))) {
                optimizers[0].only = None;
            }
        }
        let tables: String = problems
            .iter()
            .map(|problem| format!("[[problem]]\n{}", problem.text(is_landscape, &problem.starts, &problem.seeds)))
            .collect();
        let grids: String = optimizers.iter().map(|table| format!("[[optimizer]]\n{}", table.text())).collect();
        let text = spec(&tables, is_landscape, &grids);
        let parsed = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let plan = plan(&parsed).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let expected = one_by_one(&problems, is_landscape, &optimizers);
        assert_eq!(plan.trials.keys(), expected, "{text}");
        let points = |number: usize| {
            let tried = optimizers.iter().filter(|table| table.is_tried(number));
            tried.map(|table| table.points().len()).sum::<usize>()
        };
        let listed = problems.iter().enumerate().map(|(at, of)| points(at) * of.each_start.len() * of.each_seed.len());
        let listed: usize = listed.sum();
        shared += listed - expected.len();
        // Each is in the population that it is trained with.
        let all: Vec<u32> = (0..plan.trials.len() as u32).collect();
        let mut trained: Vec<u32> = plan.lists(&all).into_iter().flat_map(|(_, trials)| trials).collect();
        trained.sort_unstable();
        assert_eq!(trained, all);
    }
    assert!(shared > 1_000, "{shared} trials were there before: too few to tell");
}

/// A billion trials, as products of grids, of seeds and of starts.
#[test]
fn a_billion_trials_are_no_list() {
    let network = "[problem]\nkind = \"moons\"\nsamples = 12\n[network]\nhidden = [2]\n";
    let landscape = "[problem]\nkind = \"landscape\"\nfunction = \"beale\"\n";
    let grid = format!(
        "{network}[train]\nsteps = 3\nseeds = 1000\n[[optimizer]]\nkind = \"momentum\"\n\
         lr = {{ log = [1e-4, 1], points = 1000 }}\nmomentum = {{ linear = [0, 0.999], points = 1000 }}\n"
    );
    let seeds = format!("{network}[train]\nsteps = 3\nseeds = 1000000000\n[[optimizer]]\nkind = \"sgd\"\nlr = 0.1\n");
    let each = seeds.replace("samples = 12", "samples = 12\nseed = \"trial\"");
    let starts = format!(
        "{landscape}start = {{ grid = [[-4, 4], [-4, 4]], points = [31250, 32000] }}\n[train]\nsteps = 3\n\
         [[optimizer]]\nkind = \"sgd\"\nlr = 0.1\n"
    );
    let sample = starts.replace(
        "{ grid = [[-4, 4], [-4, 4]], points = [31250, 32000] }",
        "{ sample = [[-4, 4], [-4, 4]], count = 1000000000 }",
    );
    for text in [&grid, &seeds, &each, &starts, &sample] {
        let spec = parse(&format!("name = \"large\"\n{text}")).unwrap();
        let plan = plan(&spec).unwrap();
        assert_eq!(plan.trials.len(), 1_000_000_000, "{text}");
        let keys: HashSet<Key> = [0, 1, 999, 1_000, 123_456_789, 999_999_999]
            .into_iter()
            .map(|index| plan.trials.key(&plan.trials.get(index)))
            .collect();
        assert_eq!(keys.len(), 6, "{text}");
    }
    let spec = parse(&format!("name = \"large\"\n{grid}")).unwrap();
    let trial = plan(&spec).unwrap().trials.get(999_999_999);
    assert_eq!((trial.hyperparameters, trial.init_seed), (vec![1.0, 0.999, 0.0], 999));
    // Two tables that share a million points.
    let two = format!(
        "name = \"large\"\n{grid}[[optimizer]]\nkind = \"momentum\"\nlr = {{ log = [1e-4, 1], points = 1000 }}\n\
         momentum = {{ linear = [0, 0.999], points = 1998 }}\n"
    );
    let plan = plan(&parse(&two).unwrap()).unwrap();
    assert_eq!(plan.trials.len(), 1_000_000_000 + 1_000_000 * (1_998 - 2));
}

#[test]
fn more_trials_than_there_may_be_are_an_error() {
    let text = super::edited("seeds = 2", "seeds = 900000000000").replace("[0.1, 0.01]", "[0.1, 0.01, 0.001]");
    let error = parse(&text).unwrap_err().to_string();
    assert!(error.contains("takes the sweep past 1000000000000 trials"), "{error}");
}
