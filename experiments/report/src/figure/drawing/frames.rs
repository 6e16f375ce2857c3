//! Where the panels of a drawing lie, for what is laid over it.

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

/// The frames of a picture, as [`super::svg`] draws it.
pub fn frames(picture: &Picture) -> Frames {
    let layout = Layout::of(picture);
    let size = (f64::from(layout.size.0), f64::from(layout.size.1));
    let panels = layout.frames.iter().map(|frame| [frame.left, frame.top, frame.right, frame.bottom]).collect();
    Frames { size, panels }
}
