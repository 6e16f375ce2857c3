//! What a name that is unknown was meant to be.

/// The candidate that `name` was most likely meant to be, if any is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this, names share too little to be a slip of the other.
    const NEAR: f64 = 0.75;
    /// How near a name is that has the other one as a word of its own, or as the first letters of its words.
    const WORD: f64 = 0.95;
    /// Names that are longer have no suggestion: the measures take time that grows with the product of lengths.
    const LONGEST: usize = 100;
    let is_long = |name: &str| name.chars().nth(LONGEST).is_some();
    if is_long(name) {
        return None;
    }
    let name = name.to_lowercase();
    let words = |name: &str| name.split(['_', '-']).map(str::to_owned).collect::<Vec<_>>();
    let own = words(&name);
    let initials: String = own.iter().filter_map(|word| word.chars().next()).collect();
    candidates
        .into_iter()
        .filter(|candidate| !is_long(candidate))
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            // "cross-entropy" means "softmax-cross-entropy", however much is missing.
            let part = name.len() >= 3 && lower.contains(&name) || lower.len() >= 3 && name.contains(&lower);
            let likeness =
                strsim::jaro_winkler(&name, &lower).max(strsim::normalized_damerau_levenshtein(&name, &lower));
            // "sdg" for "sgd" leaves too little for the measures above.
            let slip = name.len() >= 2 && strsim::osa_distance(&name, &lower) == 1;
            // "test_loss" means "final_test_loss" rather than "best_train_loss", and "learning_rate" means "lr".
            let all = words(&lower);
            let is_word = name.len() >= 3 && all.len() > own.len() && all.ends_with(&own);
            let likeness = if is_word || (own.len() > 1 && initials == lower) { likeness.max(WORD) } else { likeness };
            (if part || slip { likeness.max(NEAR) } else { likeness }, candidate)
        })
        .filter(|&(likeness, _)| likeness >= NEAR)
        // Among equals the shortest: it leaves the least unwritten.
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_the_name_that_was_meant() {
        let names = ["batch", "steps", "epochs", "softmax-cross-entropy"];
        for (slip, meant) in [("bacth", "batch"), ("step", "steps"), ("Epochs", "epochs"), ("cross-entropy", names[3])]
        {
            assert_eq!(nearest(slip, names), Some(meant));
        }
        assert_eq!(nearest("sdg", ["adam", "sgd"]), Some("sgd"));
        assert_eq!(nearest("test_loss", ["best_train_loss", "final_test_loss"]), Some("final_test_loss"));
        assert_eq!(nearest("learning_rate", ["label", "lr", "lr_scale"]), Some("lr"));
        assert_eq!(nearest("qqq", names), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn long_names_are_not_compared() {
        let name = "a".repeat(100);
        let longer = format!("{name}a");
        assert_eq!(nearest(&name, [longer.as_str(), name.as_str()]), Some(name.as_str()));
        assert_eq!(nearest(&longer, [longer.as_str()]), None);
        // At a time that grows with the square, this would not end.
        let name = "a".repeat(10_000_000);
        assert_eq!(nearest(&name, [name.as_str()]), None);
    }
}
