//! Means and variances that a filter moves: one part, and the parts of one team.

use domain::Season;

use super::settings::Settings;

/// Supremacy and total.
pub(super) const AXES: [usize; 2] = [SUPREMACY, TOTAL];
pub(super) const SUPREMACY: usize = 0;
pub(super) const TOTAL: usize = 1;

/// Longest stretch without a match over which parts drift; a summer is dealt with by the turn of the season.
const MAX_GAP_DAYS: f64 = 40.0;

/// A side with fewer matches than this in a season was a guest, as in a play-off between two tiers.
const FEWEST_OF_A_SEASON: u32 = 10;

/// Something uncertain.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Part {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Part {
    /// One step along a score of information `information`, of which all parts of the sum together have `spread` = 1 +
    /// information times the sum of their variances; `sign` is how the part enters the sum.
    pub(super) fn step(&mut self, sign: f64, score: f64, information: f64, spread: f64) {
        let gain = self.variance / spread;
        self.mean += sign * gain * score;
        self.variance -= gain * self.variance * information;
    }
}

/// One team's parts, by axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Team {
    pub(super) slow: [Part; 2],
    pub(super) fast: [Part; 2],
    day: f64,
    season: Season,
    matches: u32,
}

impl Team {
    /// A side of the first season in sight, about which nothing is known.
    pub(super) fn founder(settings: &Settings, season: Season, day: f64) -> Self {
        let slow = [0.0; 2].map(|mean| Part { mean, variance: settings.first_variance });
        Self::fresh(settings, slow, season, day)
    }

    /// A side that was not here in the last season; `before` is where it was when it was.
    pub(super) fn newcomer(settings: &Settings, before: Option<&Self>, season: Season, day: f64) -> Self {
        let kept = if before.is_some() { settings.kept_while_away } else { 0.0 };
        let mean = |axis: usize, start: f64| {
            (1.0 - kept) * start + kept * before.map_or(0.0, |team| team.slow[axis].mean)
        };
        let part = |mean| Part { mean, variance: settings.newcomer_variance };
        let slow = [part(mean(SUPREMACY, settings.newcomer_supremacy)), part(mean(TOTAL, 0.0))];
        Self::fresh(settings, slow, season, day)
    }

    fn fresh(settings: &Settings, mut slow: [Part; 2], season: Season, day: f64) -> Self {
        slow[TOTAL].variance *= settings.total_share;
        let fast = AXES.map(|axis| Part { mean: 0.0, variance: fast_variance(settings, axis) });
        Self { slow, fast, day, season, matches: 0 }
    }

    /// The same team at a later day.
    pub(super) fn at(&self, settings: &Settings, season: Season, day: f64) -> Self {
        let mut team = *self;
        if season > self.season {
            if season.previous() != self.season || self.matches < FEWEST_OF_A_SEASON {
                return Self::newcomer(settings, Some(self), season, day);
            }
            (team.season, team.matches) = (season, 0);
            for axis in AXES {
                let kept = settings.kept_over_summer[axis];
                let Part { mean, variance } = &mut team.slow[axis];
                *mean *= kept;
                *variance = *variance * kept * kept + share(settings, axis) * settings.slow_season_variance;
            }
        }
        let days = (day - self.day).clamp(0.0, MAX_GAP_DAYS);
        let left = (-days / settings.fast_days).exp();
        for axis in AXES {
            team.slow[axis].variance += days * share(settings, axis) * settings.slow_daily_variance;
            let Part { mean, variance } = &mut team.fast[axis];
            let long_run = fast_variance(settings, axis);
            *mean *= left;
            *variance = long_run + (*variance - long_run) * left * left;
        }
        team.day = day;
        team
    }

    /// Counts a match of the season.
    pub(super) fn has_played(&mut self) {
        self.matches += 1;
    }

    /// Both parts of an axis together.
    pub(super) fn sum(&self, axis: usize) -> Part {
        let (slow, fast) = (self.slow[axis], self.fast[axis]);
        Part { mean: slow.mean + fast.mean, variance: slow.variance + fast.variance }
    }

    /// Both parts take their share of a step.
    pub(super) fn step(&mut self, axis: usize, sign: f64, score: f64, information: f64, spread: f64) {
        for part in [&mut self.slow[axis], &mut self.fast[axis]] {
            part.step(sign, score, information, spread);
        }
    }
}

fn share(settings: &Settings, axis: usize) -> f64 {
    if axis == TOTAL { settings.total_share } else { 1.0 }
}

fn fast_variance(settings: &Settings, axis: usize) -> f64 {
    share(settings, axis) * settings.fast_variance
}
