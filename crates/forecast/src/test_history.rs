//! A history written match by match, for tests that need to know every number.

use domain::{
    BookId, CompetitionId, DecimalOdds, Fact, Fixture, FixtureId, FixtureStatus, History, Kickoff, KnownRule,
    Market, MatchStatistics, Outcome, Phase, Quote, RecordedBy, Score, Season, Selection, Sequence, Snapshot,
    Sport, Stage, TeamId, Times,
    conditions::{Condition, ConditionOf},
    history::{LineUpOf, ResultOf, StatisticsOf},
    line_up::{LineUp, Starter},
    outcome::OutcomeStatus,
    quote::Series,
    statistics::Pair,
};
use jiff::{SignedDuration, Timestamp};

pub(crate) const LEAGUE: CompetitionId = CompetitionId::literal("eng.1");

/// Noon UTC of a day counted from 2020-09-01.
pub(crate) fn noon(day: i64) -> Timestamp {
    let start: Timestamp = "2020-09-01T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(24 * day)
}

#[derive(Default)]
pub(crate) struct TestHistory {
    fixtures: Vec<Fact<Fixture>>,
    results: Vec<Fact<ResultOf>>,
    statistics: Vec<Fact<StatisticsOf>>,
    quotes: Vec<Fact<Quote>>,
    line_ups: Vec<Fact<LineUpOf>>,
    conditions: Vec<Fact<ConditionOf>>,
}

fn fact<T>(value: T, known_at: Timestamp) -> Fact<T> {
    let times = Times {
        occurred_at: known_at,
        known_at,
        known_rule: KnownRule::Observed,
        recorded_at: known_at,
        sequence: Sequence(1),
    };
    Fact { times, value }
}

impl TestHistory {
    /// A match to come at noon of a day; its fixture.
    pub(crate) fn announce(&mut self, day: i64, home: i64, away: i64) -> Fixture {
        self.announce_of(Sport::Soccer, day, home, away)
    }

    pub(crate) fn announce_of(&mut self, sport: Sport, day: i64, home: i64, away: i64) -> Fixture {
        let fixture = Fixture {
            id: FixtureId(self.fixtures.last().map_or(1, |last| last.value.id.0 + 1)),
            competition: LEAGUE,
            sport,
            season: Season::starting(2020),
            home: TeamId(home),
            away: TeamId(away),
            kickoff: Kickoff::At(noon(day)),
            neutral: false,
            stage: Stage::Regular,
            status: FixtureStatus::Scheduled,
        };
        self.fixtures.push(fact(fixture, fixture.kickoff.listed_at().0));
        fixture
    }

    /// A match at noon of a day, with its score known 2.5 h later.
    pub(crate) fn play(&mut self, day: i64, home: i64, away: i64, score: (u16, u16)) -> Fixture {
        let fixture = self.announce(day, home, away);
        self.end(&fixture, score, fixture.kickoff.result_known_at(fixture.sport).0);
        fixture
    }

    /// The same in a season by its start year.
    pub(crate) fn play_in(
        &mut self,
        year: i16,
        day: i64,
        home: i64,
        away: i64,
        score: (u16, u16),
    ) -> Fixture {
        let fixture = self.announce(day, home, away);
        let fixture = self.amend(Fixture { season: Season::starting(year), ..fixture });
        self.end(&fixture, score, fixture.kickoff.result_known_at(fixture.sport).0);
        fixture
    }

    /// Replaces the last version of a fixture, as if it had been announced like this.
    pub(crate) fn amend(&mut self, fixture: Fixture) -> Fixture {
        if let Some(last) = self.fixtures.iter_mut().rev().find(|f| f.value.id == fixture.id) {
            last.value = fixture;
        }
        fixture
    }

    /// A version of a score, known at a moment.
    pub(crate) fn end(&mut self, fixture: &Fixture, score: (u16, u16), known_at: Timestamp) {
        let outcome = Outcome::completed(Score::new(score.0, score.1));
        self.results.push(fact(ResultOf { fixture: fixture.id, outcome }, known_at));
    }

    /// Statistics of a match, known a day after its result.
    pub(crate) fn count(&mut self, fixture: &Fixture, statistics: MatchStatistics) {
        let known_at = fixture.kickoff.statistics_known_at(fixture.sport).0;
        self.statistics.push(fact(StatisticsOf { fixture: fixture.id, statistics }, known_at));
    }

    /// Expected goals of a match, known at a moment.
    pub(crate) fn expected_goals_known(
        &mut self,
        fixture: &Fixture,
        home: f64,
        away: f64,
        known_at: Timestamp,
    ) {
        let expected_goals = Some(Pair { home, away });
        let statistics = MatchStatistics { expected_goals, ..MatchStatistics::default() };
        self.statistics.push(fact(StatisticsOf { fixture: fixture.id, statistics }, known_at));
    }

    /// Takes a result back.
    pub(crate) fn withdraw(&mut self, fixture: &Fixture, known_at: Timestamp) {
        let mut outcome = Outcome::completed(Score::new(0, 0));
        outcome.status = OutcomeStatus::Cancelled;
        self.results.push(fact(ResultOf { fixture: fixture.id, outcome }, known_at));
    }

    /// A further version of a fixture.
    pub(crate) fn version(&mut self, fixture: Fixture, known_at: Timestamp) {
        self.fixtures.push(fact(fixture, known_at));
    }

    /// Prices of one book for home, draw and away, or for home and away, seen some hours before kick-off.
    pub(crate) fn quote(
        &mut self,
        fixture: &Fixture,
        book: BookId,
        phase: Phase,
        hours: i64,
        prices: &[f64],
    ) {
        let three = [Selection::Home, Selection::Draw, Selection::Away];
        let two = [Selection::Home, Selection::Away];
        let (market, selections) =
            if prices.len() == 3 { (Market::THREE_WAY, &three[..]) } else { (Market::MONEYLINE, &two[..]) };
        let known_at = fixture.kickoff.earliest() - SignedDuration::from_hours(hours);
        for (selection, price) in selections.iter().zip(prices) {
            let series = Series { book, market, selection: *selection, phase };
            let odds = DecimalOdds::new(*price).unwrap();
            self.quotes.push(fact(Quote { fixture: fixture.id, series, odds }, known_at));
        }
    }

    /// Who starts for home and away, known 90 minutes before.
    pub(crate) fn start(&mut self, fixture: &Fixture, players: [Option<&str>; 2]) {
        let starter = |player: Option<&str>| {
            player.map(|code| Starter { player: code.parse().unwrap(), name: code.to_owned() })
        };
        let [home, away] = players.map(starter);
        let line_up = LineUp { home, away };
        let known_at = fixture.kickoff.line_up_known_at().0;
        self.line_ups.push(fact(LineUpOf { fixture: fixture.id, line_up }, known_at));
    }

    /// A condition of a match, known at a moment.
    pub(crate) fn under(&mut self, fixture: &Fixture, condition: Condition, known_at: Timestamp) {
        self.conditions.push(fact(ConditionOf { fixture: fixture.id, condition }, known_at));
    }

    pub(crate) fn build(self) -> History {
        History::new(self.fixtures, self.results, self.statistics, self.quotes)
            .with_line_ups(self.line_ups)
            .with_conditions(self.conditions)
    }
}

/// What is known at a moment.
pub(crate) fn at(history: &History, moment: Timestamp) -> Snapshot<'_> {
    history.as_of(moment, RecordedBy::Now)
}
