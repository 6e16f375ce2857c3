//! Cells as pixels, and pixels as PNG.

use std::collections::BTreeSet;

use super::super::cells::Cells;
use super::super::colors::Rgb;
use super::super::error::FigureError;
use super::geometry::{Frame, Point};
use super::scene::Image;

/// Pixels along a side of the image of cells whose sizes differ.
const FINE: usize = 1024;

/// `cells` within `frame`, where `at` says where values lie. Cells of one size on the drawing become one pixel each.
pub(super) fn of(cells: &Cells, frame: &Frame, at: impl Fn((f64, f64)) -> Point) -> Image {
    let x: Vec<f64> = cells.x.iter().map(|&x| at((x, cells.y[0])).0.clamp(frame.left, frame.right)).collect();
    // An image's rows go downwards.
    let y: Vec<f64> = cells.y.iter().rev().map(|&y| at((cells.x[0], y)).1.clamp(frame.top, frame.bottom)).collect();
    let (columns, rows) = (samples(&x), samples(&y));
    let top = y.len() - 2;
    let pixels =
        rows.iter().flat_map(|row| columns.iter().map(move |&column| cells.fill(column, top - row).color())).collect();
    let frame = Frame { left: x[0], top: y[0], right: x[x.len() - 1], bottom: y[y.len() - 1] };
    Image { frame, columns: columns.len(), pixels }
}

/// The centres of an image's pixels along one side, as the number of the cell that each lies in.
///
/// `borders` are the cells', as pixels of the drawing, in either direction. Cells of one size are a pixel each.
fn samples(borders: &[f64]) -> Vec<usize> {
    let cells = borders.len() - 1;
    let (first, last) = (borders[0], borders[cells]);
    let even = |(i, border): (usize, &f64)| {
        let expected = first + (last - first) * i as f64 / cells as f64;
        (border - expected).abs() <= 0.01 * ((last - first) / cells as f64).abs()
    };
    if borders.iter().enumerate().all(even) {
        return (0..cells).collect();
    }
    let sign = if last > first { 1.0 } else { -1.0 };
    let sample = |i: usize| {
        let place = first + (last - first) * (i as f64 + 0.5) / FINE as f64;
        borders[1..cells].partition_point(|border| sign * border <= sign * place)
    };
    (0..FINE).map(sample).collect()
}

/// A PNG with a palette, the same bytes on every machine: this compressor has one code path and no choice of level. It
/// is good at runs of zeros, which the filter makes of equal neighbours.
pub(super) fn indexed_png(pixels: &[Rgb], width: usize) -> Result<Vec<u8>, FigureError> {
    let key = |color: &Rgb| (color.0, color.1, color.2);
    let palette: Vec<_> = pixels.iter().map(key).collect::<BTreeSet<_>>().into_iter().collect();
    let index = |pixel: &Rgb| palette.binary_search(&key(pixel)).expect("the palette has every colour") as u8;
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
    let failed = |error: png::EncodingError| FigureError::Draw(error.to_string());
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&indices).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_cells_are_a_pixel_each() {
        assert_eq!(samples(&[10.0, 20.0, 30.001, 40.0]), [0, 1, 2]);
        assert_eq!(samples(&[40.0, 30.0, 20.0]), [0, 1]);
        for uneven in [[0.0, 30.0, 40.0], [40.0, 10.0, 0.0]] {
            let samples = samples(&uneven);
            assert_eq!(samples.iter().filter(|cell| **cell == 0).count(), 768);
            assert!(samples.is_sorted());
        }
    }
}
