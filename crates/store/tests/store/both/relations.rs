//! Relations are read whole or as a filter asks, and both engines hand over the same rows.

use domain::{
    BookId, CompetitionId, Currency, DecimalOdds, FixtureId, Forecast, Grade, Kickoff, Loss, Market,
    MatchRecord, MatchStatistics, Money, Outcome, OutcomeProbabilities, Phase, Probability, Reason, Score,
    ScoreDistribution, Season, Selection, Sequence, Shares, Stated, Statement, TeamId,
    market::{Line, MarketKind},
    quote::Series,
    statistics::Pair,
};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use touchline_store::{
    EXTERNAL, Filter, NewBet, NewForecast, NewPrediction, NewSettlement, PredictionBatch, RejectionFilter,
    Relation, Value, Values,
};

use super::place;
use crate::sample::{At, LATER, NOW, Place, batch, played, quote, season, ts};

const MID: &str = "2023-09-01T00:00:00Z";

/// Two competitions and two seasons, a match of which only the date is known, statistics, corrections, forecasts, bets.
async fn varied() -> Place {
    let place = place().await;
    let mut records = season(6);
    records[0].kickoff =
        Kickoff::on_date(records[0].local_date, &TimeZone::get("Europe/London").unwrap()).unwrap();
    records[1].statistics = MatchStatistics {
        expected_goals: Some(Pair { home: 1.25, away: 0.5 }),
        ..MatchStatistics::default()
    };
    records[1].outcome = Some(Outcome {
        periods: vec![Score::new(1, 0), Score::new(0, 0)],
        ..Outcome::completed(Score::new(1, 0))
    });
    let early = played(90, date(2022, 9, 3), (1, 2), (3, 1));
    records.push(MatchRecord { season: Season::starting(2022), ..early });
    let second =
        |r: &MatchRecord<TeamId>| MatchRecord { competition: CompetitionId::literal("eng.2"), ..r.clone() };
    let both: Vec<_> = records.iter().map(second).chain(records.clone()).collect();
    place.import(batch("a", NOW, both)).await;
    let mut corrected = records;
    corrected[2].outcome = Some(Outcome::completed(Score::new(9, 9)));
    corrected[3].quotes[0].odds = DecimalOdds::new(2.2).unwrap();
    let handicap = Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(-3))).unwrap();
    let mut price = quote(Selection::Home, 1.9, ts("2023-08-12T14:00:00Z"));
    price.series = Series { book: BookId::PINNACLE, market: handicap, phase: Phase::Closing, ..price.series };
    corrected[3].quotes.push(price);
    place.import(batch("b", LATER, corrected)).await;
    with_work(&place).await;
    place
}

async fn with_work(place: &Place) {
    let forecast = |fixture: i64, as_of: &str| NewForecast {
        forecast: Forecast {
            fixture: FixtureId(fixture),
            as_of: ts(as_of),
            model: "elo".into(),
            distribution: ScoreDistribution::from_weights(2, vec![1.0, 1.0, 2.0, 0.0]).unwrap(),
            uncertainty: None,
            training_matches: 100,
        },
        made_at: ts(NOW),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        input_hash: "hash".into(),
    };
    // Numbers 1 to 19 are those of eng.2, in the order of the file.
    let forecasts =
        [forecast(1, "2023-08-11T00:00:00Z"), forecast(20, "2023-08-11T00:00:00Z"), forecast(37, MID)];
    let numbers = place.store.append_forecasts(&forecasts).await.unwrap();
    let bet = |fixture: i64, placed_at: &str, forecast| NewBet {
        idempotency_key: format!("bet {fixture}"),
        run: "paper".into(),
        fixture: FixtureId(fixture),
        book: BookId::MARKET_AVERAGE,
        market: Market::THREE_WAY,
        selection: Selection::Home,
        odds: DecimalOdds::new(2.1).unwrap(),
        probability: Probability::new(0.52).unwrap(),
        edge: 0.092,
        stake: Money::new(1000, Currency::EUR),
        placed_at: ts(placed_at),
        kickoff: Kickoff::At(ts("2023-08-12T14:00:00Z")),
        forecast,
    };
    place.store.deposit("paper", Money::new(100_000, Currency::EUR), "start", ts(NOW)).await.unwrap();
    let bets = [bet(2, "2023-08-11T12:00:00Z", None), bet(21, "2023-09-11T12:00:00Z", Some(numbers[1].0))];
    let placed = place.store.place_bets(&bets).await.unwrap();
    let settlement = NewSettlement {
        bet: placed[0].id,
        grade: Grade::Settled(Shares::WON),
        payout: Money::new(2100, Currency::EUR),
        result: Some(Sequence(1)),
        settled_at: ts("2023-08-13T00:00:00Z"),
    };
    place.store.settle(&[settlement]).await.unwrap();
}

async fn relation(place: &Place, name: &str) -> Relation {
    place.store.relations().await.unwrap().into_iter().find(|relation| relation.name == name).unwrap()
}

async fn rows(place: &Place, name: &str, filter: &Filter) -> Vec<Values> {
    let relation = relation(place, name).await;
    let mut view = place.store.view().await.unwrap();
    let mut all = Vec::new();
    let mut rows = view.rows(&relation, filter);
    loop {
        let batch = rows.next_batch().await.unwrap();
        if batch.is_empty() {
            break;
        }
        all.extend(batch);
    }
    drop(rows);
    assert_eq!(view.count_rows(&relation, filter).await.unwrap(), all.len() as u64, "{name}");
    all
}

/// One column of the rows, as text.
async fn column(place: &Place, name: &str, column: &str, filter: &Filter) -> Vec<String> {
    let at = relation(place, name).await.columns.iter().position(|c| c.name == column).unwrap();
    rows(place, name, filter).await.iter().map(|row| shown(&row[at])).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Integer(n) => n.map_or("null".into(), |n| n.to_string()),
        Value::Real(x) => x.map_or("null".into(), |x| x.to_string()),
        Value::Text(text) => text.clone().unwrap_or_else(|| "null".into()),
        Value::Bytes(bytes) => bytes.as_ref().map_or("null".into(), |b| format!("{} bytes", b.len())),
    }
}

fn one(competition: &'static str) -> Filter {
    Filter { competitions: vec![CompetitionId::literal(competition)], ..Filter::default() }
}

fn before(moment: &str) -> Filter {
    Filter { known_before: Some(ts(moment)), ..Filter::default() }
}

#[tokio::test]
async fn without_a_filter_every_table_is_read_whole_and_in_order() {
    let place = varied().await;
    let mut view = place.store.view().await.unwrap();
    for table in place.store.tables().await.unwrap() {
        let page = view.page(&table, None, 100_000).await.unwrap();
        assert_eq!(rows(&place, &table.name, &Filter::default()).await, page, "{}", table.name);
    }
}

#[tokio::test]
async fn a_filter_leaves_what_it_says() {
    let place = varied().await;
    let season = Filter { season: Some(Season::starting(2022)), ..Filter::default() };
    let both = Filter { season: Some(Season::starting(2023)), ..one("eng.1") };
    let micros = ts(MID).as_microsecond();
    let fixtures = "SELECT id FROM fixture WHERE competition = 'eng.1'";
    let in_2022 = "SELECT fixture_id FROM fixture_version WHERE season = 2022";
    let bets = format!("SELECT id FROM bet WHERE fixture_id IN ({fixtures})");
    for (name, filter, condition) in [
        ("competition", one("eng.1"), "id = 'eng.1'".to_owned()),
        ("fixture", one("eng.1"), "competition = 'eng.1'".to_owned()),
        ("fixture", season.clone(), format!("id IN ({in_2022})")),
        ("fixture", both.clone(), format!("id IN ({fixtures}) AND id NOT IN ({in_2022})")),
        ("fixture_key", one("eng.1"), format!("fixture_id IN ({fixtures})")),
        ("fixture_version", before(MID), format!("known_at < {micros}")),
        ("result", one("eng.1"), format!("fixture_id IN ({fixtures})")),
        ("result", before(MID), format!("known_at < {micros}")),
        ("result", season.clone(), format!("fixture_id IN ({in_2022})")),
        ("quote", one("eng.1"), format!("fixture_id IN ({fixtures})")),
        ("quote", season, format!("fixture_id IN ({in_2022})")),
        ("quote", both, format!("fixture_id IN ({fixtures}) AND fixture_id NOT IN ({in_2022})")),
        (
            "fixture",
            before(MID),
            format!("id IN (SELECT fixture_id FROM fixture_version WHERE known_at < {micros})"),
        ),
        ("forecast", one("eng.1"), format!("fixture_id IN ({fixtures})")),
        ("forecast", before(MID), format!("as_of < {micros}")),
        ("bet", before(MID), format!("placed_at < {micros}")),
        ("settlement", one("eng.1"), format!("bet_id IN ({bets})")),
        ("settlement", one("eng.2"), format!("bet_id NOT IN ({bets})")),
        ("ledger", one("eng.1"), format!("bet_id IN ({bets})")),
        ("import", before(LATER), format!("recorded_at < {}", ts(LATER).as_microsecond())),
        ("team", one("eng.1"), "1 = 1".to_owned()),
    ] {
        let found = rows(&place, name, &filter).await.len().to_string();
        let expected = place.rows(&format!("SELECT COUNT(*) FROM {name} WHERE {condition}")).await;
        assert_eq!(format!("Some({found})"), expected[0][0], "{name} {filter:?}");
    }
}

/// Tables of later versions need no list: what their columns and references say is enough.
#[tokio::test]
async fn a_table_that_nobody_knows_is_read_by_what_its_columns_say() {
    let place = varied().await;
    let micros = ts(MID).as_microsecond();
    let (whole, real) = match place.at {
        At::Folder(_) => ("INTEGER", "REAL"),
        At::Schema(_) => ("BIGINT", "DOUBLE PRECISION"),
    };
    for statement in [
        format!(
            "CREATE TABLE pitch (fixture_id {whole} NOT NULL REFERENCES fixture (id), known_at {whole} NOT NULL, \
             centimetres {real}, PRIMARY KEY (fixture_id, known_at))"
        ),
        // Those of eng.2 a microsecond before MID, those of eng.1 at MID.
        format!(
            "INSERT INTO pitch SELECT id, {micros} - 1 + id / 20, 290.5 FROM fixture WHERE id IN (1, 19, 20, 21)"
        ),
        format!(
            "CREATE TABLE pitch_of_season (competition TEXT NOT NULL REFERENCES competition (id), days {whole} NOT NULL, \
             PRIMARY KEY (competition))"
        ),
        "INSERT INTO pitch_of_season VALUES ('eng.1', 4)".to_owned(),
        format!("CREATE TABLE _pitch (id {whole} NOT NULL PRIMARY KEY)"),
    ] {
        place.execute(&statement).await.unwrap();
    }
    let count = async |name: &str, filter: &Filter| rows(&place, name, filter).await.len();
    assert_eq!(count("pitch", &Filter::default()).await, 4);
    assert_eq!(count("pitch", &one("eng.1")).await, 2);
    assert_eq!(count("pitch", &before(MID)).await, 2, "known at that very moment is not known before it");
    assert_eq!(count("pitch_of_season", &one("eng.2")).await, 0);
    assert_eq!(count("pitch_of_season", &one("eng.1")).await, 1);
    assert!(relation(&place, "pitch_of_season").await.has_no_moment());
    assert_eq!(count("pitch_of_season", &before(MID)).await, 0, "nothing says that it was known");
    let names: Vec<String> = place.store.relations().await.unwrap().into_iter().map(|r| r.name).collect();
    assert!(!names.iter().any(|name| name.starts_with('_')), "{names:?}");
}

#[tokio::test]
async fn a_fixture_is_of_the_season_of_its_latest_version() {
    let place = place().await;
    let record = played(2, date(2024, 6, 29), (1, 2), (1, 1));
    let scheduled = crate::sample::scheduled(record.clone());
    place.import(batch("a", "2024-06-01T00:00:00Z", vec![scheduled])).await;
    let moved = MatchRecord { season: Season::starting(2024), ..record };
    place.import(batch("b", "2024-07-10T00:00:00Z", vec![moved])).await;
    let of = |season, known_before: Option<&str>| Filter {
        season: Some(Season::starting(season)),
        known_before: known_before.map(ts),
        ..Filter::default()
    };
    for relation in ["fixture", "fixture_version", "matches"] {
        assert!(rows(&place, relation, &of(2023, None)).await.is_empty(), "{relation}");
        assert!(!rows(&place, relation, &of(2024, None)).await.is_empty(), "{relation}");
        assert!(
            !rows(&place, relation, &of(2023, Some("2024-06-20T00:00:00Z"))).await.is_empty(),
            "{relation}"
        );
    }
}

#[tokio::test]
async fn matches_are_shown_as_they_were_known() {
    let place = varied().await;
    let eng_1 = one("eng.1");
    let of = async |name: &str| column(&place, "matches", name, &eng_1).await;
    assert_eq!(of("home").await[..3], ["Team 1", "Team 2", "Team 3"]);
    assert_eq!(of("date").await[..4], ["2023-08-12", "2023-08-12", "2023-08-12", "2023-08-19"]);
    let kickoffs = of("kickoff").await;
    assert_eq!(kickoffs[0], "null", "only the date is known");
    assert_eq!(kickoffs[1], ts("2023-08-12T14:00:00Z").as_microsecond().to_string());
    assert_eq!(of("periods_home").await[..2], ["null", "1 0"]);
    assert_eq!(of("periods_away").await[1], "0 0");
    assert_eq!(of("expected_goals_home").await[..2], ["null", "1.25"]);
    assert_eq!(of("season").await.last().unwrap(), "2022");
    assert_eq!(of("score_home").await[2], "9", "as corrected");
    let earlier = Filter { known_before: Some(ts(NOW)), ..eng_1.clone() };
    assert_eq!(column(&place, "matches", "score_home", &earlier).await[2], "2");
    let between = Filter { known_before: Some(ts("2023-08-12T15:00:00Z")), ..eng_1.clone() };
    assert_eq!(
        column(&place, "matches", "status", &between).await,
        ["scheduled"; 6].into_iter().chain(["completed"]).collect::<Vec<_>>()
    );
    assert_eq!(column(&place, "matches", "score_home", &between).await[0], "null");
}

#[tokio::test]
async fn prices_are_shown_once_and_as_corrected() {
    let place = varied().await;
    let eng_1 = one("eng.1");
    let prices = column(&place, "odds", "price", &eng_1).await;
    assert_eq!(prices.len(), 19 * 3 + 1);
    assert_eq!(
        rows(&place, "quote", &eng_1).await.len(),
        prices.len() + 1,
        "the corrected one stays on record"
    );
    // The fourth match.
    assert_eq!(prices[9..13], ["2.2", "3.4", "3.6", "1.9"]);
    assert_eq!(column(&place, "odds", "line", &eng_1).await[11..13], ["null", "-0.75"]);
    assert_eq!(column(&place, "odds", "market", &eng_1).await[12], "asian_handicap");
    assert_eq!(column(&place, "odds", "known_rule", &eng_1).await[0], "friday_or_tuesday_before");
    let recorded = column(&place, "odds", "recorded_at", &eng_1).await;
    assert_eq!(recorded[8..10], [NOW, LATER].map(|at| ts(at).as_microsecond().to_string()));
}

#[tokio::test]
async fn bets_are_shown_with_their_settlement() {
    let place = varied().await;
    let all = Filter::default();
    assert_eq!(column(&place, "bets", "profit_minor", &all).await, ["1100", "null"]);
    assert_eq!(column(&place, "bets", "model", &all).await, ["null", "elo"]);
    assert_eq!(column(&place, "bets", "price", &all).await, ["2.1", "2.1"]);
    assert_eq!(column(&place, "bets", "home", &all).await, ["Team 2", "Team 2"]);
    let open = before("2023-08-12T12:00:00Z");
    assert_eq!(column(&place, "bets", "payout_minor", &open).await, ["null"], "not settled yet");
}

const OUTCOME: Statement =
    Statement { outcome: Some(OutcomeProbabilities { home: 0.45, draw: 0.25, away: 0.3 }), score: None };
const SCORE: Statement = Statement { outcome: None, score: Some((1.7, 0.9)) };
const BOTH: Statement = Statement { outcome: OUTCOME.outcome, score: SCORE.score };

fn prediction(row: u32, model: &str, as_of: &str, statement: Statement) -> NewPrediction {
    NewPrediction {
        row,
        forecast: Forecast {
            fixture: FixtureId(20),
            as_of: ts(as_of),
            model: format!("{EXTERNAL}{model}"),
            distribution: ScoreDistribution::from_weights(2, vec![1.0, 1.0, 2.0, 0.0]).unwrap(),
            uncertainty: None,
            training_matches: 0,
        },
        statement,
    }
}

fn predictions(payload: &str, predictions: Vec<NewPrediction>, complete: bool) -> PredictionBatch {
    PredictionBatch { file: batch(payload, LATER, Vec::new()), predictions, complete }
}

#[tokio::test]
async fn predictions_made_elsewhere_are_stored_once_and_never_changed() {
    let place = varied().await;
    let said = |statement| prediction(2, "panel", "2023-08-10T00:00:00Z", statement);
    let first = predictions("p1", vec![said(OUTCOME), said(OUTCOME)], true);
    let outcome = place.store.import_predictions(first.clone()).await.unwrap();
    assert_eq!((outcome.forecasts, outcome.duplicates, outcome.unchanged), (1, 1, false));
    let again = place.store.import_predictions(first).await.unwrap();
    assert_eq!((again.forecasts, again.unchanged), (0, true));
    let other = place.store.import_predictions(predictions("p2", vec![said(BOTH)], true)).await.unwrap();
    let conflict = &other.conflicts[0];
    assert_eq!((conflict.row, conflict.reason, conflict.loss), (2, Reason::PredictedBefore, Loss::Row));
    assert_eq!(other.forecasts, 0);
    let elsewhere: Vec<Timestamp> = place
        .store
        .forecasts(&touchline_store::ForecastFilter {
            model: Some("external:panel".into()),
            ..Default::default()
        })
        .await
        .unwrap()
        .iter()
        .inspect(|f| assert_eq!(f.made.stated(), Stated::Outcome))
        .map(|f| f.made.forecast.as_of)
        .collect();
    assert_eq!(elsewhere, [ts("2023-08-10T00:00:00Z")]);
    assert_eq!(place.store.rejections(&RejectionFilter::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_payload_that_waits_for_a_match_is_read_again() {
    let place = varied().await;
    let waiting = predictions("p", Vec::new(), false);
    let hash = touchline_store::PayloadHash::of(b"p");
    assert!(!place.store.import_predictions(waiting.clone()).await.unwrap().unchanged);
    assert!(!place.store.is_imported(hash, "format").await.unwrap());
    let imports = place.store.status().await.unwrap().imports;
    assert!(place.store.import_predictions(waiting).await.unwrap().unchanged, "nothing new leaves no trace");
    assert_eq!(place.store.status().await.unwrap().imports, imports);
    let found = vec![prediction(2, "panel", "2023-08-10T00:00:00Z", SCORE)];
    assert_eq!(place.store.import_predictions(predictions("p", found, true)).await.unwrap().forecasts, 1);
    assert!(place.store.is_imported(hash, "format").await.unwrap());
}

#[tokio::test]
async fn forecasts_show_what_their_maker_stated() {
    let place = varied().await;
    let said = [OUTCOME, SCORE, BOTH].map(|statement| {
        prediction(2, statement.stated().unwrap().code(), "2023-08-10T00:00:00Z", statement)
    });
    place.store.import_predictions(predictions("p", said.to_vec(), true)).await.unwrap();
    let all = Filter::default();
    let of = async |name: &str| column(&place, "forecasts", name, &all).await;
    assert_eq!(of("stated").await[2..], ["distribution", "outcome", "score", "outcome_and_score"]);
    assert_eq!(of("probability_home").await[2..], ["0.5", "0.45", "null", "0.45"]);
    assert_eq!(of("expected_home").await[2..], ["0.5", "null", "1.7", "1.7"]);
    assert_eq!(of("entropy").await[4], "null");
    assert_eq!(of("model").await[3], "external:outcome");
    assert_eq!(column(&place, "forecasts", "competition", &one("eng.2")).await, ["eng.2"]);
    assert_eq!(column(&place, "forecasts", "as_of", &before("2023-08-11T00:00:00Z")).await.len(), 3);
}
