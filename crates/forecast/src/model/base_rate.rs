//! What a competition's scores look like when nothing is known about the teams: the baseline every model has to beat.
//!
//! Outcome classes: frequencies with one match added to each possible class (Laplace). Scores: the counts of the
//! competition plus a smooth distribution worth [`PRIOR_MATCHES`] matches (Dirichlet), reweighted to those frequencies.
//! At a neutral venue both sides share: the mean of the distribution and its mirror image.
//!
//! - Soccer: joint counts; the smooth part is two independent Poisson counts with the competition's means.
//! - NFL, NBA: a joint table of 81 x 81 or 201 x 201 scores would stay empty, so counts are smoothed side by side and
//!   joined by a normal distribution: `w(h, a) = phi(h, a) * [f(h) / phi(h)] * [g(a) / phi(a)]` with `phi` the normal
//!   distribution of the competition's means, deviations and correlation on attainable scores, `f`, `g` the smoothed
//!   frequencies of each side. Threes and sevens keep their mass, and a high-scoring game stays one for both sides.

use std::any::Any;

use domain::{
    Briefing, CompetitionId, OutcomeClass, OutcomeProbabilities, Score, ScoreDistribution, Snapshot, Sport,
};
use serde_json::json;

use super::{FitReport, FittedModel, Model, Predicted, dixon_coles::score_grid};
use crate::ForecastError;

const NAME: &str = "base_rate";
/// How many matches the smooth distribution is worth.
pub const PRIOR_MATCHES: f64 = 20.0;
/// Below so many matches means and deviations say nothing.
pub const MINIMUM_MATCHES: usize = 10;

/// The model. It has no settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct BaseRate;

impl Model for BaseRate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        _: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let matches: Vec<(Sport, bool, Score)> = snapshot
            .played_in(competition)
            .map(|m| (m.fixture.sport, m.fixture.neutral, m.score()))
            .collect();
        let too_few =
            ForecastError::TooFewMatches { model: NAME, have: matches.len(), need: MINIMUM_MATCHES };
        let Some(sport) = matches.first().map(|m| m.0).filter(|_| matches.len() >= MINIMUM_MATCHES) else {
            return Err(too_few);
        };
        // Who is named first at a neutral venue is an accident, so such matches say nothing about home and away.
        let own_venue: Vec<Score> = matches.iter().filter(|m| !m.1).map(|m| m.2).collect();
        let every: Vec<Score> = matches.iter().map(|m| m.2).collect();
        let scores = if own_venue.len() < MINIMUM_MATCHES { every } else { own_venue };
        let at_home = match sport {
            Sport::Soccer => soccer(&scores)?,
            Sport::Nfl | Sport::Nba => points(sport, &scores)?,
        };
        let at_home = at_home.reweighted(class_frequencies(sport, &scores)?)?;
        let report = FitReport {
            model: NAME.to_owned(),
            as_of: snapshot.at(),
            training_matches: scores.len(),
            iterations: 0,
            gradient_norm: None,
            log_likelihood: None,
            at_bounds: Vec::new(),
            converged: true,
            diagnostics: None,
        };
        Ok(Box::new(FittedBaseRate { neutral: mirrored_mean(&at_home)?, at_home, report }))
    }
}

/// The scores of one competition.
#[derive(Debug)]
pub struct FittedBaseRate {
    at_home: ScoreDistribution,
    neutral: ScoreDistribution,
    report: FitReport,
}

impl FittedModel for FittedBaseRate {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let distribution = if fixture.neutral { self.neutral.clone() } else { self.at_home.clone() };
        Ok(Predicted { distribution, uncertainty: None })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let outcome = self.at_home.outcome_probabilities();
        let (home, away) = self.at_home.expected_score();
        json!({
            "home": outcome.home, "draw": outcome.draw, "away": outcome.away,
            "expected_home_score": home, "expected_away_score": away,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Frequencies of home win, draw or tie, and away win, one match added to each class the sport can end in.
fn class_frequencies(sport: Sport, scores: &[Score]) -> Result<OutcomeProbabilities, ForecastError> {
    let mut counts = [1.0; 3];
    if !sport.attainable(Score::new(20, 20)) {
        counts[OutcomeClass::Draw as usize] = 0.0;
    }
    for score in scores {
        counts[OutcomeClass::of(*score) as usize] += 1.0;
    }
    Ok(OutcomeProbabilities::from_weights(counts[0], counts[1], counts[2])?)
}

fn soccer(scores: &[Score]) -> Result<ScoreDistribution, ForecastError> {
    let max = Sport::Soccer.rules().forecast_max;
    let moments = Moments::of(scores);
    let smooth = score_grid(moments.home.mean.max(0.1), moments.away.mean.max(0.1), 0.0, max)?;
    let mut counts = vec![0.0; smooth.cells().len()];
    let width = usize::from(max) + 1;
    for score in scores {
        counts[usize::from(score.home.min(max)) * width + usize::from(score.away.min(max))] += 1.0;
    }
    let weights = counts.iter().zip(smooth.cells()).map(|(n, p)| n + PRIOR_MATCHES * p).collect();
    Ok(ScoreDistribution::from_weights(width, weights)?)
}

fn points(sport: Sport, scores: &[Score]) -> Result<ScoreDistribution, ForecastError> {
    let max = sport.rules().forecast_max;
    let moments = Moments::of(scores);
    let home = Lumps::of(sport, moments.home, scores.iter().map(|s| s.home));
    let away = Lumps::of(sport, moments.away, scores.iter().map(|s| s.away));
    let rho = moments.correlation;
    Ok(ScoreDistribution::from_fn(max, max, |score| {
        if !sport.attainable(score) {
            return 0.0;
        }
        let (x, y) = (moments.home.standardised(score.home), moments.away.standardised(score.away));
        let joint = (-(x * x - 2.0 * rho * x * y + y * y) / (2.0 * (1.0 - rho * rho))).exp();
        joint * home.0[usize::from(score.home)] * away.0[usize::from(score.away)]
    })?)
}

/// How much more often one side's score occurs than a normal distribution says, by score.
struct Lumps(Vec<f64>);

impl Lumps {
    fn of(sport: Sport, moments: Moment, scores: impl Iterator<Item = u16>) -> Self {
        let rules = sport.rules();
        let normal: Vec<f64> = (0..=rules.forecast_max)
            .map(|s| {
                let z = moments.standardised(s);
                if (rules.attainable)(s) { (-0.5 * z * z).exp() } else { 0.0 }
            })
            .collect();
        let sum: f64 = normal.iter().sum();
        let mut counts = vec![0.0; normal.len()];
        let mut n = 0.0;
        for score in scores {
            counts[usize::from(score.min(rules.forecast_max))] += 1.0;
            n += 1.0;
        }
        let lump = |(count, density): (&f64, &f64)| {
            let expected = density / sum;
            if expected <= f64::MIN_POSITIVE {
                0.0
            } else {
                (count + PRIOR_MATCHES * expected) / ((n + PRIOR_MATCHES) * expected)
            }
        };
        Self(counts.iter().zip(&normal).map(lump).collect())
    }
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    mean: f64,
    sd: f64,
}

impl Moment {
    fn standardised(self, score: u16) -> f64 {
        (f64::from(score) - self.mean) / self.sd
    }
}

struct Moments {
    home: Moment,
    away: Moment,
    correlation: f64,
}

impl Moments {
    fn of(scores: &[Score]) -> Self {
        let n = scores.len() as f64;
        let mean = |side: fn(&Score) -> u16| scores.iter().map(|s| f64::from(side(s))).sum::<f64>() / n;
        let (home_mean, away_mean) = (mean(|s| s.home), mean(|s| s.away));
        let (mut home, mut away, mut product) = (0.0, 0.0, 0.0);
        for score in scores {
            let (x, y) = (f64::from(score.home) - home_mean, f64::from(score.away) - away_mean);
            home += x * x / n;
            away += y * y / n;
            product += x * y / n;
        }
        // A constant score has no deviation; half a point keeps the formulas finite.
        let (home_sd, away_sd) = (home.sqrt().max(0.5), away.sqrt().max(0.5));
        Self {
            home: Moment { mean: home_mean, sd: home_sd },
            away: Moment { mean: away_mean, sd: away_sd },
            correlation: (product / (home_sd * away_sd)).clamp(-0.9, 0.9),
        }
    }
}

fn mirrored_mean(grid: &ScoreDistribution) -> Result<ScoreDistribution, ForecastError> {
    Ok(ScoreDistribution::from_fn(grid.home_max(), grid.away_max(), |s| {
        grid.probability(s) + grid.probability(Score::new(s.away, s.home))
    })?)
}
