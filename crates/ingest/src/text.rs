//! From bytes to text. Feeds of thirty years come in three encodings, and a wrong guess would make two teams of one club.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How a payload was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, as spreadsheets save "Unicode text"; told by its byte order mark.
    #[serde(rename = "utf-16")]
    Utf16,
    /// The Windows encoding of Western Europe, in which every byte is a character. Assumed when a payload is not UTF-8.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// The text of a payload. A byte order mark decides, then the `declared` encoding, then whether the bytes are UTF-8.
pub(crate) fn decode(payload: &[u8], declared: Option<Encoding>) -> (Cow<'_, str>, Encoding) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(payload) {
        let (text, _) = encoding.decode_without_bom_handling(&payload[mark..]);
        let name = if encoding == encoding_rs::UTF_8 { Encoding::Utf8 } else { Encoding::Utf16 };
        return (text, name);
    }
    match (declared, std::str::from_utf8(payload)) {
        (None | Some(Encoding::Utf8), Ok(text)) => (Cow::Borrowed(text), Encoding::Utf8),
        (Some(Encoding::Utf16), _) => {
            (encoding_rs::UTF_16LE.decode_without_bom_handling(payload).0, Encoding::Utf16)
        }
        _ => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(payload).0, Encoding::Windows1252),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_club_in_every_encoding() {
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("Málaga".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let payloads: [(&[u8], Encoding); 4] = [
            ("Málaga".as_bytes(), Encoding::Utf8),
            ("\u{feff}Málaga".as_bytes(), Encoding::Utf8),
            (b"M\xE1laga", Encoding::Windows1252),
            (&utf16, Encoding::Utf16),
        ];
        for (payload, encoding) in payloads {
            assert_eq!(decode(payload, None), (Cow::Borrowed("Málaga"), encoding));
        }
    }

    #[test]
    fn a_declared_encoding_beats_the_guess_but_not_the_mark() {
        assert_eq!(decode("Málaga".as_bytes(), Some(Encoding::Windows1252)).0, "MÃ¡laga");
        assert_eq!(decode("\u{feff}Málaga".as_bytes(), Some(Encoding::Windows1252)).0, "Málaga");
    }
}
