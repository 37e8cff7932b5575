//! NFL seasons 2018 to 2023, 1,657 games, and NBA seasons that end in 2015 to 2021, 8,874 games. Every setting of the models was
//! chosen on earlier seasons: NFL 2009 to 2017 (prices and starting quarterbacks from 2015 on), NBA seasons that end in 2008 to 2014.
//!
//! Which games count: all that the import takes. It drops rows whose score is no NBA or NFL score, such as a tie in the NBA, or
//! contradicts its quarters, and pairs of moneylines that cannot be one book (sum of implied probabilities under 1 or over 1.12).
//! Spreads that name another favourite than the moneyline are dropped. A tie counts as half a win: y = .5, and p is the probability of a home win and half that of a tie.

use std::{collections::BTreeMap, io::Write, path::Path};

use anyhow::{Result, ensure};
use domain::{
    BookId, CompetitionId, Fixture, FixtureId, Forecast, History, OutcomeProbabilities, Phase, Season,
    Selection, code::Code, market::MarketKind,
};
use forecast::{
    Plan,
    backtest::{Briefed, Period, Schedule, walk_forward_visiting},
    market_baseline::{MarketPreference, market_forecast},
    model::by_name,
};

use super::{Coverage, Figure, Loaded, load, scores, write_forecast};

/// Who stands for a figure, and how much of the match itself it may know.
struct Entry {
    figure: &'static str,
    model: &'static str,
    briefed: Briefed,
}

/// One league's held-out seasons.
pub(super) struct League {
    name: &'static str,
    book: BookId,
    /// By the year a season starts in.
    seasons: std::ops::RangeInclusive<i16>,
    n_matches: usize,
    schedule: Schedule,
    entries: &'static [Entry],
    /// How often settings were changed and looked at on the tuning seasons.
    configurations_tried: usize,
}

pub(super) const NFL: League = League {
    name: "nfl",
    book: BookId(Code::literal("nflverse")),
    seasons: 2018..=2023,
    n_matches: 1_657,
    schedule: Schedule::weekly(),
    entries: &[
        Entry { figure: "nfl_elo", model: "elo", briefed: Briefed::AtKickoff },
        Entry { figure: "nfl_no_odds", model: "dynamic_points", briefed: Briefed::AtKickoff },
        Entry { figure: "nfl_past_close", model: "past_closing_spreads", briefed: Briefed::AtKickoff },
        Entry { figure: "nfl_line", model: "closing_spread", briefed: Briefed::AtClose },
    ],
    // 780 of the points models, 2,200 of the quarterback in Elo.
    configurations_tried: 2_980,
};

pub(super) const NBA: League = League {
    name: "nba",
    book: BookId(Code::literal("sbr")),
    seasons: 2014..=2020,
    n_matches: 8_874,
    schedule: Schedule::every(1),
    entries: &[
        Entry { figure: "nba_elo", model: "elo", briefed: Briefed::AtKickoff },
        Entry { figure: "nba_no_odds", model: "dynamic_points", briefed: Briefed::AtKickoff },
        Entry { figure: "nba_past_close", model: "past_closing_spreads", briefed: Briefed::AtKickoff },
    ],
    configurations_tried: 1_260,
};

/// Whose intervals are checked.
const COVERED: &str = "dynamic_points";

/// Summed losses of one forecaster.
#[derive(Default)]
struct Losses {
    n: usize,
    brier: f64,
    /// Absolute error of the expected total, where the closing total is known.
    total: f64,
    n_totals: usize,
}

pub(super) fn run(league: &League, database: &Path, writer: &mut impl Write) -> Result<Vec<Figure>> {
    let competition: CompetitionId = league.name.parse()?;
    let loaded = load(database, vec![competition], vec![league.book, BookId::LINE_ONLY])?;
    let closing = Closing::of(&loaded.history, competition);
    let mut losses: BTreeMap<&str, Losses> = BTreeMap::new();
    let mut market = Losses::default();
    let mut coverage = Coverage::default();
    for briefed in [Briefed::AtKickoff, Briefed::AtClose] {
        let entries: Vec<&Entry> = league.entries.iter().filter(|e| e.briefed == briefed).collect();
        if !entries.is_empty() {
            walk(&loaded, league, &entries, &closing, &mut losses, &mut coverage, writer)?;
        }
    }
    for fixture in loaded.history.fixtures_for_scoring() {
        if !league.seasons.contains(&fixture.season.start_year) {
            continue;
        }
        let Some(outcome) = loaded.history.outcome_for_scoring(fixture.id) else { continue };
        if let Some(said) = market_forecast(&loaded.history, fixture, &MarketPreference::default()) {
            market.add_outcome(said.probabilities, outcome.full_time.margin());
        }
        market.add_total(closing.total(fixture.id), closing.total(fixture.id), outcome.full_time.total());
    }
    let mut figures = figures(league, &losses, &market)?;
    figures.extend(coverage.figures(&format!("{}_coverage", league.name)));
    Ok(figures)
}

fn figures(league: &League, losses: &BTreeMap<&str, Losses>, market: &Losses) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for entry in league.entries {
        let Some(sum) = losses.get(entry.figure) else { continue };
        let (figure, n) = (entry.figure, league.n_matches);
        ensure!(sum.n == n, "{figure} answers {} matches, not {n}: the files are others", sum.n);
        figures.push(Figure::new(format!("{figure}_brier"), sum.brier / sum.n as f64, "Brier"));
        if sum.n_totals > 0 && market.n_totals == sum.n_totals {
            // The league's own figure is that of whoever learns from past lines.
            let totals = if figure.ends_with("_past_close") { league.name } else { figure };
            figures.push(Figure::new(format!("{totals}_total_mae_ratio"), sum.total / market.total, "ratio"));
        }
    }
    let name = league.name;
    figures.push(Figure::new(format!("{name}_closing_brier"), market.brier / market.n as f64, "Brier"));
    figures.push(Figure::new(format!("{name}_closing_matches"), market.n as f64, "matches"));
    figures.push(Figure::new(format!("{name}_totals"), market.n_totals as f64, "matches"));
    figures.push(Figure::new(
        format!("{name}_configurations_tried"),
        league.configurations_tried as f64,
        "settings",
    ));
    Ok(figures)
}

fn walk(
    loaded: &Loaded,
    league: &League,
    entries: &[&Entry],
    closing: &Closing,
    losses: &mut BTreeMap<&str, Losses>,
    coverage: &mut Coverage,
    writer: &mut impl Write,
) -> Result<()> {
    let competition: CompetitionId = league.name.parse()?;
    let models = entries.iter().map(|e| by_name(e.model)).collect::<Result<Vec<_>, _>>()?;
    let seasons = league.seasons.clone().map(Season::starting).collect();
    let mut plan = Plan::new(competition, Period::Seasons(seasons), models);
    plan.schedule = league.schedule;
    plan.briefed = entries[0].briefed;
    let mut totals: BTreeMap<(String, FixtureId), f64> = BTreeMap::new();
    let scores = scores(&loaded.history);
    let mut keep = |forecast: &Forecast| {
        if let Some(score) = scores.get(&forecast.fixture).filter(|_| forecast.model == COVERED) {
            coverage.add(&forecast.distribution, *score);
        }
        let (home, away) = forecast.distribution.expected_score();
        totals.insert((forecast.model.clone(), forecast.fixture), home + away);
    };
    let backtest = walk_forward_visiting(&loaded.history, &plan, &|_| {}, &mut keep)?;
    for entry in entries {
        let Some(position) = backtest.names.iter().position(|name| name == entry.model) else { continue };
        let sum = losses.entry(entry.figure).or_default();
        for one in &backtest.matches {
            let Some(said) = one.probabilities[position] else { continue };
            sum.add_outcome(said, one.score.margin());
            let expected = totals.get(&(entry.model.to_owned(), one.fixture)).copied();
            sum.add_total(expected, closing.total(one.fixture), one.score.total());
            let figure = format!("{}_brier", entry.figure);
            write_forecast(writer, &figure, competition, &loaded.teams, one, said)?;
        }
    }
    Ok(())
}

impl Losses {
    fn add_outcome(&mut self, said: OutcomeProbabilities, margin: i32) {
        let [home, draw, away] = said.as_array();
        let p = (home + draw / 2.0) / (home + draw + away);
        let y = f64::from(margin.signum() + 1) / 2.0;
        self.n += 1;
        self.brier += (p - y).powi(2);
    }

    fn add_total(&mut self, expected: Option<f64>, closing: Option<f64>, total: i32) {
        if let (Some(expected), Some(_)) = (expected, closing) {
            self.n_totals += 1;
            self.total += (expected - f64::from(total)).abs();
        }
    }
}

/// Closing total lines.
struct Closing(BTreeMap<FixtureId, f64>);

impl Closing {
    fn of(history: &History, competition: CompetitionId) -> Self {
        let line = |fixture: &&Fixture| {
            let quotes = history.quotes_for_scoring(fixture.id).map(|fact| fact.value.series);
            let mut totals = quotes.filter(|s| {
                s.phase == Phase::Closing
                    && s.market.kind() == MarketKind::Total
                    && s.selection == Selection::Over
            });
            Some((fixture.id, totals.next()?.market.line()?.value()))
        };
        let fixtures = history.fixtures_for_scoring();
        Self(fixtures.iter().filter(|f| f.competition == competition).filter_map(line).collect())
    }

    fn total(&self, fixture: FixtureId) -> Option<f64> {
        self.0.get(&fixture).copied()
    }
}
