use domain::{
    BookId, DecimalOdds, Fact, Fixture, FixtureId, KnownRule, Market, MatchStatistics, Outcome, Phase,
    QuoteRecord, Reason, Score, Season, Selection, Sequence, Stage, Times,
    competition::CompetitionId,
    fixture::{FixtureStatus, Kickoff},
    history::ResultOf,
    market::{Line, MarketKind},
    quote::{Quote, Series},
    sport::Sport,
    statistics::Pair,
};
use jiff::{SignedDuration, civil::date};

use super::*;

const ENG: CompetitionId = CompetitionId::literal("eng.1");

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    ts("2023-09-01T00:00:00Z")
}

/// A match of 12 August 2023 between two teams, found in a row.
fn record(row: u32, home: i64, away: i64, score: Option<(u16, u16)>) -> MatchRecord<TeamId> {
    let outcome = score.map(|(home, away)| Outcome::completed(Score::new(home, away)));
    MatchRecord {
        row,
        competition: ENG,
        sport: Sport::Soccer,
        source_id: None,
        season: Season::starting(2023),
        season_label: None,
        home: TeamId(home),
        away: TeamId(away),
        local_date: date(2023, 8, 12),
        kickoff: Kickoff::At(ts("2023-08-12T14:00:00Z")),
        neutral: false,
        stage: Stage::Regular,
        status: if outcome.is_some() { FixtureStatus::Completed } else { FixtureStatus::Scheduled },
        outcome,
        statistics: MatchStatistics::default(),
        line_up: domain::LineUp::default(),
        venue: None,
        weather: domain::Weather::default(),
        quotes: Vec::new(),
    }
}

fn quote(book: BookId, market: Market, selection: Selection, odds: f64) -> QuoteRecord {
    QuoteRecord {
        series: Series { book, market, selection, phase: Phase::PreMatch },
        odds: DecimalOdds::new(odds).unwrap(),
        known_at: ts("2023-08-11T16:00:00Z"),
        known_rule: KnownRule::FridayOrTuesdayBefore,
    }
}

fn three_way(book: BookId, odds: [f64; 3]) -> Vec<QuoteRecord> {
    let selections = [Selection::Home, Selection::Draw, Selection::Away];
    selections.into_iter().zip(odds).map(|(s, odds)| quote(book, Market::THREE_WAY, s, odds)).collect()
}

fn judged(records: Vec<MatchRecord<TeamId>>) -> Judged {
    judge_import(records, &Contracts::default(), now())
}

fn rules(findings: &[Finding]) -> Vec<(&str, usize)> {
    findings.iter().map(|f| (f.rule.as_str(), f.count)).collect()
}

#[test]
fn the_shipped_contracts_are_complete_and_nothing_unknown_is_accepted() {
    let contracts = Contracts::default();
    let again = toml::to_string(&contracts).unwrap();
    assert_eq!(Contracts::from_toml(&again).unwrap(), contracts);
    let names: Vec<&str> = contracts
        .record_rules()
        .iter()
        .map(|r| r.name())
        .chain(contracts.history_rules().iter().map(|r| r.name()))
        .collect();
    let tables: toml::Table = DEFAULTS.parse().unwrap();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let mut configured: Vec<&str> = tables.keys().map(String::as_str).collect();
    configured.sort_unstable();
    assert_eq!(sorted, configured, "every configured rule runs, under its name");
    for broken in [
        DEFAULTS.replace("max_age_days", "max_age"),
        DEFAULTS.replace("[freshness]", "[fresh]"),
        DEFAULTS.replacen("\"warn\"", "\"shout\"", 1),
    ] {
        assert!(Contracts::from_toml(&broken).unwrap_err().to_string().contains("config/checks.toml"));
    }
}

#[test]
fn sound_records_pass_untouched() {
    let mut sound = record(2, 1, 2, Some((2, 1)));
    sound.season_label = Some(sound.season);
    sound.quotes = three_way(BookId::PINNACLE, [1.5, 4.2, 7.0]);
    let judged = judged(vec![sound.clone(), record(3, 3, 4, None)]);
    assert_eq!((judged.verdict, judged.findings), (Verdict::Pass, vec![]));
    assert_eq!(judged.records[0], sound);
    assert_eq!(judged.held_back, []);
}

#[test]
fn what_cannot_be_is_held_back_and_the_rest_goes_on() {
    let mut future = record(5, 5, 6, Some((1, 0)));
    future.kickoff = Kickoff::At(now() + SignedDuration::from_hours(1));
    let rows = vec![
        record(2, 1, 1, Some((2, 1))),
        record(3, 1, 2, Some((2, 1))),
        record(4, 3, 4, Some((21, 0))),
        future,
    ];
    let judged = judged(rows);
    assert_eq!(rules(&judged.findings), [("different_teams", 1), ("score_range", 1), ("time_order", 1)]);
    assert_eq!(judged.verdict, Verdict::Warn);
    assert_eq!(judged.records.iter().map(|r| r.row).collect::<Vec<_>>(), [3]);
    let rejected: Vec<_> =
        judged.held_back.iter().map(HeldBack::rejection).map(|r| (r.row, r.reason)).collect();
    assert_eq!(rejected, [(2, Reason::FailedCheck), (4, Reason::FailedCheck), (5, Reason::FailedCheck)]);
}

#[test]
fn a_wrong_season_label_is_counted_and_kept() {
    let mut mislabelled = record(2, 1, 2, Some((0, 0)));
    mislabelled.season_label = Some(Season::starting(2024));
    let judged = judged(vec![mislabelled.clone()]);
    assert_eq!(rules(&judged.findings), [("season_label", 1)]);
    assert_eq!(judged.findings[0].subject, "eng.1 2023-24");
    assert_eq!(judged.records, [mislabelled]);
}

#[test]
fn repeats_are_dropped_and_contradictions_held_back() {
    let mut other_book = record(4, 1, 2, None);
    other_book.quotes = three_way(BookId::PINNACLE, [1.5, 4.2, 7.0]);
    let rows = vec![
        record(2, 1, 2, Some((2, 1))),
        record(3, 1, 2, Some((2, 1))),
        other_book,
        record(5, 3, 4, Some((0, 0))),
        record(6, 3, 4, Some((0, 1))),
    ];
    let judged = judged(rows);
    assert_eq!(judged.duplicates, 1);
    assert_eq!(
        judged.records.iter().map(|r| r.row).collect::<Vec<_>>(),
        [2, 4],
        "odds of the match are no repeat"
    );
    let rejected: Vec<_> =
        judged.held_back.iter().map(HeldBack::rejection).map(|r| (r.row, r.reason)).collect();
    assert_eq!(rejected, [(5, Reason::ConflictInFile), (6, Reason::ConflictInFile)]);
    assert_eq!(judged.held_back[0].detail, "2023-08-12: 0-0 in row 5, 0-1 in row 6");
}

#[test]
fn books_under_and_far_over_one() {
    let mut row = record(2, 1, 2, Some((2, 1)));
    row.quotes = three_way(BookId::MARKET_MAXIMUM, [2.2, 4.0, 4.2]);
    row.quotes.extend(three_way(BookId::MARKET_AVERAGE, [2.2, 4.0, 4.2]));
    row.quotes.extend(three_way(BookId::PINNACLE, [1.2, 1.5, 7.0]));
    row.quotes.truncate(9);
    // Home and draw of a fourth book alone are no book to judge.
    row.quotes.extend(three_way("bet365".parse().unwrap(), [9.0, 9.0, 9.0]).into_iter().take(2));
    let judged = judged(vec![row]);
    assert_eq!(rules(&judged.findings), [("arbitrage_book", 1), ("book_sum", 1)]);
    assert!(judged.findings[0].detail.contains("market_average pre_match three_way sums to 0.943"));
    assert!(judged.findings[1].detail.contains("pinnacle"), "{:?}", judged.findings[1]);
    assert_eq!(judged.records[0].quotes.len(), 8);
    assert!(matches!(&judged.held_back[0].held, Held::Quotes(quotes) if quotes.len() == 3));
    assert!(judged.records[0].quotes.iter().all(|q| q.series.book != BookId::PINNACLE));
}

#[test]
fn spreads_and_expected_goals_out_of_bounds() {
    let mut spread = record(2, 1, 2, None);
    spread.sport = Sport::Nfl;
    let market = |quarters| Market::new(MarketKind::Spread, Some(Line::from_quarters(quarters))).unwrap();
    let book = BookId::PINNACLE;
    spread.quotes = vec![
        quote(book, market(-4 * 31), Selection::Home, 1.9),
        quote(book, market(4 * 30), Selection::Home, 1.9),
    ];
    let mut unusual = record(3, 3, 4, Some((1, 1)));
    unusual.statistics.expected_goals = Some(Pair { home: 10.5, away: 0.1 });
    let mut impossible = record(4, 5, 6, Some((1, 1)));
    impossible.statistics.expected_goals = Some(Pair { home: 0.1, away: 15.5 });
    let judged = judged(vec![spread, unusual, impossible]);
    let expected = [("spread_range", 1), ("unusual_expected_goals", 2), ("expected_goals", 1)];
    assert_eq!(rules(&judged.findings), expected);
    assert_eq!(judged.records[0].quotes.len(), 1);
    assert!(judged.records[1].statistics.expected_goals.is_some());
    assert!(judged.records[2].statistics.is_empty() && judged.records[2].outcome.is_some());
}

#[test]
fn gaps_are_judged_against_what_the_season_gives() {
    let season = |without_odds: u32, without_score: u32| {
        let rows = (0..40_u32).map(|i| {
            let score = if i < without_score { None } else { Some((1, 0)) };
            let mut row = record(i + 2, 2 * i64::from(i), 2 * i64::from(i) + 1, score);
            if i >= without_odds {
                row.quotes = three_way(BookId::PINNACLE, [1.5, 4.2, 7.0]);
            }
            row
        });
        rules(&judged(rows.collect()).findings)
            .into_iter()
            .map(|(r, n)| (r.to_owned(), n))
            .collect::<Vec<_>>()
    };
    assert_eq!(season(2, 2), []);
    assert_eq!(season(40, 0), [], "an old season has no odds at all");
    assert_eq!(season(3, 0), [("missing_share".to_owned(), 1)]);
    assert_eq!(season(0, 3), [("missing_share".to_owned(), 1)]);
    assert_eq!(season(0, 40), [], "a file of odds alone");
}

#[test]
fn a_blocking_rule_blocks_and_a_rule_that_is_off_is_silent() {
    let broken = || vec![record(2, 1, 1, Some((2, 1)))];
    let mut contracts = Contracts::default();
    contracts.different_teams.action = Action::Block;
    let blocked = judge_import(broken(), &contracts, now());
    assert_eq!((blocked.verdict, blocked.records.len()), (Verdict::Block, 1));
    contracts.different_teams.action = Action::Off;
    assert_eq!(judge_import(broken(), &contracts, now()).verdict, Verdict::Pass);
}

type Match = (i64, i64, i64, Timestamp, Option<(u16, u16)>);

/// Fixtures given as id, home, away, kick-off and result.
fn history(matches: &[Match], quotes: Vec<Fact<Quote>>) -> History {
    let times = |at| Times {
        occurred_at: at,
        known_at: at,
        known_rule: KnownRule::Observed,
        recorded_at: at,
        sequence: Sequence(1),
    };
    let mut fixtures = Vec::new();
    let mut results = Vec::new();
    for (id, home, away, kickoff, score) in matches.iter().copied() {
        let season = domain::SeasonRule::July.season_of(kickoff.to_zoned(jiff::tz::TimeZone::UTC).date());
        fixtures.push(Fact {
            times: times(kickoff),
            value: Fixture {
                id: FixtureId(id),
                competition: ENG,
                sport: Sport::Soccer,
                season,
                home: TeamId(home),
                away: TeamId(away),
                kickoff: Kickoff::At(kickoff),
                neutral: false,
                stage: Stage::Regular,
                status: if score.is_some() { FixtureStatus::Completed } else { FixtureStatus::Scheduled },
            },
        });
        results.extend(score.map(|(home, away)| Fact {
            times: times(kickoff),
            value: ResultOf { fixture: FixtureId(id), outcome: Outcome::completed(Score::new(home, away)) },
        }));
    }
    History::new(fixtures, results, Vec::new(), quotes)
}

fn judgement(history: &History, now: &str) -> Vec<(String, Severity, usize)> {
    let judged = judge_history(history, &Contracts::default(), ts(now));
    judged.findings.into_iter().map(|f| (f.rule, f.severity, f.count)).collect()
}

#[test]
fn only_live_competitions_can_be_stale() {
    let last = ts("2025-05-25T15:00:00Z");
    let past = history(&[(1, 1, 2, last, Some((1, 0)))], Vec::new());
    assert_eq!(judgement(&past, "2025-05-30T00:00:00Z"), []);
    let stale = [("freshness".to_owned(), Severity::Warning, 1)];
    assert_eq!(judgement(&past, "2025-06-02T15:00:00Z"), stale);
    // A year and more later it is history: said, not warned about.
    let noted = judge_history(&past, &Contracts::default(), ts("2026-11-22T00:00:00Z"));
    assert_eq!(noted.verdict, Verdict::Pass);
    assert_eq!(noted.findings[0].severity, Severity::Note);
    assert_eq!(noted.findings[0].detail, "past seasons only: the newest result is 545 days old");
    // An announced match keeps the competition alive.
    let announced = [(1, 1, 2, last, Some((1, 0))), (2, 2, 1, ts("2026-11-28T15:00:00Z"), None)];
    assert_eq!(judgement(&history(&announced, Vec::new()), "2026-11-22T00:00:00Z"), stale);
    let mut strict = Contracts::default();
    strict.freshness.action = Action::Block;
    assert_eq!(judge_history(&past, &strict, ts("2025-06-02T15:00:00Z")).verdict, Verdict::Block);
    assert_eq!(judge_history(&past, &strict, ts("2026-11-22T00:00:00Z")).verdict, Verdict::Pass);
}

#[test]
fn watched_prices_grow_old() {
    let kickoff = ts("2025-05-25T15:00:00Z");
    let seen = ts("2025-05-25T12:00:00Z");
    let observed = Fact {
        times: Times {
            occurred_at: seen,
            known_at: seen,
            known_rule: KnownRule::Observed,
            recorded_at: seen,
            sequence: Sequence(1),
        },
        value: Quote {
            fixture: FixtureId(1),
            series: Series {
                book: BookId::PINNACLE,
                market: Market::THREE_WAY,
                selection: Selection::Home,
                phase: Phase::Observed,
            },
            odds: DecimalOdds::new(2.0).unwrap(),
        },
    };
    let watched = history(&[(1, 1, 2, kickoff, None)], vec![observed]);
    assert_eq!(judgement(&watched, "2025-05-25T12:20:00Z"), []);
    assert_eq!(
        judgement(&watched, "2025-05-25T12:21:00Z"),
        [("odds_freshness".to_owned(), Severity::Warning, 1)]
    );
    assert_eq!(judgement(&watched, "2025-05-25T15:21:00Z"), [], "once the match has begun they may be old");
}

#[test]
fn a_team_cannot_be_in_two_places() {
    let at = |hours| ts("2025-05-20T15:00:00Z") + SignedDuration::from_hours(hours);
    let apart = |hours| {
        let matches = [(1, 1, 2, at(0), Some((1, 0))), (2, 3, 1, at(hours), Some((0, 0)))];
        judgement(&history(&matches, Vec::new()), "2025-05-23T00:00:00Z")
    };
    assert_eq!(apart(24), []);
    assert_eq!(apart(23), [("double_booking".to_owned(), Severity::Warning, 1)]);
}

#[test]
fn seasons_and_scores_unlike_their_neighbours() {
    let mut matches: Vec<Match> = Vec::new();
    let mut id = 0;
    for (year, count) in [(2020, 100), (2021, 100), (2022, 40), (2023, 100)] {
        for i in 0..count {
            let kickoff = ts(&format!("{year}-08-10T15:00:00Z")) + SignedDuration::from_hours(48 * i);
            id += 1;
            matches.push((id, 2 * id, 2 * id + 1, kickoff, Some(((i % 4) as u16, (i % 3) as u16))));
        }
    }
    let short = judgement(&history(&matches, Vec::new()), "2027-01-01T00:00:00Z");
    assert_eq!(short[1..], [("season_size".to_owned(), Severity::Warning, 1)]);
    matches[7].4 = Some((15, 5));
    let odd =
        judge_history(&history(&matches, Vec::new()), &Contracts::default(), ts("2027-01-01T00:00:00Z"));
    assert_eq!(rules(&odd.findings)[1..], [("season_size", 1), ("score_outlier", 1)]);
    assert_eq!(odd.findings[1].subject, "eng.1 2022-23");
    assert_eq!(odd.findings[2].subject, "eng.1 2020-21");
}

#[test]
fn shares_of_the_ball_add_up() {
    let with = |row: u32, home: f64, away: f64| {
        let mut record = record(row, i64::from(row), 100, Some((1, 1)));
        record.statistics.possession = Some(Pair { home, away });
        record
    };
    let judged = judged(vec![with(2, 0.55, 0.45), with(3, 0.51, 0.5), with(4, 0.6, 0.5)]);
    assert_eq!(rules(&judged.findings), [("possession_sum", 1)]);
    assert!(judged.findings[0].detail.contains("row 4"), "{:?}", judged.findings);
    assert!(
        judged.records[2].statistics.possession.is_none()
            && judged.records[1].statistics.possession.is_some()
    );
}
