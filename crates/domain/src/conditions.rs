//! What a match is played under.

use crate::{fixture::FixtureId, venue::Roof, weather::Weather};

/// What is above the field, and the weather where it reaches it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Conditions {
    /// The roof, where there is word of it.
    pub roof: Option<Roof>,
    /// The weather.
    pub weather: Weather,
}

impl Conditions {
    /// Puts the later word of one of them in place.
    pub fn hear(&mut self, condition: Condition) {
        match condition {
            Condition::Roof(roof) => self.roof = Some(roof),
            Condition::Weather(weather) => self.weather = weather,
        }
    }
}

/// One of the conditions: they become known at different moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// What is above the field.
    Roof(Roof),
    /// The weather.
    Weather(Weather),
}

/// A condition of a fixture, as one source reported it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionOf {
    /// Of which fixture.
    pub fixture: FixtureId,
    /// What.
    pub condition: Condition,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_word_counts_for_each_by_itself() {
        let mut conditions = Conditions::default();
        let windy = |wind| Weather { wind_mps: Some(wind), ..Weather::default() };
        conditions.hear(Condition::Weather(windy(3.0)));
        conditions.hear(Condition::Roof(Roof::Open));
        conditions.hear(Condition::Weather(windy(5.0)));
        assert_eq!(conditions, Conditions { roof: Some(Roof::Open), weather: windy(5.0) });
    }
}
