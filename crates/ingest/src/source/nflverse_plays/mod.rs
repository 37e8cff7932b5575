//! NFL play-by-play as nflverse (nflfastR) and nflscrapR write it: one row per play, columns by the same names in both, blank or
//! `NA` for nothing. Columns: <https://nflreadr.nflverse.com/articles/dictionary_pbp.html>.
//!
//! Games are told by date and sides, since the ids of the two differ. What players did is summed up from their plays
//! (`statistics`), so that a game comes with both.

mod columns;
mod statistics;

use std::collections::HashMap;

use domain::{
    Loss, MatchSheet, Meeting, PlayRecord, Player, PlayerCode, Reason, Rejection, Sport,
    competition::CompetitionId,
};
use jiff::civil::Date;

use self::{columns::Columns, statistics::Flags};
use super::{Clocks, Parsed, Source};
use crate::table::{self, Row};

const NFL: CompetitionId = CompetitionId::literal("nfl");
/// Sides of all-star games.
const NOT_LEAGUE: [&str; 8] = ["AFC", "NFC", "APR", "NPR", "SAN", "RIC", "CRT", "IRV"];

/// Plays, and what players did in them.
#[derive(Debug, Clone, Copy)]
pub struct NflversePlays;

impl Source for NflversePlays {
    fn code(&self) -> &'static str {
        "nflverse_plays"
    }

    fn clocks(&self) -> Clocks {
        Clocks::DatesOnly
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, |text, parsed| {
            let (header, rows) = table::open(text, ',')?;
            let columns = Columns::of(&header)?;
            let mut games = Games::default();
            table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| {
                games.add(&columns, row, rejections).map(|()| None::<()>)
            });
            for game in games.list.into_iter().filter(|game| !game.is_refused) {
                parsed.sheets.push(game.sheet(&mut parsed.rejections));
            }
            Ok(())
        })
    }
}

/// Games in the order of the file.
#[derive(Debug, Default)]
struct Games {
    list: Vec<Game>,
    by_id: HashMap<String, usize>,
}

/// A game so far.
#[derive(Debug)]
struct Game {
    row: u32,
    home: String,
    away: String,
    date: Date,
    /// Whether no play of it is wanted; its first row says why.
    is_refused: bool,
    rows: Vec<PlayRow>,
    players: Vec<Player>,
    known: HashMap<PlayerCode, usize>,
}

/// A play with what only sums need of it.
#[derive(Debug)]
struct PlayRow {
    record: PlayRecord,
    flags: Flags,
}

impl Games {
    fn add(
        &mut self,
        columns: &Columns,
        row: &Row<'_>,
        rejections: &mut Vec<Rejection>,
    ) -> Result<(), Rejection> {
        let id = row.filled(columns.game_id)?;
        let at = if let Some(at) = self.by_id.get(id) {
            *at
        } else {
            self.list.push(Game::of(columns, row)?);
            self.by_id.insert(id.to_owned(), self.list.len() - 1);
            self.list.len() - 1
        };
        let game = &mut self.list[at];
        if game.is_refused {
            // One rejection speaks for the game.
            return if game.row == row.line {
                Err(row.lost(columns.home, Reason::NotALeagueTeam))
            } else {
                Ok(())
            };
        }
        let record = columns.record(row, &game.home, rejections)?;
        game.meet(columns.players(row));
        game.rows.push(PlayRow { record, flags: columns.flags(row) });
        Ok(())
    }
}

impl Game {
    fn of(columns: &Columns, row: &Row<'_>) -> Result<Self, Rejection> {
        let (home, away) = super::reading::teams(row, columns.home, columns.away)?;
        let date = Date::strptime("%Y-%m-%d", row.filled(columns.date)?)
            .map_err(|_| row.lost(columns.date, Reason::BadDate))?;
        Ok(Self {
            row: row.line,
            is_refused: [&home, &away].iter().any(|name| NOT_LEAGUE.contains(&name.as_str())),
            home,
            away,
            date,
            rows: Vec::new(),
            players: Vec::new(),
            known: HashMap::new(),
        })
    }

    fn meet(&mut self, players: impl Iterator<Item = Player>) {
        for player in players {
            let next = self.players.len();
            let at = *self.known.entry(player.code).or_insert(next);
            match self.players.get_mut(at) {
                Some(known) => known.profile = known.profile.after(&player.profile, true),
                None => self.players.push(player),
            }
        }
    }

    fn sheet(mut self, rejections: &mut Vec<Rejection>) -> MatchSheet<String> {
        self.drop_repetitions(rejections);
        let player_statistics = statistics::sums(self.rows.iter().map(|row| (&row.record.play, row.flags)));
        MatchSheet {
            row: self.row,
            competition: NFL,
            sport: Sport::Nfl,
            home: self.home,
            away: self.away,
            meeting: Meeting::On(self.date),
            players: self.players,
            plays: self.rows.into_iter().map(|row| row.record).collect(),
            player_statistics,
        }
    }

    /// The same play twice counts once; two plays of one number contradict each other and neither is kept.
    fn drop_repetitions(&mut self, rejections: &mut Vec<Rejection>) {
        let mut first: HashMap<u32, usize> = HashMap::with_capacity(self.rows.len());
        let mut kept = vec![true; self.rows.len()];
        for (at, row) in self.rows.iter().enumerate() {
            let Some(earlier) = first.insert(row.record.play.number, at) else { continue };
            kept[at] = false;
            let (number, other) = (row.record.play.number, &self.rows[earlier]);
            if other.record.play == row.record.play && other.flags == row.flags {
                first.insert(number, earlier);
                continue;
            }
            let was_kept = std::mem::take(&mut kept[earlier]);
            let lines = [was_kept.then_some(other.record.row), Some(row.record.row)];
            rejections.extend(lines.into_iter().flatten().map(|line| conflict(line, number)));
        }
        let mut kept = kept.into_iter();
        self.rows.retain(|_| kept.next().unwrap_or_default());
    }
}

fn conflict(line: u32, number: u32) -> Rejection {
    Rejection {
        row: line,
        field: Some("play_id".to_owned()),
        value: number.to_string(),
        reason: Reason::ConflictInFile,
        loss: Loss::Row,
    }
}
