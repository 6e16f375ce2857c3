//! Decimal numbers that the prose of results says outside of marks: each is computed anew from the tables, or stands in the spec
//! of a study that the text names, or in a list of exceptions. Integers are held where a claim computes them.

mod comparison;
mod functions;
mod landscapes;
mod networks;
mod quadratics;
mod rows;
mod timings;

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use thalweg::stats::CONFIDENCE;

use crate::prose::readmes;
use rows::results;

/// What each text below results must say, whatever the width of its lines, as it follows from tables.
type Claims = (&'static str, fn() -> Vec<String>);

const CLAIMS: [Claims; 23] = [
    ("README.md", timings::overview),
    ("bench/peers.md", timings::peers),
    ("activations/README.md", functions::activations),
    ("adagrad-decay/README.md", networks::adagrad_decay),
    ("adam-beta2-epsilon/README.md", networks::adam_beta2_epsilon),
    ("adam-sign/README.md", landscapes::adam_sign),
    ("basins/README.md", landscapes::basins),
    ("compare/README.md", comparison::compare),
    ("digits-epochs/README.md", networks::digits_epochs),
    ("edge-of-stability/README.md", networks::edge_of_stability),
    ("example-network/README.md", networks::example_network),
    ("fractal/README.md", functions::fractal),
    ("linear-optimum/README.md", quadratics::linear_optimum),
    ("loop-vs-matrix/README.md", timings::loop_vs_matrix),
    ("lr-momentum/README.md", quadratics::lr_momentum),
    ("lr-threshold/README.md", quadratics::lr_threshold),
    ("momentum-escape/README.md", landscapes::momentum_escape),
    ("one-weight/README.md", || functions::units("one-weight/units.csv")),
    ("outliers/README.md", networks::outliers),
    ("rmsprop-decay/README.md", networks::rmsprop_decay),
    ("sam/README.md", networks::sam),
    ("sparse-cross-entropy/README.md", timings::sparse_cross_entropy),
    ("trajectories/README.md", landscapes::trajectories),
];

/// Words with numbers that follow from no table, and why.
const SAID: [(&str, &str, &str); 9] = [
    ("README.md", "pandas 3.1.1, polars 2.1.0 and DuckDB 2.0.1", "the versions that read the tables"),
    ("adam-beta2-epsilon/README.md", "is at least 0.1, which", "the root of 10⁻²"),
    ("digits-epochs/README.md", "(arXiv 1412.6980, section 6.2)", "a place in a paper"),
    ("fractal/README.md", "its box-counting dimensions go from 1.17 to 1.98", "what the paper found"),
    ("fractal/README.md", "in the last place had 1.158", "an earlier edition"),
    ("fractal/README.md", "for tanh, 1.221 in place", "an earlier edition"),
    ("fractal/README.md", "and 1.216 in place", "an earlier edition"),
    ("fractal/README.md", "It has 16.8 million runs", "4096 × 4096"),
    ("fractal/README.md", "498,680 KB at most, 8.5 minutes on two cores", "measured once"),
];

/// A text with one space for any white space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(path: &str) -> String {
    fs::read_to_string(results().join(path)).unwrap()
}

#[test]
fn claims_are_those_of_the_tables() {
    let mut missing = Vec::new();
    for (path, claims) in CLAIMS {
        let text = one_line(&text_of(path));
        let claims = claims();
        assert!(!claims.is_empty(), "{path}");
        let stale = claims.into_iter().filter(|claim| !text.contains(&one_line(claim)));
        missing.extend(stale.map(|claim| format!("results/{path} should say: {claim}")));
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// What a text says in its own words: without marked parts, code, and what links point to.
fn prose(text: &str) -> String {
    let mut own = String::new();
    let mut skipped_until = None;
    // Lines that are indented by four are code after an empty line, and else go on with an entry of a list.
    let mut may_be_code = true;
    for line in text.lines() {
        let is_code = may_be_code && line.starts_with("    ");
        may_be_code = is_code || line.is_empty();
        match skipped_until {
            Some(end) if line.trim_end() == end => skipped_until = None,
            Some(_) => {}
            None if line.starts_with("<!-- thalweg ") => skipped_until = Some("<!-- end -->"),
            None if line.starts_with("```") => skipped_until = Some("```"),
            None if is_code => {}
            None => own += &format!("{line}\n"),
        }
    }
    let without_code: String = own.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut parts = without_code.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(')').map_or(part, |(_, rest)| rest));
    one_line(&[first].into_iter().chain(rest.map(str::to_owned)).collect::<Vec<_>>().join("] "))
}

/// Where numbers are in a text that no one counts by hand: those with a decimal point, and percentages.
fn measured(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    while let Some(start) = text[end..].find(|c: char| c.is_ascii_digit()).map(|at| end + at) {
        end = text[start..].find(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(text.len(), |at| start + at);
        let number = text[start..end].trim_end_matches('.');
        if number.contains('.') || text[end..].starts_with(" %") {
            found.push(start..start + number.len());
        }
    }
    found
}

/// A part of a text with a few words before and after it.
fn about<'a>(text: &'a str, part: &Range<usize>) -> &'a str {
    let from = text[..part.start].char_indices().rev().nth(30).map_or(0, |(at, _)| at);
    let to = text[part.end..].char_indices().nth(30).map_or(text.len(), |(at, _)| part.end + at);
    &text[from..to]
}

/// Whether a number is the one of a paper on arXiv, such as 1412.6980.
fn is_paper(number: &str) -> bool {
    number.split_once('.').is_some_and(|(month, paper)| month.len() == 4 && (4..=5).contains(&paper.len()))
}

/// The numbers in the specs of the studies that a text names, its own among them.
fn settings(path: &str, text: &str) -> Vec<f64> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).chain(path.split('/'));
    let specs = words
        .filter(|word| !word.is_empty())
        .filter_map(|word| fs::read_to_string(results().join(word).join("spec.toml")).ok());
    let numbers = |spec: String| {
        let parts = spec.split(|c: char| !(c.is_alphanumeric() || ".-+".contains(c)));
        parts.filter_map(|part| part.parse::<f64>().ok()).collect::<Vec<f64>>()
    };
    specs.flat_map(numbers).collect()
}

/// All texts below results, each with its path there.
fn texts() -> Vec<(String, String)> {
    let below = |path: PathBuf| Some(path.strip_prefix(results()).ok()?.to_str()?.to_owned());
    readmes().into_iter().filter_map(below).map(|path| (path.clone(), text_of(&path))).collect()
}

#[test]
fn claims_leave_no_other_number() {
    let mut loose = Vec::new();
    for (path, text) in texts() {
        // Links have lost their targets, and code its text, on both sides.
        let own = CLAIMS.iter().filter(|(of, _)| *of == path).flat_map(|(_, claims)| claims());
        let said = SAID.iter().filter(|(of, ..)| *of == path).map(|(_, words, _)| (*words).to_owned());
        let known: Vec<String> = own.chain(said).map(|known| prose(&known)).collect();
        let (settings, text) = (settings(&path, &text), prose(&text));
        let held: Vec<Range<usize>> = known
            .iter()
            .flat_map(|known| text.match_indices(known.as_str()).map(|(at, words)| at..at + words.len()))
            .collect();
        for part in measured(&text) {
            let number = &text[part.clone()];
            let is_held = held.iter().any(|held| held.start <= part.start && part.end <= held.end);
            let is_percent = text[part.end..].starts_with(" %");
            let is_setting = number.parse::<f64>().is_ok_and(|number| {
                let share = is_percent.then_some(number / 100.0);
                settings.contains(&number)
                    || share.is_some_and(|share| share == CONFIDENCE || settings.contains(&share))
            });
            if !(is_held || is_setting || is_paper(number)) {
                loose.push(format!("results/{path}: {number} in: …{}…", about(&text, &part)));
            }
        }
    }
    assert!(
        loose.is_empty(),
        "numbers that no test holds to the tables:\n{}\nLet a command write each (`<!-- thalweg table … -->`, see prose.rs), \
         compute it in a function of CLAIMS (claims.rs), or leave it out; settings of a spec need nothing, and what follows from \
         no table stands in SAID, with its reason.",
        loose.join("\n")
    );
}

#[test]
fn exceptions_are_still_said() {
    for (path, words, reason) in SAID {
        assert!(one_line(&text_of(path)).contains(words), "results/{path} no longer says `{words}` ({reason})");
    }
}

#[test]
fn prose_is_told_from_code_links_and_marks() {
    let text = "A [link](a-0.1.md), `code 0.2`\nand 0.3 or 1.5e-3.\n\n    cargo 0.4\n\n```\n0.5\n```\n<!-- thalweg table . -->\n\n0.6\n\n<!-- end -->\n\n2. Or 10,\n    0.7 and 8 %.\n";
    let prose = prose(text);
    let numbers: Vec<&str> = measured(&prose).into_iter().map(|part| &prose[part]).collect();
    assert_eq!(numbers, ["0.3", "1.5", "0.7", "8"], "{prose}");
    assert_eq!(about("no é 0.5 é more", &measured("no é 0.5 é more")[0]), "no é 0.5 é more");
}
