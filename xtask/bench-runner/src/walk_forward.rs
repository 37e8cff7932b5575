//! Forecasts of one season of the English top league with the model on the list at its defaults, refitted every Monday.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use domain::{
    Briefing, CompetitionId, Fact, Fixture, FixtureId, FixtureStatus, History, Kickoff, KnownRule, Outcome,
    OutcomeClass, RecordedBy, Score, Season, Sequence, Sport, Stage, TeamId, Times, history::ResultOf,
};
use forecast::model::{Model, dixon_coles::DixonColes, score_model::HalfLife};
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

pub(crate) const LEAGUE: &str = "eng.1";

/// One match of a file.
pub(crate) struct Match {
    pub(crate) fixture: Fixture,
    pub(crate) score: Score,
    pub(crate) date: civil::Date,
    pub(crate) names: [String; 2],
}

pub(crate) fn run(csv: &str, season: Season) -> Result<Value> {
    let matches = read(csv)?;
    let history = history(&matches);
    let model = DixonColes::default();
    let competition = LEAGUE.parse()?;
    let mut forecasts = Vec::new();
    let mut trained = BTreeMap::new();
    let season: Vec<&Match> = matches.iter().filter(|one| one.fixture.season == season).collect();
    let mondays: BTreeSet<civil::Date> = season.iter().map(|one| monday(one.date)).collect();
    let mut last = None;
    for monday_of_week in mondays {
        let at = monday_of_week.to_zoned(TimeZone::UTC)?.timestamp();
        let snapshot = history.as_of(at, RecordedBy::Now);
        let fitted = model.fit(&snapshot, competition, last.as_deref())?;
        trained.insert(monday_of_week.to_string(), fitted.report().training_matches);
        for one in season.iter().filter(|one| monday(one.date) == monday_of_week) {
            let probabilities = fitted
                .forecast(&Briefing::bare(&one.fixture))?
                .distribution
                .outcome_probabilities()
                .as_array();
            forecasts.push(json!({
                "date": one.date.to_string(),
                "home": one.names[0],
                "away": one.names[1],
                "probabilities": probabilities,
                "outcome": OutcomeClass::of(one.score) as usize,
            }));
        }
        last = Some(fitted);
    }
    let HalfLife::Days(half_life) = model.settings().half_life else {
        anyhow::bail!("the model has no half-life of its own");
    };
    Ok(json!({
        "xi": std::f64::consts::LN_2 / half_life,
        "training_matches": trained,
        "forecasts": forecasts,
    }))
}

fn monday(date: civil::Date) -> civil::Date {
    let days = i64::from(date.weekday().to_monday_zero_offset());
    date.saturating_sub(SignedDuration::from_hours(24 * days))
}

fn read(csv: &str) -> Result<Vec<Match>> {
    let mut teams = BTreeMap::new();
    let mut matches = Vec::new();
    for line in csv.lines().filter(|line| line.starts_with(LEAGUE)) {
        let fields: Vec<&str> = line.split(',').collect();
        let [_, _, kickoff, home, away, home_goals, away_goals, ..] = fields.as_slice() else {
            anyhow::bail!("too few columns in {line:?}");
        };
        let mut number = |name: &str| {
            let next = TeamId(i64::try_from(teams.len()).unwrap_or(i64::MAX));
            *teams.entry(name.to_owned()).or_insert(next)
        };
        let kickoff: civil::DateTime = kickoff.parse()?;
        let competition: CompetitionId = LEAGUE.parse()?;
        let fixture = Fixture {
            id: FixtureId(i64::try_from(matches.len())?),
            competition,
            sport: Sport::Soccer,
            season: domain::SeasonRule::JulySuspended2020.season_of(kickoff.date()),
            home: number(home),
            away: number(away),
            kickoff: Kickoff::At(kickoff.in_tz("Europe/London")?.timestamp()),
            neutral: false,
            stage: Stage::Regular,
            status: FixtureStatus::Scheduled,
        };
        let score = Score::new(home_goals.parse()?, away_goals.parse()?);
        let names = [(*home).to_owned(), (*away).to_owned()];
        matches.push(Match { fixture, score, date: kickoff.date(), names });
    }
    Ok(matches)
}

pub(crate) fn history(matches: &[Match]) -> History {
    let times = |occurred_at: Timestamp, (known_at, known_rule): (Timestamp, KnownRule)| Times {
        occurred_at,
        known_at,
        known_rule,
        recorded_at: known_at,
        sequence: Sequence(1),
    };
    let fixtures = matches.iter().map(|one| {
        let kickoff = one.fixture.kickoff;
        Fact { times: times(kickoff.earliest(), kickoff.listed_at()), value: one.fixture }
    });
    let results = matches.iter().map(|one| {
        let kickoff = one.fixture.kickoff;
        let value = ResultOf { fixture: one.fixture.id, outcome: Outcome::completed(one.score) };
        Fact { times: times(kickoff.earliest(), kickoff.result_known_at(Sport::Soccer)), value }
    });
    History::new(fixtures.collect(), results.collect(), Vec::new(), Vec::new())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use jiff::civil::date;

    use super::*;

    #[test]
    fn weeks_start_on_monday() {
        assert_eq!(monday(date(2023, 8, 11)), date(2023, 8, 7));
        assert_eq!(monday(date(2023, 8, 7)), date(2023, 8, 7));
        assert_eq!(monday(date(2024, 3, 3)), date(2024, 2, 26));
    }

    #[test]
    fn every_match_of_the_season_is_forecast_once_and_learns_from_the_past_alone() {
        let mut csv = "competition,season,kickoff_local,home,away,home_goals,away_goals\n".to_owned();
        for (i, day) in (1..=28).enumerate() {
            let (home, away) = [("A", "B"), ("C", "D"), ("B", "C"), ("D", "A")][i % 4];
            writeln!(csv, "eng.1,x,2023-02-{day:02}T15:00,{home},{away},{},{}", i % 3, i % 2).unwrap();
            writeln!(csv, "eng.1,x,2023-05-{day:02}T15:00,{away},{home},{},{}", i % 2, i % 3).unwrap();
        }
        csv += "eng.1,x,2023-08-12T15:00,A,B,1,0\neng.1,x,2023-08-19T15:00,B,C,2,2\nger.1,x,2023-08-19T15:00,E,F,2,2\n";
        let result = run(&csv, Season::starting(2023)).unwrap();
        assert_eq!(result["training_matches"], json!({"2023-08-07": 56, "2023-08-14": 57}));
        let forecasts = result["forecasts"].as_array().unwrap();
        assert_eq!(forecasts.len(), 2);
        assert_eq!((&forecasts[0]["home"], &forecasts[0]["outcome"]), (&json!("A"), &json!(0)));
        assert_eq!(forecasts[1]["outcome"], 1);
    }
}
