//! A season as it stands at one moment: who has played whom and how it ended, and which meetings are to come.
//!
//! A snapshot shows fixtures only from a week before their kick-off, so what is to come has to be completed by a rule
//! ([`Pairings`]), and no rule reads a result that the snapshot does not show:
//!
//! - [`Pairings::Listed`]: what the snapshot lists and no more.
//! - [`Pairings::RoundRobin`]: every team of the season meets every other so often on each ground, which is known before the
//!   first match. Meetings that were neither played nor listed are added. Teams are those seen in played or listed fixtures
//!   of the season.
//! - [`Pairings::Published`]: the pairings of a schedule that was published whole before the season, NFL and NBA, from
//!   the fixtures on record, their results unread.

use std::collections::BTreeMap;

use domain::{
    CompetitionId, Fixture, FixtureId, FixtureStatus, History, Kickoff, Score, Season, Snapshot, Sport,
    Stage, TeamId, outcome::OutcomeStatus,
};

use crate::ForecastError;

/// How meetings to come are found beyond those that are listed.
#[derive(Debug, Clone, Copy)]
pub enum Pairings<'h> {
    /// Not at all.
    Listed,
    /// Every team meets every other `meetings` times on each ground.
    RoundRobin {
        /// Meetings of a pair on one ground.
        meetings: u8,
    },
    /// As the schedule on record has them.
    Published(&'h History),
}

/// A match that counts, by the positions of its teams in [`SeasonState::teams`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// Home side.
    pub home: u8,
    /// Away side.
    pub away: u8,
    /// How it ended.
    pub score: Score,
}

/// A season at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct SeasonState {
    /// Sorted; matches name teams by their position here.
    pub teams: Vec<TeamId>,
    /// Regular season, in the order of kick-off.
    pub played: Vec<Played>,
    /// Regular season, still to come: listed ones first, in the order of kick-off.
    pub remaining: Vec<Fixture>,
    /// How many of the remaining are listed.
    pub n_listed: usize,
    /// Play-off matches that were played, in the order of kick-off.
    pub playoffs: Vec<Played>,
}

/// More teams than any league has; packed keys rely on it.
pub const MAX_TEAMS: usize = 64;

impl SeasonState {
    /// How a season stands in a snapshot.
    ///
    /// # Errors
    /// When the snapshot shows no match of the season, or more teams than a league can have.
    pub fn of(
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        season: Season,
        pairings: Pairings<'_>,
    ) -> Result<Self, ForecastError> {
        let of_season = |f: &&Fixture| f.competition == competition && f.season == season;
        let mut listed: Vec<Fixture> = snapshot.fixtures().filter(of_season).copied().collect();
        listed.sort_by_key(|f| (f.kickoff.earliest(), f.id));
        if let Pairings::Published(history) = pairings {
            add_published(&mut listed, history, competition, season);
        }
        let mut teams: Vec<TeamId> = listed.iter().flat_map(|f| [f.home, f.away]).collect();
        teams.sort_unstable();
        teams.dedup();
        if teams.is_empty() || teams.len() > MAX_TEAMS {
            return Err(ForecastError::Season {
                detail: format!(
                    "{} teams of {competition} {season} are known as of {}, where 2 to {MAX_TEAMS} make a season: \
                     import its fixtures, or choose a later moment",
                    teams.len(),
                    snapshot.at()
                ),
            });
        }
        let mut state =
            Self { teams, played: Vec::new(), remaining: Vec::new(), n_listed: 0, playoffs: Vec::new() };
        let undated = listed.first().map(|any| Fixture {
            id: FixtureId(0),
            kickoff: Kickoff::At(snapshot.at()),
            neutral: false,
            stage: Stage::Regular,
            status: FixtureStatus::Scheduled,
            ..*any
        });
        for fixture in listed {
            state.take(snapshot, fixture);
        }
        if let (Pairings::RoundRobin { meetings }, Some(undated)) = (pairings, undated) {
            state.complete(undated, meetings);
        }
        Ok(state)
    }

    /// Position of a team.
    pub fn index(&self, team: TeamId) -> Option<u8> {
        self.teams.binary_search(&team).ok().map(|i| i as u8)
    }

    fn take(&mut self, snapshot: &Snapshot<'_>, fixture: Fixture) {
        let (Some(home), Some(away)) = (self.index(fixture.home), self.index(fixture.away)) else { return };
        let outcome = snapshot.result(fixture.id).map(|fact| &fact.value.outcome);
        let completed = outcome.filter(|o| o.status == OutcomeStatus::Completed);
        let regular = fixture.stage == Stage::Regular;
        if let Some(outcome) = completed {
            let score = domain::snapshot::settled_score(&fixture, outcome);
            let played = Played { home, away, score };
            if regular { self.played.push(played) } else { self.playoffs.push(played) }
        } else if regular && !matches!(fixture.status, FixtureStatus::Cancelled) {
            self.remaining.push(fixture);
            self.n_listed += 1;
        }
    }

    /// Adds the meetings of a round robin that are neither played nor listed, and drops listed ones that are too many: a
    /// match that was moved may be listed under both dates. What is added has no date, `undated`: it is forecast as of the
    /// snapshot's moment.
    fn complete(&mut self, undated: Fixture, meetings: u8) {
        let mut known: BTreeMap<(TeamId, TeamId), u8> = BTreeMap::new();
        for match_ in &self.played {
            let pair = (self.teams[usize::from(match_.home)], self.teams[usize::from(match_.away)]);
            *known.entry(pair).or_default() += 1;
        }
        self.remaining.retain(|fixture| {
            let count = known.entry((fixture.home, fixture.away)).or_default();
            *count += 1;
            *count <= meetings
        });
        self.n_listed = self.remaining.len();
        for home in &self.teams {
            for away in self.teams.iter().filter(|away| *away != home) {
                for _ in known.get(&(*home, *away)).copied().unwrap_or(0)..meetings {
                    self.remaining.push(Fixture { home: *home, away: *away, ..undated });
                }
            }
        }
    }
}

/// Adds the regular season's fixtures that the snapshot does not list yet: who meets whom and where, nothing else.
fn add_published(listed: &mut Vec<Fixture>, history: &History, competition: CompetitionId, season: Season) {
    let known: std::collections::BTreeSet<FixtureId> = listed.iter().map(|f| f.id).collect();
    let mut published: Vec<Fixture> = history
        .fixtures_for_scoring()
        .into_iter()
        .filter(|f| f.competition == competition && f.season == season && f.stage == Stage::Regular)
        .filter(|f| f.status != FixtureStatus::Cancelled && !known.contains(&f.id))
        .map(|f| Fixture { status: FixtureStatus::Scheduled, ..*f })
        .collect();
    published.sort_by_key(|f| (f.kickoff.earliest(), f.id));
    listed.extend(published);
}

/// Whether schedules of a sport are published whole before the season.
pub fn publishes_schedule(sport: Sport) -> bool {
    matches!(sport, Sport::Nfl | Sport::Nba)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_history::{LEAGUE, TestHistory, at, noon};

    fn state(history: &History, day: i64, pairings: Pairings<'_>) -> SeasonState {
        SeasonState::of(&at(history, noon(day)), LEAGUE, Season::starting(2020), pairings).unwrap()
    }

    /// Three teams, two matches played by day 20, one listed for day 24, the rest of the round robin unknown yet.
    fn three_teams() -> TestHistory {
        let mut league = TestHistory::default();
        league.play(1, 1, 2, (2, 0));
        league.play(8, 2, 3, (1, 1));
        league.play(24, 3, 1, (0, 4));
        league.play(60, 2, 1, (3, 3));
        league
    }

    #[test]
    fn meetings_that_nobody_announced_follow_from_the_round_robin() {
        let history = three_teams().build();
        let state = state(&history, 20, Pairings::RoundRobin { meetings: 1 });
        assert_eq!((state.teams.len(), state.played.len(), state.n_listed), (3, 2, 1));
        let pairs: Vec<(i64, i64)> = state.remaining.iter().map(|f| (f.home.0, f.away.0)).collect();
        assert_eq!(pairs, [(3, 1), (1, 3), (2, 1), (3, 2)]);
        assert!(state.remaining[1..].iter().all(|f| f.kickoff == Kickoff::At(noon(20))));
    }

    #[test]
    fn only_what_is_listed_when_asked_so() {
        let history = three_teams().build();
        assert_eq!(state(&history, 20, Pairings::Listed).remaining.len(), 1);
        let whole = state(&history, 20, Pairings::Published(&history));
        let pairs: Vec<(i64, i64)> = whole.remaining.iter().map(|f| (f.home.0, f.away.0)).collect();
        assert_eq!(pairs, [(3, 1), (2, 1)], "the later one from the published schedule");
    }

    #[test]
    fn nothing_that_became_known_later_changes_the_state() {
        let history = three_teams().build();
        for day in [2, 20, 40, 70] {
            let forgetful = history.forgetting_from(noon(day));
            for pairings in [Pairings::Listed, Pairings::RoundRobin { meetings: 1 }] {
                assert_eq!(state(&history, day, pairings), state(&forgetful, day, pairings), "day {day}");
            }
        }
    }

    #[test]
    fn a_match_listed_under_two_dates_counts_once() {
        let mut league = three_teams();
        league.announce(22, 3, 1);
        let history = league.build();
        let state = state(&history, 20, Pairings::RoundRobin { meetings: 1 });
        assert_eq!(state.remaining.iter().filter(|f| (f.home.0, f.away.0) == (3, 1)).count(), 1);
    }

    #[test]
    fn a_season_nobody_listed_is_refused() {
        let history = three_teams().build();
        let snapshot = at(&history, noon(20));
        let error = SeasonState::of(&snapshot, LEAGUE, Season::starting(2030), Pairings::Listed).unwrap_err();
        assert!(error.to_string().contains("2030-31"), "{error}");
    }
}
