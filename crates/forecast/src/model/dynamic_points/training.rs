//! One pass over the past: strengths after the last match, and for every match what was expected of it before.
//!
//! A pass is continued where an earlier one stopped when the earlier one saw exactly the same matches first; a corrected
//! result or a line that came late makes it start again. Either way every bit is the same.

use std::{collections::BTreeMap, sync::Arc};

use domain::{CompetitionId, FixtureId, PlayedMatch, PlayerCode, Score, Season, Snapshot, Stage, TeamId};
use jiff::Timestamp;

use super::{
    filter::{EFFECTS, Expected, Filter, Look},
    lines::{Implied, Lines},
    settings::Settings,
};

/// What a pass takes from a played match, and nothing else.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    fixture: FixtureId,
    circumstances: Circumstances,
    score: Score,
    /// Points of both sides that tell how much they score: those in regulation, where they are on record and no line is seen,
    /// since overtime says nothing about scoring; lines are about the final score.
    points: i32,
    named: [Option<PlayerCode>; 2],
    lines: Lines,
}

/// Who meets whom, where and when, without what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Circumstances {
    pub(super) season: Season,
    pub(super) at: Timestamp,
    pub(super) teams: [TeamId; 2],
    pub(super) at_home: bool,
    pub(super) is_playoff: bool,
}

impl Circumstances {
    pub(super) fn of(fixture: &domain::Fixture) -> Self {
        Self {
            season: fixture.season,
            at: fixture.kickoff.earliest(),
            teams: [fixture.home, fixture.away],
            at_home: !fixture.neutral,
            is_playoff: fixture.stage == Stage::Playoff,
        }
    }

    pub(super) fn margin(&self, rested: [f64; 2], players: [Option<PlayerCode>; 2]) -> Look {
        let level = f64::from(u8::from(self.at_home));
        self.look(-1.0, level, [rested[0] - rested[1], 0.0], players)
    }

    pub(super) fn total(&self, rested: [f64; 2]) -> Look {
        let playoff = f64::from(u8::from(self.is_playoff));
        self.look(1.0, 1.0, [rested[0] + rested[1], playoff], [None, None])
    }

    fn look(
        &self,
        second: f64,
        level: f64,
        effects: [f64; EFFECTS],
        players: [Option<PlayerCode>; 2],
    ) -> Look {
        Look { season: self.season, at: self.at, teams: self.teams, players, second, level, effects }
    }
}

/// What was expected of a match, and its score: a row for the score layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rated {
    pub(super) at: Timestamp,
    pub(super) at_home: bool,
    pub(super) score: Score,
    pub(super) margin: Expected,
    pub(super) total: Expected,
    /// What its own line said.
    pub(super) implied: Implied,
    /// Fewest matches either team had played, and fewest with a line.
    pub(super) played: u32,
    pub(super) priced: u32,
}

/// Whether lines of past matches are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sees {
    ResultsOnly,
    LinesToo,
}

/// What is known of a team beside its strength.
#[derive(Debug, Clone, Copy, Default)]
struct Team {
    last: Option<(Season, Timestamp)>,
    player: Option<PlayerCode>,
    played: u32,
    priced: u32,
}

/// Strengths after the last match, and the matches they came from.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    settings: Settings,
    sees: Sees,
    pub(super) margin: Filter,
    pub(super) total: Filter,
    teams: BTreeMap<TeamId, Team>,
    matches: Log<(Seen, Rated)>,
}

impl Pass {
    /// The pass over everything the snapshot shows of a competition, continued from `start` where that is a part of it.
    pub(super) fn over(
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        settings: &Settings,
        sees: Sees,
        start: Option<&Self>,
    ) -> Self {
        let seen: Vec<Seen> =
            snapshot.played_in(competition).map(|played| Seen::of(&played, snapshot, sees)).collect();
        let start = start.filter(|s| s.settings == *settings && s.sees == sees && s.is_start_of(&seen));
        let mut pass = start.cloned().unwrap_or_else(|| Self::new(settings, sees));
        for seen in seen.into_iter().skip(pass.matches.len()) {
            pass.learn(seen);
        }
        pass
    }

    fn new(settings: &Settings, sees: Sees) -> Self {
        Self {
            settings: *settings,
            sees,
            margin: Filter::new(settings.margin),
            total: Filter::new(settings.total),
            teams: BTreeMap::new(),
            matches: Log::default(),
        }
    }

    fn is_start_of(&self, seen: &[Seen]) -> bool {
        self.matches.len() <= seen.len() && self.matches.iter().zip(seen).all(|((had, _), now)| had == now)
    }

    /// Every match with what was expected of it.
    pub(super) fn rated(&self) -> impl Iterator<Item = &Rated> {
        self.matches.iter().map(|(_, rated)| rated)
    }

    /// Who is taken to start: who is named, else who started the team's last match.
    pub(super) fn players(
        &self,
        teams: [TeamId; 2],
        named: [Option<PlayerCode>; 2],
    ) -> [Option<PlayerCode>; 2] {
        let usual = |side: usize| self.teams.get(&teams[side]).and_then(|team| team.player);
        [named[0].or_else(|| usual(0)), named[1].or_else(|| usual(1))]
    }

    fn learn(&mut self, seen: Seen) {
        let here = &seen.circumstances;
        let rested = here.teams.map(|team| {
            let last = self.teams.get(&team).and_then(|t| t.last);
            let days =
                last.filter(|(season, _)| *season == here.season).map(|(_, at)| days_between(at, here.at));
            self.settings.rest.counts(days)
        });
        let players = self.players(here.teams, seen.named);
        let (margin, total) = (here.margin(rested, players), here.total(rested));
        let fewest = |count: fn(&Team) -> u32| {
            here.teams.iter().map(|team| self.teams.get(team).map_or(0, count)).min().unwrap_or(0)
        };
        let implied = seen.lines.implied(&self.settings.spreads);
        let rated = Rated {
            at: here.at,
            at_home: here.at_home,
            score: seen.score,
            margin: self.margin.expected(&margin),
            total: self.total.expected(&total),
            implied,
            played: fewest(|t| t.played),
            priced: fewest(|t| t.priced),
        };
        learn(
            &mut self.margin,
            &self.settings.margin,
            &margin,
            implied.margin,
            f64::from(seen.score.margin()),
        );
        learn(&mut self.total, &self.settings.total, &total, implied.total, f64::from(seen.points));
        for (team, player) in here.teams.into_iter().zip(players) {
            let team = self.teams.entry(team).or_default();
            team.last = Some((here.season, here.at));
            team.player = player;
            team.played += 1;
            team.priced += u32::from(implied.margin.is_some());
        }
        self.matches.push((seen, rated));
    }
}

/// The line of a match was there before its result.
fn learn(
    filter: &mut Filter,
    rules: &super::filter::FilterRules,
    look: &Look,
    line: Option<f64>,
    result: f64,
) {
    filter.advance(look);
    if let Some(line) = line {
        filter.observe(look, line, rules.line_variance);
    }
    filter.observe(look, result, rules.result_variance);
}

impl Seen {
    fn of(played: &PlayedMatch<'_>, snapshot: &Snapshot<'_>, sees: Sees) -> Self {
        let PlayedMatch { fixture, outcome, .. } = played;
        let score = played.score();
        Self {
            fixture: fixture.id,
            circumstances: Circumstances::of(fixture),
            score,
            points: match sees {
                Sees::LinesToo => score.total(),
                Sees::ResultsOnly => outcome.regulation.unwrap_or(score).total(),
            },
            named: played.starters(),
            lines: match sees {
                Sees::LinesToo => Lines::of(snapshot.quotes(fixture.id)),
                Sees::ResultsOnly => Lines::default(),
            },
        }
    }
}

/// Whole days from one kick-off to another.
pub(super) fn days_between(earlier: Timestamp, later: Timestamp) -> i64 {
    let secs = later.as_second() - earlier.as_second();
    (secs as f64 / (24.0 * 60.0 * 60.0)).round() as i64
}

/// A list that grows at its end and shares what it had with its clones: a walk through a decade keeps a thousand fits.
#[derive(Debug, Clone)]
struct Log<T> {
    full: Vec<Arc<[T]>>,
    rest: Vec<T>,
}

const CHUNK: usize = 256;

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self { full: Vec::new(), rest: Vec::new() }
    }
}

impl<T> Log<T> {
    fn len(&self) -> usize {
        self.full.len() * CHUNK + self.rest.len()
    }

    fn push(&mut self, item: T) {
        self.rest.push(item);
        if self.rest.len() == CHUNK {
            self.full.push(std::mem::take(&mut self.rest).into());
        }
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(&self.rest)
    }
}
