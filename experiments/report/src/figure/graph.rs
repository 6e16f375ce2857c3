//! A network as a graph: where its units stand.

use super::axis::Axis;
use super::picture::{Layer, Panel};
use super::ticks::Tick;

/// The most units of a layer: a larger graph cannot be read.
pub const MOST_UNITS: usize = 40;

/// The largest distance of a layer's units in pixels, the least height of the panel, and the most.
const SPACING: f64 = 70.0;
const LEAST: f64 = 240.0;
const MOST: f64 = 1200.0;

/// Discs of layers of more units are small.
const MANY: usize = 12;
const SIZES: [f64; 2] = [22.0, 14.0];

/// The units of a network, layer by layer, inputs first.
pub(super) struct Graph<'a> {
    widths: &'a [usize],
    /// Units of the widest layer.
    most: usize,
}

impl<'a> Graph<'a> {
    /// That of a network with so many units in each layer.
    ///
    /// # Errors
    /// In words, if it has no two layers, or one with too many units.
    pub fn of(widths: &'a [usize]) -> Result<Self, String> {
        if widths.len() < 2 || widths.contains(&0) {
            return Err("the table has no network of two layers or more".to_owned());
        }
        let most = widths.iter().copied().max().unwrap_or(0);
        if most > MOST_UNITS {
            return Err(format!("a layer has {most} units, and a reader can tell {MOST_UNITS} apart"));
        }
        Ok(Self { widths, most })
    }

    /// Where a unit stands.
    pub fn place(&self, layer: usize, unit: usize) -> (f64, f64) {
        (layer as f64 + 0.5, self.most as f64 / 2.0 + (self.widths[layer] as f64 - 1.0) / 2.0 - unit as f64)
    }

    /// Units of the widest layer.
    pub fn most(&self) -> usize {
        self.most
    }

    /// How large a unit's disc is across, in pixels.
    pub fn disc(&self) -> f64 {
        SIZES[usize::from(self.most > MANY)]
    }

    /// The axis of the layers.
    pub fn x(&self) -> Axis {
        let last = self.widths.len() - 1;
        let name = |layer: usize| match layer {
            0 => "inputs".to_owned(),
            layer if layer == last => "output".to_owned(),
            layer => format!("layer {layer}"),
        };
        let ticks = (0..self.widths.len()).map(|layer| Tick { value: layer as f64 + 0.5, label: Some(name(layer)) });
        Axis::named(self.widths.len(), ticks)
    }

    /// A panel with it.
    pub fn panel(&self, layers: Vec<Layer>) -> Panel {
        let most = self.most as f64;
        Panel {
            heading: String::new(),
            height: (SPACING.min(MOST / most) * most).max(LEAST),
            y: Axis::named(self.most, std::iter::empty()),
            y_label: String::new(),
            layers,
            symbols: Vec::new(),
        }
    }
}
