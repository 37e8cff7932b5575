//! Where things stand in a row, and what they mean.

use domain::{Play, PlayRecord, Player, PlayerCode, Reason, Rejection, Score, Side, player::Profile};

use super::statistics::Flags;
use crate::{
    source::reading::{self, whole},
    table::{Header, Row},
};

/// Positions of the columns; of those a file may lack, where it has them.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) game_id: usize,
    pub(super) date: usize,
    pub(super) home: usize,
    pub(super) away: usize,
    play_id: usize,
    at: Option<usize>,
    period: Option<usize>,
    clock: Option<usize>,
    possession: Option<usize>,
    down: Option<usize>,
    distance: Option<usize>,
    yards_to_goal: Option<usize>,
    kind: Option<usize>,
    yards_gained: Option<usize>,
    score: [Option<usize>; 2],
    timeouts: [Option<usize>; 2],
    /// Id and name of who threw, caught and ran.
    players: [(Option<usize>, Option<usize>); 3],
    epa: Option<usize>,
    home_wp: Option<usize>,
    description: Option<usize>,
    flags: [Option<usize>; 7],
}

/// Nothing is blank or `NA`.
fn value<'r>(row: &'r Row<'_>, column: Option<usize>) -> &'r str {
    match row.optional(column) {
        "NA" => "",
        cell => cell,
    }
}

/// What a cell says, if it says anything; one that cannot be read is rejected and the play kept.
fn read<T>(
    row: &Row<'_>,
    column: Option<usize>,
    rejections: &mut Vec<Rejection>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let said = column.filter(|_| !value(row, column).is_empty());
    reading::optional(row, said, rejections, Reason::BadPlay, read)
}

/// Yards, which may be negative and may be written `-3.0`.
fn yards(text: &str) -> Option<i16> {
    let yards = reading::number(text).filter(|yards| yards.fract() == 0.0 && yards.abs() <= 120.0)?;
    Some(yards as i16)
}

impl Columns {
    pub(super) fn of(header: &Header) -> Result<Self, Rejection> {
        let find = |name: &str| header.find(name);
        let player = |part: &str| (find(&format!("{part}_player_id")), find(&format!("{part}_player_name")));
        Ok(Self {
            game_id: header.require("game_id")?,
            date: header.require("game_date")?,
            home: header.require("home_team")?,
            away: header.require("away_team")?,
            play_id: header.require("play_id")?,
            at: find("time_of_day"),
            period: find("qtr"),
            clock: find("quarter_seconds_remaining"),
            possession: find("posteam"),
            down: find("down"),
            distance: find("ydstogo"),
            yards_to_goal: find("yardline_100"),
            kind: find("play_type"),
            yards_gained: find("yards_gained"),
            score: [find("total_home_score"), find("total_away_score")],
            timeouts: [find("home_timeouts_remaining"), find("away_timeouts_remaining")],
            players: [player("passer"), player("receiver"), player("rusher")],
            epa: find("epa"),
            home_wp: find("home_wp"),
            description: find("desc"),
            flags: Flags::COLUMNS.map(find),
        })
    }

    pub(super) fn record(
        &self,
        row: &Row<'_>,
        home: &str,
        rejections: &mut Vec<Rejection>,
    ) -> Result<PlayRecord, Rejection> {
        let play = self.play(row, home, rejections)?;
        let at = read(row, self.at, rejections, |at| at.parse().ok());
        Ok(PlayRecord { row: row.line, at, play })
    }

    fn play(&self, row: &Row<'_>, home: &str, rejections: &mut Vec<Rejection>) -> Result<Play, Rejection> {
        let number =
            whole(row.filled(self.play_id)?).ok_or_else(|| row.lost(self.play_id, Reason::BadPlay))?;
        let side = |name: &str| if name == home { Side::Home } else { Side::Away };
        let mut pair = |columns: [Option<usize>; 2]| {
            let [home, away] = columns.map(|column| read(row, column, rejections, whole::<u16>));
            home.zip(away)
        };
        let (score, timeouts) = (pair(self.score), pair(self.timeouts));
        let [passer, receiver, rusher] =
            self.players.map(|(id, _)| read(row, id, rejections, |id| id.parse::<PlayerCode>().ok()));
        Ok(Play {
            period: read(row, self.period, rejections, whole),
            clock_secs: read(row, self.clock, rejections, whole),
            possession: Some(value(row, self.possession)).filter(|name| !name.is_empty()).map(side),
            down: read(row, self.down, rejections, |down| whole(down).filter(|down| (1..=4).contains(down))),
            distance: read(row, self.distance, rejections, whole),
            yards_to_goal: read(row, self.yards_to_goal, rejections, whole),
            kind: read(row, self.kind, rejections, |kind| kind.parse().ok()),
            yards_gained: read(row, self.yards_gained, rejections, yards),
            score: score.map(|(home, away)| Score::new(home, away)),
            timeouts: timeouts.and_then(|(home, away)| Some([home.try_into().ok()?, away.try_into().ok()?])),
            passer,
            receiver,
            rusher,
            expected_points_added: read(row, self.epa, rejections, reading::number),
            home_win_probability: read(row, self.home_wp, rejections, |text| {
                reading::number(text).filter(|p| (0.0..=1.0).contains(p))
            }),
            description: Some(value(row, self.description)).filter(|d| !d.is_empty()).map(str::to_owned),
            ..Play::numbered(number)
        })
    }

    /// Everybody the row names; an id that is none was rejected with the play.
    pub(super) fn players<'r>(&'r self, row: &'r Row<'_>) -> impl Iterator<Item = Player> + 'r {
        self.players.iter().filter_map(|(id, name)| {
            let code = value(row, *id).parse().ok()?;
            let short_name = Some(value(row, *name)).filter(|name| !name.is_empty()).map(str::to_owned);
            Some(Player { code, profile: Profile { short_name, ..Profile::default() } })
        })
    }

    pub(super) fn flags(&self, row: &Row<'_>) -> Flags {
        Flags::of(self.flags.map(|column| {
            let cell = value(row, column);
            (!cell.is_empty()).then(|| reading::number(cell) == Some(1.0))
        }))
    }
}
