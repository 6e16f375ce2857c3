//! Inputs that are nearly right: a few changes to one that is.

use thalweg::random::Stream;

/// What programs trip over.
const TOKENS: [&str; 44] = [
    "0",
    "-0.0",
    "1",
    "-1",
    "2",
    "1e308",
    "-1e308",
    "1e-320",
    "1e30",
    "0.5",
    "nan",
    "inf",
    "-inf",
    "NaN",
    "18446744073709551616",
    "9223372036854775807",
    "4294967296",
    "65536",
    "1000000",
    "\"\"",
    "\"full\"",
    "true",
    "[]",
    "{}",
    "[[",
    "]",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "\r\n",
    "\"",
    "#",
    "[[optimizer]]",
    "[record]",
    "{ log = [1e-3, 1], points = 3 }",
    "{ from = 3, count = 2 }",
    "α",
    "\u{feff}",
    "\0",
    "kind = \"adam\"\n",
    "seed = \"trial\"\n",
    "samples = 3\n",
];

/// A number below `n`.
pub fn below(random: &mut Stream, n: usize) -> usize {
    random.below(n as u64) as usize
}

/// One of several things.
pub fn pick<'a, T>(random: &mut Stream, of: &'a [T]) -> &'a T {
    &of[below(random, of.len())]
}

/// Bytes with one to four changes; sometimes none.
pub fn mutated(random: &mut Stream, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..below(random, 5) {
        change(random, &mut bytes);
    }
    bytes
}

/// A text with changes that leave it one.
pub fn mutated_text(random: &mut Stream, text: &str) -> String {
    String::from_utf8_lossy(&mutated(random, text.as_bytes())).into_owned()
}

fn change(random: &mut Stream, bytes: &mut Vec<u8>) {
    let at = below(random, bytes.len() + 1);
    let end = (at + 1 + below(random, 40)).min(bytes.len());
    match below(random, 9) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        3 => {
            let byte = random.below(256) as u8;
            bytes.get_mut(at).into_iter().for_each(|place| *place = byte);
        }
        4 => {
            let bit = random.below(8);
            bytes.get_mut(at).into_iter().for_each(|place| *place ^= 1 << bit);
        }
        5 => drop(bytes.splice(at..at, pick(random, &TOKENS).bytes())),
        6 => {
            // A line twice, gone, or elsewhere.
            let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if lines.is_empty() {
                return;
            }
            let line = lines[below(random, lines.len())].clone();
            let place = below(random, lines.len());
            match below(random, 3) {
                0 => lines.insert(place, line),
                1 => drop(lines.remove(place)),
                _ => lines[place] = line,
            }
            *bytes = lines.concat();
        }
        // A number or a word becomes another, which is the likeliest to be read to its end.
        _ => replace_word(random, bytes),
    }
}

fn replace_word(random: &mut Stream, bytes: &mut Vec<u8>) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_+\"".contains(byte);
    let starts: Vec<usize> =
        (0..bytes.len()).filter(|&at| is_word(&bytes[at]) && (at == 0 || !is_word(&bytes[at - 1]))).collect();
    if starts.is_empty() {
        return;
    }
    let start = *pick(random, &starts);
    let end = bytes[start..].iter().position(|byte| !is_word(byte)).map_or(bytes.len(), |length| start + length);
    let word = if random.below(2) == 0 {
        pick(random, &TOKENS).as_bytes().to_vec()
    } else {
        let other = *pick(random, &starts);
        bytes[other..].iter().copied().take_while(is_word).collect()
    };
    bytes.splice(start..end, word);
}
