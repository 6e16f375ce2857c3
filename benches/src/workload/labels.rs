//! Cross-entropy over many classes, of labels that are numbers of classes or one-hot rows.

use thalweg_kernels::loss::{Gradient, Loss, Rows, Value};
use thalweg_kernels::product::Input;
use thalweg_kernels::{Buffer, Isa};

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Examples of the batch.
pub const EXAMPLES: usize = 32;

/// What a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The number of its class.
    Sparse,
    /// One number per class: 1 for its own, 0 for the others; made beforehand.
    Dense,
    /// The same, made from the number of the class for every batch.
    Encoded,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sparse, Self::Dense, Self::Encoded];

    /// Its name in tables and legends.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sparse => "sparse",
            Self::Dense => "dense",
            Self::Encoded => "dense (encoded per batch)",
        }
    }

    /// Bytes of the labels of a batch in f32, the type in which the kernels take them; none where they are those of
    /// another form.
    pub fn bytes(self, classes: usize) -> Option<usize> {
        let row = size_of::<f32>() * EXAMPLES;
        match self {
            Self::Sparse => Some(row),
            Self::Dense => Some(row * classes),
            Self::Encoded => None,
        }
    }
}

/// The loss of a batch of one trial and its gradient with respect to the logits. A run takes the gradient that the run
/// before left as its logits: its time does not depend on what they are.
struct Labels {
    form: Form,
    loss: &'static Loss,
    isa: Isa,
    classes: usize,
    rows: Rows<f32>,
    /// `[example][class]`, and then the gradient.
    logits: Buffer<f32>,
    numbers: Vec<u32>,
    targets: Buffer<f32>,
    losses: Buffer<f32>,
    correct: Buffer<f32>,
    alarm: Buffer<f32>,
}

/// The workload of this many classes.
pub fn workload(form: Form, classes: usize, isa: Isa) -> Box<dyn Workload> {
    Box::new(Labels::new(form, classes, isa))
}

impl Labels {
    fn new(form: Form, classes: usize, isa: Isa) -> Self {
        let sparse = form == Form::Sparse;
        let name = if sparse { "softmax-cross-entropy" } else { "softmax-cross-entropy-dense" };
        let mut stream = inputs::stream(13);
        let numbers: Vec<u32> = (0..EXAMPLES).map(|_| stream.below(classes as u64) as u32).collect();
        let mut labels = Self {
            form,
            loss: Loss::named(name).expect("there is such a loss"),
            isa,
            classes,
            rows: Rows::new(isa),
            logits: inputs::buffer(EXAMPLES * classes, || stream.normal()),
            targets: Buffer::zeroed(if sparse { EXAMPLES } else { EXAMPLES * classes }),
            numbers,
            losses: Buffer::zeroed(EXAMPLES),
            correct: Buffer::zeroed(EXAMPLES),
            alarm: Buffer::zeroed(1),
        };
        labels.write_targets();
        labels
    }

    fn write_targets(&mut self) {
        if self.form == Form::Sparse {
            self.targets.iter_mut().zip(&self.numbers).for_each(|(target, class)| *target = *class as f32);
            return;
        }
        for (row, class) in self.targets.chunks_exact_mut(self.classes).zip(&self.numbers) {
            row.fill(0.0);
            row[*class as usize] = 1.0;
        }
    }
}

impl Workload for Labels {
    fn name(&self) -> String {
        format!("{}-{}", self.form.name().replace(' ', "-").replace(['(', ')'], ""), self.classes)
    }

    fn work(&self) -> u64 {
        (EXAMPLES * self.classes) as u64
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        if self.form == Form::Encoded {
            self.write_targets();
        }
        let Self { loss, classes, rows, logits, targets, losses, correct, alarm, .. } = self;
        let (units, targets) = (*classes, Input::Shared(&targets[..]));
        rows.value(loss, Value { outputs: logits, targets, units, losses, correct });
        let scale = 1.0 / EXAMPLES as f32;
        rows.gradient(loss, Gradient { outputs: logits, targets, units, scale, alarm });
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.losses);
        to.add(&self.logits);
    }

    /// Loss and gradient must be the textbook's in f64, whose labels are one-hot.
    fn check(&mut self) {
        *self = Self::new(self.form, self.classes, self.isa);
        let textbook = Loss::named("softmax-cross-entropy-dense").expect("there is such a loss");
        let (mut losses, mut gradient) = (vec![], vec![]);
        for (z, class) in self.logits.chunks_exact(self.classes).zip(&self.numbers) {
            let z: Vec<f64> = z.iter().map(|z| f64::from(*z)).collect();
            let mut y = vec![0.0; self.classes];
            y[*class as usize] = 1.0;
            let (loss, slope) = textbook.reference(&z, &y);
            losses.push(loss);
            gradient.extend(slope.iter().map(|slope| slope / EXAMPLES as f64));
        }
        self.run(Runner::Thalweg);
        // The exponentials of many classes are added one after the other in f32.
        let tolerance = Tolerance { relative: 1e-3, absolute: 1e-7 };
        assert_close(format!("the losses of {}", self.name()), &self.losses, &losses, tolerance);
        assert_close(format!("the gradient of {}", self.name()), &self.logits, &gradient, tolerance);
        assert!(self.alarm[0].is_finite(), "{}: a false alarm", self.name());
    }
}
