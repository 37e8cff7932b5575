//! The weather observed at a match. It cannot have been seen before the match, whatever an import says.

use domain::{Kickoff, MatchRecord, TeamId, Weather};
use jiff::Timestamp;

use super::{
    moment::revise,
    stored::{Appended, Known},
};

/// The weather to append, if the record says anything new. `kickoff` is the best known one.
pub(super) fn plan(
    stored: Option<&Known<Weather>>,
    record: &MatchRecord<TeamId>,
    kickoff: Kickoff,
    recorded_at: Timestamp,
) -> Option<Appended<Weather>> {
    if record.weather.is_empty() {
        return None;
    }
    revise(stored, &record.weather, kickoff.weather_known_at(record.sport), recorded_at, |old, new| Weather {
        temperature_celsius: new.temperature_celsius.or(old.temperature_celsius),
        wind_mps: new.wind_mps.or(old.wind_mps),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::sample;

    #[test]
    fn weather_is_known_with_the_result_and_a_correction_when_imported() {
        let now = "2024-06-01T00:00:00Z".parse().unwrap();
        let record = |celsius: f64| MatchRecord {
            weather: Weather { temperature_celsius: Some(celsius), wind_mps: None },
            ..sample::record()
        };
        let first = plan(None, &record(20.0), sample::record().kickoff, now).unwrap();
        assert_eq!(first.known_at.to_string(), "2023-08-12T16:30:00Z");
        let known = Known { at: first.known_at, value: first.value };
        let again = |celsius| plan(Some(&known), &record(celsius), sample::record().kickoff, now);
        assert!(again(20.0).is_none());
        let corrected = again(21.0).unwrap();
        assert!(corrected.correction && corrected.known_at == now);
        // Even imported before the match, it is not known before its end.
        let early = "2023-08-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            plan(None, &record(20.0), sample::record().kickoff, early).unwrap().known_at,
            first.known_at
        );
    }
}
