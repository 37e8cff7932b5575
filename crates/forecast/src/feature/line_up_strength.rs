//! What those who start add to their teams: points, home less away, as [`Quarterbacks`] values them. Not defined while neither
//! line-up is known, nor where nobody's is on record.

use domain::{Fixture, PlayedMatch, Sport};

use super::{Ahead, Feature, Tracker};
use crate::rating::{QuarterbackRules, Quarterbacks};

/// What the line-ups are worth.
#[derive(Debug, Clone, Copy)]
pub struct LineUpStrength;

impl Feature for LineUpStrength {
    fn name(&self) -> &'static str {
        "line_up_strength"
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        let rules = QuarterbackRules { per_point: 1.0, ..QuarterbackRules::nfl() };
        Box::new(Starters(Quarterbacks::new(rules)))
    }
}

struct Starters(Quarterbacks);

impl Tracker for Starters {
    fn value(&self, fixture: &Fixture, ahead: &Ahead) -> Option<f64> {
        let known = ahead.starters.iter().any(Option::is_some);
        known.then(|| self.0.adjustment(fixture, ahead.starters))
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        if played.line_up.is_some() {
            self.0.learn(played);
        }
    }
}
