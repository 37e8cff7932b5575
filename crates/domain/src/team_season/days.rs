//! How teams stood after every match day of a season, in every version the world has known.
//!
//! A row says how things stood after its day; it is what the world knew from `known_at` on, until the next row of the same
//! day. So of a team's rows with `known_at < t`, the last version of the last day is its record as of `t`. A result brings
//! a row, expected goals a day later bring another, and a correction brings one for its day and for every later one that it
//! changes. A day on which, as it turned out, nothing was played keeps its rows; they say the same as the day before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::TeamStatistics;
use crate::{
    competition::Competition,
    conditions::Conditions,
    fact::Fact,
    fixture::{Fixture, FixtureId},
    history::History,
    outcome::{Outcome, OutcomeStatus},
    season::Season,
    snapshot::PlayedMatch,
    statistics::MatchStatistics,
    team::TeamId,
};

/// How one team stood after one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TeamDay {
    /// The season.
    pub season: Season,
    /// The team.
    pub team: TeamId,
    /// The day, where the competition is played.
    pub on: Date,
    /// The world knows this from here on.
    pub known_at: Timestamp,
    /// The record of the season up to this day.
    pub statistics: TeamStatistics,
}

/// Every row of a competition, by season, team, day and moment.
pub fn days(history: &History, competition: &Competition) -> Vec<TeamDay> {
    let mut replay = Replay {
        zone: competition.time_zone(),
        competition,
        matches: HashMap::new(),
        teams: BTreeMap::new(),
        rows: Vec::new(),
    };
    let mut news = Vec::new();
    news.extend(history.fixture_facts().iter().map(|f| (moment(f), News::Fixture(&f.value))));
    news.extend(
        history.result_facts().iter().map(|f| (moment(f), News::Result(f.value.fixture, &f.value.outcome))),
    );
    news.extend(
        history
            .statistics_facts()
            .iter()
            .map(|f| (moment(f), News::Statistics(f.value.fixture, &f.value.statistics))),
    );
    news.sort_by_key(|(moment, _)| *moment);
    for at_once in news.chunk_by(|(one, _), (other, _)| one.0 == other.0) {
        replay.hear(at_once[0].0.0, at_once.iter().map(|(_, news)| *news));
    }
    replay.rows.sort_by_key(|row| (row.season, row.team, row.on, row.known_at));
    replay.rows
}

/// When a fact was known, and which of several at once is the later.
fn moment<T>(fact: &Fact<T>) -> (Timestamp, i64) {
    (fact.times.known_at, fact.times.sequence.0)
}

#[derive(Clone, Copy)]
enum News<'h> {
    Fixture(&'h Fixture),
    Result(FixtureId, &'h Outcome),
    Statistics(FixtureId, &'h MatchStatistics),
}

impl News<'_> {
    fn about(&self) -> FixtureId {
        match self {
            Self::Fixture(fixture) => fixture.id,
            Self::Result(id, _) | Self::Statistics(id, _) => *id,
        }
    }
}

/// What is known of a match so far.
#[derive(Clone, Copy, Default)]
struct Known<'h> {
    fixture: Option<&'h Fixture>,
    outcome: Option<&'h Outcome>,
    statistics: Option<&'h MatchStatistics>,
}

impl<'h> Known<'h> {
    /// The match, if it counts as played by now; who started counts for nothing here.
    fn played(&self) -> Option<PlayedMatch<'h>> {
        let (fixture, outcome) = self.fixture.zip(self.outcome)?;
        let played = PlayedMatch {
            fixture,
            outcome,
            statistics: self.statistics,
            line_up: None,
            conditions: Conditions::default(),
        };
        (outcome.status == OutcomeStatus::Completed).then_some(played)
    }
}

/// One team's season so far.
#[derive(Default)]
struct Team<'h> {
    matches: BTreeMap<(Timestamp, FixtureId), (Date, PlayedMatch<'h>)>,
    /// The last row of every day there was one of.
    told: BTreeMap<Date, TeamStatistics>,
}

/// The first day of a team's season that may have changed.
type Changed = BTreeMap<(Season, TeamId), Date>;

struct Replay<'c, 'h> {
    zone: TimeZone,
    competition: &'c Competition,
    matches: HashMap<FixtureId, Known<'h>>,
    teams: BTreeMap<(Season, TeamId), Team<'h>>,
    rows: Vec<TeamDay>,
}

impl<'h> Replay<'_, 'h> {
    /// Takes in what became known at one moment and tells what it changes.
    fn hear(&mut self, known_at: Timestamp, all: impl Iterator<Item = News<'h>> + Clone) {
        let about: BTreeSet<FixtureId> = all.clone().map(|news| news.about()).collect();
        let before: Vec<Option<PlayedMatch<'h>>> = about.iter().map(|id| self.played(*id)).collect();
        for news in all {
            let known = self.matches.entry(news.about()).or_default();
            match news {
                News::Fixture(fixture) => known.fixture = Some(fixture),
                News::Result(_, outcome) => known.outcome = Some(outcome),
                News::Statistics(_, statistics) => known.statistics = Some(statistics),
            }
        }
        let mut changed = Changed::new();
        for played in before.into_iter().flatten() {
            self.place(&played, false, &mut changed);
        }
        for id in about {
            if let Some(played) = self.played(id) {
                self.place(&played, true, &mut changed);
            }
        }
        for (key, from) in changed {
            self.tell(key, from, known_at);
        }
    }

    fn played(&self, id: FixtureId) -> Option<PlayedMatch<'h>> {
        let known = self.matches.get(&id)?;
        known.played().filter(|played| played.fixture.competition == self.competition.id)
    }

    /// Puts a match where it counts, or takes it away from there.
    fn place(&mut self, played: &PlayedMatch<'h>, counts: bool, changed: &mut Changed) {
        let fixture = played.fixture;
        let kickoff = fixture.kickoff.earliest();
        let day = kickoff.to_zoned(self.zone.clone()).date();
        for team in [fixture.home, fixture.away] {
            let key = (fixture.season, team);
            let matches = &mut self.teams.entry(key).or_default().matches;
            if counts {
                matches.insert((kickoff, fixture.id), (day, *played));
            } else {
                matches.remove(&(kickoff, fixture.id));
            }
            let first = changed.entry(key).or_insert(day);
            *first = day.min(*first);
        }
    }

    /// Adds the rows of a team that differ from what was told of it, from the first day on that may.
    fn tell(&mut self, (season, id): (Season, TeamId), from: Date, known_at: Timestamp) {
        let Some(team) = self.teams.get_mut(&(season, id)) else { return };
        let since: Vec<&(Date, PlayedMatch<'h>)> =
            team.matches.values().rev().take_while(|(day, _)| *day >= from).collect();
        let before = team.told.range(..from).next_back().map(|(_, statistics)| *statistics);
        let mut statistics = before.unwrap_or_else(|| TeamStatistics::start(self.competition.sport));
        let told = team.told.range(from..).map(|(day, _)| *day);
        let days: BTreeSet<Date> = told.chain(since.iter().map(|(day, _)| *day)).collect();
        let mut to_add = since.into_iter().rev().peekable();
        for on in days {
            while let Some((_, played)) = to_add.next_if(|(day, _)| *day <= on) {
                statistics.add(played, played.fixture.home == id);
            }
            if team.told.insert(on, statistics) != Some(statistics) {
                self.rows.push(TeamDay { season, team: id, on, known_at, statistics });
            }
        }
    }
}
