//! Who would win a play-off game between any two teams, by the same fitted model that forecasts the regular season.

use domain::{Briefing, Fixture, FixtureId, FixtureStatus, Stage, TeamId};

use crate::{ForecastError, model::FittedModel};

/// Probabilities that the side named first wins, given that somebody does.
#[derive(Debug, Clone, PartialEq)]
pub struct PairingOdds {
    n_teams: usize,
    /// First side by second side; NaN where nobody asked.
    first_wins: Vec<f64>,
}

impl PairingOdds {
    /// Forecasts the pairings for which `venue` answers: whether a game of two teams, by position, the first at home, is at a
    /// neutral venue. `pattern` says competition and season; `forecast_one` is called after each.
    ///
    /// # Errors
    /// When the model fails.
    pub fn forecast(
        model: &dyn FittedModel,
        pattern: &Fixture,
        teams: &[TeamId],
        venue: impl Fn(usize, usize) -> Option<bool>,
        forecast_one: impl Fn(),
    ) -> Result<Self, ForecastError> {
        let n_teams = teams.len();
        let mut first_wins = vec![f64::NAN; n_teams * n_teams];
        for (first, home) in teams.iter().enumerate() {
            for (second, away) in teams.iter().enumerate().filter(|(second, _)| *second != first) {
                let Some(neutral) = venue(first, second) else { continue };
                let fixture = Fixture {
                    id: FixtureId(0),
                    home: *home,
                    away: *away,
                    neutral,
                    stage: Stage::Playoff,
                    status: FixtureStatus::Scheduled,
                    ..*pattern
                };
                let outcome = model.forecast(&Briefing::bare(&fixture))?.distribution.outcome_probabilities();
                first_wins[first * n_teams + second] = outcome.home / (outcome.home + outcome.away);
                forecast_one();
            }
        }
        Ok(Self { n_teams, first_wins })
    }

    /// One half each, except where `better` says.
    #[cfg(test)]
    pub(in crate::simulation::format) fn by(
        n_teams: usize,
        first_wins: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let cells = (0..n_teams).flat_map(|i| (0..n_teams).map(move |j| (i, j)));
        Self { n_teams, first_wins: cells.map(|(i, j)| first_wins(i, j)).collect() }
    }

    /// That the side named first wins.
    pub(in crate::simulation::format) fn first_wins(&self, first: u8, second: u8) -> f64 {
        self.first_wins.get(usize::from(first) * self.n_teams + usize::from(second)).copied().unwrap_or(0.5)
    }
}
