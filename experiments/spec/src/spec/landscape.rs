//! A landscape as the problem: its function, and where trials start.

use thalweg_kernels::landscape::{self, Dimensions};

use super::axis::{Axis, Use, read_bounds};
use super::error::InputError;
use super::key::{Key, Values, Without, names};
use super::kinds::LABEL;
use super::reader::{Field, Interval, Table};
use super::train::MAX_TRIALS;
use super::values::AxisValues;
use crate::registry;

/// The most coordinates of a landscape.
pub const MAX_DIMENSIONS: usize = 10_000;

/// A landscape and the points from which every configuration starts, one trial each.
#[derive(Clone, Debug, PartialEq)]
pub struct Landscape {
    /// The function.
    pub function: &'static landscape::Landscape,
    /// The eigenvalues of a quadratic; empty for the others.
    pub spectrum: Vec<f64>,
    /// The seed of the random rotation of its coordinates, if they are turned.
    pub rotation: Option<u64>,
    /// The standard deviation of the noise that is added to every partial derivative at every step.
    pub gradient_noise: f64,
    /// Where trials start.
    pub starts: Starts,
}

/// Starting points.
#[derive(Clone, Debug, PartialEq)]
pub enum Starts {
    /// These.
    Points(Vec<Vec<f64>>),
    /// The points of a grid.
    Grid(Lattice),
    /// Random ones, uniform between the bounds.
    Sample {
        /// The lowest and the highest value of each coordinate.
        bounds: Vec<(f64, f64)>,
        /// How many.
        count: u64,
    },
}

/// A regular lattice of points: for each coordinate the lowest value, the highest, and how many values there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice(pub Vec<(f64, f64, u64)>);

/// The most coordinates of a landscape that is rotated, for which a matrix of n² numbers is decomposed.
pub const MAX_ROTATED: usize = 1_000;

/// A standard deviation.
const NOISE: Interval = Interval { low: (0.0, true), high: (f64::INFINITY, false) };

/// The keys of a lattice.
pub(super) const LATTICE_KEYS: &[Key] = &[
    Key::needed("grid", "the bounds of each coordinate", BOUNDS),
    Key::needed("points", "how many values each has, or a list of that", Values::Integer(2, MAX_TRIALS)),
];

/// The keys of a sample of starts.
pub(super) const SAMPLE_KEYS: &[Key] = &[
    Key::new(
        "sample",
        "the bounds of each coordinate, or of all",
        BOUNDS,
        Without::Words("starts are on a `grid`, or in a list"),
    ),
    Key::needed("count", "how many points", Values::Integer(1, MAX_TRIALS)),
    Key::new(
        "dimensions",
        "how many coordinates the only bounds are for",
        Values::Integer(1, MAX_DIMENSIONS as u64),
        Without::Words("each has bounds of its own"),
    ),
];

const BOUNDS: Values = Values::Words("[[low, high], …]");

impl Lattice {
    /// How many points it has, if that fits.
    pub fn count(&self) -> Option<u64> {
        self.0.iter().try_fold(1_u64, |product, (_, _, points)| product.checked_mul(*points))
    }

    /// The values of each coordinate.
    pub fn axes(&self) -> Vec<AxisValues> {
        let axis = |&(low, high, points): &(f64, f64, u64)| AxisValues::new(&Axis::Linear { low, high, points }, "");
        self.0.iter().map(axis).collect()
    }

    /// Its points, the last coordinate moving fastest.
    pub fn points(&self) -> Vec<Vec<f64>> {
        self.axes().iter().fold(vec![Vec::new()], |points, axis| {
            let extend = |point: Vec<f64>| axis.iter().map(move |x| [point.as_slice(), &[x]].concat());
            points.into_iter().flat_map(extend).collect()
        })
    }

    /// Reads `{ grid = [[low, high], …], points = n }`, where `points` may be a list.
    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&names(LATTICE_KEYS))?;
        let bounds = read_bounds_of_all(&table.required("grid", "the bounds of each coordinate")?)?;
        let field = table.required("points", "how many values a coordinate has")?;
        let points = match field.as_list() {
            None => vec![field.integer(2..=MAX_TRIALS)?; bounds.len()],
            Some(items) if items.len() == bounds.len() => {
                items.iter().map(|item| item.integer(2..=MAX_TRIALS)).collect::<Result<_, _>>()?
            }
            Some(_) => return Err(field.expected(format!("{} numbers, one per coordinate", bounds.len()))),
        };
        Ok(Self(bounds.into_iter().zip(points).map(|((low, high), points)| (low, high, points)).collect()))
    }
}

impl Starts {
    /// How many there are, if that fits.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Points(points) => Some(points.len() as u64),
            Self::Grid(grid) => grid.count(),
            Self::Sample { count, .. } => Some(*count),
        }
    }

    /// Coordinates of a point.
    pub fn dimensions(&self) -> usize {
        match self {
            Self::Points(points) => points[0].len(),
            Self::Grid(grid) => grid.0.len(),
            Self::Sample { bounds, .. } => bounds.len(),
        }
    }

    fn read(field: &Field<'_>) -> Result<Self, InputError> {
        const EXPECTED: &str = "a point such as [-1.5, 2], a list of points, { grid = …, points = … } or { sample = …, \
                                count = … }";
        if let Some(table) = field.as_table() {
            if table.optional("sample").is_none() {
                return Lattice::read(&table).map(Self::Grid);
            }
            table.allow(&names(SAMPLE_KEYS))?;
            let bounds = read_sample(&table)?;
            let count = table.required("count", "how many points")?.integer(1..=MAX_TRIALS)?;
            return Ok(Self::Sample { bounds, count });
        }
        let items = field.list(EXPECTED)?;
        let Some(first) = items.first() else { return Err(field.expected(EXPECTED)) };
        if first.as_number().is_some() {
            return Ok(Self::Points(vec![read_point(field)?]));
        }
        let points = items.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
        match items.iter().zip(&points).find(|(_, point)| point.len() != points[0].len()) {
            Some((item, _)) => Err(item.expected(format!("{} coordinates, as the first point has", points[0].len()))),
            None => Ok(Self::Points(points)),
        }
    }
}

impl Landscape {
    pub(super) const KEYS: &[Key] = &[
        LABEL,
        Key::needed("function", "what is descended", Values::Name(|registry| registry::names(registry.landscapes()))),
        Key::needed(
            "start",
            "where trials start, one each",
            Values::Words("a point, a list of points, { grid = …, points = … } or { sample = …, count = … }"),
        ),
        Key::new(
            "spectrum",
            "the eigenvalues of quadratic, which needs them",
            Values::Words("a list of numbers, or a range such as { log = [1, 100], points = 9 }"),
            Without::Words("none"),
        ),
        Key::new(
            "rotation",
            "the seed of a random rotation of the coordinates",
            Values::Integer(0, i64::MAX as u64),
            Without::Words("none"),
        ),
        Key::new(
            "gradient_noise",
            "standard deviation of normal noise on every partial derivative",
            Values::Number(NOISE),
            Without::Number(0.0),
        ),
        Key::new("seed", "of a sample of starts", Values::Integer(0, i64::MAX as u64), Without::Value("0")),
    ];

    /// The columns that it adds to `runs.csv`: where a trial starts, where it ends, and the value there.
    pub fn columns(&self) -> Vec<String> {
        let coordinates = |which: &'static str| (0..self.starts.dimensions()).map(move |i| format!("{which}_x{i}"));
        coordinates("start").chain(coordinates("final")).chain(["final_value".to_owned()]).collect()
    }

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let known = table.registry().landscapes();
        let names = registry::names(known).join(", ");
        let function = table.required("function", &format!("one of {names}"))?.part(known)?;
        let has_spectrum = function.facts.dimensions == Dimensions::Spectrum;
        let spectrum = match table.optional("spectrum") {
            Some(field) if has_spectrum => read_spectrum(&field)?,
            Some(field) => return Err(field.error(format!("{} has no spectrum", function.facts.name))),
            None if has_spectrum => {
                return Err(table.error(format!(
                    "missing key `problem.spectrum`: the eigenvalues of the {}",
                    function.facts.title
                )));
            }
            None => Vec::new(),
        };
        let field = table.required("start", "where trials start")?;
        let starts = Starts::read(&field)?;
        let count = starts.dimensions();
        let wanted = match function.facts.dimensions {
            Dimensions::Exactly(wanted) if count != wanted => format!("{wanted} coordinates"),
            Dimensions::AtLeast(wanted) if count < wanted => format!("at least {wanted} coordinates"),
            Dimensions::Spectrum if count != spectrum.len() => {
                format!("{} coordinates, as the spectrum", spectrum.len())
            }
            _ if count > MAX_DIMENSIONS => format!("at most {MAX_DIMENSIONS} coordinates"),
            _ => {
                let rotation = table.optional("rotation").map(|field| read_rotation(&field, count)).transpose()?;
                let gradient_noise = table.optional("gradient_noise").map_or(Ok(0.0), |field| field.number(NOISE))?;
                return Ok(Self { function, spectrum, rotation, gradient_noise, starts });
            }
        };
        Err(field.error(format!("{} has {wanted}, found {count}", function.facts.name)))
    }
}

/// Eigenvalues: a list of numbers, or a range.
fn read_spectrum(field: &Field<'_>) -> Result<Vec<f64>, InputError> {
    if field.as_table().is_none() {
        return read_point(field);
    }
    let axis = Axis::read_numbers(field, Interval::FINITE, Use::Product)?;
    if axis.count() > MAX_DIMENSIONS as u64 {
        return Err(field.error(format!("{} eigenvalues are more than {MAX_DIMENSIONS}", axis.count())));
    }
    Ok(axis.values("spectrum"))
}

/// The seed of a rotation in this many dimensions.
fn read_rotation(field: &Field<'_>, dimensions: usize) -> Result<u64, InputError> {
    match dimensions {
        1 => Err(field.error("one coordinate cannot be rotated")),
        2..=MAX_ROTATED => field.seed(),
        _ => Err(field.error(format!("{dimensions} coordinates are more than the {MAX_ROTATED} that can be rotated"))),
    }
}

/// A list of numbers.
fn read_point(field: &Field<'_>) -> Result<Vec<f64>, InputError> {
    let items = field.list("a list of numbers")?;
    if items.is_empty() {
        return Err(field.expected("at least one number"));
    }
    items.iter().map(|item| item.number(Interval::FINITE)).collect()
}

/// The bounds of each coordinate of a sample, or bounds for all coordinates and how many there are.
fn read_sample(table: &Table<'_>) -> Result<Vec<(f64, f64)>, InputError> {
    let bounds = read_bounds_of_all(&table.required("sample", "the bounds of each coordinate")?)?;
    let Some(field) = table.optional("dimensions") else { return Ok(bounds) };
    let dimensions = field.integer(1..=MAX_DIMENSIONS as u64)? as usize;
    match bounds[..] {
        [all] => Ok(vec![all; dimensions]),
        _ => Err(field.error("the bounds of every coordinate are given")),
    }
}

/// The bounds of each coordinate.
fn read_bounds_of_all(field: &Field<'_>) -> Result<Vec<(f64, f64)>, InputError> {
    let items = field.list("the bounds of each coordinate, such as [[-2, 2], [-2, 2]]")?;
    if items.is_empty() {
        return Err(field.expected("the bounds of at least one coordinate"));
    }
    items.iter().map(|item| read_bounds(item, Interval::FINITE, false)).collect()
}
