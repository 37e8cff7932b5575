//! Points models for NFL and NBA whose strengths move: what a team is worth is a state that drifts from match to match and
//! from season to season, and every match is an observation of it.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | m, t | expected margin and total before a match | points |
//! | s, u | what each team is worth to margin and total | points |
//! | b | what the starting quarterback adds (NFL) | points |
//! | h, g | home advantage, league level of totals | points |
//! | r | rest: second match on consecutive days (NBA), week off (NFL) | |
//!
//! m = s_home + b_home - s_away - b_away + h (at home) + e (r_home - r_away), and t = g + u_home + u_away
//! and f (r_home + r_away) and k (play-offs) added to it. Each is followed by a Kalman filter (`filter.rs`). The score layer of `points` turns m and t into a joint
//! score distribution with key numbers; it is fitted on what the filter expected of every past match before it was played.
//!
//! Three models share this, by what they read:
//!
//! - `dynamic_points`: results and starting quarterbacks.
//! - `past_closing_spreads`: also the closing prices of past matches, each a nearly noise-free look at the same strengths.
//! - `closing_spread`: also the price of the match itself, as far as its briefing has one; without one it answers as
//!   `past_closing_spreads`. With a price the expectation is the filter's, told the line.
//!
//! The starting quarterback is who is named 90 minutes before kick-off; a forecast made earlier assumes the last one.
//!
//! References: Glickman and Stern (1998), A state-space model for National Football League scores; Harville (1980),
//! Predictions for National Football League games via linear-model methodology.

mod filter;
mod lines;
mod score_layer;
mod settings;
mod training;

use std::{any::Any, collections::BTreeMap};

use domain::{
    Briefing, CompetitionId, Fixture, FixtureStatus, ScoreDistribution, Season, Snapshot, Sport, TeamId,
    forecast::Uncertainty,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use self::{
    filter::Expected,
    lines::Lines,
    score_layer::{Expectation, ScoreLayer},
    training::{Circumstances, Pass, Sees, days_between},
};
pub use self::{
    filter::{Drift, FilterRules},
    settings::{Rest, Settings, Spreads},
};
use super::{FitReport, FittedModel, Model, OddsUse, Predicted};
use crate::ForecastError;

/// Fewest played matches to fit on.
const MIN_MATCHES: usize = 30;
/// Fixtures further back than this say nothing about rest.
const REST_REACH: SignedDuration = SignedDuration::from_hours(24 * 40);

/// The unfitted model.
#[derive(Debug, Clone, Copy)]
pub struct DynamicPoints {
    odds: OddsUse,
    settings: Option<Settings>,
}

impl DynamicPoints {
    /// Learns from results alone.
    pub fn without_odds() -> Self {
        Self { odds: OddsUse::Nothing, settings: None }
    }

    /// Learns from the closing lines of past matches, too.
    pub fn with_past_lines() -> Self {
        Self { odds: OddsUse::PastMatches, settings: None }
    }

    /// Also reads the line of the match it forecasts.
    pub fn with_lines() -> Self {
        Self { odds: OddsUse::ThisMatch, settings: None }
    }

    /// The same with other constants, whatever the sport.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings: Some(settings), ..self }
    }

    fn settings(&self, sport: Sport) -> Option<Settings> {
        let defaults = match self.odds {
            OddsUse::Nothing => Settings::without_odds(sport),
            OddsUse::PastMatches | OddsUse::ThisMatch => Settings::with_lines(sport),
        };
        defaults.map(|defaults| self.settings.unwrap_or(defaults))
    }
}

impl Model for DynamicPoints {
    fn name(&self) -> &'static str {
        match self.odds {
            OddsUse::Nothing => "dynamic_points",
            OddsUse::PastMatches => "past_closing_spreads",
            OddsUse::ThisMatch => "closing_spread",
        }
    }

    fn supports(&self, sport: Sport) -> bool {
        Settings::without_odds(sport).is_some()
    }

    fn odds_use(&self) -> OddsUse {
        self.odds
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let have = snapshot.played_in(competition).count();
        let sport = snapshot.played_in(competition).next().map(|m| m.fixture.sport);
        let (Some(sport), true) = (sport, have >= MIN_MATCHES) else {
            return Err(ForecastError::TooFewMatches { model: self.name(), have, need: MIN_MATCHES });
        };
        let Some(settings) = self.settings(sport) else {
            return Err(ForecastError::UnsupportedSport { model: self.name(), sport });
        };
        let sees = if self.odds == OddsUse::Nothing { Sees::ResultsOnly } else { Sees::LinesToo };
        let start = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedDynamicPoints>());
        let pass = Pass::over(snapshot, competition, &settings, sees, start.map(|s| &s.pass));
        let before = ScoreLayer::before_lines(sport, self.name(), &settings, sees, &pass)?;
        let after = match self.odds {
            OddsUse::ThisMatch => ScoreLayer::after_lines(sport, self.name(), &settings, &pass)?,
            _ => None,
        };
        let report = FitReport {
            model: self.name().to_owned(),
            as_of: snapshot.at(),
            training_matches: have,
            iterations: 0,
            gradient_norm: None,
            log_likelihood: None,
            at_bounds: Vec::new(),
            converged: before.converged() && after.as_ref().is_none_or(ScoreLayer::converged),
            diagnostics: None,
        };
        let kickoffs = kickoffs(snapshot, competition);
        Ok(Box::new(FittedDynamicPoints { settings, pass, before, after, kickoffs, report }))
    }
}

/// Kick-offs of every team, played or to come, that may matter to rest.
fn kickoffs(
    snapshot: &Snapshot<'_>,
    competition: CompetitionId,
) -> BTreeMap<TeamId, Vec<(Season, Timestamp)>> {
    let mut kickoffs: BTreeMap<TeamId, Vec<(Season, Timestamp)>> = BTreeMap::new();
    let since = snapshot.at().checked_sub(REST_REACH).unwrap_or(Timestamp::MIN);
    let on = |f: &&Fixture| {
        let off = matches!(f.status, FixtureStatus::Postponed | FixtureStatus::Cancelled);
        f.competition == competition && !off && f.kickoff.earliest() >= since
    };
    for fixture in snapshot.fixtures().filter(on) {
        for team in [fixture.home, fixture.away] {
            kickoffs.entry(team).or_default().push((fixture.season, fixture.kickoff.earliest()));
        }
    }
    kickoffs
}

/// The fitted model.
#[derive(Debug, Clone)]
pub struct FittedDynamicPoints {
    settings: Settings,
    pass: Pass,
    before: ScoreLayer,
    /// For a match whose line is known.
    after: Option<ScoreLayer>,
    kickoffs: BTreeMap<TeamId, Vec<(Season, Timestamp)>>,
    report: FitReport,
}

impl FittedDynamicPoints {
    /// Expected margin and total before any line of the match.
    fn expectation(&self, briefing: &Briefing<'_>) -> Expectation {
        let here = Circumstances::of(briefing.fixture());
        let rested = here.teams.map(|team| self.settings.rest.counts(self.days_off(team, &here)));
        let players = self.pass.players(here.teams, briefing.starters());
        Expectation {
            margin: self.pass.margin.expected(&here.margin(rested, players)),
            total: self.pass.total.expected(&here.total(rested)),
            at_home: here.at_home,
        }
    }

    /// Days since the team's last match of the season.
    fn days_off(&self, team: TeamId, here: &Circumstances) -> Option<i64> {
        let kickoffs = self.kickoffs.get(&team)?;
        let earlier = kickoffs.iter().filter(|(season, at)| *season == here.season && *at < here.at);
        earlier.map(|(_, at)| days_between(*at, here.at)).min()
    }
}

impl FittedModel for FittedDynamicPoints {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let before = self.expectation(briefing);
        let implied = Lines::of(briefing.quotes()).implied(&self.settings.spreads);
        let (layer, expectation) = match &self.after {
            Some(after) if implied.margin.is_some() => (after, before.told(implied, &self.settings)),
            _ => (&self.before, before),
        };
        let distribution = layer.distribution(&expectation)?;
        let uncertainty = uncertainty(&distribution, &expectation.margin, &expectation.total);
        Ok(Predicted { distribution, uncertainty })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let total: BTreeMap<TeamId, (f64, f64)> =
            self.pass.total.strengths().map(|(team, mean, se)| (team, (mean, se))).collect();
        let teams: Vec<_> = self
            .pass
            .margin
            .strengths()
            .map(|(team, margin, se)| {
                let (adds, adds_se) = total.get(&team).copied().unwrap_or_default();
                json!({"team": team, "margin": margin, "margin_se": se, "total": adds, "total_se": adds_se})
            })
            .collect();
        let players: Vec<_> = self
            .pass
            .margin
            .values()
            .map(|(player, value, se)| json!({"player": player, "margin": value, "margin_se": se}))
            .collect();
        json!({
            "settings": self.settings,
            "home_advantage": self.pass.margin.level(),
            "total_level": self.pass.total.level(),
            "margin_effects": self.pass.margin.effects(),
            "total_effects": self.pass.total.effects(),
            "teams": teams,
            "players": players,
            "scores": self.before.parameters(),
            "scores_with_line": self.after.as_ref().map(ScoreLayer::parameters),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Margin and total are followed apart, so home = (total + margin) / 2 and away = (total - margin) / 2 have equal variances.
fn uncertainty(distribution: &ScoreDistribution, margin: &Expected, total: &Expected) -> Option<Uncertainty> {
    let (home, away) = distribution.expected_score();
    let (margin, total) = (margin.variance, total.variance);
    let side = (margin + total).max(0.0).sqrt() / 2.0;
    let (home_log_se, away_log_se) = (side / home, side / away);
    let correlation = (total - margin) / (total + margin);
    let valid = home_log_se.is_finite() && away_log_se.is_finite() && correlation.is_finite();
    valid.then_some(Uncertainty { home_log_se, away_log_se, correlation: correlation.clamp(-1.0, 1.0) })
}

#[cfg(test)]
mod tests;
