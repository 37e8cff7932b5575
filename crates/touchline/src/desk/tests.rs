//! A desk over a small league, on a clock that is turned by hand: Friday 12 January 2024, half an hour after the prices of the
//! weekend were taken.

use std::fmt::Write as _;

use domain::CompetitionId;
use jiff::{SignedDuration, civil::date};

use super::*;
use crate::{
    app::App,
    cache::Statistics,
    clock::HandClock,
    jobs::{import_files, run_checks, warm_up},
    output::Output,
};

const NOW: &str = "2024-01-12T17:30:00Z";
const TEAMS: [&str; 8] =
    ["Arsenal", "Burnley", "Chelsea", "Everton", "Fulham", "Liverpool", "Man City", "Tottenham"];
const HEAD: &str = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,AvgH,AvgD,AvgA\n";

struct Office {
    app: App,
    clock: Arc<HandClock>,
    store: Store,
    desk: Desk,
    _folder: tempfile::TempDir,
}

impl Office {
    /// With a season up to the New Year and the fixtures of this Friday and Saturday.
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::at(NOW));
        let data = folder.path().to_path_buf();
        let mut app = App::new(data, None, None, Output { json: true }).unwrap();
        app.clock = clock.clone();
        let store = app.store().await.unwrap();
        let desk = app.desk(store.clone()).await.unwrap();
        let office = Self { app, clock, store, desk, _folder: folder };
        office.import("season.csv", &season()).await;
        let ahead = "E0,12/01/2024,20:00,Arsenal,Burnley,,,,1.30,5.5,9.0\n\
                     E0,13/01/2024,15:00,Chelsea,Everton,,,,1.9,3.6,4.2\n\
                     E0,13/01/2024,15:00,Fulham,Liverpool,,,,5.0,4.0,1.65\n";
        office.import("ahead.csv", ahead).await;
        office
    }

    async fn import(&self, name: &str, rows: &str) {
        let format = import_files::format("football_data_co_uk").unwrap();
        let contracts = run_checks::contracts(&self.app.config.checks).unwrap();
        let bytes = format!("{HEAD}{rows}").into_bytes();
        let payload = import_files::Payload { name: name.into(), bytes };
        let one = std::iter::once(Ok(payload));
        let imported =
            import_files::run_payloads(&self.app, &self.store, format, &contracts, 1, one).await.unwrap();
        imported.verdict().unwrap();
        assert_eq!((imported.rejected, imported.unknown_names), (0, 0), "{imported:?}");
    }

    async fn ahead(&self) -> Vec<MatchAhead> {
        let mut ahead = self.desk.ahead().await.unwrap();
        assert_eq!(ahead.len(), 1, "{ahead:?}");
        ahead.remove(0).matches
    }

    async fn statistics(&self) -> Statistics {
        self.desk.cache().statistics().await
    }

    /// How often something of a kind was made.
    async fn made(&self, kind: Kind) -> u64 {
        let kinds = self.statistics().await.kinds;
        kinds.iter().find(|k| k.kind == kind.name()).unwrap().counts.loads
    }

    async fn played(&self, team: &str) -> u32 {
        let look = self.desk.look_at(FixtureId(1)).await.unwrap().unwrap();
        look.team_statistics().await.unwrap().iter().find(|t| t.team == team).unwrap().played
    }
}

/// Everybody meets everybody twice, a round of four a week, from August on; the better half of the alphabet scores more.
fn season() -> String {
    let mut rows = String::new();
    let mut day = date(2023, 8, 12);
    for round in 0..21 {
        for pair in 0..4 {
            let seat = |place: usize| if place == 0 { 0 } else { 1 + (place + round - 1) % 7 };
            let (mut home, mut away) = (seat(pair), seat(7 - pair));
            if round % 2 == 1 {
                (home, away) = (away, home);
            }
            let goals = |team: usize, n: usize| (7 - team + round * n) % 4;
            let (scored, conceded) = (goals(home, 3), goals(away, 5));
            let result = match scored.cmp(&conceded) {
                std::cmp::Ordering::Less => "A",
                std::cmp::Ordering::Equal => "D",
                std::cmp::Ordering::Greater => "H",
            };
            let day = day.strftime("%d/%m/%Y");
            let (home, away) = (TEAMS[home], TEAMS[away]);
            let _ = writeln!(rows, "E0,{day},15:00,{home},{away},{scored},{conceded},{result},2.0,3.5,4.0");
        }
        day = day.saturating_add(7.days());
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ahead_comes_with_prices_and_their_age() {
    let office = Office::open().await;
    let ahead = office.ahead().await;
    let names: Vec<String> =
        ahead.iter().map(|m| format!("{} – {}", m.forecast.home, m.forecast.away)).collect();
    assert_eq!(names, ["Arsenal – Burnley", "Chelsea – Everton", "Fulham – Liverpool"]);
    let first = &ahead[0];
    let prices: Vec<(&str, f64, i64)> =
        first.prices.iter().map(|p| (p.quoted.selection.as_str(), p.quoted.odds, p.age_secs)).collect();
    assert_eq!(prices, [("home", 1.3, 1800), ("draw", 5.5, 1800), ("away", 9.0, 1800)]);
    assert_eq!(first.prices[0].age_in_words(), "30 min");
    let home = first.home.as_ref().unwrap();
    assert_eq!((home.played, home.recent.len(), home.season.as_str()), (21, 5, "2023-24"));
    assert_eq!(home.record.iter().sum::<u32>(), home.played);

    // Ages go on while the entry stays.
    office.clock.pass(SignedDuration::from_mins(10));
    assert_eq!(office.ahead().await[0].prices[0].age_secs, 2400);
    assert_eq!((office.made(Kind::Odds).await, office.made(Kind::Forecast).await), (1, 1));
    // What has begun is no longer ahead.
    office.clock.pass(SignedDuration::from_mins(150));
    assert_eq!(office.ahead().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_changes_every_answer_at_once() {
    let office = Office::open().await;
    let before = office.ahead().await;
    assert_eq!(office.played("Arsenal").await, 21);
    office.import("late.csv", "E0,08/01/2024,20:00,Arsenal,Tottenham,6,0,H,2.0,3.5,4.0\n").await;
    assert_eq!(office.played("Arsenal").await, 22);
    let after = office.ahead().await;
    assert!(after[0].forecast.probabilities[0] > before[0].forecast.probabilities[0], "6-0 is good news");
    // Another price for a fixture that was announced.
    office.import("prices.csv", "E0,12/01/2024,20:00,Arsenal,Burnley,,,,1.25,6.0,11.0\n").await;
    assert_eq!(office.ahead().await[0].prices[0].quoted.odds, 1.25);
    assert_eq!(office.desk.inventory().await.unwrap().seasons[0].fixtures, 84 + 3 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_result_counts_from_the_moment_it_is_known() {
    let office = Office::open().await;
    // Kick-off at 15:30: by rule its result is known at 18:00, its statistics hold for six hours.
    office.import("early.csv", "E0,12/01/2024,15:30,Chelsea,Tottenham,1,0,H,2.0,3.5,4.0\n").await;
    assert_eq!(office.played("Chelsea").await, 21);
    office.clock.pass(SignedDuration::from_mins(29));
    assert_eq!(office.played("Chelsea").await, 21);
    assert_eq!(office.made(Kind::TeamStatistics).await, 1);
    office.clock.pass(SignedDuration::from_secs(61));
    assert_eq!(office.played("Chelsea").await, 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fit_outlives_the_forecast() {
    let office = Office::open().await;
    office.ahead().await;
    office.clock.pass(SignedDuration::from_mins(15));
    let again = office.ahead().await;
    assert_eq!(again[0].forecast.as_of, office.clock.now());
    assert_eq!((office.made(Kind::Forecast).await, office.made(Kind::ModelArtefact).await), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_up_leaves_nothing_to_be_made() {
    let office = Office::open().await;
    let warmed = warm_up::run(&office.desk).await.unwrap();
    assert_eq!(warmed.competitions, [CompetitionId::literal("eng.1")]);
    assert_eq!((warmed.forecasts, warmed.problems.as_slice()), (3, &[][..]));
    let before = office.statistics().await.total;
    let fixture = office.ahead().await[0].forecast.fixture;
    let look = office.desk.look_at(fixture).await.unwrap().unwrap();
    let model = look.model().await.unwrap();
    assert_eq!((model.report.training_matches, model.report.model.as_str()), (84, "dynamic_strengths"));
    assert_eq!(model.parameters["teams"][0]["name"], "Arsenal");
    office.desk.inventory().await.unwrap();
    let after = office.statistics().await.total;
    assert_eq!((after.loads, after.misses), (before.loads, before.misses));
    assert!(after.hits > before.hits);

    // Sunday is no game day.
    office.clock.pass(SignedDuration::from_hours(36));
    let warmed = warm_up::run(&office.desk).await.unwrap();
    assert_eq!((warmed.day, warmed.competitions.len()), (date(2024, 1, 14), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_served_by_one_reading() {
    let office = Office::open().await;
    let crowd: Vec<_> = (0..100)
        .map(|_| {
            let desk = office.desk.clone();
            tokio::spawn(async move { desk.ahead().await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for one in crowd {
        answers.push(one.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    for kind in [Kind::Forecast, Kind::ModelArtefact, Kind::Odds, Kind::TeamStatistics, Kind::Status] {
        assert_eq!(office.made(kind).await, 1, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_competition_that_cannot_be_forecast_says_why() {
    let office = Office::open().await;
    office.import("second.csv", "E1,13/01/2024,15:00,Leeds,Norwich,,,,1.9,3.6,4.2\n").await;
    let ahead = office.desk.ahead().await.unwrap();
    assert_eq!(ahead.len(), 2, "{ahead:?}");
    assert_eq!((ahead[0].matches.len(), ahead[0].problem.as_deref()), (3, None));
    assert!(ahead[1].problem.as_deref().is_some_and(|problem| problem.contains("match")), "{ahead:?}");
    let warmed = warm_up::run(&office.desk).await.unwrap();
    assert_eq!(warmed.problems.len(), 0, "the second tier does not play today");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_on_record_is_shown_as_it_was_made() {
    let office = Office::open().await;
    assert!(office.desk.recorded(1).await.unwrap().is_none());
    let loaded = crate::jobs::load_history::run(
        &office.store,
        CompetitionId::literal("eng.1"),
        store::QuoteScope::None,
    );
    let loaded = loaded.await.unwrap();
    let snapshot = loaded.history.as_of(office.clock.now(), domain::RecordedBy::Now);
    let model = forecast::model::by_name("elo").unwrap();
    let fitted =
        crate::jobs::forecast_fixtures::Fitted::on(&snapshot, model.as_ref(), &loaded.competition).unwrap();
    let fixtures = crate::jobs::forecast_fixtures::upcoming(&snapshot, &loaded.competition, 7);
    let recorded = fitted.record(&office.store, &loaded, &fixtures, office.clock.now()).await.unwrap();
    let (id, forecast) = &recorded[0];
    let (shown, look) = office.desk.recorded(id.0).await.unwrap().unwrap();
    assert_eq!(
        (shown.model.as_str(), shown.home.as_str(), shown.fixture),
        ("elo", "Arsenal", forecast.fixture)
    );
    assert_eq!(shown.probabilities, forecast.distribution.outcome_probabilities().as_array());
    assert_eq!(look.priced(&shown).await.unwrap()[0].age_secs, 1800);
}
