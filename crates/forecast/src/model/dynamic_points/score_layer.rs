//! From expected margin and total to the joint distribution of both scores.

use domain::{ScoreDistribution, Sport};
use jiff::Timestamp;

use super::{
    filter::Expected,
    lines::Implied,
    settings::Settings,
    training::{Pass, Rated, Sees},
};
use crate::{
    ForecastError,
    model::{points::PointsModel, rated::RatedMatch},
};

/// With fewer seasoned matches, early ones are better than none.
const MIN_SEASONED: usize = 100;

/// What is expected of one match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expectation {
    pub(super) margin: Expected,
    pub(super) total: Expected,
    pub(super) at_home: bool,
}

impl Expectation {
    /// The same after its own line was seen.
    pub(super) fn told(self, implied: Implied, settings: &Settings) -> Self {
        let told = |expected: Expected, line: Option<f64>| match line {
            Some(line) => expected.told(line, settings.own_line_variance),
            None => expected,
        };
        Self { margin: told(self.margin, implied.margin), total: told(self.total, implied.total), ..self }
    }

    /// As a row of the score layer.
    fn row(&self) -> RatedMatch {
        RatedMatch {
            difference: self.margin.mean,
            at_home: self.at_home,
            total_level: self.total.mean - self.total.teams,
            total_teams: self.total.teams,
            score: domain::Score::new(0, 0),
            weight: 0.0,
        }
    }
}

impl Expected {
    /// The posterior after a further look at the whole expectation.
    fn told(self, seen: f64, variance: f64) -> Self {
        let gain = self.variance / (self.variance + variance);
        let mean = self.mean + gain * (seen - self.mean);
        // What a line says of the total is its own, not the teams'.
        Self { mean, variance: (1.0 - gain) * self.variance, teams: (1.0 - gain) * self.teams }
    }
}

/// Margin, total and key numbers about what was expected.
#[derive(Debug, Clone)]
pub(super) struct ScoreLayer(PointsModel);

impl ScoreLayer {
    /// Fitted on what was expected of past matches without their own lines.
    pub(super) fn before_lines(
        sport: Sport,
        model: &'static str,
        settings: &Settings,
        sees: Sees,
        pass: &Pass,
    ) -> Result<Self, ForecastError> {
        let all = || pass.rated().map(|rated| (rated, expectation(rated)));
        let enough = |count: fn(&Rated) -> u32| {
            let seasoned: Vec<_> = all().filter(|(rated, _)| count(rated) >= settings.warm_up).collect();
            (seasoned.len() >= MIN_SEASONED).then_some(seasoned)
        };
        // Where lines are seen, expectations from before there were any are of another kind.
        let priced = if sees == Sees::LinesToo { enough(|r| r.priced) } else { None };
        let rows = priced.or_else(|| enough(|r| r.played)).unwrap_or_else(|| all().collect());
        Self::fit(sport, model, settings, &rows)
    }

    /// Fitted on what was expected of past matches with their own lines; none where too few had one.
    pub(super) fn after_lines(
        sport: Sport,
        model: &'static str,
        settings: &Settings,
        pass: &Pass,
    ) -> Result<Option<Self>, ForecastError> {
        let priced = pass.rated().filter(|rated| rated.implied.margin.is_some());
        let rows: Vec<_> =
            priced.map(|rated| (rated, expectation(rated).told(rated.implied, settings))).collect();
        if rows.len() < MIN_SEASONED {
            return Ok(None);
        }
        Self::fit(sport, model, settings, &rows).map(Some)
    }

    fn fit(
        sport: Sport,
        model: &'static str,
        settings: &Settings,
        rows: &[(&Rated, Expectation)],
    ) -> Result<Self, ForecastError> {
        // Age counts from the last match, not from now: after a long break the matches are worth no less to each other.
        let last = rows.last().map_or(Timestamp::MIN, |(rated, _)| rated.at);
        let rows: Vec<RatedMatch> = rows
            .iter()
            .map(|(rated, expectation)| {
                let age_days = (last.as_second() - rated.at.as_second()) as f64 / (24.0 * 60.0 * 60.0);
                let weight = (-age_days / settings.half_life_days).exp2();
                RatedMatch { score: rated.score, weight, ..expectation.row() }
            })
            .collect();
        PointsModel::fit(sport, model, &rows).map(Self)
    }

    pub(super) fn distribution(&self, expectation: &Expectation) -> Result<ScoreDistribution, ForecastError> {
        let row = expectation.row();
        self.0.distribution(row.difference, row.at_home, row.total_level, row.total_teams)
    }

    pub(super) fn converged(&self) -> bool {
        self.0.converged()
    }

    pub(super) fn parameters(&self) -> serde_json::Value {
        self.0.parameters()
    }
}

fn expectation(rated: &Rated) -> Expectation {
    Expectation { margin: rated.margin, total: rated.total, at_home: rated.at_home }
}
