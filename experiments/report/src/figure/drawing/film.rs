//! Figures that move, as numbered files and as files that play.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::appearance::{Appearance, Theme};
use super::super::axis::Scale;
use super::super::error::FigureError;
use super::super::options::Options;
use super::super::panels::Facets;
use super::super::picture::{Panel, Picture};
use super::super::{Chart, Data, Tables, Times};
use super::apng::Apng;
use super::gif::Gif;
use super::layout::Layout;
use super::output::{Drawing, pixel_size};
use super::patch::Patch;
use super::raster::{Base, Pixels};
use super::{stems, write};

/// How long each picture of a film is seen is counted in parts of a second, of which there are so many.
pub(super) const HUNDREDTHS: u16 = 100;

/// How long the last picture of a film is seen, in hundredths of a second.
const PAUSE: u16 = 2 * HUNDREDTHS;

/// Digits in the names of numbered files.
const DIGITS: usize = 3;

/// A kind of file that plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moving {
    /// 256 colours a picture, for slides and browsers.
    Gif,
    /// All colours, for browsers.
    Apng,
}

impl Moving {
    /// All of them, by name, which is also the ending of their files.
    pub const NAMES: [(&'static str, Self); 2] = [("gif", Self::Gif), ("apng", Self::Apng)];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, moving)| *moving == self).map_or("", |(name, _)| name)
    }
}

/// How a figure moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// How many pictures there are; the last one is the figure.
    pub frames: u16,
    /// How many are seen in a second, but for the last one, which stays.
    pub per_second: u16,
    /// The kinds of files that play.
    pub formats: Vec<Moving>,
    /// Pixels of these in a pixel of CSS, in place of [`Appearance::scale`].
    pub scale: f64,
}

/// A file that plays, to which one picture after the other is added.
pub(super) trait Movie {
    /// Adds the next picture, which differs from the one before in a patch and is seen for so many hundredths of a second.
    fn add(
        &mut self,
        patch: &Patch,
        before: Option<&Pixels>,
        after: &Pixels,
        hundredths: u16,
    ) -> Result<(), FigureError>;

    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<(), FigureError>;
}

impl Film {
    /// For how many hundredths of a second a picture is seen, so that all before it are seen for as long as they should be.
    fn delay(&self, frame: usize) -> u16 {
        let end = |frame: usize| (frame * usize::from(HUNDREDTHS)) / usize::from(self.per_second.max(1));
        if frame + 1 == usize::from(self.frames) { PAUSE } else { (end(frame + 1) - end(frame)) as u16 }
    }
}

/// Draws a chart as it was at one moment after the other: in a folder of its name in `folder` as numbered files of the kinds that
/// its look asks for, and beside that folder as one file of each kind that plays; the paths of what was written.
///
/// # Errors
/// If it does not move, if there is nothing to show, or too much, or a file cannot be written.
pub fn film(
    chart: &Chart,
    tables: &Tables<'_>,
    folder: &Path,
    look: &Appearance,
    film: &Film,
) -> Result<Vec<PathBuf>, FigureError> {
    chart.check_moves()?;
    if look.theme == Theme::Transparent && film.formats.contains(&Moving::Gif) {
        let reason = "pixels of a GIF are transparent or not, and edges partly so: an APNG has both";
        return Err(FigureError::Draw(reason.to_owned()));
    }
    let stems = stems(chart, tables);
    let files =
        chart.each(tables, |chart, data| Reel { chart, data, look, film, folder, stem: stems(data.problem) }.draw())?;
    Ok(files.into_iter().flat_map(|(_, files)| files).collect())
}

/// When there is something new to be seen.
fn times(chart: &Chart, data: &Data<'_>) -> Result<Times, FigureError> {
    let nothing = || Times::new(Scale::Linear, []);
    let Some(times) = chart.kind.times else { return Ok(nothing()) };
    let Some(facets) = Facets::of(chart) else { return times(chart, data) };
    let subsets = facets.subsets(data.configurations);
    let all = subsets.iter().map(|configurations| times(chart, &Data { configurations, ..*data }));
    Ok(Times::union(all.collect::<Result<Vec<_>, _>>()?).unwrap_or_else(nothing))
}

/// A film of one problem.
struct Reel<'a> {
    chart: &'a Chart,
    data: &'a Data<'a>,
    look: &'a Appearance,
    film: &'a Film,
    folder: &'a Path,
    stem: String,
}

impl Reel<'_> {
    fn draw(&self) -> Result<Vec<PathBuf>, FigureError> {
        let Self { chart, data, look, film, .. } = *self;
        let whole = self.shown(f64::INFINITY)?;
        let layout = Layout::of(&whole, look);
        let times: Vec<(usize, f64)> =
            times(chart, data)?.spread(usize::from(film.frames)).into_iter().enumerate().collect();
        let Some((_, last)) = times.last().copied() else {
            return Err(FigureError::NoData { kind: chart.kind().name, reason: "nothing happens".to_owned() });
        };
        let playing = Appearance { scale: film.scale, ..look.clone() };
        let mut files: Vec<Vec<u8>> = vec![Vec::new(); film.formats.len()];
        let mut movies = Movies::new(&mut files, &layout, film, &playing)?;
        let base = (!film.formats.is_empty()).then(|| self.base(&whole, &layout, times[0].1)).transpose()?;
        let mut written = Vec::new();
        // Where nothing happens from one to the next, they are one drawing.
        for alike in times.chunk_by(|(_, one), (_, other)| one == other) {
            let picture = match alike[0].1 {
                moment if moment < last => self.picture(&whole, moment)?,
                _ => whole.clone(),
            };
            let drawing = Drawing::laid_out(&picture, layout.clone(), look)?;
            for (frame, _) in alike {
                written.extend(self.write_numbered(&drawing, *frame)?);
            }
            if let Some(base) = &base {
                movies.add(alike.iter().map(|(frame, _)| *frame), drawing.pixels(base, film.scale))?;
            }
        }
        movies.finish()?;
        self.remove_longer()?;
        for (format, bytes) in film.formats.iter().zip(files) {
            written.push(write(self.folder.join(format!("{}.{}", self.stem, format.name())), &bytes)?);
        }
        Ok(written)
    }

    /// The picture as it was at a moment.
    fn shown(&self, moment: f64) -> Result<Picture, FigureError> {
        let options = Options { until: Some(moment), ..self.chart.options.clone() };
        self.chart.clone().with(options).picture(self.data)
    }

    /// The picture as it was at a moment, with all that stands around the `whole`.
    fn picture(&self, whole: &Picture, moment: f64) -> Result<Picture, FigureError> {
        let shown = self.shown(moment)?.panels;
        let layers = |(own, shown): (&Panel, Panel)| Panel { layers: shown.layers, ..own.clone() };
        Ok(Picture { panels: whole.panels.iter().zip(shown).map(layers).collect(), ..whole.clone() })
    }

    /// What all frames have in common: what the first and the last have.
    fn base(&self, whole: &Picture, layout: &Layout, first: f64) -> Result<Base, FigureError> {
        let first = self.picture(whole, first)?;
        let drawing = |picture| Drawing::laid_out(picture, layout.clone(), self.look);
        Ok(drawing(whole)?.base(&drawing(&first)?, self.film.scale))
    }

    /// The folder of the numbered files.
    fn own_folder(&self) -> PathBuf {
        self.folder.join(&self.stem)
    }

    /// Removes the numbered files that a longer film left behind, of the kinds that this one has.
    fn remove_longer(&self) -> Result<(), FigureError> {
        let prefix = format!("{}-", self.stem);
        for entry in fs::read_dir(self.own_folder()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_own = |name: &&str| self.look.endings().any(|ending| name.ends_with(&format!(".{ending}")));
            let rest = name.to_str().filter(is_own).and_then(|name| name.strip_prefix(&prefix));
            let number = rest.and_then(|rest| rest.split(['.', '-']).next()).filter(|digits| digits.len() == DIGITS);
            if number.and_then(|digits| digits.parse::<u16>().ok()).is_some_and(|number| number > self.film.frames) {
                let failed = |source| FigureError::Write { path: entry.path(), source };
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Writes the files of one picture.
    fn write_numbered(&self, drawing: &Drawing<'_>, frame: usize) -> Result<Vec<PathBuf>, FigureError> {
        let folder = self.own_folder();
        let stem = format!("{}-{:0DIGITS$}", self.stem, frame + 1);
        let mut written = Vec::new();
        for format in &self.look.formats {
            fs::create_dir_all(&folder).map_err(|source| FigureError::Write { path: folder.clone(), source })?;
            for (name, bytes) in drawing.files(&stem, *format)? {
                written.push(write(folder.join(name), &bytes)?);
            }
        }
        Ok(written)
    }
}

/// The files that play, and the pixels that they show.
struct Movies<'a> {
    all: Vec<Box<dyn Movie + 'a>>,
    film: &'a Film,
    before: Option<Pixels>,
}

impl<'a> Movies<'a> {
    fn new(
        files: &'a mut [Vec<u8>],
        layout: &Layout,
        film: &'a Film,
        look: &'a Appearance,
    ) -> Result<Self, FigureError> {
        if film.formats.is_empty() {
            return Ok(Self { all: Vec::new(), film, before: None });
        }
        let size = pixel_size(layout, look)?;
        let movie = |(format, file): (&Moving, &'a mut Vec<u8>)| -> Result<Box<dyn Movie + 'a>, FigureError> {
            Ok(match format {
                Moving::Gif => Box::new(Gif::new(file, size)?),
                Moving::Apng => Box::new(Apng::new(file, size, film.frames, look)?),
            })
        };
        let all = film.formats.iter().zip(files).map(movie).collect::<Result<_, _>>()?;
        Ok(Self { all, film, before: None })
    }

    /// Adds these pixels for each of these frames.
    fn add(&mut self, frames: impl Iterator<Item = usize>, pixels: Pixels) -> Result<(), FigureError> {
        let mut before = self.before.as_ref();
        for frame in frames {
            let patch = before.map_or_else(|| Patch::whole(&pixels), |before| Patch::between(before, &pixels));
            for movie in &mut self.all {
                movie.add(&patch, before, &pixels, self.film.delay(frame))?;
            }
            before = Some(&pixels);
        }
        self.before = Some(pixels);
        Ok(())
    }

    fn finish(self) -> Result<(), FigureError> {
        self.all.into_iter().try_for_each(Movie::finish)
    }
}
