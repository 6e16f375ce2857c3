//! Of twenty optimizers on fourteen problems.

use super::rows::{Rows, figure, median, word};

/// What a figure of ranks says: the ranks by the names of methods, the best one first, and the tests.
fn ranks(name: &str) -> (Vec<(String, String)>, String) {
    let texts = figure(&format!("compare/figures/{name}.svg"));
    let rank = |text: &String| {
        let (method, rank) = text.split_once(" (")?.0.rsplit_once(' ')?;
        rank.parse::<f64>()
            .ok()
            .map(|_| (method.to_lowercase().replace("sam", "SAM").replace(' ', "-"), rank.to_owned()))
    };
    let mut ranks: Vec<(String, String)> = texts.iter().filter_map(rank).collect();
    ranks.reverse();
    let at = texts.iter().position(|text| text.starts_with("Friedman: ")).unwrap();
    let test = texts[at].replace("Friedman: ", "").replace("&lt;", "<");
    // The exponent of a very small probability is a text of its own.
    let exponent = if test.ends_with("< 10") { superscript(&texts[at + 1]) } else { String::new() };
    (ranks, test + &exponent)
}

fn superscript(exponent: &str) -> String {
    let digit = |c: char| {
        c.to_digit(10).map_or('⁻', |digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize])
    };
    exponent.chars().map(digit).collect()
}

fn listed(ranks: &[(String, String)]) -> String {
    ranks.iter().map(|(name, rank)| format!("{name} {rank}")).collect::<Vec<_>>().join(", ")
}

/// Against Adam, by paired seeds: on how many problems each method is worse, or better, with every one.
fn pairs(methods: &[(String, Rows)]) -> Vec<String> {
    let losses = |name: &str| {
        let (_, rows) = methods.iter().find(|(own, _)| own == name).unwrap();
        rows.by("problem").into_iter().map(|(_, rows)| rows.tuned().losses()).collect::<Vec<_>>()
    };
    let adam = losses("adam");
    let row = |name: &str| {
        let others = losses(name);
        let count = |is_so: fn(f64, f64) -> bool| {
            let all = |(own, other): &(&Vec<f64>, &Vec<f64>)| own.iter().zip(*other).all(|(a, b)| is_so(*a, *b));
            adam.iter().zip(&others).filter(all).count()
        };
        format!("| {name} | {} | {} |", count(|adam, other| adam < other), count(|adam, other| adam > other))
    };
    ["sgd", "momentum", "nesterov", "adagrad", "rmsprop"].map(row).into()
}

/// On how many problems a learning rate of 0.01 comes close to the method's best.
fn safe(methods: &[(String, Rows)]) -> Vec<String> {
    let row = |name: &str| {
        let (_, rows) = methods.iter().find(|(own, _)| own == name).unwrap();
        let problems = rows.by("problem");
        let is_close = |(_, rows): &&(String, Rows)| {
            let best = median(rows.tuned().losses());
            let range = median(rows.numbers("initial_train_loss")) - best;
            median(rows.of("lr", "0.01").losses()) - best <= 0.05 * range
        };
        format!("| {name} | {} of {} |", problems.iter().filter(is_close).count(), problems.len())
    };
    let names = [
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adadelta",
        "adam",
        "amsgrad",
        "adamax",
        "nadam",
        "radam",
        "adamw",
        "lion",
        "yogi",
        "adabelief",
    ];
    names.map(row).into()
}

pub(super) fn compare() -> Vec<String> {
    let methods = Rows::read("compare/runs.csv").by("label");
    let mut all = pairs(&methods);
    all.extend(safe(&methods));
    let texts = |name: &str| figure(&format!("compare/figures/{name}.svg"));
    let (_, friedman) = ranks("rank-notes");
    let critical =
        texts("rank-notes").into_iter().find_map(|text| text.strip_prefix("critical difference ").map(str::to_owned));
    all.push(format!("({friedman})."));
    all.push(format!("critical difference of {},", critical.unwrap()));
    let ahead = |name: &str| {
        let text = texts("rank-intervals").into_iter().find(|text| text.starts_with(name)).unwrap();
        text.split_once('(').unwrap().1.trim_end_matches(')').to_owned()
    };
    all.push(format!(
        "of nesterov with a probability of {}, of momentum with {},",
        ahead("Nesterov"),
        ahead("momentum")
    ));
    let (by_error, friedman) = ranks("rank-notes-test");
    let p = friedman.split_once("p = ").unwrap().1;
    all.push(format!("the ranks are {}, and no two are told apart (p = {p}).", listed(&by_error)));
    let (by_loss, friedman) = ranks("rank-seeing-more");
    all.push(format!("in training: {}. No two are told apart (Friedman's {friedman}).", listed(&by_loss)));
    let ranks = Rows::read("compare/ranks.csv").of("score", "final_train_loss");
    let rank = |name: &str, column: &str| ranks.of("optimizer", name).one(column);
    let adam = rank("adam", "average_rank");
    all.push(format!("it would be at {:.2}, ahead of Adam.", rank("amsgrad", "rank_in_sample")));
    all.push(format!("(AdaBelief is {:.1} ranks ahead,", adam - rank("adabelief", "average_rank")));
    let settled = texts("budget")
        .into_iter()
        .find_map(|text| text.strip_prefix("the order stays from ")?.strip_suffix(" on")?.parse().ok());
    all.push(format!("settles once {} of the thirteen rates have been tried", word(settled.unwrap())));
    all
}
