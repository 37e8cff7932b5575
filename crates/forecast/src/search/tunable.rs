//! Models with settings that can be searched and set. One line per model in [`tunables`].

use std::{collections::BTreeMap, fmt::Write as _};

use domain::Sport;

use super::{Range, Scale};
use crate::{
    ForecastError, Model,
    model::{
        dixon_coles::DixonColes,
        elo::Elo,
        ensemble::{self, Ensemble},
        rated::RatedSettings,
        score_model::{self, HalfLife},
    },
    rating::{EloRating, EloRules},
};

/// Settings by name; those left out are as they come.
pub type Settings = BTreeMap<String, f64>;

type Build = dyn Fn(&[f64]) -> Box<dyn Model> + Send + Sync;

/// A model with settings.
pub struct Tunable {
    model: &'static str,
    ranges: Vec<Range>,
    build: Box<Build>,
}

/// The visible list, for one sport.
pub fn tunables(sport: Sport) -> Vec<Tunable> {
    let list = vec![
        elo(sport),
        dixon_coles(&DixonColes::default()),
        dixon_coles(&DixonColes::with_expected_goals()),
        ensemble(),
    ];
    let defaults = |t: &Tunable| t.model(&t.defaults()).supports(sport);
    list.into_iter().filter(defaults).collect()
}

/// The settings of a model; none when it has none or does not know the sport.
pub fn tunable(model: &str, sport: Sport) -> Option<Tunable> {
    tunables(sport).into_iter().find(|t| t.model == model)
}

impl Tunable {
    /// The model's name on the list.
    pub fn name(&self) -> &'static str {
        self.model
    }

    /// What can be set, in the order of a trial's values.
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// The settings as they come.
    pub fn defaults(&self) -> Vec<f64> {
        self.ranges.iter().map(|r| r.default).collect()
    }

    /// The model with these values, in the order of the ranges.
    pub fn model(&self, values: &[f64]) -> Box<dyn Model> {
        (self.build)(values)
    }

    /// The model with these settings and the rest as they come.
    ///
    /// # Errors
    /// When there is no such setting or a value is out of its range; the message names those there are.
    pub fn with(&self, settings: &Settings) -> Result<Box<dyn Model>, ForecastError> {
        let mut values = self.defaults();
        for (name, value) in settings {
            let known = self.ranges.iter().position(|r| r.name == *name && r.allows(*value));
            let slot = known.and_then(|i| values.get_mut(i));
            *slot.ok_or_else(|| self.refused(name, *value))? = *value;
        }
        Ok(self.model(&values))
    }

    /// A trial's values by name.
    pub fn settings(&self, values: &[f64]) -> Settings {
        self.ranges.iter().map(|r| r.name.clone()).zip(values.iter().copied()).collect()
    }

    fn refused(&self, setting: &str, value: f64) -> ForecastError {
        let mut known = String::new();
        for range in &self.ranges {
            let comma = if known.is_empty() { "" } else { ", " };
            let _ = write!(known, "{comma}{range}");
        }
        ForecastError::Setting { model: self.model.to_owned(), setting: setting.to_owned(), value, known }
    }
}

/// A setting of some `S`: how it is spread out, and where it is.
struct Setting<S> {
    name: &'static str,
    bounds: (f64, f64),
    scale: Scale,
    get: fn(&S) -> f64,
    set: fn(&mut S, f64),
}

fn of<S: Clone + Send + Sync + 'static>(
    model: &'static str,
    defaults: S,
    settings: Vec<Setting<S>>,
    build: fn(S) -> Box<dyn Model>,
) -> Tunable {
    let range = |s: &Setting<S>| Range {
        name: s.name.to_owned(),
        low: s.bounds.0,
        high: s.bounds.1,
        scale: s.scale,
        default: (s.get)(&defaults),
    };
    Tunable {
        model,
        ranges: settings.iter().map(range).collect(),
        build: Box::new(move |values| {
            let mut set = defaults.clone();
            for (setting, value) in settings.iter().zip(values) {
                (setting.set)(&mut set, *value);
            }
            build(set)
        }),
    }
}

fn elo(sport: Sport) -> Tunable {
    use Scale::{Linear, Logarithmic};
    let settings: Vec<Setting<(EloRules, RatedSettings)>> = vec![
        Setting { name: "k", bounds: (2.0, 80.0), scale: Logarithmic, get: |s| s.0.k, set: |s, x| s.0.k = x },
        Setting {
            name: "home_advantage",
            bounds: (0.0, 200.0),
            scale: Linear,
            get: |s| s.0.home_advantage,
            set: |s, x| s.0.home_advantage = x,
        },
        Setting {
            name: "carry_over",
            bounds: (0.2, 1.0),
            scale: Linear,
            get: |s| s.0.carry_over,
            set: |s, x| s.0.carry_over = x,
        },
        Setting {
            name: "half_life_days",
            bounds: (100.0, 5000.0),
            scale: Logarithmic,
            get: |s| s.1.half_life_days,
            set: |s, x| s.1.half_life_days = x,
        },
    ];
    let defaults = (EloRules::of(sport), RatedSettings::of(sport));
    of("elo", defaults, settings, |(rules, settings)| {
        Box::new(Elo { rating: EloRating { rules: Some(rules) }, settings: Some(settings) })
    })
}

/// A name on the list and settings.
type Named = (&'static str, score_model::Settings);

/// Half-life and prior; the share of expected goals too where there is one.
fn dixon_coles(defaults: &DixonColes) -> Tunable {
    use Scale::{Linear, Logarithmic};
    let mut settings: Vec<Setting<Named>> = vec![
        Setting {
            name: "half_life_days",
            bounds: (30.0, 3000.0),
            scale: Logarithmic,
            get: |m| match m.1.half_life {
                HalfLife::Days(days) => days,
                HalfLife::None | HalfLife::Chosen => 3000.0,
            },
            set: |m, x| m.1.half_life = HalfLife::Days(x),
        },
        Setting {
            name: "strength_sd",
            bounds: (0.05, 2.0),
            scale: Logarithmic,
            get: |m| m.1.strength_sd.unwrap_or(2.0),
            set: |m, x| m.1.strength_sd = Some(x),
        },
    ];
    if defaults.settings().expected_goals_share > 0.0 {
        settings.push(Setting {
            name: "expected_goals_share",
            bounds: (0.05, 1.0),
            scale: Linear,
            get: |m| m.1.expected_goals_share,
            set: |m, x| m.1.expected_goals_share = x,
        });
    }
    let name = defaults.name();
    of(name, (name, defaults.settings().clone()), settings, |(name, settings)| {
        Box::new(DixonColes::named(name, settings))
    })
}

fn ensemble() -> Tunable {
    let settings: Vec<Setting<ensemble::Settings>> = vec![
        Setting {
            name: "ridge",
            bounds: (0.1, 200.0),
            scale: Scale::Logarithmic,
            get: |s| s.ridge,
            set: |s, x| s.ridge = x,
        },
        Setting {
            name: "reach_days",
            bounds: (120.0, 5000.0),
            scale: Scale::Logarithmic,
            get: |s| f64::from(s.reach_days),
            set: |s, x| s.reach_days = x as u16,
        },
    ];
    let build = |s| -> Box<dyn Model> { Box::new(Ensemble::with_settings(crate::model::members(), s)) };
    of("ensemble", ensemble::Settings::default(), settings, build)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{by_name, models};

    #[test]
    fn every_tunable_is_on_the_list_and_its_defaults_are_within_their_ranges() {
        for sport in Sport::ALL {
            for tunable in tunables(sport) {
                assert!(models().iter().any(|m| m.name() == tunable.name()), "{}", tunable.name());
                assert_eq!(tunable.model(&tunable.defaults()).name(), tunable.name());
                for range in tunable.ranges() {
                    assert!(range.allows(range.default) && range.low < range.high, "{range}");
                }
            }
        }
        assert!(
            tunable("base_rate", Sport::Soccer).is_none() && tunable("dixon_coles", Sport::Nfl).is_none()
        );
    }

    #[test]
    fn settings_reach_the_model() {
        let league = testkit::SoccerLeague { n_teams: 8, n_seasons: 3, ..Default::default() }.generate();
        let after = league.fixtures.last().unwrap().kickoff.latest() + jiff::SignedDuration::from_hours(24);
        let snapshot = league.history.as_of(after, domain::RecordedBy::Now);
        let fixture = &league.fixtures[0];
        let said = |model: &dyn Model| {
            let fitted = model.fit(&snapshot, fixture.competition, None).unwrap();
            fitted.forecast(&domain::Briefing::bare(fixture)).unwrap().distribution.outcome_probabilities()
        };
        for tunable in tunables(Sport::Soccer) {
            let plain = said(by_name(tunable.name()).unwrap().as_ref());
            assert_eq!(said(tunable.with(&Settings::new()).unwrap().as_ref()), plain, "{}", tunable.name());
            for range in tunable.ranges() {
                let away = range.value(if range.unit(range.default) > 0.5 { 0.1 } else { 0.9 });
                let moved = tunable.with(&Settings::from([(range.name.clone(), away)])).unwrap();
                assert_ne!(said(moved.as_ref()), plain, "{} {}", tunable.name(), range.name);
            }
        }
    }

    #[test]
    fn what_is_not_there_is_refused_by_name() {
        let elo = tunable("elo", Sport::Nfl).unwrap();
        for (name, value) in [("kk", 20.0), ("k", 1e6), ("k", f64::NAN), ("carry_over", -0.1)] {
            let refused = elo.with(&Settings::from([(name.to_owned(), value)])).map(|_| ());
            let text = refused.unwrap_err().to_string();
            assert!(
                text.contains(name) && text.contains("carry_over (0.2 to 1, 0.667 by default)"),
                "{text}"
            );
        }
    }
}
