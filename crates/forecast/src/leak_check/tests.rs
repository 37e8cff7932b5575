use domain::{OutcomeClass, Phase, PlayedMatch, Score, Sport};
use testkit::{Played, PointsLeague, SoccerLeague, SoccerTruth};

use super::*;
use crate::{
    feature::{Ahead, Tracker, features},
    model::elo::Elo,
};

fn league() -> Played<SoccerTruth> {
    SoccerLeague { n_teams: 8, n_seasons: 3, ..SoccerLeague::default() }.generate()
}

fn found(subject: Subject<'_>) -> LeakReport {
    let league = league();
    let competition = league.fixtures[0].competition;
    let moments = spread_moments(&league.history, competition, 8);
    assert_eq!(moments.len(), 8);
    check(&league.history, competition, &moments, &[subject])
}

fn caught(name: &str, plant: impl Fn(&History, Timestamp, &Fixture) -> Option<f64> + Send + Sync) {
    let report = found(Subject::new(name, |history, at, fixture| {
        Ok(plant(history, at, fixture).into_iter().map(f64::to_bits).collect())
    }));
    assert!(!report.is_clean() && !report.leaks.is_empty(), "{name} was not caught: {report:?}");
    let leak = &report.leaks[0];
    assert_eq!(leak.subject, name);
    assert!(
        report.checked[0].leaks == report.leaks.len() && report.checked[0].compared >= report.leaks.len()
    );
}

#[test]
fn a_plant_that_reads_the_outcome_is_caught() {
    caught("outcome", |history, _, fixture| {
        let score = history.outcome_for_scoring(fixture.id)?.full_time;
        Some(f64::from(OutcomeClass::of(score) as u8))
    });
}

#[test]
fn a_plant_that_uses_closing_odds_is_caught() {
    caught("closing odds", |history, _, fixture| {
        let mut quotes = history.quotes_for_scoring(fixture.id);
        let closing = quotes.find(|q| q.value.series.phase == Phase::Closing)?;
        Some(closing.value.odds.implied_probability())
    });
}

#[test]
fn a_plant_that_averages_whole_seasons_is_caught() {
    caught("season average", |history, _, fixture| {
        let of_season = |f: &&Fixture| f.season == fixture.season;
        let totals: Vec<f64> = history
            .fixtures_for_scoring()
            .into_iter()
            .filter(of_season)
            .filter_map(|f| history.outcome_for_scoring(f.id))
            .map(|o| f64::from(o.full_time.total()))
            .collect();
        Some(totals.iter().sum::<f64>() / totals.len() as f64)
    });
}

#[test]
fn a_plant_that_asks_when_a_match_was_played_but_not_when_it_was_known_is_caught() {
    // Everything kicked off by now counts, although the results of matches under way are not known.
    caught("kick-off instead of known_at", |history, at, _| {
        let results = history.result_facts().iter();
        let begun = results.filter(|r| {
            history
                .fixtures_for_scoring()
                .iter()
                .any(|f| f.id == r.value.fixture && f.kickoff.earliest() <= at)
        });
        Some(begun.map(|r| f64::from(Score::total(r.value.outcome.full_time))).sum())
    });
}

#[test]
fn a_plant_one_tick_late_is_caught() {
    caught("at or before", |history, at, _| {
        let known = history.result_facts().iter().filter(|r| r.times.known_at <= at);
        Some(known.count() as f64)
    });
}

#[test]
fn models_and_features_are_clean() {
    let league = league();
    let competition = league.fixtures[0].competition;
    let moments = spread_moments(&league.history, competition, 6);
    let (elo, features) = (Elo::default(), features());
    let mut subjects = vec![Subject::model(&elo, competition)];
    subjects.extend(features.iter().map(|f| Subject::feature(f.as_ref())));
    let report = check(&league.history, competition, &moments, &subjects);
    assert!(report.is_clean(), "{report:?}");
    assert!(report.checked.iter().all(|c| c.compared >= 20), "{report:?}");
}

#[test]
fn features_of_line_ups_and_conditions_are_clean() {
    let league =
        PointsLeague { n_teams: 8, n_seasons: 2, quarterback_sd: 3.0, ..PointsLeague::nfl() }.generate();
    let competition = league.fixtures[0].competition;
    // Half an hour before kick-off, when line-ups and roofs are known.
    let moments: Vec<Timestamp> = league
        .fixtures
        .iter()
        .skip(40)
        .step_by(9)
        .map(|f| f.kickoff.earliest() - jiff::SignedDuration::from_mins(30))
        .collect();
    let features = features();
    let subjects: Vec<Subject<'_>> = features.iter().map(|f| Subject::feature(f.as_ref())).collect();
    let report = check(&league.history, competition, &moments, &subjects);
    assert!(report.is_clean(), "{report:?}");
    for name in ["line_up_strength", "open_air", "temperature", "wind"] {
        let checked = report.checked.iter().find(|c| c.subject == format!("feature {name}")).unwrap();
        assert!(checked.compared > checked.unanswered + 5, "{checked:?}");
    }
}

/// Elo that keeps something of the fit it started from: the slope of its first start.
struct Clinging;

impl Model for Clinging {
    fn name(&self) -> &'static str {
        "clinging"
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        // A month-old fit in the place of a new one.
        let at = if start.is_some() { snapshot.at() - START_BEFORE } else { snapshot.at() };
        Elo::default().fit(&snapshot.rewound(at), competition, None)
    }
}

#[test]
fn a_start_that_moves_the_answer_is_caught_and_a_harmless_one_is_clean() {
    let competition = league().fixtures[0].competition;
    let report = found(Subject::started_model(&Clinging, competition));
    assert!(report.leaks.is_empty() && !report.is_clean(), "{report:?}");
    assert!(report.checked[0].strayed > 16, "{report:?}");
    let report = found(Subject::started_model(&Elo::default(), competition));
    assert!(report.is_clean() && report.checked[0].compared > report.checked[0].unanswered, "{report:?}");
    assert_eq!(report.checked[0].subject, "model elo from a start");
}

#[test]
fn what_is_not_defined_is_unanswered() {
    struct Never;
    impl Feature for Never {
        fn name(&self) -> &'static str {
            "never"
        }
        fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
            Box::new(Never)
        }
    }
    impl Tracker for Never {
        fn value(&self, _: &Fixture, _: &Ahead) -> Option<f64> {
            None
        }
        fn result(&mut self, _: &PlayedMatch<'_>) {}
    }
    let report = found(Subject::feature(&Never));
    let checked = &report.checked[0];
    assert!(checked.compared > 0 && checked.unanswered == checked.compared);
    assert_eq!(checked.undefined, checked.compared);
    assert!(report.is_clean(), "nothing to leak");
}

#[test]
fn a_check_that_compared_nothing_is_not_clean() {
    let dumb =
        Subject::new("dumb", |_, _, _| Err(ForecastError::TooFewMatches { model: "dumb", have: 0, need: 1 }));
    let report = found(dumb);
    assert!(report.leaks.is_empty() && !report.is_clean());
    let empty = History::default();
    assert!(spread_moments(&empty, CompetitionId::literal("eng.1"), 5).is_empty());
}
