//! `--frames`: figures that move.

use clap::Args;

use super::{CliError, tell};
use crate::figure::{FigureError, Film, Format, Moving};
use crate::spec::{Figure, Study};
use crate::sweep::chart;

/// How many pictures there are, and how many are seen in a second, unless that is asked for.
const FRAMES: &str = "60";
const PER_SECOND: u16 = 12;

/// The least and the most pixels in one of CSS.
const SCALES: (f64, f64) = (0.25, 4.0);

/// A kind of file, of a figure as it is or as it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Still(Format),
    Moving(Moving),
}

impl Kind {
    pub fn parse(name: &str) -> Result<Self, String> {
        let still = Format::NAMES.map(|(name, format)| (name, Self::Still(format)));
        let moving = Moving::NAMES.map(|(name, format)| (name, Self::Moving(format)));
        named(&still.into_iter().chain(moving).collect::<Vec<_>>(), name)
    }
}

/// What is called `name`, or what there is.
pub(super) fn named<T: Copy>(all: &[(&str, T)], name: &str) -> Result<T, String> {
    let names = || all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let found = all.iter().find(|(known, _)| *known == name);
    found.map(|(_, one)| *one).ok_or_else(|| format!("expected one of {}", names()))
}

/// A figure that moves: trajectories that are walked, curves that are being drawn.
#[derive(Debug, Args)]
#[command(next_help_heading = "A figure that moves")]
pub(super) struct Frames {
    /// Draw figures as they came about: N numbered files of each in a folder of its name, and one file that plays
    /// [default N: 60].
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = FRAMES,
        value_parser = clap::value_parser!(u16).range(2..=999)
    )]
    frames: Option<u16>,
    /// How many frames are seen in a second; the last one stays for two [default: 12].
    #[arg(long, value_name = "N", requires = "frames", value_parser = clap::value_parser!(u16).range(1..=50))]
    fps: Option<u16>,
    /// Pixels of the file that plays in one of CSS, 1/96 inch [default: 1, 1280 on a slide].
    #[arg(long, value_name = "X", requires = "frames", value_parser = scale)]
    scale: Option<f64>,
}

fn scale(text: &str) -> Result<f64, String> {
    let (least, most) = SCALES;
    let scale = text.parse().ok().filter(|scale| (least..=most).contains(scale));
    scale.ok_or_else(|| format!("expected a number from {least} to {most}"))
}

impl Frames {
    pub fn are_asked_for(&self) -> bool {
        self.frames.is_some()
    }

    /// The film that is asked for, if one is; of these kinds of files, or else a GIF.
    ///
    /// # Errors
    ///
    /// If a kind of file is one that plays and no film is asked for.
    pub fn film(&self, kinds: &[Kind]) -> Result<Option<Film>, CliError> {
        let moving = kinds.iter().filter_map(|kind| if let Kind::Moving(moving) = kind { Some(*moving) } else { None });
        let mut formats: Vec<Moving> = Vec::new();
        moving.for_each(|format| formats.extend((!formats.contains(&format)).then_some(format)));
        let Some(frames) = self.frames else {
            return formats.first().map_or(Ok(None), |format| Err(CliError::NoFrames(format.name())));
        };
        if formats.is_empty() {
            formats.push(Moving::Gif);
        }
        let per_second = self.fps.unwrap_or(PER_SECOND);
        Ok(Some(Film { frames, per_second, formats, scale: self.scale.unwrap_or(1.0) }))
    }
}

/// Leaves out the figures of a study that do not move, and says so.
///
/// # Errors
///
/// If none does.
pub(super) fn keep_moving(study: &mut Study) -> Result<(), FigureError> {
    let figures = match study {
        Study::Sweep(spec) => &mut spec.figures,
        Study::Drawing(drawing) => &mut drawing.figures,
    };
    let (moving, still): (Vec<Figure>, Vec<Figure>) = figures.drain(..).partition(|figure| chart(figure).moves());
    if let (true, Some(first)) = (moving.is_empty(), still.first()) {
        return chart(first).check_moves();
    }
    still.iter().for_each(|figure| {
        tell(format_args!(
            "{} is left out: a figure of kind `{}` does not move",
            chart(figure).name(),
            figure.kind.name
        ));
    });
    *figures = moving;
    Ok(())
}
