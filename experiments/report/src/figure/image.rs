//! Cells as an image inside an SVG.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::style::RGBColor;

use super::canvas::failed;
use super::cells::{Cells, samples};
use super::error::FigureError;
use super::geometry::{Frame, Point};

/// The element that shows `cells` within `frame`, where `at` says where values lie; lengths are multiplied by `scale`.
///
/// Cells of one size on the drawing become one pixel each, and viewers are asked not to smooth them.
pub(super) fn element(
    cells: &Cells,
    frame: &Frame,
    at: impl Fn((f64, f64)) -> Point,
    scale: f64,
) -> Result<String, FigureError> {
    let x: Vec<f64> = cells.x.iter().map(|&x| at((x, cells.y[0])).0.clamp(frame.left, frame.right)).collect();
    // An image's rows go downwards.
    let y: Vec<f64> = cells.y.iter().rev().map(|&y| at((cells.x[0], y)).1.clamp(frame.top, frame.bottom)).collect();
    let (columns, rows) = (samples(&x), samples(&y));
    let top = y.len() - 2;
    let pixels: Vec<RGBColor> =
        rows.iter().flat_map(|row| columns.iter().map(move |&column| cells.fill(column, top - row).color())).collect();
    let data = STANDARD.encode(png(&pixels, columns.len())?);
    let [left, top, right, bottom] = [x[0], y[0], x[x.len() - 1], y[y.len() - 1]].map(|edge| (edge * scale).round());
    let (width, height) = (right - left, bottom - top);
    Ok(format!(
        "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>\n"
    ))
}

/// A PNG with a palette, the same bytes on every machine: this compressor has one code path and no choice of level. It
/// is good at runs of zeros, which the filter makes of equal neighbours.
fn png(pixels: &[RGBColor], width: usize) -> Result<Vec<u8>, FigureError> {
    let key = |color: &RGBColor| (color.0, color.1, color.2);
    let palette: Vec<_> = pixels.iter().map(key).collect::<BTreeSet<_>>().into_iter().collect();
    let index = |pixel: &RGBColor| palette.binary_search(&key(pixel)).expect("the palette has every colour") as u8;
    let indices: Vec<u8> = pixels.iter().map(index).collect();
    if palette.len() > 256 {
        return Err(FigureError::Draw(format!("an image of {} colours", palette.len())));
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, (pixels.len() / width) as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.iter().flat_map(|&(r, g, b)| [r, g, b]).collect::<Vec<u8>>());
    encoder.set_filter(png::FilterType::Sub);
    encoder.set_adaptive_filter(png::AdaptiveFilterType::NonAdaptive);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&indices).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
