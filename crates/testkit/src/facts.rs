//! Facts with their three times, as live operation would have stored them.

use domain::{
    BookId, DecimalOdds, Fact, Fixture, FixtureId, FixtureStatus, History, KnownRule, LineUp, Market,
    MatchStatistics, Outcome, OutcomeProbabilities, Phase, Quote, Score, Selection, Sequence, Times, Weather,
    conditions::{Condition, ConditionOf},
    history::{LineUpOf, ResultOf, StatisticsOf},
    quote::Series,
    venue::Roof,
};
use jiff::{SignedDuration, Timestamp};

/// Collects the facts of one league. Every season is one import.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) fixtures: Vec<Fixture>,
    versions: Vec<Fact<Fixture>>,
    results: Vec<Fact<ResultOf>>,
    statistics: Vec<Fact<StatisticsOf>>,
    line_ups: Vec<Fact<LineUpOf>>,
    conditions: Vec<Fact<ConditionOf>>,
    quotes: Vec<Fact<Quote>>,
}

fn fact<T>(value: T, occurred_at: Timestamp, known: (Timestamp, KnownRule), sequence: i64) -> Fact<T> {
    let (known_at, known_rule) = known;
    let times =
        Times { occurred_at, known_at, known_rule, recorded_at: known_at, sequence: Sequence(sequence) };
    Fact { times, value }
}

impl Facts {
    /// The next free fixture number.
    pub(crate) fn next_id(&self) -> FixtureId {
        FixtureId(i64::try_from(self.fixtures.len()).map_or(i64::MAX, |n| n + 1))
    }

    pub(crate) fn announce(&mut self, fixture: Fixture) {
        let listed = fixture.kickoff.listed_at();
        self.versions.push(fact(fixture, listed.0, listed, sequence(&fixture)));
        self.fixtures.push(fixture);
    }

    pub(crate) fn play(&mut self, fixture: &Fixture, score: Score) {
        let known = fixture.kickoff.result_known_at(fixture.sport);
        let played_at = fixture.kickoff.latest();
        let completed = Fixture { status: FixtureStatus::Completed, ..*fixture };
        self.versions.push(fact(completed, played_at, known, sequence(fixture)));
        let result = ResultOf { fixture: fixture.id, outcome: Outcome::completed(score) };
        self.results.push(fact(result, played_at, known, sequence(fixture)));
    }

    /// Who starts.
    pub(crate) fn name(&mut self, fixture: &Fixture, line_up: LineUp) {
        let known = fixture.kickoff.line_up_known_at();
        let value = LineUpOf { fixture: fixture.id, line_up };
        self.line_ups.push(fact(value, known.0, known, sequence(fixture)));
    }

    /// Under which roof, and in which weather under an open one.
    pub(crate) fn under(&mut self, fixture: &Fixture, roof: Roof, weather: Weather) {
        let condition = |condition| ConditionOf { fixture: fixture.id, condition };
        let known = fixture.kickoff.venue_known_at();
        self.conditions.push(fact(condition(Condition::Roof(roof)), known.0, known, sequence(fixture)));
        if roof.is_open_air() {
            let (at, known) = (fixture.kickoff.earliest(), fixture.kickoff.weather_known_at(fixture.sport));
            self.conditions.push(fact(condition(Condition::Weather(weather)), at, known, sequence(fixture)));
        }
    }

    pub(crate) fn count(&mut self, fixture: &Fixture, statistics: MatchStatistics) {
        let known = fixture.kickoff.statistics_known_at(fixture.sport);
        let value = StatisticsOf { fixture: fixture.id, statistics };
        self.statistics.push(fact(value, fixture.kickoff.latest(), known, sequence(fixture)));
    }

    /// Quotes the true probabilities with `margin` laid on evenly: a day before, and again at the close.
    pub(crate) fn quote(&mut self, fixture: &Fixture, truth: OutcomeProbabilities, margin: f64) {
        let day_before = fixture.kickoff.earliest() - SignedDuration::from_hours(24);
        let phases = [
            (Phase::PreMatch, (day_before, KnownRule::Observed)),
            (Phase::Closing, fixture.kickoff.closing_known_at()),
        ];
        let two_way = truth.home + truth.away;
        let (market, fair) = if fixture.sport.is_three_way() {
            let three_way =
                [(Selection::Home, truth.home), (Selection::Draw, truth.draw), (Selection::Away, truth.away)];
            (Market::THREE_WAY, three_way.to_vec())
        } else {
            let sides = [(Selection::Home, truth.home / two_way), (Selection::Away, truth.away / two_way)];
            (Market::MONEYLINE, sides.to_vec())
        };
        for (phase, known) in phases {
            for (selection, p) in &fair {
                let Ok(odds) = DecimalOdds::new((1.0 / (p * (1.0 + margin))).max(1.01)) else { continue };
                let series = Series { book: BookId::MARKET_AVERAGE, market, selection: *selection, phase };
                let quote = Quote { fixture: fixture.id, series, odds };
                self.quotes.push(fact(quote, known.0, known, sequence(fixture)));
            }
        }
    }

    pub(crate) fn into_history(self) -> (History, Vec<Fixture>) {
        let history = History::new(self.versions, self.results, self.statistics, self.quotes);
        (history.with_line_ups(self.line_ups).with_conditions(self.conditions), self.fixtures)
    }
}

fn sequence(fixture: &Fixture) -> i64 {
    i64::from(fixture.season.start_year)
}
