//! A drawing as PDF: shapes, and text with its font.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::super::appearance::{Appearance, PIXEL, Theme};
use super::super::colors::Rgb;
use super::super::style::Tint;
use super::geometry::{Frame, Point};
use super::scene::{Align, Image, Item, Scene, Shape, Stroke, Text};
use super::text;

const FONT: Name<'_> = Name(b"Arimo");
const SYSTEM: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// How far the handles of a quarter of a circle are, in radii.
const HANDLE: f64 = 0.552_284_75;

/// The drawing as PDF. The same drawing gives the same bytes: it has no date, and no number of its own.
pub(super) fn write(scene: &Scene, title: &str, look: &Appearance) -> Vec<u8> {
    let mut page = Page::new(scene, look);
    page.draw(scene);
    page.finish(scene, title)
}

/// Numbers of the objects that are there once; those of images follow.
const CATALOG: i32 = 1;
const PAGES: i32 = 2;
const PAGE: i32 = 3;
const INFO: i32 = 4;
const CONTENT: i32 = 5;
const TYPE0: i32 = 6;
const CID: i32 = 7;
const DESCRIPTOR: i32 = 8;
const FILE: i32 = 9;
const UNICODE: i32 = 10;

struct Page<'a> {
    look: &'a Appearance,
    content: Content,
    /// Characters by the numbers of their glyphs.
    glyphs: BTreeMap<u16, char>,
    /// Hundredths of opacity that are used.
    opacities: Vec<u8>,
    images: Vec<&'a Image>,
    height: f64,
}

/// Points of PDF in a unit of the layout.
fn scale(look: &Appearance) -> f64 {
    look.unit() * PIXEL.1
}

impl<'a> Page<'a> {
    fn new(scene: &Scene, look: &'a Appearance) -> Self {
        let mut content = Content::new();
        let scale = scale(look) as f32;
        content.transform([scale, 0.0, 0.0, scale, 0.0, 0.0]);
        let height = scene.height;
        Self { look, content, glyphs: BTreeMap::new(), opacities: Vec::new(), images: Vec::new(), height }
    }

    fn draw(&mut self, scene: &'a Scene) {
        self.content.set_line_join(pdf_writer::types::LineJoinStyle::RoundJoin);
        if self.look.theme != Theme::Transparent {
            self.fill(Tint::Paper);
            self.content.rect(0.0, 0.0, scene.width as f32, scene.height as f32).fill_nonzero();
        }
        for item in &scene.items {
            let Item::Shape(_, shape) = item else { continue };
            match shape {
                Shape::Lines(lines, stroke) => self.lines(lines, stroke),
                Shape::Area(points, color, opacity) => self.area(points, *color, *opacity),
                Shape::Rectangle(frame, color) => {
                    self.fill(*color);
                    let Frame { left, bottom, .. } = *frame;
                    let (x, y) = self.at((left, bottom));
                    self.content.rect(x, y, frame.width() as f32, frame.height() as f32).fill_nonzero();
                }
                Shape::Disc(at, radius, color) => self.disc(*at, *radius, *color),
                Shape::Text(text) => self.text(text),
                Shape::Image(image) => self.image(image),
            }
        }
    }

    fn at(&self, (x, y): Point) -> (f32, f32) {
        (x as f32, (self.height - y) as f32)
    }

    fn fill(&mut self, color: Tint) {
        let [r, g, b] = shares(self.look.rgb(color));
        self.content.set_fill_rgb(r, g, b);
    }

    fn path(&mut self, points: &[Point]) {
        for (i, point) in points.iter().enumerate() {
            let (x, y) = self.at(*point);
            if i == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
    }

    fn lines(&mut self, lines: &[Vec<Point>], stroke: &Stroke) {
        let [r, g, b] = shares(self.look.rgb(stroke.color));
        self.content.set_stroke_rgb(r, g, b).set_line_width(stroke.width as f32);
        self.content.set_dash_pattern(stroke.dash.iter().map(|length| *length as f32), 0.0);
        lines.iter().for_each(|line| self.path(line));
        self.content.stroke();
    }

    fn area(&mut self, points: &[Point], color: Tint, opacity: f64) {
        self.content.save_state();
        let hundredths = (100.0 * opacity).round() as u8;
        if hundredths < 100 {
            if !self.opacities.contains(&hundredths) {
                self.opacities.push(hundredths);
            }
            self.content.set_parameters(Name(format!("A{hundredths}").as_bytes()));
        }
        self.fill(color);
        self.path(points);
        self.content.close_path().fill_nonzero().restore_state();
    }

    fn disc(&mut self, (x, y): Point, r: f64, color: Tint) {
        self.fill(color);
        let h = HANDLE * r;
        let place = |dx: f64, dy: f64| self.at((x + dx, y + dy));
        let quarters = [
            [(r, h), (h, r), (0.0, r)],
            [(-h, r), (-r, h), (-r, 0.0)],
            [(-r, -h), (-h, -r), (0.0, -r)],
            [(h, -r), (r, -h), (r, 0.0)],
        ]
        .map(|ends| ends.map(|(dx, dy)| place(dx, dy)));
        let start = place(r, 0.0);
        self.content.move_to(start.0, start.1);
        for [a, b, end] in quarters {
            self.content.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
        }
        self.content.close_path().fill_nonzero();
    }

    fn text(&mut self, text: &Text) {
        self.fill(text.color);
        let pieces = text::pieces(&text.content, text.size);
        let total: f64 = pieces.iter().map(text::piece_width).sum();
        let mut along = match text.align {
            Align::Start => 0.0,
            Align::Middle => -total / 2.0,
            Align::End => -total,
        };
        let (x, y) = self.at(text.at);
        for piece in pieces {
            let (along32, raise) = (along as f32, piece.raise as f32);
            let matrix = if text.is_upright {
                [0.0, 1.0, -1.0, 0.0, x - raise, y + along32]
            } else {
                [1.0, 0.0, 0.0, 1.0, x + along32, y + raise]
            };
            let set = text::set(piece.text);
            self.glyphs.extend(set.iter().map(|glyph| (glyph.number, glyph.character)));
            self.content.begin_text().set_font(FONT, piece.size as f32).set_text_matrix(matrix);
            let mut shown = self.content.show_positioned();
            let mut items = shown.items();
            for glyph in &set {
                // What glyphs of a pair come closer to each other, in thousandths of an em.
                if glyph.kerning != 0.0 {
                    items.adjust((-1000.0 * glyph.kerning) as f32);
                }
                items.show(Str(&glyph.number.to_be_bytes()));
            }
            items.finish();
            shown.finish();
            self.content.end_text();
            along += text::piece_width(&piece);
        }
    }

    fn image(&mut self, image: &'a Image) {
        let Frame { left, bottom, .. } = image.frame;
        let (x, y) = self.at((left, bottom));
        let (width, height) = (image.frame.width() as f32, image.frame.height() as f32);
        let name = format!("I{}", self.images.len());
        self.images.push(image);
        self.content.save_state().transform([width, 0.0, 0.0, height, x, y]);
        self.content.x_object(Name(name.as_bytes())).restore_state();
    }

    fn finish(self, scene: &Scene, title: &str) -> Vec<u8> {
        let Self { look, content, glyphs, opacities, images, .. } = self;
        let [catalog, pages, page, info, content_at, font] = [CATALOG, PAGES, PAGE, INFO, CONTENT, TYPE0].map(Ref::new);
        let image_at = |index: usize| Ref::new(UNICODE + 1 + index as i32);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.document_info(info).title(TextStr(&text::plain(title))).producer(TextStr("Thalweg"));
        pdf.pages(pages).kids([page]).count(1);
        let scale = scale(look);
        let mut leaf = pdf.page(page);
        let (width, height) = ((scene.width * scale) as f32, (scene.height * scale) as f32);
        leaf.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(content_at);
        let mut resources = leaf.resources();
        resources.fonts().pair(FONT, font);
        let mut objects = resources.x_objects();
        (0..images.len()).for_each(|index| {
            objects.pair(Name(format!("I{index}").as_bytes()), image_at(index));
        });
        objects.finish();
        let mut states = resources.ext_g_states();
        for hundredths in opacities {
            let mut state = states
                .insert(Name(format!("A{hundredths}").as_bytes()))
                .start::<pdf_writer::writers::ExtGraphicsState<'_>>();
            state.non_stroking_alpha(f32::from(hundredths) / 100.0);
        }
        states.finish();
        resources.finish();
        leaf.finish();
        let packed = pack(content.finish().as_slice());
        pdf.stream(content_at, &packed).filter(Filter::FlateDecode);
        write_font(&mut pdf, &glyphs);
        for (index, image) in images.into_iter().enumerate() {
            let pixels: Vec<u8> = image.pixels.iter().flat_map(|tint| bytes(look.rgb(*tint))).collect();
            let packed = pack(&pixels);
            let mut object = pdf.image_xobject(image_at(index), &packed);
            object.filter(Filter::FlateDecode);
            object
                .width(image.columns as i32)
                .height((image.pixels.len() / image.columns) as i32)
                .bits_per_component(8);
            object.color_space().device_rgb();
        }
        pdf.finish()
    }
}

/// The font with the widths of its glyphs, and what the glyphs mean.
fn write_font(pdf: &mut Pdf, glyphs: &BTreeMap<u16, char>) {
    let [font, cid, descriptor, file, unicode] = [TYPE0, CID, DESCRIPTOR, FILE, UNICODE].map(Ref::new);
    pdf.type0_font(font)
        .base_font(FONT)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(unicode);
    let mut own = pdf.cid_font(cid);
    own.subtype(CidFontType::Type2).base_font(FONT).system_info(SYSTEM).font_descriptor(descriptor);
    own.cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = own.widths();
    for number in glyphs.keys() {
        widths.consecutive(*number, [(1000.0 * text::advance(*number)) as f32]);
    }
    widths.finish();
    own.finish();
    // Of Arimo, in thousandths of an em.
    pdf.font_descriptor(descriptor)
        .name(FONT)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-544.0, -303.0, 1302.0, 980.0))
        .italic_angle(0.0)
        .ascent(905.0)
        .descent(-212.0)
        .cap_height(688.0)
        .stem_v(80.0)
        .font_file2(file);
    let packed = pack(text::ARIMO_FILE);
    let mut stream = pdf.stream(file, &packed);
    stream.filter(Filter::FlateDecode).pair(Name(b"Length1"), text::ARIMO_FILE.len() as i32);
    stream.finish();
    let mut map = UnicodeCmap::<u16>::new(Name(b"Arimo-Unicode"), SYSTEM);
    glyphs.iter().for_each(|(number, character)| map.pair(*number, *character));
    let map = pack(map.finish().as_slice());
    pdf.stream(unicode, &map).filter(Filter::FlateDecode);
}

fn bytes(Rgb(r, g, b): Rgb) -> [u8; 3] {
    [r, g, b]
}

fn shares(color: Rgb) -> [f32; 3] {
    bytes(color).map(|channel| f32::from(channel) / 255.0)
}

/// Bytes made smaller, in the same way on every machine.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("a Vec takes all bytes");
    encoder.finish().expect("a Vec takes all bytes")
}
