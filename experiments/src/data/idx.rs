//! IDX files, the format of MNIST: an array of numbers behind a short header.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::{Dataset, Targets};
use crate::spec::{Idx, InputError, MAX_NUMBERS, Spec};

/// The elements of an IDX file.
#[derive(Clone, Debug, PartialEq)]
pub struct Elements {
    /// The size of each dimension; the first counts the examples.
    pub sizes: Vec<usize>,
    /// The elements in file order: the last dimension moves fastest.
    pub numbers: Vec<f64>,
    /// Whether they are integers by their type.
    pub integers: bool,
}

/// A type of elements: its code, its size in bytes, whether it is an integer, and how it is read.
struct Type {
    code: u8,
    bytes: usize,
    integer: bool,
    read: fn(&[u8]) -> f64,
}

/// All types, big-endian.
const TYPES: [Type; 6] = [
    Type { code: 0x08, bytes: 1, integer: true, read: |b| f64::from(b[0]) },
    Type { code: 0x09, bytes: 1, integer: true, read: |b| f64::from(b[0].cast_signed()) },
    Type { code: 0x0b, bytes: 2, integer: true, read: |b| f64::from(i16::from_be_bytes([b[0], b[1]])) },
    Type { code: 0x0c, bytes: 4, integer: true, read: |b| f64::from(i32::from_be_bytes([b[0], b[1], b[2], b[3]])) },
    Type { code: 0x0d, bytes: 4, integer: false, read: |b| f64::from(f32::from_be_bytes([b[0], b[1], b[2], b[3]])) },
    Type {
        code: 0x0e,
        bytes: 8,
        integer: false,
        read: |b| f64::from_be_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]),
    },
];

/// Reads an IDX file, which may be compressed by gzip (its first two bytes tell); `hasher` gets every byte of the
/// uncompressed file, so that compression does not change its hash.
///
/// The format: two bytes 0, a byte for the type of the elements (8: u8, 9: i8, 11: i16, 12: i32, 13: f32, 14: f64), a
/// byte for the number of dimensions; the size of each as a big-endian u32; the elements, big-endian.
///
/// # Errors
///
/// What is wrong with the file: it cannot be read or decompressed, does not start like an IDX file, has too many
/// elements, ends too early or goes on after its last element, or has an element that is not finite.
pub fn read(mut file: impl Read, hasher: &mut blake3::Hasher) -> Result<Elements, String> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let mut start = Vec::new();
    file.by_ref().take(2).read_to_end(&mut start).map_err(cannot_read)?;
    let compressed = start == GZIP;
    let whole: Chain<Cursor<Vec<u8>>, _> = Cursor::new(start).chain(file);
    if compressed { read_plain(MultiGzDecoder::new(whole), hasher) } else { read_plain(whole, hasher) }
}

fn read_plain(mut file: impl Read, hasher: &mut blake3::Hasher) -> Result<Elements, String> {
    let mut take = |count: u64, what: &str| {
        let mut bytes = Vec::new();
        file.by_ref().take(count).read_to_end(&mut bytes).map_err(cannot_read)?;
        hasher.update(&bytes);
        if bytes.len() as u64 == count {
            return Ok(bytes);
        }
        Err(format!("the file is truncated: {count} bytes of {what} expected, {} found", bytes.len()))
    };
    let magic = take(4, "the header")?;
    let kind = TYPES.iter().find(|kind| magic[..2] == [0, 0] && kind.code == magic[2]);
    let Some(kind) = kind.filter(|_| magic[3] > 0) else {
        return Err(format!("not an IDX file: it starts with the bytes {magic:02x?}"));
    };
    let header = take(4 * u64::from(magic[3]), "the sizes")?;
    let sizes: Vec<u32> = header.as_chunks().0.iter().map(|size| u32::from_be_bytes(*size)).collect();
    let count = sizes.iter().try_fold(1_u64, |count, size| count.checked_mul(u64::from(*size)));
    let Some(count) = count.filter(|&count| count <= MAX_NUMBERS) else {
        return Err(format!("its sizes {sizes:?} are more than {MAX_NUMBERS} elements"));
    };
    let bytes = take(count * kind.bytes as u64, "elements")?;
    if file.read(&mut [0]).map_err(cannot_read)? > 0 {
        return Err(format!("the file goes on after the {count} elements of its header"));
    }
    let numbers: Vec<f64> = bytes.chunks_exact(kind.bytes).map(kind.read).collect();
    if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
        return Err(format!("element {at} is not a finite number"));
    }
    Ok(Elements { sizes: sizes.iter().map(|&size| size as usize).collect(), numbers, integers: kind.integer })
}

fn cannot_read(error: io::Error) -> String {
    format!("cannot be read: {error}")
}

/// The examples of a spec's files, those of the test split if it has its own, and the hash of all files in their order.
///
/// Classes are the integers that occur among the labels of any split, in ascending order.
pub(super) fn load(spec: &Spec, files: &Idx) -> Result<(Dataset, Option<Dataset>, blake3::Hash), InputError> {
    let mut hasher = blake3::Hasher::new();
    let (features, labels) = load_pair(spec, ["images", "labels"], [&files.images, &files.labels], &mut hasher)?;
    let test = files
        .test
        .as_ref()
        .map(|test| load_pair(spec, ["test_images", "test_labels"], [&test.images, &test.labels], &mut hasher));
    let test = test.transpose()?;
    if let Some((images, _)) = &test
        && images.sizes[1..] != features.sizes[1..]
    {
        let (other, own) = (&images.sizes[1..], &features.sizes[1..]);
        let message = format!("examples of the sizes {other:?}, but those to train on have {own:?}");
        return Err(spec.error("problem.test_images", message));
    }
    let mut classes = [labels.as_slice(), test.as_ref().map_or(&[], |(_, labels)| labels)].concat();
    classes.sort_unstable();
    classes.dedup();
    if classes.len() < 2 {
        return Err(spec.error("problem.labels", format!("expected at least two classes, found only {classes:?}")));
    }
    let dataset = |(images, labels): (Elements, Vec<i64>)| {
        let inputs = images.sizes[1..].iter().product();
        let labels = labels.iter().map(|label| classes.partition_point(|class| class < label) as u32).collect();
        let classes = classes.iter().map(i64::to_string).collect();
        Dataset { features: images.numbers, targets: Targets::Classes { labels, classes }, inputs }
    };
    Ok((dataset((features, labels)), test.map(dataset), hasher.finalize()))
}

/// The features and labels of one split, whose files the spec names by these keys.
fn load_pair(
    spec: &Spec,
    keys: [&str; 2],
    paths: [&str; 2],
    hasher: &mut blake3::Hasher,
) -> Result<(Elements, Vec<i64>), InputError> {
    let error = |which: usize, message: String| {
        spec.error(&format!("problem.{}", keys[which]), format!("{}: {message}", paths[which]))
    };
    let mut open = |which: usize| {
        let path = spec.folder().join(paths[which]);
        let file = File::open(&path).map_err(|cause| {
            let message = format!("cannot read {}: {cause}", path.display());
            spec.error(&format!("problem.{}", keys[which]), message)
                .with_help("paths start from the folder of the spec")
        })?;
        read(BufReader::new(file), hasher).map_err(|message| error(which, message))
    };
    let (images, labels) = (open(0)?, open(1)?);
    if images.numbers.is_empty() {
        return Err(error(0, format!("there are no examples in an array of the sizes {:?}", images.sizes)));
    }
    if labels.sizes.len() != 1 || !labels.integers {
        let kind = if labels.integers { "integers" } else { "floating-point numbers" };
        let message =
            format!("expected an integer an example, found {kind} in an array of the sizes {:?}", labels.sizes);
        return Err(error(1, message));
    }
    if labels.sizes[0] != images.sizes[0] {
        return Err(error(1, format!("{} labels for {} examples", labels.sizes[0], images.sizes[0])));
    }
    Ok((images, labels.numbers.iter().map(|&label| label as i64).collect()))
}
