use domain::{
    BookId, DecimalOdds, Fact, History, Kickoff, KnownRule, LineUp, Market, Outcome, Phase, Quote,
    RecordedBy, Score, Selection, Sequence, Stage, Times,
    fixture::FixtureId,
    history::{LineUpOf, ResultOf},
    line_up::Starter,
    market::{Line, MarketKind},
    quote::Series,
};
use testkit::{Played, PointsLeague, PointsTruth};

use super::*;

const NFL: CompetitionId = CompetitionId::literal("nfl");

fn fact<T>(value: T, known_at: Timestamp) -> Fact<T> {
    let known_rule = KnownRule::Observed;
    let times =
        Times { occurred_at: known_at, known_at, known_rule, recorded_at: known_at, sequence: Sequence(1) };
    Fact { times, value }
}

fn fit(
    model: &DynamicPoints,
    history: &History,
    at: Timestamp,
    start: Option<&dyn FittedModel>,
) -> Box<dyn FittedModel> {
    model.fit(&history.as_of(at, RecordedBy::Now), NFL, start).unwrap()
}

fn home_win(fitted: &dyn FittedModel, briefing: &Briefing<'_>) -> f64 {
    fitted.forecast(briefing).unwrap().distribution.outcome_probabilities().home
}

fn league() -> Played<PointsTruth> {
    PointsLeague { n_teams: 12, n_seasons: 4, neutral_share: 0.0, ..PointsLeague::nfl() }.generate()
}

#[test]
fn what_is_read_makes_forecasts_better_and_each_reads_only_what_it_may() {
    let league = league();
    let last: Vec<&Fixture> = league.fixtures.iter().rev().take(60).collect();
    let at = last[last.len() - 1].kickoff.earliest();
    let gap = |model: DynamicPoints| {
        let fitted = fit(&model, &league.history, at, None);
        let off = |f: &&Fixture| {
            let after_close = f.kickoff.latest() + SignedDuration::from_secs(1);
            let briefing = league.history.briefing(f, after_close, RecordedBy::Now);
            let (home, away) = fitted.forecast(&briefing).unwrap().distribution.expected_score();
            (home - away - league.truth.expected_margin(f)).abs()
        };
        last.iter().map(off).sum::<f64>() / last.len() as f64
    };
    let (results, past, this) = (
        gap(DynamicPoints::without_odds()),
        gap(DynamicPoints::with_past_lines()),
        gap(DynamicPoints::with_lines()),
    );
    assert!(past < 0.8 * results, "{past} with past lines, {results} with results");
    assert!(this < past && this < 1.0, "{this} with the line itself, {past} with past lines");
    // Without its line in the briefing the third is the second.
    let third = fit(&DynamicPoints::with_lines(), &league.history, at, None);
    let second = fit(&DynamicPoints::with_past_lines(), &league.history, at, None);
    let bare = Briefing::bare(last[0]);
    assert_eq!(third.forecast(&bare).unwrap(), second.forecast(&bare).unwrap());
}

#[test]
fn a_start_saves_work_and_no_bit_changes_even_after_a_correction() {
    let league = league();
    let (early, late) = (league.fixtures[300].kickoff.earliest(), league.fixtures[390].kickoff.earliest());
    let fixture = &league.fixtures[395];
    for model in
        [DynamicPoints::without_odds(), DynamicPoints::with_past_lines(), DynamicPoints::with_lines()]
    {
        let start = fit(&model, &league.history, early, None);
        let said = |history: &History, start| {
            fit(&model, history, late, start).forecast(&Briefing::bare(fixture)).unwrap()
        };
        assert_eq!(said(&league.history, Some(&*start)), said(&league.history, None));
        let corrected = corrected(&league.history, early);
        assert_eq!(said(&corrected, Some(&*start)), said(&corrected, None));
        assert_ne!(said(&corrected, None), said(&league.history, None));
    }
}

/// The first match ended otherwise, which is known an hour after `at`.
fn corrected(history: &History, at: Timestamp) -> History {
    let mut results = history.result_facts().to_vec();
    let outcome = Outcome::completed(Score::new(3, 45));
    let fixture = results[0].value.fixture;
    results.push(fact(ResultOf { fixture, outcome }, at + SignedDuration::from_hours(1)));
    let quotes =
        history.fixture_facts().iter().map(|f| f.value.id).collect::<std::collections::BTreeSet<_>>();
    let quotes = quotes.into_iter().flat_map(|id| history.quotes_for_scoring(id)).collect::<Vec<_>>();
    History::new(history.fixture_facts().to_vec(), results, history.statistics_facts().to_vec(), quotes)
}

/// Four teams meet weekly. Team 1 wins by 14 with `star` and loses by 14 with `backup`, in turns of four; the last match is to
/// come, and its line-up names who is asked for.
fn with_quarterbacks(next: &str) -> (History, Fixture) {
    let (mut fixtures, mut results, mut line_ups) = (Vec::new(), Vec::new(), Vec::new());
    let first: Timestamp = "2022-09-04T17:00:00Z".parse().unwrap();
    let weeks = 41;
    for week in 0..weeks {
        let at = first + SignedDuration::from_hours(24 * 7 * week);
        let plays = if week == weeks - 1 {
            next
        } else if week % 8 < 4 {
            "star"
        } else {
            "backup"
        };
        for (i, (home, away)) in (0..).zip([(1, 2 + week % 3), (2 + (week + 1) % 3, 2 + (week + 2) % 3)]) {
            let swap = week % 2 == 1;
            let (home, away) = if swap { (away, home) } else { (home, away) };
            let fixture = Fixture {
                id: FixtureId(2 * week + i + 1),
                competition: NFL,
                sport: Sport::Nfl,
                season: Season::starting(2022),
                home: TeamId(home),
                away: TeamId(away),
                kickoff: Kickoff::At(at),
                neutral: true,
                stage: Stage::Regular,
                status: FixtureStatus::Scheduled,
            };
            fixtures.push(fact(fixture, fixture.kickoff.listed_at().0));
            let starter =
                |player: &str| Some(Starter { player: player.parse().unwrap(), name: String::new() });
            let (mut line_up, mut score) =
                (LineUp::default(), Score::new(20, if week % 2 == 0 { 21 } else { 19 }));
            if i == 0 {
                let side = if swap { &mut line_up.away } else { &mut line_up.home };
                *side = starter(plays);
                let wins_at_home = (plays == "star") != swap;
                score = if wins_at_home { Score::new(27, 13) } else { Score::new(13, 27) };
            }
            line_ups
                .push(fact(LineUpOf { fixture: fixture.id, line_up }, fixture.kickoff.line_up_known_at().0));
            if week < weeks - 1 {
                let outcome = Outcome::completed(score);
                results.push(fact(
                    ResultOf { fixture: fixture.id, outcome },
                    fixture.kickoff.result_known_at(Sport::Nfl).0,
                ));
            }
        }
    }
    let last = fixtures[fixtures.len() - 2].value;
    (History::new(fixtures, results, Vec::new(), Vec::new()).with_line_ups(line_ups), last)
}

#[test]
fn the_quarterback_counts_once_he_is_named() {
    let chance = |next: &str, minutes_before: i64| {
        let (history, fixture) = with_quarterbacks(next);
        let at = fixture.kickoff.earliest() - SignedDuration::from_mins(minutes_before);
        let snapshot = history.as_of(at, RecordedBy::Now);
        let fitted = fit(&DynamicPoints::without_odds(), &history, at, None);
        let p = home_win(&*fitted, &snapshot.briefing(&fixture));
        if fixture.home == TeamId(1) { p } else { 1.0 - p }
    };
    let (star, backup) = (chance("star", 60), chance("backup", 60));
    assert!(star > backup + 0.15, "{star} with the star, {backup} with the backup");
    // Two hours before nobody is named: the one who started last is assumed, whoever comes.
    assert_eq!(chance("star", 120), chance("backup", 120));
    assert_eq!(chance("backup", 120), chance(if (40 - 1) % 8 < 4 { "star" } else { "backup" }, 60));
}

#[test]
fn rest_is_read_from_the_calendar() {
    assert_eq!([None, Some(1), Some(2)].map(|days| Rest::BackToBack.counts(days)), [0.0, 1.0, 0.0]);
    assert_eq!([None, Some(7), Some(14), Some(40)].map(|days| Rest::Bye.counts(days)), [0.0, 0.0, 1.0, 0.0]);
}

fn quotes(market: Market, phase: Phase, book: BookId, prices: [f64; 2]) -> Vec<Fact<Quote>> {
    let quote = |(selection, price): (Selection, f64)| {
        let series = Series { book, market, selection, phase };
        fact(
            Quote { fixture: FixtureId(1), series, odds: DecimalOdds::new(price).unwrap() },
            Timestamp::UNIX_EPOCH,
        )
    };
    market.selections().into_iter().zip(prices).map(quote).collect()
}

#[test]
fn prices_in_points() {
    let spreads = Spreads { margin: 12.0, total: 17.0 };
    let implied = |quotes: &[Fact<Quote>]| Lines::of(quotes.iter().copied()).implied(&spreads);
    let line = |kind, points: f64| Market::new(kind, Some(Line::try_from(points).unwrap())).unwrap();
    let book = BookId::LINE_ONLY;
    // Even prices: the home side gives 7.5 points and is expected to win by them.
    let even = quotes(line(MarketKind::Spread, -7.5), Phase::Closing, book, [1.91, 1.91]);
    assert!((implied(&even).margin.unwrap() - 7.5).abs() < 1e-9);
    // P = 3/4 without margin: 12 probit(.75) = 12 x 0.674490 = 8.09388 (table of the normal distribution).
    let moneyline = quotes(Market::MONEYLINE, Phase::Closing, book, [4.0 / 3.0, 4.0]);
    assert!((implied(&moneyline).margin.unwrap() - 8.093_88).abs() < 1e-4);
    let both = [even.clone(), moneyline].concat();
    assert!((implied(&both).margin.unwrap() - f64::midpoint(7.5, 8.093_88)).abs() < 1e-4);
    // Of alternative lines the main one, of phases the closing one.
    let far = quotes(line(MarketKind::Spread, -20.5), Phase::Closing, book, [6.0, 1.1]);
    let early = quotes(line(MarketKind::Spread, -3.0), Phase::PreMatch, book, [1.91, 1.91]);
    assert!((implied(&[early, far, even].concat()).margin.unwrap() - 7.5).abs() < 1e-9);
    let total = quotes(line(MarketKind::Total, 221.5), Phase::Closing, book, [1.91, 1.91]);
    assert!((implied(&total).total.unwrap() - 221.5).abs() < 1e-9);
    assert_eq!(implied(&[]), lines::Implied::default());
    let maximum = quotes(Market::MONEYLINE, Phase::Closing, BookId::MARKET_MAXIMUM, [1.5, 3.2]);
    assert_eq!(implied(&maximum).margin, None, "the maximum over books is no book's price");
}
