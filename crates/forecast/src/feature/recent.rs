//! Means over a team's last matches, which several kinds of features are made of.

use std::collections::{BTreeMap, VecDeque};

use domain::{Fixture, MatchStatistics, PlayedMatch, Sport, TeamId, statistics::Pair};

use super::{Ahead, Feature, Tracker};

/// What is counted in a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// 3 for a win and 1 for a draw in soccer; 1 and 1/2 elsewhere.
    TablePoints,
    /// Goals or points of the match's score.
    Goals,
    /// Chances weighed by how often such chances are taken.
    ExpectedGoals,
    /// Shots.
    Shots,
    /// Shots on target.
    ShotsOnTarget,
}

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Opponents,
    Both,
}

/// Which matches count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Venue {
    Any,
    /// Of the home side those at home, of the away side those away; neutral venues are neither.
    AsNow,
}

/// How the two sides' means become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// Home less away.
    Difference,
    /// Half of home and away together.
    Mean,
}

/// A mean per match over the last `n` where the quantity is on record; not defined before there are so many.
#[derive(Debug, Clone, Copy)]
pub struct Recent {
    pub(super) name: &'static str,
    pub(super) n: usize,
    pub(super) quantity: Quantity,
    pub(super) whose: Whose,
    pub(super) venue: Venue,
    pub(super) sides: Sides,
}

impl Recent {
    /// Home less away, at any venue.
    pub(super) const fn difference(name: &'static str, n: usize, quantity: Quantity, whose: Whose) -> Self {
        Self { name, n, quantity, whose, venue: Venue::Any, sides: Sides::Difference }
    }
}

impl Feature for Recent {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tracker(&self, sport: Sport) -> Box<dyn Tracker> {
        Box::new(Windows { rule: *self, sport, teams: BTreeMap::new() })
    }
}

/// The last values of every team, the latest at the end.
struct Windows {
    rule: Recent,
    sport: Sport,
    /// With split venues, those at home and those away; else all in the first.
    teams: BTreeMap<TeamId, [VecDeque<f64>; 2]>,
}

impl Windows {
    fn add(&mut self, team: TeamId, at_home: bool, value: f64) {
        let place = usize::from(self.rule.venue == Venue::AsNow && !at_home);
        let window = &mut self.teams.entry(team).or_default()[place];
        if window.len() == self.rule.n {
            window.pop_front();
        }
        window.push_back(value);
    }

    fn add_pair(&mut self, fixture: &Fixture, home: f64, away: f64) {
        if fixture.neutral && self.rule.venue == Venue::AsNow {
            return;
        }
        let (home, away) = match self.rule.whose {
            Whose::Own => (home, away),
            Whose::Opponents => (away, home),
            Whose::Both => (home + away, home + away),
        };
        self.add(fixture.home, true, home);
        self.add(fixture.away, false, away);
    }

    fn mean(&self, team: TeamId, at_home: bool) -> Option<f64> {
        let place = usize::from(self.rule.venue == Venue::AsNow && !at_home);
        let window = &self.teams.get(&team)?[place];
        (window.len() == self.rule.n).then(|| window.iter().sum::<f64>() / self.rule.n as f64)
    }
}

impl Tracker for Windows {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        let (home, away) = (self.mean(fixture.home, true)?, self.mean(fixture.away, false)?);
        Some(match self.rule.sides {
            Sides::Difference => home - away,
            Sides::Mean => 0.5 * (home + away),
        })
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let score = played.score();
        match self.rule.quantity {
            Quantity::TablePoints => {
                let (win, level) = if self.sport.is_three_way() { (3.0, 1.0) } else { (1.0, 0.5) };
                let (home, away) = match score.margin().signum() {
                    1 => (win, 0.0),
                    0 => (level, level),
                    _ => (0.0, win),
                };
                self.add_pair(played.fixture, home, away);
            }
            Quantity::Goals => {
                self.add_pair(played.fixture, f64::from(score.home), f64::from(score.away));
            }
            Quantity::ExpectedGoals | Quantity::Shots | Quantity::ShotsOnTarget => {}
        }
    }

    fn statistics(&mut self, played: &PlayedMatch<'_>, statistics: &MatchStatistics) {
        let counted: Option<Pair> = match self.rule.quantity {
            Quantity::ExpectedGoals => statistics.expected_goals,
            Quantity::Shots => statistics.shots,
            Quantity::ShotsOnTarget => statistics.shots_on_target,
            Quantity::TablePoints | Quantity::Goals => None,
        };
        if let Some(Pair { home, away }) = counted {
            self.add_pair(played.fixture, home, away);
        }
    }
}
