//! A picture as SVG and as PNG.

use std::io::Write;

use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};

use super::super::error::FigureError;
use super::super::picture::Picture;
use super::canvas::{Canvas, Medium, failed};
use super::layout::Layout;
use super::paint::{images, paint};

/// Pixels of a PNG in a CSS pixel.
const PNG_SCALE: usize = 2;

/// The most pixels of a figure: a drawing of so many still fits into memory, and beyond that none can be looked at.
const MOST_PIXELS: u64 = 4_000_000;

/// The longest side, for figures that are no pixels.
const LONGEST: u32 = 100_000;

/// The picture as SVG.
///
/// The same picture gives the same text on every machine, embedded images included. Its fonts are named, not embedded:
/// Arimo, or others with the same widths.
///
/// # Errors
/// If it would be too large to be looked at.
pub fn svg(picture: &Picture) -> Result<String, FigureError> {
    let layout = Layout::of(picture);
    let (width, height) = layout.size;
    if width.max(height) > LONGEST {
        return Err(too_large(&layout));
    }
    let scale = Medium::Svg.scale();
    let mut drawing = String::new();
    {
        let area = SVGBackend::with_string(&mut drawing, (width * scale, height * scale)).into_drawing_area();
        paint(&Canvas::new(&area, Medium::Svg), picture, &layout)?;
        area.present().map_err(failed)?;
    }
    // The drawing is many pixels large, because plotters snaps to whole ones; the reader sees it in its true size.
    let (_, content) =
        drawing.split_once('\n').ok_or_else(|| FigureError::Draw("the SVG has no content".to_owned()))?;
    let (background, content) =
        content.split_once('\n').ok_or_else(|| FigureError::Draw("the SVG has no background".to_owned()))?;
    let images = images(picture, &layout)?;
    let view = format!("0 0 {} {}", width * scale, height * scale);
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{view}\" \
         stroke-linejoin=\"round\" role=\"img\">\n<title>{}</title>\n",
        escape(&picture.title)
    );
    Ok(format!("{head}{background}\n{images}{content}"))
}

fn too_large(layout: &Layout) -> FigureError {
    let (width, height) = layout.size;
    FigureError::Draw(format!("{width} × {height} pixels are too many"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Writes the picture as PNG, in twice its size for dense screens and print.
///
/// # Errors
/// If it would be too large, or cannot be written.
pub fn png<W: Write>(picture: &Picture, writer: W) -> Result<(), FigureError> {
    let layout = Layout::of(picture);
    let (width, height) = layout.size;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(too_large(&layout));
    }
    let scale = Medium::Bitmap.scale();
    let large = (width * scale, height * scale);
    let mut pixels = vec![0u8; large.0 as usize * large.1 as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, large).into_drawing_area();
        paint(&Canvas::new(&area, Medium::Bitmap), picture, &layout)?;
        area.present().map_err(failed)?;
    }
    let factor = scale as usize / PNG_SCALE;
    let pixels = shrink(&pixels, large.0 as usize, factor);
    let size = (width * PNG_SCALE as u32, height * PNG_SCALE as u32);
    let mut encoder = png::Encoder::new(writer, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    // The resolution, for programs that ask for it: 2 × 96 pixels per inch.
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 7559, yppu: 7559, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels).map_err(failed)?;
    writer.finish().map_err(failed)
}

/// Averages squares of `factor` pixels: this smooths lines that plotters drew in whole pixels.
fn shrink(pixels: &[u8], width: usize, factor: usize) -> Vec<u8> {
    let area = (factor * factor) as u32;
    let small_width = width / factor;
    let mut small = Vec::with_capacity(pixels.len() / area as usize);
    for rows in pixels.chunks_exact(width * 3 * factor) {
        for x in 0..small_width {
            for channel in 0..3 {
                let sum: u32 = (0..factor * factor)
                    .map(|i| {
                        let (row, column) = (i / factor, x * factor + i % factor);
                        u32::from(rows[(row * width + column) * 3 + channel])
                    })
                    .sum();
                small.push(((sum + area / 2) / area) as u8);
            }
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_averages() {
        let pixels: Vec<u8> = [[0, 10, 100], [4, 20, 100], [8, 30, 100], [8, 40, 101]].concat();
        assert_eq!(shrink(&pixels, 2, 2), [5, 25, 100]);
    }
}
