//! Reads the aggregates as people and programs ask for them: grouped, pooled by the rules of their crates, and in order.

use std::{cmp::Reverse, collections::BTreeMap};

use anyhow::Result;
use betting::Totals;
use clap::ValueEnum;
use domain::{CompetitionId, Currency, Season, TeamId};
use forecast::{mean_scores::MeanScores, track_record::Priced};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{Aggregate, BetWeek, MeanScoresRow, ModelWeek, Store, TeamStanding};

/// What models are grouped by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModelsBy {
    /// By model and competition.
    #[default]
    Competition,
    /// By model and week.
    Week,
}

/// What bets are grouped by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BetsBy {
    /// The kind of market.
    #[default]
    Market,
    /// The book.
    Book,
    /// The model.
    Model,
    /// The week of the match.
    Week,
    /// The run.
    Run,
}

/// One model in a competition or a week.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ModelLine {
    /// The model.
    pub(crate) model: String,
    /// The competition, or the Monday of the week.
    pub(crate) group: String,
    /// The model.
    pub(crate) scores: MeanScores,
    /// The base rate on the same matches.
    pub(crate) base_rate: MeanScores,
    /// The matches with prices: the model and the market on them.
    pub(crate) priced: Option<Priced>,
    /// Week by week.
    pub(crate) weeks: Vec<ModelPoint>,
}

/// One model in one week.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct ModelPoint {
    /// Its Monday.
    pub(crate) week: Date,
    /// RPS less that of the base rate: less is better.
    pub(crate) rps_to_base_rate: f64,
    /// Log loss of the base rate less the model's, summed over the matches: more is better.
    pub(crate) log_loss_saved: f64,
}

/// What bets of one group came to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BetLine {
    /// What they have in common.
    pub(crate) group: String,
    /// Their sums.
    #[serde(flatten)]
    pub(crate) totals: Totals,
    /// Profit over stakes.
    pub(crate) roi: Option<f64>,
    /// Won bets among those won or lost.
    pub(crate) hit_rate: Option<f64>,
    /// Week by week.
    pub(crate) weeks: Vec<ProfitPoint>,
}

/// The profit of a week.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct ProfitPoint {
    /// Its Monday.
    pub(crate) week: Date,
    /// In minor units.
    pub(crate) profit_minor: i64,
}

/// A team's place in the order of the table, and its way there.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TeamLine {
    /// How it stands.
    #[serde(flatten)]
    pub(crate) standing: TeamStanding,
    /// Share of matches won, a draw or tie counting half.
    pub(crate) win_share: Option<f64>,
    /// Goals or points for less those against, after every match day.
    pub(crate) difference_by_day: Vec<i64>,
}

/// Whether nothing is stored that the aggregate does not know.
pub(crate) async fn is_current(store: &Store, aggregate: Aggregate) -> Result<bool> {
    let states = store.aggregates().await?;
    Ok(states.iter().any(|state| state.aggregate == aggregate && state.is_current()))
}

/// The teams of a season, or of the last one, the best first: by points, or by share of matches won, then by difference and
/// goals. What a league puts between level teams otherwise is for `simulate season`.
pub(crate) async fn teams(
    store: &Store,
    competition: CompetitionId,
    season: Option<Season>,
    as_of: Option<Timestamp>,
) -> Result<Vec<TeamLine>> {
    let standings = store.team_standings(competition, season, as_of).await?;
    let Some(season) = standings.first().map(|standing| standing.season) else { return Ok(Vec::new()) };
    let mut ways: BTreeMap<TeamId, Vec<i64>> = BTreeMap::new();
    for day in store.team_days(competition, season, None, as_of).await? {
        ways.entry(day.team).or_default().push(day.all.difference());
    }
    let line = |standing: TeamStanding| TeamLine {
        win_share: standing.all.win_share(),
        difference_by_day: ways.remove(&standing.team).unwrap_or_default(),
        standing,
    };
    let mut lines: Vec<TeamLine> = standings.into_iter().map(line).collect();
    lines.sort_by(|a, b| {
        let key = |line: &TeamLine| {
            let all = line.standing.all;
            (
                Reverse(line.standing.points),
                Reverse(all.difference()),
                Reverse(all.scored),
                line.standing.name.clone(),
            )
        };
        let by_share = |line: &TeamLine| match line.standing.points {
            Some(_) => 0.0,
            None => line.win_share.unwrap_or(-1.0),
        };
        by_share(b).total_cmp(&by_share(a)).then_with(|| key(a).cmp(&key(b)))
    });
    Ok(lines)
}

/// How models did, by model and group.
pub(crate) async fn models(
    store: &Store,
    by: ModelsBy,
    competition: Option<CompetitionId>,
    model: Option<&str>,
) -> Result<Vec<ModelLine>> {
    let rows = store.model_performance(competition, model).await?;
    let mut groups: BTreeMap<(String, String), Vec<ModelWeek>> = BTreeMap::new();
    for row in rows {
        let group = match by {
            ModelsBy::Competition => row.competition.to_string(),
            ModelsBy::Week => row.week.to_string(),
        };
        groups.entry((row.model.clone(), group)).or_default().push(row);
    }
    let lines = groups.into_iter().filter_map(|((model, group), rows)| model_line(model, group, &rows));
    Ok(lines.collect())
}

fn model_line(model: String, group: String, rows: &[ModelWeek]) -> Option<ModelLine> {
    let of = |row: &ModelWeek, scores: fn(&ModelWeek) -> MeanScoresRow| mean(row.matches, scores(row));
    let pooled = |scores: fn(&ModelWeek) -> MeanScoresRow| {
        MeanScores::pooled(&rows.iter().map(|row| of(row, scores)).collect::<Vec<_>>())
    };
    let priced: Vec<_> = rows.iter().filter_map(|row| row.priced).collect();
    let on_priced: Vec<MeanScores> = priced.iter().map(|p| mean(p.matches, p.model)).collect();
    let market: Vec<MeanScores> = priced.iter().map(|p| mean(p.matches, p.market)).collect();
    let of_market = MeanScores::pooled(&on_priced).zip(MeanScores::pooled(&market));
    Some(ModelLine {
        model,
        group,
        scores: pooled(|row| row.scores)?,
        base_rate: pooled(|row| row.base_rate)?,
        priced: of_market.map(|(model, market)| Priced {
            n_closing: priced.iter().map(|p| p.closing_matches).sum(),
            model,
            market,
        }),
        weeks: points(rows),
    })
}

/// By week, all competitions together.
fn points(rows: &[ModelWeek]) -> Vec<ModelPoint> {
    let mut weeks: BTreeMap<Date, [Vec<MeanScores>; 2]> = BTreeMap::new();
    for row in rows {
        let [model, base_rate] = weeks.entry(row.week).or_default();
        model.push(mean(row.matches, row.scores));
        base_rate.push(mean(row.matches, row.base_rate));
    }
    let point = |(week, [model, base_rate]): (Date, [Vec<MeanScores>; 2])| {
        let (model, base_rate) = MeanScores::pooled(&model).zip(MeanScores::pooled(&base_rate))?;
        Some(ModelPoint {
            week,
            rps_to_base_rate: model.rps - base_rate.rps,
            log_loss_saved: model.n as f64 * (base_rate.log_loss - model.log_loss),
        })
    };
    weeks.into_iter().filter_map(point).collect()
}

fn mean(n: usize, row: MeanScoresRow) -> MeanScores {
    let MeanScoresRow { log_loss, rps, brier, accuracy } = row;
    MeanScores { n, log_loss, rps, brier, accuracy }
}

/// What bets came to, by group; the largest stakes first, weeks in their order.
pub(crate) async fn bets(store: &Store, by: BetsBy, run: Option<&str>) -> Result<Vec<BetLine>> {
    let mut groups: BTreeMap<(String, Currency), Vec<BetWeek>> = BTreeMap::new();
    for row in store.betting_performance(run).await? {
        let group = match by {
            BetsBy::Market => row.group.kind.clone(),
            BetsBy::Book => row.group.book.to_string(),
            BetsBy::Model => row.group.model.clone(),
            BetsBy::Week => row.group.week.to_string(),
            BetsBy::Run => row.group.run.clone(),
        };
        groups.entry((group, row.group.currency)).or_default().push(row);
    }
    let lines = groups.into_iter().map(|((group, currency), rows)| bet_line(group, currency, &rows));
    let mut lines: Vec<BetLine> = lines.collect::<Result<_>>()?;
    if by != BetsBy::Week {
        lines.sort_by_key(|line| Reverse(line.totals.turnover.minor));
    }
    Ok(lines)
}

fn bet_line(group: String, currency: Currency, rows: &[BetWeek]) -> Result<BetLine> {
    let mut totals = Totals::nothing(currency);
    let mut weeks: BTreeMap<Date, i64> = BTreeMap::new();
    for row in rows {
        totals = totals.with(&sums(row))?;
        *weeks.entry(row.group.week).or_default() += row.profit.minor;
    }
    let (roi, hit_rate) = (totals.roi(), totals.hit_rate());
    let weeks = weeks.into_iter().map(|(week, profit_minor)| ProfitPoint { week, profit_minor }).collect();
    Ok(BetLine { group, totals, roi, hit_rate, weeks })
}

fn sums(row: &BetWeek) -> Totals {
    Totals {
        n_bets: row.bets,
        n_void: row.void,
        n_won: row.won,
        n_level: row.level,
        n_lost: row.lost,
        turnover: row.staked,
        profit: row.profit,
        n_closing: row.closing_bets,
        mean_closing_raw: row.closing_value,
        n_closing_shin: row.fair_closing_bets,
        mean_closing_shin: row.fair_closing_value,
    }
}
