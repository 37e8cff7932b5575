//! `boxscoretraditionalv3` of the statistics service of the NBA: what the players of one game did.
//!
//! It names the sides and not the date, so its game is found by season, sides and final score.

use std::collections::BTreeMap;

use domain::{
    Loss, MatchSheet, Meeting, Player, PlayerStatistic as S, PlayerStatistics, Reason, Rejection, Score,
    Season, Side, Sport, competition::CompetitionId, player::Profile,
};
use serde::Deserialize;
use serde_json::Value;

use super::{Clocks, Parsed, Source};
use crate::table::shortened;

const NBA: CompetitionId = CompetitionId::literal("nba");

/// Player statistics of a game.
#[derive(Debug, Clone, Copy)]
pub struct NbaStatsBoxScore;

impl Source for NbaStatsBoxScore {
    fn code(&self) -> &'static str {
        "nba_stats_box_score"
    }

    fn clocks(&self) -> Clocks {
        Clocks::DatesOnly
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, |text, parsed| {
            let game = read(text)?;
            let sheet = game.sheet(&mut parsed.rejections)?;
            parsed.sheets.push(sheet);
            Ok(())
        })
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "boxScoreTraditional")]
    game: Game,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Game {
    game_id: String,
    home_team: Team,
    away_team: Team,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Team {
    team_tricode: String,
    players: Vec<Line>,
    statistics: Counted,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    person_id: u64,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    family_name: String,
    #[serde(default)]
    name_i: String,
    /// Filled for those who started.
    #[serde(default)]
    position: String,
    #[serde(default)]
    statistics: Counted,
}

/// Whatever is counted, by its name.
type Counted = BTreeMap<String, Value>;

/// What the service counts, and what it is here. Totals and percentages follow from the others.
const COUNTED: [(&str, S); 15] = [
    ("points", S::Points),
    ("fieldGoalsMade", S::FieldGoalsMade),
    ("fieldGoalsAttempted", S::FieldGoalsAttempted),
    ("threePointersMade", S::ThreePointersMade),
    ("threePointersAttempted", S::ThreePointersAttempted),
    ("freeThrowsMade", S::FreeThrowsMade),
    ("freeThrowsAttempted", S::FreeThrowsAttempted),
    ("reboundsOffensive", S::OffensiveRebounds),
    ("reboundsDefensive", S::DefensiveRebounds),
    ("assists", S::Assists),
    ("steals", S::Steals),
    ("blocks", S::Blocks),
    ("turnovers", S::Turnovers),
    ("foulsPersonal", S::Fouls),
    ("plusMinusPoints", S::PlusMinus),
];

fn refused(row: u32, field: Option<&str>, value: &str, reason: Reason) -> Rejection {
    let field = field.map(str::to_owned);
    Rejection { row, field, value: shortened(value), reason, loss: Loss::File }
}

fn read(text: &str) -> Result<Game, Rejection> {
    if text.trim().is_empty() {
        return Err(refused(0, None, "the file is empty", Reason::NotThisFormat));
    }
    let answer: Answer = serde_json::from_str(text).map_err(|error| {
        let row = u32::try_from(error.line()).unwrap_or_default();
        match error.classify() {
            serde_json::error::Category::Eof => refused(row, None, &error.to_string(), Reason::TruncatedRow),
            _ => refused(row, None, &error.to_string(), Reason::NotThisFormat),
        }
    })?;
    Ok(answer.game)
}

impl Game {
    /// The season stands in the game's id: `0022500165` is of 2025-26.
    fn season(&self) -> Option<Season> {
        const FIRST_YEAR_OF_THE_LEAGUE: i16 = 46;
        let year: i16 = self.game_id.get(3..5)?.parse().ok()?;
        Some(Season::starting(if year >= FIRST_YEAR_OF_THE_LEAGUE { 1900 + year } else { 2000 + year }))
    }

    fn sheet(&self, rejections: &mut Vec<Rejection>) -> Result<MatchSheet<String>, Rejection> {
        let bad_id = || refused(0, Some("gameId"), &self.game_id, Reason::BadWeek);
        let points = |team: &Team| {
            let points = team.statistics.get("points").and_then(Value::as_u64);
            let points = points.and_then(|points| u16::try_from(points).ok());
            points.ok_or_else(|| refused(0, Some("points"), &team.team_tricode, Reason::BadScore))
        };
        let score = Score::new(points(&self.home_team)?, points(&self.away_team)?);
        let mut sheet = MatchSheet {
            row: 1,
            competition: NBA,
            sport: Sport::Nba,
            home: self.home_team.team_tricode.clone(),
            away: self.away_team.team_tricode.clone(),
            meeting: Meeting::Ended { season: self.season().ok_or_else(bad_id)?, score },
            players: Vec::new(),
            plays: Vec::new(),
            player_statistics: Vec::new(),
        };
        for (side, team) in [(Side::Home, &self.home_team), (Side::Away, &self.away_team)] {
            for line in &team.players {
                let Some(player) = line.player() else {
                    let (field, value) = (Some("personId".to_owned()), line.person_id.to_string());
                    let (reason, loss) = (Reason::BadPlayer, Loss::Field);
                    rejections.push(Rejection { row: 0, field, value, reason, loss });
                    continue;
                };
                sheet.player_statistics.push((player.code, side, line.counted(rejections)));
                sheet.players.push(player);
            }
        }
        Ok(sheet)
    }
}

impl Line {
    fn player(&self) -> Option<Player> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let name = said(&format!("{} {}", self.first_name, self.family_name));
        let profile = Profile { name, short_name: said(&self.name_i), position: None };
        let code = self.person_id.to_string().parse().ok().filter(|_| self.person_id > 0)?;
        Some(Player { code, profile })
    }

    /// Of one who did not play it says that, and not that he did nothing.
    fn counted(&self, rejections: &mut Vec<Rejection>) -> PlayerStatistics {
        let mut counted = PlayerStatistics::default();
        let mut reject = |name: &str, value: &Value| {
            rejections.push(Rejection {
                row: 0,
                field: Some(name.to_owned()),
                value: shortened(&format!("{value} of player {}", self.person_id)),
                reason: Reason::BadStatistic,
                loss: Loss::Field,
            });
        };
        counted.set(S::Started, f64::from(u8::from(!self.position.trim().is_empty())));
        let Some(clock) = self.statistics.get("minutes") else { return counted };
        let Some(minutes) = clock.as_str().and_then(minutes) else {
            reject("minutes", clock);
            return counted;
        };
        counted.set(S::Minutes, minutes);
        if minutes == 0.0 {
            return counted;
        }
        for (name, statistic) in COUNTED {
            match self.statistics.get(name).map(|value| (value, value.as_f64())) {
                Some((_, Some(number))) => counted.set(statistic, number),
                Some((value, None)) => reject(name, value),
                None => {}
            }
        }
        counted
    }
}

/// `30:49`, or nothing for one who did not play.
fn minutes(clock: &str) -> Option<f64> {
    if clock.is_empty() {
        return Some(0.0);
    }
    let (minutes, seconds) = clock.split_once(':')?;
    let (minutes, seconds): (u16, u16) = (minutes.parse().ok()?, seconds.parse().ok()?);
    (seconds < 60).then(|| f64::from(minutes) + f64::from(seconds) / 60.0)
}
