//! The roster that ships: every club of the leagues on the built-in list as its sources spell it.

/// A team that is known from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Where its name is unique.
    pub pool: &'static str,
    /// Its usual English name.
    pub name: &'static str,
    /// Further spellings; the name itself is one too.
    pub aliases: Vec<&'static str>,
}

const FILES: [&str; 3] = [
    include_str!("../../roster/soccer.csv"),
    include_str!("../../roster/nfl.csv"),
    include_str!("../../roster/nba.csv"),
];

/// Every team that ships, in the order of the files: `pool,name,aliases`, aliases separated by `|`.
pub fn roster() -> Vec<RosterEntry> {
    FILES.iter().flat_map(|file| file.lines().skip(1)).filter_map(entry).collect()
}

fn entry(line: &'static str) -> Option<RosterEntry> {
    let mut cells = line.splitn(3, ',');
    let (pool, name) = (cells.next()?, cells.next()?);
    let aliases = cells.next().unwrap_or_default().split('|').filter(|a| !a.is_empty()).collect();
    Some(RosterEntry { pool, name, aliases })
}
