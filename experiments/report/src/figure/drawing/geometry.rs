//! Lines and areas within a chart: cutting at its edges, dashes, and no more points than can be seen.

/// A place on the drawing, in CSS pixels from its upper left corner.
pub(super) type Point = (f64, f64);

/// A rectangle; `top` is the smaller ordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn holds(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// The pieces of a line that lie in the frame.
pub(super) fn clip_line(points: &[Point], frame: &Frame) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut joined = false;
    for pair in points.windows(2) {
        let Some((start, end)) = clip_segment(pair[0], pair[1], frame) else {
            joined = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if joined => piece.push(end),
            _ => pieces.push(vec![start, end]),
        }
        joined = end == pair[1];
    }
    pieces
}

/// The part of a segment within the frame (Liang and Barsky 1984).
fn clip_segment(a: Point, b: Point, frame: &Frame) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let sides = [(-dx, a.0 - frame.left), (dx, frame.right - a.0), (-dy, a.1 - frame.top), (dy, frame.bottom - a.1)];
    for (towards, distance) in sides {
        if towards == 0.0 {
            if distance < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            enter = enter.max(distance / towards);
        } else {
            leave = leave.min(distance / towards);
        }
    }
    if enter > leave {
        return None;
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    Some((if enter > 0.0 { at(enter) } else { a }, if leave < 1.0 { at(leave) } else { b }))
}

/// The part of an area within the frame (Sutherland and Hodgman 1974).
pub(super) fn clip_area(points: &[Point], frame: &Frame) -> Vec<Point> {
    type Distance = fn(&Frame, Point) -> f64;
    let sides: [Distance; 4] = [
        |frame, point| point.0 - frame.left,
        |frame, point| frame.right - point.0,
        |frame, point| point.1 - frame.top,
        |frame, point| frame.bottom - point.1,
    ];
    let mut area = points.to_vec();
    for side in sides {
        let mut kept = Vec::with_capacity(area.len() + 4);
        for (i, &b) in area.iter().enumerate() {
            let a = area[if i == 0 { area.len() - 1 } else { i - 1 }];
            let (from, to) = (side(frame, a), side(frame, b));
            if (from < 0.0) != (to < 0.0) {
                let t = from / (from - to);
                kept.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
            }
            if to >= 0.0 {
                kept.push(b);
            }
        }
        area = kept;
    }
    area
}

/// The dashes of a line, `pattern` being the lengths of dash, gap, dash, gap and so on; the line itself without a
/// pattern.
pub(super) fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let Some((&start, rest)) = points.split_first() else { return Vec::new() };
    if pattern.is_empty() {
        return vec![points.to_vec()];
    }
    let mut pieces = Vec::new();
    let mut piece = vec![start];
    let mut at = start;
    let mut which = 0;
    let mut left = pattern[0];
    for &end in rest {
        loop {
            let (dx, dy) = (end.0 - at.0, end.1 - at.1);
            let distance = libm::sqrt(dx * dx + dy * dy);
            if distance < left {
                left -= distance;
                at = end;
                piece.push(at);
                break;
            }
            at = (at.0 + dx * left / distance, at.1 + dy * left / distance);
            piece.push(at);
            if which % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![at];
            which = (which + 1) % pattern.len();
            left = pattern[which];
        }
    }
    if which % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// The same line to the eye with few points: of those in a column of a quarter pixel, the first, lowest, highest and
/// last.
pub(super) fn thin(points: &[Point]) -> Vec<Point> {
    kept(points).into_iter().map(|index| points[index]).collect()
}

/// The numbers of the points that [`thin`] keeps.
pub(super) fn kept(points: &[Point]) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut start = 0;
    for column in points.chunk_by(|a, b| (a.0 * 4.0).floor() == (b.0 * 4.0).floor()) {
        let first = start;
        start += column.len();
        if column.len() <= 4 {
            kept.extend(first..start);
            continue;
        }
        let last = column.len() - 1;
        let by_height = |&a: &usize, &b: &usize| column[a].1.total_cmp(&column[b].1);
        let mut extremes =
            [0, (0..=last).min_by(by_height).unwrap_or(0), (0..=last).max_by(by_height).unwrap_or(0), last];
        extremes.sort_unstable();
        kept.extend(extremes.map(|index| first + index));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn lines_end_at_the_edges() {
        let through = clip_line(&[(-10.0, 5.0), (20.0, 5.0)], &FRAME);
        assert_eq!(through, [vec![(0.0, 5.0), (10.0, 5.0)]]);
        let out_and_in = clip_line(&[(1.0, 5.0), (2.0, 15.0), (3.0, 5.0), (4.0, 5.0)], &FRAME);
        assert_eq!(out_and_in, [vec![(1.0, 5.0), (1.5, 10.0)], vec![(2.5, 10.0), (3.0, 5.0), (4.0, 5.0)]]);
        assert!(clip_line(&[(-1.0, 0.0), (-1.0, 9.0)], &FRAME).is_empty());
        assert!(clip_line(&[(1.0, 1.0)], &FRAME).is_empty());
    }

    #[test]
    fn areas_end_at_the_edges() {
        let area = clip_area(&[(2.0, -5.0), (4.0, -5.0), (4.0, 5.0), (2.0, 5.0)], &FRAME);
        assert_eq!(area.len(), 4);
        assert!(area.iter().all(|&point| FRAME.holds(point)));
        assert!(clip_area(&[(-2.0, 1.0), (-1.0, 1.0), (-1.0, 2.0)], &FRAME).is_empty());
        assert!(clip_area(&[], &FRAME).is_empty());
    }

    #[test]
    fn dashes_follow_corners() {
        let pieces = dashes(&[(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)], &[4.0, 1.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 2.0), (3.0, 3.0)]]);
        assert_eq!(dashes(&[(0.0, 0.0), (3.0, 0.0)], &[]).len(), 1);
        assert!(dashes(&[], &[1.0, 1.0]).is_empty());
        assert!(dashes(&[(1.0, 1.0), (1.0, 1.0)], &[4.0, 1.0]).len() <= 1);
    }

    #[test]
    fn a_thinned_line_keeps_its_peaks() {
        let points: Vec<Point> = (0..1000).map(|i| (f64::from(i) * 1e-4, f64::from(i * i % 7))).collect();
        let thinned = thin(&points);
        assert_eq!(thinned.len(), 4);
        assert_eq!((thinned[0], thinned[3]), (points[0], points[999]));
        assert!([0.0, 4.0].iter().all(|height| thinned.iter().any(|point| point.1 == *height)));
    }
}
