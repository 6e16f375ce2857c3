//! IDX files, the format of MNIST: an array of numbers behind a short header.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::Size;
use super::files::{self, DataFiles, InputFile};
use super::source::Source;
use crate::dataset::{Dataset, Targets};
use crate::memory::Memory;
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

/// The type of the elements that need no reading: those of images.
const BYTES: u8 = 0x08;

/// All types, big-endian.
const TYPES: [Type; 6] = [
    Type { code: BYTES, bytes: 1, integer: true, read: |b| f64::from(b[0]) },
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

/// An IDX file of which the header has been read.
///
/// The format: two bytes 0, a byte for the type of the elements (8: u8, 9: i8, 11: i16, 12: i32, 13: f32, 14: f64), a
/// byte for the number of dimensions; the size of each as a big-endian u32; the elements, big-endian.
pub struct IdxFile {
    file: Box<dyn Read>,
    header: Vec<u8>,
    kind: &'static Type,
    sizes: Vec<usize>,
    /// How many elements there are.
    count: u64,
}

/// Bytes of elements that are read at a time: whole elements of every type.
const BLOCK: usize = 64 << 10;

impl IdxFile {
    /// Reads the header of a file, which may be compressed by gzip (its first two bytes tell).
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read or decompressed, does not start like an IDX file, or has too many
    /// elements.
    pub fn open(mut file: impl Read + 'static) -> Result<Self, String> {
        const GZIP: [u8; 2] = [0x1f, 0x8b];
        let mut start = Vec::new();
        file.by_ref().take(2).read_to_end(&mut start).map_err(cannot_read)?;
        let compressed = start == GZIP;
        let whole = Cursor::new(start).chain(file);
        Self::open_plain(if compressed { Box::new(Members::new(BufReader::new(whole))) } else { Box::new(whole) })
    }

    fn open_plain(mut file: Box<dyn Read>) -> Result<Self, String> {
        let mut header = Vec::new();
        let mut take = |count: u64, what: &str| {
            let found = file.by_ref().take(count).read_to_end(&mut header).map_err(cannot_read)?;
            let all = &header[header.len() - found..];
            if found as u64 == count { Ok(all.to_vec()) } else { Err(truncated(count, what, found as u64)) }
        };
        let magic = take(4, "the header")?;
        let kind = TYPES.iter().find(|kind| magic[..2] == [0, 0] && kind.code == magic[2]);
        let Some(kind) = kind.filter(|_| magic[3] > 0) else {
            return Err(format!("not an IDX file: it starts with the bytes {magic:02x?}"));
        };
        let sizes = take(4 * u64::from(magic[3]), "the sizes")?;
        let sizes: Vec<u32> = sizes.as_chunks().0.iter().map(|size| u32::from_be_bytes(*size)).collect();
        let count = sizes.iter().try_fold(1_u64, |count, size| count.checked_mul(u64::from(*size)));
        let Some(count) = count.filter(|&count| count <= MAX_NUMBERS) else {
            return Err(format!("its sizes {sizes:?} are more than {MAX_NUMBERS} elements"));
        };
        Ok(Self { file, header, kind, sizes: sizes.iter().map(|&size| size as usize).collect(), count })
    }

    /// The size of each dimension.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Reads the elements; `hashers` get every byte of the uncompressed file, so that compression does not change its
    /// hash.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read or decompressed, ends too early or goes on after its last element,
    /// or has an element that is not finite.
    pub fn read(self, hashers: &mut [&mut blake3::Hasher]) -> Result<Elements, String> {
        let mut numbers: Vec<f64> = Vec::new();
        self.reserve(&mut numbers, 1)?;
        let (sizes, &Type { integer, read, bytes: size, .. }) = (self.sizes.clone(), self.kind);
        self.blocks(hashers, |block| numbers.extend(block.chunks_exact(size).map(read)))?;
        Ok(Elements { sizes, numbers, integers: integer })
    }

    /// Reads the elements as a source of features. Those of eight bytes become numbers at once, others stay as they are.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    fn read_source(self, hashers: &mut [&mut blake3::Hasher]) -> Result<Source, String> {
        let kind = self.kind;
        if kind.bytes == size_of::<f64>() {
            return self.read(hashers).map(|elements| Source::Numbers(elements.numbers));
        }
        let mut bytes = Vec::new();
        self.reserve(&mut bytes, kind.bytes)?;
        self.blocks(hashers, |block| bytes.extend_from_slice(block))?;
        Ok(Source::Packed(Packed { bytes, kind }))
    }

    /// Makes place for all elements, of so many parts each.
    fn reserve<T>(&self, elements: &mut Vec<T>, parts: usize) -> Result<(), String> {
        let no_memory = |_| format!("there is no memory for {} elements", self.count);
        elements.try_reserve_exact(self.count as usize * parts).map_err(no_memory)
    }

    /// Shows the bytes of all elements, some at a time.
    fn blocks(mut self, hashers: &mut [&mut blake3::Hasher], mut see: impl FnMut(&[u8])) -> Result<(), String> {
        let mut hash = |bytes: &[u8]| hashers.iter_mut().for_each(|hasher| _ = hasher.update(bytes));
        hash(&self.header);
        let Type { bytes: size, integer, read, .. } = *self.kind;
        let all = self.count * size as u64;
        let mut block = Vec::with_capacity(BLOCK);
        let mut found = 0;
        while found < all {
            block.clear();
            let wanted = (all - found).min(BLOCK as u64);
            self.file.by_ref().take(wanted).read_to_end(&mut block).map_err(cannot_read)?;
            hash(&block);
            found += block.len() as u64;
            if (block.len() as u64) < wanted {
                return Err(truncated(all, "elements", found));
            }
            let is_finite = |element| integer || read(element).is_finite();
            if let Some(at) = block.chunks_exact(size).position(|element| !is_finite(element)) {
                let first = (found as usize - block.len()) / size;
                return Err(format!("element {} is not a finite number", first + at));
            }
            see(&block);
        }
        if self.file.read(&mut [0]).map_err(cannot_read)? > 0 {
            return Err(format!("the file goes on after the {} elements of its header", self.count));
        }
        Ok(())
    }
}

/// Elements as a file has them.
pub(super) struct Packed {
    bytes: Vec<u8>,
    kind: &'static Type,
}

impl Packed {
    /// Reads elements from the element `first` on.
    #[inline]
    pub fn read(&self, first: usize, out: &mut [f64]) {
        let bytes = &self.bytes[first * self.kind.bytes..][..out.len() * self.kind.bytes];
        if self.kind.code == BYTES {
            return out.iter_mut().zip(bytes).for_each(|(x, byte)| *x = f64::from(*byte));
        }
        out.iter_mut().zip(bytes.chunks_exact(self.kind.bytes)).for_each(|(x, element)| *x = (self.kind.read)(element));
    }

    /// The bytes of all elements.
    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of elements of type {}", self.bytes.len(), self.kind.code)
    }
}

fn truncated(expected: u64, what: &str, found: u64) -> String {
    format!("the file is truncated: {expected} bytes of {what} expected, {found} found")
}

fn cannot_read(error: io::Error) -> String {
    format!("cannot be read: {error}")
}

/// The examples of a spec's files, those of the test split if it has its own. The files are known by the hash of all of
/// them in their order.
///
/// Classes are the integers that occur among the labels of any split, in ascending order.
pub(super) fn load(spec: &Spec, files: &Idx, memory: Memory) -> Result<DataFiles, InputError> {
    let (mut hasher, mut inputs) = (blake3::Hasher::new(), Vec::new());
    let train = Pair::open(spec, ["problem.images", "problem.labels"], [&files.images, &files.labels], memory)?;
    let test = files.test.as_ref();
    let test = test.map(|test| {
        let keys = ["problem.test_images", "problem.test_labels"];
        let test = Pair::open(spec, keys, [&test.images, &test.labels], memory)?;
        let (other, own) = (&test.images.sizes()[1..], &train.images.sizes()[1..]);
        if other != own {
            let message = format!("examples of the sizes {other:?}, but those to train on have {own:?}");
            return Err(spec.error("problem.test_images", message));
        }
        Ok(test)
    });
    let test = test.transpose()?;
    let inputs_of = train.images.sizes[1..].iter().product();
    let (images, labels) = train.read(&mut hasher, &mut inputs)?;
    let test = test.map(|test| test.read(&mut hasher, &mut inputs)).transpose()?;
    let mut classes = [labels.as_slice(), test.as_ref().map_or(&[], |(_, labels)| labels)].concat();
    classes.sort_unstable();
    classes.dedup();
    if classes.len() < 2 {
        return Err(spec.error("problem.labels", format!("expected at least two classes, found only {classes:?}")));
    }
    let dataset = |(features, labels): (Source, Vec<i64>)| {
        let labels = labels.iter().map(|label| classes.partition_point(|class| class < label) as u32).collect();
        let classes = classes.iter().map(i64::to_string).collect();
        Dataset { features, targets: Targets::Classes { labels, classes }, inputs: inputs_of }
    };
    let examples = Some((dataset((images, labels)), test.map(dataset)));
    Ok(DataFiles { examples, content: Some(hasher.finalize()), inputs, reading: 0 })
}

/// The files of one split, whose headers have been read: there is a label for each example, and memory for all of them.
struct Pair<'a> {
    spec: &'a Spec,
    keys: [&'static str; 2],
    paths: [&'a str; 2],
    images: IdxFile,
    labels: IdxFile,
}

impl<'a> Pair<'a> {
    /// The files that the spec names by these keys.
    fn open(spec: &'a Spec, keys: [&'static str; 2], paths: [&'a str; 2], memory: Memory) -> Result<Self, InputError> {
        let error = |which: usize, message: String| spec.error(keys[which], format!("{}: {message}", paths[which]));
        let open = |which: usize| {
            let (file, _) = files::open(spec, keys[which], paths[which])?;
            IdxFile::open(file).map_err(|message| error(which, message))
        };
        let (images, labels) = (open(0)?, open(1)?);
        if images.count == 0 {
            return Err(error(0, format!("there are no examples in an array of the sizes {:?}", images.sizes)));
        }
        if labels.sizes.len() != 1 || !labels.kind.integer {
            let kind = if labels.kind.integer { "integers" } else { "floating-point numbers" };
            let message =
                format!("expected an integer an example, found {kind} in an array of the sizes {:?}", labels.sizes);
            return Err(error(1, message));
        }
        if labels.sizes[0] != images.sizes[0] {
            return Err(error(1, format!("{} labels for {} examples", labels.sizes[0], images.sizes[0])));
        }
        let (examples, inputs) = (labels.count, images.count / labels.count);
        let made_from = images.count * images.kind.bytes as u64;
        let is_drawn = images.kind.bytes < size_of::<f64>();
        files::check_size(spec, keys[0], &Size { examples, inputs, made_from, is_drawn, ..Size::default() }, memory)?;
        Ok(Self { spec, keys, paths, images, labels })
    }

    /// The features and labels; `hasher` gets the bytes of both files.
    fn read(self, hasher: &mut blake3::Hasher, inputs: &mut Vec<InputFile>) -> Result<(Source, Vec<i64>), InputError> {
        let Self { spec, keys, paths, images, labels } = self;
        let error = |which: usize, message: String| spec.error(keys[which], format!("{}: {message}", paths[which]));
        let mut known = |which: usize, own: &blake3::Hasher| {
            inputs.push(InputFile { name: paths[which].to_owned(), hash: own.finalize() });
        };
        let [mut of_images, mut of_labels] = [(); 2].map(|()| blake3::Hasher::new());
        let images = images.read_source(&mut [hasher, &mut of_images]).map_err(|message| error(0, message))?;
        known(0, &of_images);
        let labels = labels.read(&mut [hasher, &mut of_labels]).map_err(|message| error(1, message))?;
        known(1, &of_labels);
        Ok((images, labels.numbers.iter().map(|&label| label as i64).collect()))
    }
}

/// The most members in a row of a gzip file that may be empty. Each costs time, and none says anything.
const MOST_EMPTY: usize = 1_000;

/// The content of a gzip file, which may have several members.
struct Members<R> {
    member: Option<GzDecoder<R>>,
    empty: usize,
}

impl<R: BufRead> Members<R> {
    fn new(file: R) -> Self {
        Self { member: Some(GzDecoder::new(file)), empty: 0 }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(bytes)?;
            if count > 0 || bytes.is_empty() {
                self.empty = 0;
                return Ok(count);
            }
            self.empty += 1;
            if self.empty > MOST_EMPTY {
                return Err(io::Error::other(format!("more than {MOST_EMPTY} members of the gzip file are empty")));
            }
            let mut file = self.member.take().expect("there is a member").into_inner();
            // What follows a member is another one, or the end.
            if !file.fill_buf()?.is_empty() {
                self.member = Some(GzDecoder::new(file));
            }
        }
        Ok(0)
    }
}
