//! A picture as SVG, PNG, PDF and pgfplots.

use std::borrow::Cow;
use std::io::Write;

use super::super::appearance::{Appearance, Format, Theme};
use super::super::error::FigureError;
use super::super::picture::Picture;
use super::image::indexed_png;
use super::layout::Layout;
use super::paint::paint;
use super::raster::{self, Base, Pixels};
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
    Drawing::of(picture, look)?.svg(name)
}

/// The picture as PDF, with its font; the same bytes on every machine.
///
/// # Errors
/// If it would be too large to be looked at.
pub fn pdf(picture: &Picture, look: &Appearance) -> Result<Vec<u8>, FigureError> {
    Ok(Drawing::of(picture, look)?.pdf())
}

/// The picture as files of pgfplots: LaTeX in `<name>.tex`, its numbers in `<name>.dat`, and images that are tables of cells
/// in `<name>-1.png` and so on.
///
/// # Errors
/// If it would be too large to be looked at.
pub fn pgfplots(picture: &Picture, look: &Appearance, name: &str) -> Result<Vec<(String, Vec<u8>)>, FigureError> {
    Drawing::of(picture, look)?.pgfplots(name)
}

/// Writes the picture as PNG, with [`Appearance::scale`] pixels in one of CSS.
///
/// # Errors
/// If it would be too large, or cannot be written.
pub fn png<W: Write>(picture: &Picture, look: &Appearance, writer: W) -> Result<(), FigureError> {
    Drawing::of(picture, look)?.png(writer)
}

/// A picture that is laid out, and all of it as shapes.
pub(super) struct Drawing<'a> {
    picture: &'a Picture,
    look: &'a Appearance,
    layout: Layout,
    scene: Scene,
}

impl<'a> Drawing<'a> {
    pub(super) fn of(picture: &'a Picture, look: &'a Appearance) -> Result<Self, FigureError> {
        Self::laid_out(picture, Layout::of(picture, look), look)
    }

    /// In the layout of another picture with the same axes.
    pub(super) fn laid_out(picture: &'a Picture, layout: Layout, look: &'a Appearance) -> Result<Self, FigureError> {
        let (width, height) = (layout.size.0 * look.unit(), layout.size.1 * look.unit());
        if width.max(height) > LONGEST {
            return Err(too_large(width, height));
        }
        let scene = paint(picture, &layout, look);
        Ok(Self { picture, look, layout, scene })
    }

    /// The files in one format, by name.
    pub(super) fn files(&self, stem: &str, format: Format) -> Result<Vec<(String, Vec<u8>)>, FigureError> {
        let name = format!("{stem}.{}", format.name());
        let bytes = match format {
            Format::Svg => self.svg(stem)?.into_bytes(),
            Format::Png => {
                let mut bytes = Vec::new();
                self.png(&mut bytes)?;
                bytes
            }
            Format::Pdf => self.pdf(),
            Format::Tex => return self.pgfplots(stem),
        };
        Ok(vec![(name, bytes)])
    }

    fn svg(&self, name: &str) -> Result<String, FigureError> {
        super::svg::write(&self.scene, &self.picture.title, name, self.look)
    }

    fn pdf(&self) -> Vec<u8> {
        super::pdf::write(&self.scene, &self.picture.title, self.look)
    }

    fn pgfplots(&self, name: &str) -> Result<Vec<(String, Vec<u8>)>, FigureError> {
        let files = super::pgfplots::write(self.picture, &self.layout, &self.scene, name, self.look);
        let mut all =
            vec![(format!("{name}.tex"), files.tex.into_bytes()), (format!("{name}.dat"), files.table.into_bytes())];
        for (number, image) in files.images.into_iter().enumerate() {
            let colors: Vec<_> = image.pixels.iter().map(|tint| self.look.rgb(*tint)).collect();
            all.push((format!("{name}-{}.png", number + 1), indexed_png(&colors, image.columns)?));
        }
        Ok(all)
    }

    fn png<W: Write>(&self, writer: W) -> Result<(), FigureError> {
        pixel_size(&self.layout, self.look)?;
        let pixels = raster::draw(&self.scene, self.look, self.look.unit() * self.look.scale);
        let mut writer =
            png_encoder(writer, (pixels.width, pixels.height), self.look).write_header().map_err(failed)?;
        writer.write_image_data(&channels(&pixels.rgba, self.look)).map_err(failed)?;
        writer.finish().map_err(failed)
    }

    /// What this drawing and another one begin with, as pixels, so many in one of CSS.
    pub(super) fn base(&self, other: &Self, scale: f64) -> Base {
        Base::new(&self.scene, &other.scene, self.look, self.look.unit() * scale)
    }

    /// It as pixels, over what it has in common with others.
    pub(super) fn pixels(&self, base: &Base, scale: f64) -> Pixels {
        base.draw(&self.scene, self.look, self.look.unit() * scale)
    }
}

/// How many pixels there are from left to right and from top to bottom.
///
/// # Errors
/// If they are too many.
pub(super) fn pixel_size(layout: &Layout, look: &Appearance) -> Result<(usize, usize), FigureError> {
    let scale = look.unit() * look.scale;
    let (width, height) = (layout.size.0 * scale, layout.size.1 * scale);
    if width * height > MOST_PIXELS { Err(too_large(width, height)) } else { Ok(raster::size(layout.size, scale)) }
}

pub(super) fn too_large(width: f64, height: f64) -> FigureError {
    FigureError::Draw(format!("{width:.0} × {height:.0} pixels are too many"))
}

/// A PNG of this size in pixels.
pub(super) fn png_encoder<'w, W: Write>(
    writer: W,
    (width, height): (usize, usize),
    look: &Appearance,
) -> png::Encoder<'w, W> {
    let mut encoder = png::Encoder::new(writer, width as u32, height as u32);
    encoder.set_color(if has_paper(look) { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    // The resolution, for programs that ask for it: 96 pixels of CSS in an inch of 25.4 mm.
    let per_metre = (96.0 * look.scale / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    encoder
}

pub(super) fn failed(error: png::EncodingError) -> FigureError {
    FigureError::Draw(error.to_string())
}

fn has_paper(look: &Appearance) -> bool {
    look.theme != Theme::Transparent
}

/// The pixels without their opacity where that is 1.
pub(super) fn channels<'a>(rgba: &'a [u8], look: &Appearance) -> Cow<'a, [u8]> {
    if has_paper(look) {
        return rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    }
    Cow::Borrowed(rgba)
}
