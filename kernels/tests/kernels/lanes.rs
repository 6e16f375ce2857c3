//! Trials as kernels take them: interleaved, as many at a time as a register has lanes.

/// Numbers per trial become `[element][trial]`.
pub fn interleave<T: Copy>(trials: &[Vec<T>]) -> Vec<T> {
    (0..trials[0].len()).flat_map(|at| trials.iter().map(move |trial| trial[at])).collect()
}

/// `[element][lane]` becomes numbers per lane.
pub fn separate<T: Copy>(block: &[T], lanes: usize) -> Vec<Vec<T>> {
    (0..lanes).map(|lane| block.chunks_exact(lanes).map(|row| row[lane]).collect()).collect()
}
