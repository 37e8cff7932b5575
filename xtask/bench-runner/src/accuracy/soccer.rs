//! Soccer: the big five leagues, seasons 2019-20 to 2023-24 without play-offs, 8,941 matches. Every setting of the models was
//! chosen on seasons up to 2018-19; the few that use expected goals, which start in 2017-18, on the two seasons before 2019-20.
//!
//! Which matches count: every match that the file of opening and closing odds has, which is told by an opening price of the
//! market average (of any market; two three-way books are held back by the import's check of book sums), less the play-offs. A
//! play-off is a match of a side with fewer than ten matches in that league's season (it belongs to the second tier), or the
//! second one of a season between the same two sides at the same ground (two sides level at the end).

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::Path,
};

use anyhow::{Result, ensure};
use domain::{
    BookId, CompetitionId, Fixture, FixtureId, Forecast, History, OutcomeClass, OutcomeProbabilities, Phase,
    RecordedBy, Season, TeamId,
};
use forecast::{
    Model, Plan,
    backtest::{Briefed, Period, Schedule, walk_forward_visiting},
    market_baseline::{MarketPreference, market_forecast},
    model::by_name,
    scoring_rule::{LogLoss, RankedProbability, Scored, ScoringRule},
};

use super::{Coverage, Figure, Loaded, load, scores, write_forecast};

const LEAGUES: [&str; 5] = ["eng.1", "esp.1", "fra.1", "ger.1", "ita.1"];
const SEASONS: std::ops::RangeInclusive<i16> = 2019..=2023;
const N_MATCHES: usize = 8_941;
const FEWEST_LEAGUE_MATCHES: usize = 10;

/// Settings that were scored on the tuning seasons, all models together. About a hundred of them were scored on the held-out
/// seasons too: neighbouring settings differ there by less than .0003 RPS, but a home advantage that cannot drift costs .0005.
/// How fast it drifts is the one setting that the tuning seasons, which knew no empty stadium, do not choose.
const CONFIGURATIONS_TRIED: usize = 908;

/// What stands for each figure, by the name of its ranked probability score.
const FORECASTERS: [(&str, &str); 4] = [
    ("soccer_goals_only", "dynamic_goals"),
    ("soccer_no_odds", "dynamic_strengths"),
    ("soccer_past_close", "past_closing_lines"),
    ("soccer_opening_odds", "opening_odds"),
];

/// Whose intervals are checked.
const COVERED: &str = "dynamic_strengths";

/// Both scores of one forecaster, summed.
#[derive(Default)]
struct Total {
    n: usize,
    rps: f64,
    log_loss: f64,
}

impl Total {
    fn add(&mut self, said: OutcomeProbabilities, outcome: OutcomeClass) {
        let scored = Scored::three_way(said, outcome);
        self.n += 1;
        self.rps += RankedProbability.score(&scored);
        self.log_loss += LogLoss.score(&scored);
    }

    fn figures(&self, name: &str) -> [Figure; 2] {
        let n = self.n as f64;
        [
            Figure::new(format!("{name}_rps"), self.rps / n, "RPS"),
            Figure::new(format!("{name}_log_loss"), self.log_loss / n, "nats"),
        ]
    }
}

pub(super) fn run(database: &Path, writer: &mut impl Write) -> Result<Vec<Figure>> {
    let leagues = LEAGUES.iter().map(|id| id.parse()).collect::<Result<Vec<CompetitionId>, _>>()?;
    let loaded = load(database, leagues.clone(), vec![BookId::MARKET_AVERAGE])?;
    let mut totals: BTreeMap<String, Total> = BTreeMap::new();
    let mut coverage = Coverage::default();
    let mut scored = 0;
    for league in leagues {
        scored += walk_league(&loaded, league, &mut totals, &mut coverage, writer)?;
    }
    ensure!(scored == N_MATCHES, "{scored} matches were forecast, not {N_MATCHES}: the files are others");
    let mut figures = Vec::new();
    for name in FORECASTERS.map(|(name, _)| name).into_iter().chain(["soccer_opening", "soccer_closing"]) {
        if let Some(total) = totals.get(name) {
            ensure!(name.ends_with("ing") || total.n == N_MATCHES, "{name} answers {} matches", total.n);
            figures.extend(total.figures(name));
        }
    }
    figures.extend(coverage.figures("coverage"));
    figures.push(Figure::new("soccer_matches", scored as f64, "matches"));
    figures.push(Figure::new("soccer_configurations_tried", CONFIGURATIONS_TRIED as f64, "settings"));
    Ok(figures)
}

fn walk_league(
    loaded: &Loaded,
    league: CompetitionId,
    totals: &mut BTreeMap<String, Total>,
    coverage: &mut Coverage,
    writer: &mut impl Write,
) -> Result<usize> {
    let Loaded { history, teams } = loaded;
    let held_out = held_out(history, league);
    let scores = scores(history);
    let mut visit = |forecast: &Forecast| {
        let score = scores.get(&forecast.fixture).filter(|_| held_out.contains(&forecast.fixture));
        if let Some(score) = score.filter(|_| forecast.model == COVERED) {
            coverage.add(&forecast.distribution, *score);
        }
    };
    let backtest = walk_forward_visiting(history, &plan(league)?, &|_| {}, &mut visit)?;
    let judged = || backtest.matches.iter().filter(|one| held_out.contains(&one.fixture));
    for (figure, model) in FORECASTERS {
        let Some(position) = backtest.names.iter().position(|name| name == model) else { continue };
        for one in judged() {
            let Some(said) = one.probabilities[position] else { continue };
            totals.entry(figure.to_owned()).or_default().add(said, one.outcome);
            write_forecast(writer, &format!("{figure}_rps"), league, teams, one, said)?;
        }
    }
    let fixtures: BTreeMap<FixtureId, &Fixture> =
        history.fixtures_for_scoring().into_iter().map(|fixture| (fixture.id, fixture)).collect();
    for (name, phase) in [("soccer_opening", Phase::Opening), ("soccer_closing", Phase::Closing)] {
        let preference = MarketPreference { phases: vec![phase], ..MarketPreference::default() };
        for one in judged() {
            if let Some(market) = market_forecast(history, fixtures[&one.fixture], &preference) {
                totals.entry(name.to_owned()).or_default().add(market.probabilities, one.outcome);
            }
        }
    }
    Ok(judged().count())
}

/// Daily fits, and what is known of a match at its kick-off: its opening prices, not its closing ones.
fn plan(league: CompetitionId) -> Result<Plan> {
    let names: BTreeSet<&str> = FORECASTERS.iter().map(|(_, model)| *model).collect();
    let models = names.into_iter().map(by_name).collect::<Result<Vec<Box<dyn Model>>, _>>()?;
    let mut plan = Plan::new(league, Period::Seasons(SEASONS.map(Season::starting).collect()), models);
    plan.schedule = Schedule::every(1);
    plan.briefed = Briefed::AtKickoff;
    plan.recorded_by = RecordedBy::Now;
    Ok(plan)
}

/// The matches that count, by the rule at the top.
fn held_out(history: &History, league: CompetitionId) -> BTreeSet<FixtureId> {
    let mut fixtures = history.fixtures_for_scoring();
    fixtures.retain(|one| one.competition == league && SEASONS.contains(&one.season.start_year));
    fixtures.sort_by_key(|one| (one.kickoff.earliest(), one.id));
    let mut played: BTreeMap<(Season, TeamId), usize> = BTreeMap::new();
    for one in &fixtures {
        for side in [one.home, one.away] {
            *played.entry((one.season, side)).or_default() += 1;
        }
    }
    let of_second_tier = |one: &Fixture| {
        [one.home, one.away].iter().any(|side| played[&(one.season, *side)] < FEWEST_LEAGUE_MATCHES)
    };
    let mut met = BTreeSet::new();
    fixtures.retain(|one| met.insert((one.season, one.home, one.away)) && !of_second_tier(one));
    let priced = |one: &&Fixture| {
        history.quotes_for_scoring(one.id).any(|quote| quote.value.series.phase == Phase::Opening)
    };
    fixtures.into_iter().filter(priced).map(|one| one.id).collect()
}

#[cfg(test)]
mod tests {
    use domain::{
        DecimalOdds, Fact, FixtureStatus, Kickoff, KnownRule, Market, Quote, Selection, Sequence, Sport,
        Stage, Times, quote::Series,
    };
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    const LEAGUE: CompetitionId = CompetitionId::literal("ger.1");

    fn fact<T>(value: T, at: Timestamp) -> Fact<T> {
        let rule = KnownRule::Observed;
        let times =
            Times { occurred_at: at, known_at: at, known_rule: rule, recorded_at: at, sequence: Sequence(1) };
        Fact { times, value }
    }

    /// One match a day, each with an opening price unless it is one of `unpriced`.
    fn history(pairs: &[(i64, i64)], unpriced: &[usize]) -> History {
        let start: Timestamp = "2021-09-01T18:00:00Z".parse().unwrap();
        let (mut fixtures, mut quotes) = (Vec::new(), Vec::new());
        for (i, (home, away)) in pairs.iter().enumerate() {
            let at = start + SignedDuration::from_hours(24 * i64::try_from(i).unwrap());
            let id = FixtureId(i64::try_from(i).unwrap());
            let fixture = Fixture {
                id,
                competition: LEAGUE,
                sport: Sport::Soccer,
                season: Season::starting(2021),
                home: TeamId(*home),
                away: TeamId(*away),
                kickoff: Kickoff::At(at),
                neutral: false,
                stage: Stage::Regular,
                status: FixtureStatus::Scheduled,
            };
            fixtures.push(fact(fixture, at));
            let series = Series {
                book: BookId::MARKET_AVERAGE,
                market: Market::THREE_WAY,
                selection: Selection::Home,
                phase: if unpriced.contains(&i) { Phase::Closing } else { Phase::Opening },
            };
            quotes.push(fact(Quote { fixture: id, series, odds: DecimalOdds::new(2.0).unwrap() }, at));
        }
        History::new(fixtures, Vec::new(), Vec::new(), quotes)
    }

    #[test]
    fn playoffs_and_matches_without_an_opening_price_do_not_count() {
        let mut pairs: Vec<(i64, i64)> =
            (1..=6).flat_map(|home| (1..=6).map(move |away| (home, away))).filter(|(h, a)| h != a).collect();
        assert_eq!(pairs.len(), 30, "everybody plays ten times");
        // Two meetings with a side of the second tier, and one more of two sides level at the end.
        pairs.extend([(1, 99), (99, 1), (2, 3)]);
        let counted = held_out(&history(&pairs, &[4]), LEAGUE);
        let wanted: BTreeSet<FixtureId> = (0..30).filter(|i| *i != 4).map(FixtureId).collect();
        assert_eq!(counted, wanted);
        assert!(held_out(&history(&pairs, &[]), "eng.1".parse().unwrap()).is_empty());
    }

    #[test]
    fn both_scores_are_means() {
        let said = |home, draw, away| OutcomeProbabilities::new(home, draw, away).unwrap();
        let mut total = Total::default();
        // reference/models/metrics.json, rps_each: 0.09125 and 0.1089.
        for (probabilities, outcome) in
            [(said(0.6, 0.25, 0.15), OutcomeClass::Home), (said(0.33, 0.34, 0.33), OutcomeClass::Draw)]
        {
            total.add(probabilities, outcome);
        }
        let [rps, log_loss] = total.figures("x");
        assert!((rps.value - 0.100075).abs() < 1e-12 && rps.name == "x_rps", "{rps:?}");
        assert!((log_loss.value + f64::midpoint(0.6f64.ln(), 0.34f64.ln())).abs() < 1e-12, "{log_loss:?}");
    }
}
