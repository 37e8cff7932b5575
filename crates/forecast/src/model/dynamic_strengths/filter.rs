//! The state of one competition: where every team stands, and how sure that is.

use std::collections::BTreeMap;

use domain::{Fixture, Season, TeamId};

use super::{
    performance::{Performance, Worth},
    price::Implied,
    settings::Settings,
    strength::{AXES, Part, SUPREMACY, TOTAL, Team},
};

/// Where a competition starts: home advantage and scoring level of European top leagues, loosely held.
const FIRST_LEVEL: [Part; 2] = [Part { mean: 0.35, variance: 0.02 }, Part { mean: 0.55, variance: 0.02 }];
/// Longest stretch without a match over which home advantage and scoring level drift.
const MAX_GAP_DAYS: f64 = 90.0;
/// A price further from what was expected than this many standard deviations counts as if it were there.
const MAX_SURPRISE: f64 = 4.0;

/// Supremacy and total before a match, each with its variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expectation {
    pub(super) supremacy: Part,
    pub(super) total: Part,
}

/// All that is known of a competition.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Filter {
    teams: BTreeMap<TeamId, Team>,
    level: Option<Level>,
    pub(super) worth: Worth,
}

/// Home advantage and scoring level, by axis.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Level {
    parts: [Part; 2],
    day: f64,
    /// The first season in sight.
    founded: Season,
}

/// The parts that make up one match.
struct Sides {
    home: Team,
    away: Team,
    level: Level,
    at_home: bool,
}

impl Filter {
    /// What is expected of a match.
    pub(super) fn expect(&self, settings: &Settings, fixture: &Fixture) -> Expectation {
        let sides = self.sides(settings, fixture);
        Expectation { supremacy: sides.sum(SUPREMACY), total: sides.sum(TOTAL) }
    }

    /// Whether teams are known from a season before that of the match.
    pub(super) fn is_warm(&self, fixture: &Fixture) -> bool {
        self.level.is_some_and(|level| fixture.season > level.founded)
    }

    /// Learns from a match, against the price where there is one.
    pub(super) fn learn(
        &mut self,
        settings: &Settings,
        fixture: &Fixture,
        price: Option<Implied>,
        performance: Performance,
    ) {
        let mut sides = self.sides(settings, fixture);
        let (supremacy, total, phi) = if let Some(price) = price {
            sides.learn_price(settings, price);
            (price.supremacy, price.total, performance.phi / settings.told_by_price)
        } else {
            (sides.sum(SUPREMACY).mean, sides.sum(TOTAL).mean, performance.phi)
        };
        let (lambda, mu) = expected_goals(supremacy, total);
        let surprise = [performance.home - lambda, performance.away - mu];
        let information = (lambda + mu) / (4.0 * phi);
        sides.step(SUPREMACY, (surprise[0] - surprise[1]) / (2.0 * phi), information);
        sides.step(TOTAL, (surprise[0] + surprise[1]) / (2.0 * phi), information);
        sides.home.has_played();
        sides.away.has_played();
        self.teams.insert(fixture.home, sides.home);
        self.teams.insert(fixture.away, sides.away);
        self.level = Some(sides.level);
    }

    /// Home advantage and scoring level.
    pub(super) fn level(&self) -> [f64; 2] {
        self.level.map_or(FIRST_LEVEL, |level| level.parts).map(|part| part.mean)
    }

    /// Every team with its supremacy and total, as they were after its last match.
    pub(super) fn teams(&self) -> impl Iterator<Item = (TeamId, [Part; 2])> + '_ {
        self.teams.iter().map(|(id, team)| (*id, AXES.map(|axis| team.sum(axis))))
    }

    /// The state on the day of a match.
    fn sides(&self, settings: &Settings, fixture: &Fixture) -> Sides {
        let day = day_of(fixture);
        let level = match self.level {
            Some(level) => level.at(settings, day),
            None => Level { parts: FIRST_LEVEL, day, founded: fixture.season },
        };
        let team = |id: TeamId| match self.teams.get(&id) {
            Some(team) => team.at(settings, fixture.season, day),
            None if fixture.season <= level.founded => Team::founder(settings, fixture.season, day),
            None => Team::newcomer(settings, None, fixture.season, day),
        };
        Sides { home: team(fixture.home), away: team(fixture.away), level, at_home: !fixture.neutral }
    }
}

impl Level {
    fn at(mut self, settings: &Settings, day: f64) -> Self {
        let days = (day - self.day).clamp(0.0, MAX_GAP_DAYS);
        for axis in AXES {
            self.parts[axis].variance += days * settings.competition_daily_variance[axis];
        }
        self.day = day;
        self
    }
}

impl Sides {
    /// Supremacies are subtracted, totals added; nobody is at home at a neutral venue.
    fn sum(&self, axis: usize) -> Part {
        let (home, away) = (self.home.sum(axis), self.away.sum(axis));
        let level = if self.has_level(axis) { self.level.parts[axis] } else { Part::default() };
        Part {
            mean: level.mean + home.mean + away_sign(axis) * away.mean,
            variance: level.variance + home.variance + away.variance,
        }
    }

    fn has_level(&self, axis: usize) -> bool {
        axis == TOTAL || self.at_home
    }

    fn learn_price(&mut self, settings: &Settings, price: Implied) {
        for (axis, seen) in [(SUPREMACY, price.supremacy), (TOTAL, price.total)] {
            let expected = self.sum(axis);
            let noise = settings.price_variance[axis];
            let limit = MAX_SURPRISE * (expected.variance + noise).sqrt();
            let surprise = (seen - expected.mean).clamp(-limit, limit);
            self.step(axis, surprise / noise, 1.0 / noise);
        }
    }

    /// Every part takes its share of a step along the score.
    fn step(&mut self, axis: usize, score: f64, information: f64) {
        let spread = 1.0 + information * self.sum(axis).variance;
        self.home.step(axis, 1.0, score, information, spread);
        self.away.step(axis, away_sign(axis), score, information, spread);
        if self.has_level(axis) {
            self.level.parts[axis].step(1.0, score, information, spread);
        }
    }
}

fn away_sign(axis: usize) -> f64 {
    if axis == SUPREMACY { -1.0 } else { 1.0 }
}

/// Expected goals of both sides.
pub(super) fn expected_goals(supremacy: f64, total: f64) -> (f64, f64) {
    (f64::midpoint(total, supremacy).exp(), f64::midpoint(total, -supremacy).exp())
}

fn day_of(fixture: &Fixture) -> f64 {
    fixture.kickoff.earliest().as_second() as f64 / 86_400.0
}
