//! Two forecasters on the matches both forecast.

use std::collections::BTreeMap;

use domain::{CompetitionId, FixtureId, Season, Sport};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CurvePoint, MatchForecasts, SummaryOptions, evaluation::cumulative};
use crate::{
    ForecastError,
    bootstrap::Interval,
    paired_test::{DieboldMariano, SignTest, diebold_mariano, sign_test},
    scoring_rule::{RankedProbability, Scored, ScoringRule, scoring_rules},
};

/// The forecasts of one forecaster: the matches of a competition, and its position among their probabilities.
#[derive(Debug, Clone, Copy)]
pub struct Side<'m> {
    /// Where.
    pub competition: CompetitionId,
    /// What is played.
    pub sport: Sport,
    /// The matches.
    pub matches: &'m [MatchForecasts],
    /// Which of the probabilities.
    pub position: usize,
}

/// How two forecasters compare. Differences are the first's score less the second's: below zero the first is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Matches both forecast.
    pub n: usize,
    /// Matches only one of them forecast.
    pub n_unpaired: usize,
    /// Matches whose result was corrected between the two; they are left out.
    pub n_corrected: usize,
    /// By scoring rule where less is better.
    pub rules: Vec<RuleComparison>,
    /// By season, where there are several.
    pub by_season: Vec<GroupDifference>,
    /// By competition, where there are several.
    pub by_competition: Vec<GroupDifference>,
    /// The sum so far of the differences in RPS.
    pub curve: Vec<CurvePoint>,
}

/// Two forecasters by one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleComparison {
    /// The rule.
    pub rule: String,
    /// Mean score of the first.
    pub first: f64,
    /// Mean score of the second.
    pub second: f64,
    /// Mean difference, with the interval of the clustered bootstrap.
    pub difference: Interval,
    /// Of the mean difference, allowing for correlation between neighbouring matches.
    pub diebold_mariano: Option<DieboldMariano>,
    /// Of how often each was better.
    pub sign: SignTest,
    /// Share of matches on which the first was better, level ones counting half.
    pub better_share: f64,
}

/// The difference in RPS on a part of the matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupDifference {
    /// The season or competition.
    pub name: String,
    /// Matches.
    pub n: usize,
    /// Mean difference.
    pub difference: Interval,
}

struct Pair {
    competition: CompetitionId,
    season: Season,
    kickoff: Timestamp,
    fixture: FixtureId,
    first: Scored,
    second: Scored,
}

/// Compares two forecasters on their common matches.
///
/// # Errors
/// When they have none.
pub fn compare(
    first: &[Side<'_>],
    second: &[Side<'_>],
    options: &SummaryOptions,
) -> Result<Comparison, ForecastError> {
    let (first, second) = (by_fixture(first), by_fixture(second));
    let mut pairs = Vec::new();
    let mut n_corrected = 0;
    for (fixture, (side, a)) in &first {
        let Some((other, b)) = second.get(fixture) else { continue };
        let (Some(p), Some(q)) = (a.probabilities[side.position], b.probabilities[other.position]) else {
            continue;
        };
        if a.outcome != b.outcome {
            n_corrected += 1;
            continue;
        }
        pairs.push(Pair {
            competition: side.competition,
            season: a.season,
            kickoff: a.kickoff,
            fixture: *fixture,
            first: Scored::new(side.sport, p, a.outcome),
            second: Scored::new(side.sport, q, a.outcome),
        });
    }
    let n_unpaired = first.len() + second.len() - 2 * (pairs.len() + n_corrected);
    pairs.sort_by_key(|p| (p.kickoff, p.fixture));
    let pairs = Pairs { pairs, options };
    let rules: Vec<RuleComparison> =
        scoring_rules().iter().filter(|r| r.lower_is_better()).filter_map(|r| pairs.by_rule(*r)).collect();
    if rules.is_empty() {
        return Err(ForecastError::NothingToScore);
    }
    let kickoffs: Vec<Timestamp> = pairs.pairs.iter().map(|p| p.kickoff).collect();
    Ok(Comparison {
        n: pairs.pairs.len(),
        n_unpaired,
        n_corrected,
        rules,
        by_season: pairs.groups(|p| p.season.to_string()),
        by_competition: pairs.groups(|p| p.competition.to_string()),
        curve: cumulative(&kickoffs, &pairs.differences(&RankedProbability)),
    })
}

/// Every match that a side has a forecast of.
fn by_fixture<'s, 'm>(sides: &'s [Side<'m>]) -> BTreeMap<FixtureId, (&'s Side<'m>, &'m MatchForecasts)> {
    let forecast = |side: &'s Side<'m>| {
        let said = |m: &&MatchForecasts| m.probabilities.get(side.position).is_some_and(Option::is_some);
        side.matches.iter().filter(said).map(move |m| (m.fixture, (side, m)))
    };
    sides.iter().flat_map(forecast).collect()
}

struct Pairs<'o> {
    pairs: Vec<Pair>,
    options: &'o SummaryOptions,
}

impl Pairs<'_> {
    fn differences(&self, rule: &dyn ScoringRule) -> Vec<f64> {
        self.pairs.iter().map(|p| rule.score(&p.first) - rule.score(&p.second)).collect()
    }

    fn clusters(&self) -> Vec<i64> {
        let cluster = |(i, p): (i64, &Pair)| self.options.clustering.of(i, p.kickoff);
        (0..).zip(&self.pairs).map(cluster).collect()
    }

    fn by_rule(&self, rule: &dyn ScoringRule) -> Option<RuleComparison> {
        let differences = self.differences(rule);
        let mean = |of: fn(&Pair) -> &Scored| {
            self.pairs.iter().map(|p| rule.score(of(p))).sum::<f64>() / self.pairs.len() as f64
        };
        let sign = sign_test(&differences);
        let better = sign.first_lower as f64 + sign.level as f64 / 2.0;
        Some(RuleComparison {
            rule: rule.name().to_owned(),
            difference: self.options.bootstrap.mean(&differences, &self.clusters())?,
            first: mean(|p| &p.first),
            second: mean(|p| &p.second),
            diebold_mariano: diebold_mariano(&differences, None),
            sign,
            better_share: better / differences.len() as f64,
        })
    }

    fn groups(&self, key: impl Fn(&Pair) -> String) -> Vec<GroupDifference> {
        let mut parts: BTreeMap<String, (Vec<f64>, Vec<i64>)> = BTreeMap::new();
        let differences = self.differences(&RankedProbability);
        for ((pair, difference), cluster) in self.pairs.iter().zip(differences).zip(self.clusters()) {
            let (values, clusters) = parts.entry(key(pair)).or_default();
            values.push(difference);
            clusters.push(cluster);
        }
        if parts.len() < 2 {
            return Vec::new();
        }
        let group = |(name, (values, clusters)): (String, (Vec<f64>, Vec<i64>))| {
            let difference = self.options.bootstrap.mean(&values, &clusters)?;
            Some(GroupDifference { name, n: values.len(), difference })
        };
        parts.into_iter().filter_map(group).collect()
    }
}

#[cfg(test)]
mod tests;
