//! Home less away rating over the rating's scale, one feature for every rating on its list. Home advantage is not counted
//! unless the rating is defined with it.

use domain::{Fixture, PlayedMatch, Sport};

use super::{Ahead, Feature, Tracker};
use crate::rating::{Rating, RatingTable};

/// The difference of one rating.
pub struct RatingDifference {
    rating: Box<dyn Rating>,
}

impl RatingDifference {
    /// Of this rating.
    pub fn new(rating: Box<dyn Rating>) -> Self {
        Self { rating }
    }
}

impl Feature for RatingDifference {
    fn name(&self) -> &'static str {
        self.rating.name()
    }

    fn tracker(&self, sport: Sport) -> Box<dyn Tracker> {
        let table = self.rating.supports(sport).then(|| self.rating.table(sport));
        Box::new(Rated { table, scale: self.rating.scale(sport) })
    }
}

struct Rated {
    /// None where the rating is not defined for the sport.
    table: Option<Box<dyn RatingTable>>,
    scale: f64,
}

impl Tracker for Rated {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        self.table.as_ref().map(|table| table.difference(fixture) / self.scale)
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        if let Some(table) = &mut self.table {
            table.update(played);
        }
    }
}
