//! Where the panels of a drawing lie, for what is laid over it.

use super::super::appearance::Appearance;
use super::super::picture::Picture;
use super::layout::Layout;

/// The size of a picture's drawing and the frames of its panels, in CSS pixels from its upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    /// Width and height.
    pub size: (f64, f64),
    /// Left, top, right and bottom of each panel.
    pub panels: Vec<[f64; 4]>,
}

/// The frames of a picture, as [`super::svg`] draws it in this look.
pub fn frames(picture: &Picture, look: &Appearance) -> Frames {
    let layout = Layout::of(picture, look);
    let unit = look.unit();
    let size = (layout.size.0 * unit, layout.size.1 * unit);
    let sides = |frame: &super::geometry::Frame| [frame.left, frame.top, frame.right, frame.bottom];
    let panels = layout.frames.iter().map(|frame| sides(frame).map(|side| side * unit)).collect();
    Frames { size, panels }
}
