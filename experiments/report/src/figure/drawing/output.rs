//! A picture as SVG, PNG, PDF and pgfplots.

use std::io::Write;

use super::super::appearance::{Appearance, Theme};
use super::super::error::FigureError;
use super::super::picture::Picture;
use super::image::indexed_png;
use super::layout::Layout;
use super::paint::paint;
use super::raster;
use super::scene::Scene;

/// The most pixels of a figure: a drawing of so many still fits into memory, and beyond that none can be looked at.
const MOST_PIXELS: f64 = 40e6;

/// The longest side in pixels of CSS, for figures that are no pixels.
const LONGEST: f64 = 16_000.0;

/// The picture as SVG, in which ids begin with `name`.
///
/// The same picture gives the same text on every machine, embedded images included. Its fonts are named, not embedded:
/// Arimo, or others with the same widths.
///
/// # Errors
/// If it would be too large to be looked at.
pub fn svg(picture: &Picture, look: &Appearance, name: &str) -> Result<String, FigureError> {
    super::svg::write(&drawn(picture, look)?.1, &picture.title, name, look)
}

/// The picture as PDF, with its font; the same bytes on every machine.
///
/// # Errors
/// If it would be too large to be looked at.
pub fn pdf(picture: &Picture, look: &Appearance) -> Result<Vec<u8>, FigureError> {
    Ok(super::pdf::write(&drawn(picture, look)?.1, &picture.title, look))
}

/// The picture as files of pgfplots: LaTeX in `<name>.tex`, its numbers in `<name>.dat`, and images that are tables of cells
/// in `<name>-1.png` and so on.
///
/// # Errors
/// If it would be too large to be looked at.
pub fn pgfplots(picture: &Picture, look: &Appearance, name: &str) -> Result<Vec<(String, Vec<u8>)>, FigureError> {
    let (layout, scene) = drawn(picture, look)?;
    let files = super::pgfplots::write(picture, &layout, &scene, name, look);
    let mut all =
        vec![(format!("{name}.tex"), files.tex.into_bytes()), (format!("{name}.dat"), files.table.into_bytes())];
    for (number, image) in files.images.into_iter().enumerate() {
        let colors: Vec<_> = image.pixels.iter().map(|tint| look.rgb(*tint)).collect();
        all.push((format!("{name}-{}.png", number + 1), indexed_png(&colors, image.columns)?));
    }
    Ok(all)
}

/// Where the parts of a picture are, and all of it as shapes.
fn drawn(picture: &Picture, look: &Appearance) -> Result<(Layout, Scene), FigureError> {
    let layout = Layout::of(picture, look);
    let (width, height) = (layout.size.0 * look.unit(), layout.size.1 * look.unit());
    if width.max(height) > LONGEST {
        return Err(too_large(width, height));
    }
    let scene = paint(picture, &layout, look);
    Ok((layout, scene))
}

fn too_large(width: f64, height: f64) -> FigureError {
    FigureError::Draw(format!("{width:.0} × {height:.0} pixels are too many"))
}

/// Writes the picture as PNG, with [`Appearance::scale`] pixels in one of CSS.
///
/// # Errors
/// If it would be too large, or cannot be written.
pub fn png<W: Write>(picture: &Picture, look: &Appearance, writer: W) -> Result<(), FigureError> {
    let (_, scene) = drawn(picture, look)?;
    let scale = look.unit() * look.scale;
    if scene.width * scale * scene.height * scale > MOST_PIXELS {
        return Err(too_large(scene.width * scale, scene.height * scale));
    }
    let pixels = raster::draw(&scene, look, scale);
    let mut encoder = png::Encoder::new(writer, pixels.width as u32, pixels.height as u32);
    let has_paper = look.theme != Theme::Transparent;
    encoder.set_color(if has_paper { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    // The resolution, for programs that ask for it: 96 pixels of CSS in an inch of 25.4 mm.
    let per_metre = (96.0 * look.scale / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let failed = |error: png::EncodingError| FigureError::Draw(error.to_string());
    let mut writer = encoder.write_header().map_err(failed)?;
    let data = if has_paper { opaque(&pixels.rgba) } else { pixels.rgba };
    writer.write_image_data(&data).map_err(failed)?;
    writer.finish().map_err(failed)
}

/// The pixels without their opacity, which is 1.
fn opaque(rgba: &[u8]) -> Vec<u8> {
    rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}
