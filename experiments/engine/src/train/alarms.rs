//! Which trials have run into a number that is not finite.

use thalweg_kernels::{Buffer, Real};

/// One alarm per lane: 0 as long as the numbers of its trial are finite, and NaN from then on.
pub(super) struct Alarms<T: Real> {
    alarms: Buffer<T>,
    /// All bits set where the alarm of a lane matters, as words of the size of the smallest number.
    watched: Vec<u32>,
}

impl<T: Real> Alarms<T> {
    pub fn new(lanes: usize) -> Self {
        Self { alarms: Buffer::zeroed(lanes), watched: vec![0; lanes * Self::WORDS] }
    }

    const WORDS: usize = size_of::<T>() / size_of::<u32>();

    /// Silences all alarms, and watches the first `trials` lanes.
    pub fn reset(&mut self, trials: usize) {
        self.alarms.fill(T::default());
        self.watched.fill(0);
        self.watched[..trials * Self::WORDS].fill(!0);
    }

    /// The alarms, for kernels to raise.
    pub fn lanes(&mut self) -> &mut [T] {
        &mut self.alarms
    }

    /// Whether a lane that matters raises its alarm: looked at after every step, so without a branch per lane.
    pub fn any(&self) -> bool {
        let words: &[u32] = bytemuck::cast_slice(&self.alarms);
        words.iter().zip(&self.watched).fold(0, |any, (word, watched)| any | (word & watched)) != 0
    }

    /// Whether this lane raises its alarm.
    pub fn is_raised(&self, lane: usize) -> bool {
        !self.alarms[lane].is_finite()
    }

    /// Ignores this lane from now on.
    pub fn ignore(&mut self, lane: usize) {
        self.watched[lane * Self::WORDS..][..Self::WORDS].fill(0);
    }
}
