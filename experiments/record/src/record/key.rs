//! The names of trials.

use std::fmt;

/// The name of a trial: the first 64 bits, most significant first, of the BLAKE3 hash of everything that can change its
/// numbers. Its text is a `t` and 16 hex digits: with a letter in front, no reader of tables takes it for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

/// What the text of a key begins with.
const LETTER: u8 = b't';

/// Digits of a key's text.
const DIGITS: usize = 16;

impl Key {
    /// The key of what has this hash.
    pub fn of(hash: &blake3::Hash) -> Self {
        Self(hash.as_bytes().iter().take(8).fold(0, |key, &byte| key << 8 | u64::from(byte)))
    }

    /// The one of so many parts that it is in, where keys are parted evenly.
    pub fn part(self, of: u64) -> u64 {
        self.0 % of
    }

    /// Reads the text of a key; none if it is not one, as files have it.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        let (first, digits) = text.split_first()?;
        let is_key = *first == LETTER && digits.len() == DIGITS && digits.iter().all(is_digit);
        u64::from_str_radix(str::from_utf8(digits).ok().filter(|_| is_key)?, 16).ok().map(Self)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:0DIGITS$x}", char::from(LETTER), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_beginning_of_the_hash_and_reads_back() {
        let hash = blake3::hash(b"a trial");
        let key = Key::of(&hash);
        assert_eq!(key.to_string(), format!("t{}", &hash.to_hex()[..DIGITS]));
        assert_eq!(Key::parse(key.to_string().as_bytes()), Some(key));
        for other in [
            "",
            "t",
            "0123456789abcdef",
            "t0123456789abcde",
            "t0123456789abcdef0",
            "t0123456789ABCDEF",
            "t+123456789abcde",
        ] {
            assert_eq!(Key::parse(other.as_bytes()), None, "{other}");
        }
    }
}
