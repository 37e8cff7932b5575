//! The real matches that ship inside the binary, so that a first run needs no network. See `data/README.md`.

/// Files of the bundle by name, in the order they are imported.
pub(crate) const FILES: [(&str, &[u8]); 2] = [
    ("matches.csv", include_bytes!("../../../data/matches.csv")),
    ("odds.csv", include_bytes!("../../../data/odds.csv")),
];

/// The import format of both.
pub(crate) const FORMAT: &str = "touchline_bundle";
