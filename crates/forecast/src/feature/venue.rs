//! Whether nobody is at home: 1 at a neutral venue, else 0.

use domain::{Fixture, PlayedMatch, Sport};

use super::{Ahead, Feature, Tracker};

/// Whether the venue is neutral.
#[derive(Debug, Clone, Copy)]
pub struct NeutralVenue;

impl Feature for NeutralVenue {
    fn name(&self) -> &'static str {
        "neutral_venue"
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(Self)
    }
}

impl Tracker for NeutralVenue {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        Some(if fixture.neutral { 1.0 } else { 0.0 })
    }

    fn result(&mut self, _: &PlayedMatch<'_>) {}
}
