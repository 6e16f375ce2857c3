//! Shapes and text in the language of TikZ.

use std::fmt::Write;

use super::super::appearance::{Appearance, PIXEL};
use super::super::style::Tint;
use super::geometry::Point;
use super::scene::{Align, Shape, Stroke, Text};
use super::svg::number;

/// A text of TikZ that is being written, with the colours that it names.
pub(super) struct Tikz<'a> {
    pub look: &'a Appearance,
    pub text: String,
    /// Colours by name.
    pub colors: Vec<(String, String)>,
    /// The name of the file, without its ending, and how many images there are beside it.
    pub name: &'a str,
    pub images: usize,
}

impl Tikz<'_> {
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// The name of a colour.
    pub(super) fn color(&mut self, tint: Tint) -> String {
        let css = self.look.rgb(tint).css();
        let digits = css.trim_start_matches('#').to_uppercase();
        let name = match super::svg::class(tint) {
            value if value.starts_with('#') => format!("v{digits}"),
            name => name,
        };
        if self.colors.iter().all(|(known, _)| *known != name) {
            self.colors.push((name.clone(), digits));
        }
        name
    }

    /// A length in points of PDF.
    pub(super) fn length(&self, units: f64) -> String {
        format!("{}bp", number(units * self.look.unit() * PIXEL.1))
    }

    /// The options of a stroke.
    pub(super) fn stroke(&mut self, stroke: &Stroke) -> String {
        let mut options = format!("color={}, line width={}", self.color(stroke.color), self.length(stroke.width));
        if !stroke.dash.is_empty() {
            let lengths = stroke.dash.iter().enumerate();
            let dashes = lengths
                .map(|(i, length)| format!("{} {}", if i % 2 == 0 { "on" } else { "off" }, self.length(*length)));
            write!(options, ", dash pattern={}", dashes.collect::<Vec<_>>().join(" ")).expect("it takes all text");
        }
        options
    }

    pub(super) fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Lines(lines, stroke) => {
                let options = self.stroke(stroke);
                let paths: Vec<String> = lines.iter().map(|line| path(line)).collect();
                self.line(format!("\\draw[{options}] {};", paths.join(" ")));
            }
            Shape::Area(points, color, opacity) => {
                let color = self.color(*color);
                let opacity =
                    if *opacity < 1.0 { format!(", fill opacity={}", number(*opacity)) } else { String::new() };
                self.line(format!("\\fill[fill={color}{opacity}] {} -- cycle;", path(points)));
            }
            Shape::Rectangle(frame, color) => {
                let color = self.color(*color);
                let (from, to) = (place((frame.left, frame.top)), place((frame.right, frame.bottom)));
                self.line(format!("\\fill[fill={color}] {from} rectangle {to};"));
            }
            Shape::Disc(at, radius, color) => {
                let (color, radius) = (self.color(*color), self.length(*radius));
                self.line(format!("\\fill[fill={color}] {} circle[radius={radius}];", place(*at)));
            }
            Shape::Text(text) => self.node(text),
            Shape::Image(image) => {
                self.images += 1;
                let (width, height) = (self.length(image.frame.width()), self.length(image.frame.height()));
                let at = place((image.frame.left, image.frame.top));
                let file = format!("{}-{}.png", self.name, self.images);
                self.line(format!(
                    "\\node[anchor=north west, inner sep=0] at {at} {{\\includegraphics[width={width}, height={height}]{{{file}}}}};"
                ));
            }
        }
    }

    /// The commands that set a size of the font.
    pub(super) fn font(&self, size: f64) -> String {
        let points = size * self.look.unit() * PIXEL.1;
        format!("\\fontsize{{{}bp}}{{{}bp}}\\selectfont", number(points), number(1.2 * points))
    }

    fn node(&mut self, text: &Text) {
        let anchor = match text.align {
            Align::Start => "base west",
            Align::Middle => "base",
            Align::End => "base east",
        };
        let turn = if text.is_upright { ", rotate=90" } else { "" };
        let (color, font) = (self.color(text.color), self.font(text.size));
        let content = latex(&text.content);
        self.line(format!(
            "\\node[anchor={anchor}, inner sep=0, text={color}, font={font}{turn}] at {} {{{content}}};",
            place(text.at)
        ));
    }
}

fn place((x, y): Point) -> String {
    format!("({},{})", number(x), number(y))
}

fn path(points: &[Point]) -> String {
    points.iter().map(|point| place(*point)).collect::<Vec<_>>().join(" -- ")
}

/// Text as LaTeX has it; `^{…}` raises.
pub(super) fn latex(text: &str) -> String {
    let mut latex = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("^{") {
        let (before, raised) = rest.split_at(at);
        latex.extend(before.chars().map(sign));
        let (inside, after) = raised[2..].split_once('}').unwrap_or((&raised[2..], ""));
        write!(latex, "$^{{{}}}$", inside.replace('\u{2212}', "-")).expect("it takes all text");
        rest = after;
    }
    latex.extend(rest.chars().map(sign));
    latex
}

/// A character as LaTeX has it.
fn sign(c: char) -> String {
    const GREEK: [(char, &str); 20] = [
        ('α', "alpha"),
        ('β', "beta"),
        ('γ', "gamma"),
        ('δ', "delta"),
        ('ε', "varepsilon"),
        ('η', "eta"),
        ('θ', "theta"),
        ('κ', "kappa"),
        ('λ', "lambda"),
        ('μ', "mu"),
        ('π', "pi"),
        ('ρ', "rho"),
        ('σ', "sigma"),
        ('τ', "tau"),
        ('φ', "varphi"),
        ('χ', "chi"),
        ('ψ', "psi"),
        ('ω', "omega"),
        ('Δ', "Delta"),
        ('Σ', "Sigma"),
    ];
    if let Some((_, name)) = GREEK.iter().find(|(letter, _)| *letter == c) {
        return format!("$\\{name}$");
    }
    match c {
        '\u{2212}' => "$-$".to_owned(),
        '\u{2080}'..='\u{2089}' => format!("$_{}$", u32::from(c) - 0x2080),
        '\u{2070}' | '\u{2074}'..='\u{2079}' => format!("$^{}$", u32::from(c) - 0x2070),
        '¹' => "$^1$".to_owned(),
        '²' => "$^2$".to_owned(),
        '³' => "$^3$".to_owned(),
        '\u{207b}' => "$^-$".to_owned(),
        '×' => "$\\times$".to_owned(),
        '±' => "$\\pm$".to_owned(),
        '≤' => "$\\le$".to_owned(),
        '≥' => "$\\ge$".to_owned(),
        '≈' => "$\\approx$".to_owned(),
        '½' => "$\\frac12$".to_owned(),
        '√' => "$\\surd$".to_owned(),
        '∞' => "$\\infty$".to_owned(),
        '–' => "--".to_owned(),
        '—' => "---".to_owned(),
        '…' => "\\dots{}".to_owned(),
        '<' => "$<$".to_owned(),
        '>' => "$>$".to_owned(),
        '|' => "$|$".to_owned(),
        '\\' => "\\textbackslash{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        '#' | '$' | '%' | '&' | '_' | '{' | '}' => format!("\\{c}"),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_those_of_latex() {
        assert_eq!(latex("5 % of β₂ = 10^{−3} & more"), "5 \\% of $\\beta$$_2$ = 10$^{-3}$ \\& more");
    }
}
