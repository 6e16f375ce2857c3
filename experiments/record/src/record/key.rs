//! The names of trials.

use std::fmt;

/// The name of a trial: the first 64 bits, most significant first, of the BLAKE3 hash of everything that can change its
/// numbers. Its text is 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

/// Digits of a key's text.
const KEY_DIGITS: usize = 16;

impl Key {
    /// The key of what has this hash.
    pub fn of(hash: &blake3::Hash) -> Self {
        Self(hash.as_bytes().iter().take(8).fold(0, |key, &byte| key << 8 | u64::from(byte)))
    }

    /// Reads the text of a key; none if it is not one, as files have it.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        let text = Some(text).filter(|text| text.len() == KEY_DIGITS && text.iter().all(is_digit))?;
        u64::from_str_radix(str::from_utf8(text).ok()?, 16).ok().map(Self)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0KEY_DIGITS$x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_beginning_of_the_hash_and_reads_back() {
        let hash = blake3::hash(b"a trial");
        let key = Key::of(&hash);
        assert_eq!(key.to_string(), hash.to_hex()[..KEY_DIGITS]);
        assert_eq!(Key::parse(key.to_string().as_bytes()), Some(key));
        for other in ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "+123456789abcdef"] {
            assert_eq!(Key::parse(other.as_bytes()), None, "{other}");
        }
    }
}
