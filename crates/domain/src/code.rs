//! Short codes that are copied like numbers and read like words.

use std::fmt;

use serde::{Deserialize, Serialize};

const CAPACITY: usize = 16;

/// At most 16 ASCII characters of `a-z 0-9 . _ -`; `Copy`, so that facts by the million carry it for free.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code([u8; CAPACITY]);

impl Code {
    /// A code known at compile time.
    ///
    /// # Panics
    /// When `text` is not a code; evaluated at compile time for constants.
    pub const fn literal(text: &str) -> Self {
        let source = text.as_bytes();
        assert!(!source.is_empty() && source.len() <= CAPACITY, "a code has 1 to 16 characters");
        let mut bytes = [0; CAPACITY];
        let mut i = 0;
        while i < source.len() {
            assert!(is_code_byte(source[i]), "a code is made of a-z 0-9 . _ -");
            bytes[i] = source[i];
            i += 1;
        }
        Self(bytes)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|b| *b == 0).unwrap_or(CAPACITY);
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

const fn is_code_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
}

impl std::str::FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let source = text.as_bytes();
        if source.is_empty() || source.len() > CAPACITY || !source.iter().all(|b| is_code_byte(*b)) {
            return Err(CodeError { text: text.to_owned() });
        }
        let mut bytes = [0; CAPACITY];
        bytes[..source.len()].copy_from_slice(source);
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        text.parse()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a code: 1 to 16 characters of a-z 0-9 . _ -")]
pub struct CodeError {
    /// What was given.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives() {
        for text in ["eng.1", "market_maximum", "a", "0123456789abcdef"] {
            assert_eq!(text.parse::<Code>().unwrap().as_str(), text);
        }
        for text in ["", "EPL", "with space", "0123456789abcdefg", "ü"] {
            assert!(text.parse::<Code>().is_err(), "{text}");
        }
    }
}
