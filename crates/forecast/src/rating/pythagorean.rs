//! Pythagorean expectation: the share of wins that points scored and conceded deserve.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | F, A | points scored and conceded | goals or points |
//! | x | exponent | |
//! | W | expected share of wins, a tie being half | share |
//! | S, n | share of wins in a season, and its matches | |
//! | m | what a side scores in a match on average | goals or points |
//! | k | matches of m scored and m conceded added to every record | matches |
//! | c | share of a record carried over to the next season | |
//!
//! W = F^x / (F^x + A^x). Two teams are compared by log5: the log-odds of the home side's win are logit W_home - logit W_away
//! = x (ln F / A of the home side - ln F / A of the away side), which is the difference this rating gives.
//!
//! x is fitted whenever a season has ended, on every team's season so far: it minimises the sum of n (S - W)^2. Until then it is
//! the sport's, fitted on earlier seasons: 1.22 in soccer (four leagues, 2005 to 2014), 2.63 in the NFL (2009 to 2014), 13.9 in
//! the NBA (2007 to 2014).
//!
//! F and A are those of the season under way, plus c times those of the seasons before, plus k average matches (for a team that
//! joins, matches scoring and conceding as such teams do), so that a first match says little.
//!
//! References: James (1983), The Bill James baseball abstract; Miller (2007), A derivation of the Pythagorean won-loss formula
//! in baseball, Chance 20, 40-48; for log5 James (1981). Exponents in common use are 2.37 for the NFL (Schatz 2003) and
//! 13.91 for the NBA (Morey 1994).

use std::collections::BTreeMap;

use domain::{Fixture, PlayedMatch, Score, Season, Sport, TeamId};
use serde::Serialize;

use super::{
    Rating, RatingTable,
    seasons::{Seasons, Standing},
};

/// Below this, scoring more brings no wins, and the fit says nothing.
const LEAST_EXPONENT: f64 = 0.01;

/// The constants of the expectation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PythagoreanRules {
    /// x until a season has ended.
    pub exponent: f64,
    /// k.
    pub prior_matches: f64,
    /// c.
    pub carry_over: f64,
    /// ln F / A of teams that join a running competition.
    pub newcomer: f64,
}

impl PythagoreanRules {
    /// The defaults of a sport, which did best in walks over England and Spain 2008-09 to 2018-19, the NFL 2011 to 2017 and
    /// the NBA 2009-10 to 2013-14. Last season counts for half in soccer, for a quarter and less elsewhere.
    pub fn of(sport: Sport) -> Self {
        match sport {
            Sport::Soccer => Self { exponent: 1.22, prior_matches: 16.0, carry_over: 0.55, newcomer: -0.3 },
            Sport::Nfl => Self { exponent: 2.63, prior_matches: 8.0, carry_over: 0.27, newcomer: -0.2 },
            Sport::Nba => Self { exponent: 13.9, prior_matches: 6.0, carry_over: 0.15, newcomer: -0.04 },
        }
    }
}

/// What a team did in one season.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TeamSeason {
    /// F.
    pub scored: f64,
    /// A.
    pub conceded: f64,
    /// n S: wins, a tie being half.
    pub wins: f64,
    /// n.
    pub n_matches: f64,
}

/// W by the logarithm of F / A.
pub fn expectation(log_ratio: f64, exponent: f64) -> f64 {
    1.0 / (1.0 + (-exponent * log_ratio).exp())
}

/// The exponent that fits these seasons best; none when they say nothing, as when all teams scored as much as they conceded.
///
/// The sum of squares is smooth in x, falls from x = 0 on when stronger teams won more, and is searched by Newton's method
/// with the Gauss-Newton curvature, halving steps that do not improve.
pub fn fit_exponent(seasons: &[TeamSeason]) -> Option<f64> {
    let told: Vec<TeamSeason> =
        seasons.iter().filter(|s| s.scored > 0.0 && s.conceded > 0.0 && s.n_matches > 0.0).copied().collect();
    let mut x = 1.0;
    for _ in 0..100 {
        let (value, slope, curvature) = squares(&told, x);
        if curvature <= 0.0 {
            return None;
        }
        let mut step = -slope / curvature;
        while squares(&told, x + step).0 > value && step.abs() > 1e-12 {
            step /= 2.0;
        }
        x += step;
        if step.abs() < 1e-10 {
            break;
        }
    }
    (x.is_finite() && x > LEAST_EXPONENT).then_some(x)
}

/// The sum of squares, half its slope, half its Gauss-Newton curvature.
fn squares(seasons: &[TeamSeason], x: f64) -> (f64, f64, f64) {
    let mut sums = (0.0, 0.0, 0.0);
    for s in seasons {
        let log_ratio = (s.scored / s.conceded).ln();
        let w = expectation(log_ratio, x);
        let error = w - s.wins / s.n_matches;
        let bend = w * (1.0 - w) * log_ratio;
        sums.0 += s.n_matches * error * error;
        sums.1 += s.n_matches * error * bend;
        sums.2 += s.n_matches * bend * bend;
    }
    sums
}

/// Pythagorean expectation on the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pythagorean {
    /// Constants; none for the defaults of the sport.
    pub rules: Option<PythagoreanRules>,
}

impl Pythagorean {
    fn rules(self, sport: Sport) -> PythagoreanRules {
        self.rules.unwrap_or_else(|| PythagoreanRules::of(sport))
    }
}

impl Rating for Pythagorean {
    fn name(&self) -> &'static str {
        "pythagorean"
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn table(&self, sport: Sport) -> Box<dyn RatingTable> {
        Box::new(PythagoreanTable::new(self.rules(sport)))
    }

    fn scale(&self, _: Sport) -> f64 {
        2.0
    }

    fn constants(&self, sport: Sport) -> serde_json::Value {
        serde_json::json!(self.rules(sport))
    }
}

#[derive(Debug, Clone, Copy)]
struct Record {
    /// F and A carried over from earlier seasons.
    carried: (f64, f64),
    this_season: TeamSeason,
    /// ln F / A of the average matches that are added.
    lean: f64,
    season: Season,
    n_matches: usize,
}

/// Records of the teams of one competition.
#[derive(Debug, Clone)]
pub struct PythagoreanTable {
    rules: PythagoreanRules,
    exponent: f64,
    teams: BTreeMap<TeamId, Record>,
    seasons: Seasons,
    /// The season under way.
    current: Option<Season>,
    /// Every team's season that is over.
    ended: Vec<TeamSeason>,
    /// Goals or points of both sides in all matches, and how many matches.
    scored: f64,
    n_matches: f64,
}

impl PythagoreanTable {
    /// A table without teams.
    pub fn new(rules: PythagoreanRules) -> Self {
        Self {
            rules,
            exponent: rules.exponent,
            teams: BTreeMap::new(),
            seasons: Seasons::default(),
            current: None,
            ended: Vec::new(),
            scored: 0.0,
            n_matches: 0.0,
        }
    }

    /// x as of now.
    pub fn exponent(&self) -> f64 {
        self.exponent
    }

    /// Adds a match to both records.
    pub fn learn(&mut self, fixture: &Fixture, score: Score) {
        if self.current.is_none_or(|current| fixture.season > current) {
            self.turn(fixture.season);
        }
        let season = self.current.map_or(fixture.season, |current| current.max(fixture.season));
        let (home, away) = (f64::from(score.home), f64::from(score.away));
        let share = f64::midpoint(1.0, f64::from(score.margin().signum()));
        self.add(fixture.home, season, home, away, share);
        self.add(fixture.away, season, away, home, 1.0 - share);
        self.seasons.note(season);
        self.scored += home + away;
        self.n_matches += 1.0;
    }

    /// Ends the season under way and fits the exponent anew.
    fn turn(&mut self, season: Season) {
        let over = self.teams.values().filter(|t| Some(t.season) == self.current);
        self.ended.extend(over.map(|t| t.this_season));
        self.exponent = fit_exponent(&self.ended).unwrap_or(self.rules.exponent);
        self.current = Some(season);
    }

    fn add(&mut self, team: TeamId, season: Season, scored: f64, conceded: f64, wins: f64) {
        let mut record = self.record(team, season);
        let played = &mut record.this_season;
        played.scored += scored;
        played.conceded += conceded;
        played.wins += wins;
        played.n_matches += 1.0;
        record.n_matches += 1;
        self.teams.insert(team, record);
    }

    /// The record with which a team starts its next match of `season`.
    fn record(&self, team: TeamId, season: Season) -> Record {
        let known = self.teams.get(&team);
        let this_season = TeamSeason { scored: 0.0, conceded: 0.0, wins: 0.0, n_matches: 0.0 };
        let n_matches = known.map_or(0, |t| t.n_matches);
        let fresh = |carried, lean| Record { carried, this_season, lean, season, n_matches };
        match (self.seasons.standing(known.map(|t| t.season), season), known) {
            (Standing::Playing, Some(t)) => *t,
            (Standing::Returning, Some(t)) => {
                let c = self.rules.carry_over;
                let (scored, conceded) = t.carried;
                fresh((c * (scored + t.this_season.scored), c * (conceded + t.this_season.conceded)), 0.0)
            }
            (Standing::Founder, _) => fresh((0.0, 0.0), 0.0),
            _ => fresh((0.0, 0.0), self.rules.newcomer),
        }
    }

    /// ln F / A, average matches included.
    fn log_ratio(&self, record: &Record) -> f64 {
        let level = if self.n_matches > 0.0 { self.scored / self.n_matches / 2.0 } else { 1.0 };
        let added = self.rules.prior_matches * level;
        let scored = record.carried.0 + record.this_season.scored + added * (record.lean / 2.0).exp();
        let conceded = record.carried.1 + record.this_season.conceded + added * (-record.lean / 2.0).exp();
        if scored > 0.0 && conceded > 0.0 { (scored / conceded).ln() } else { 0.0 }
    }

    fn log_odds(&self, team: TeamId, season: Season) -> f64 {
        self.exponent * self.log_ratio(&self.record(team, season))
    }
}

impl RatingTable for PythagoreanTable {
    fn update(&mut self, played: &PlayedMatch<'_>) {
        self.learn(played.fixture, played.score());
    }

    /// By log5, in log-odds.
    fn difference(&self, fixture: &Fixture) -> f64 {
        self.log_odds(fixture.home, fixture.season) - self.log_odds(fixture.away, fixture.season)
    }

    /// W.
    fn rating(&self, team: TeamId, season: Season) -> f64 {
        expectation(self.log_ratio(&self.record(team, season)), self.exponent)
    }

    fn n_matches(&self, team: TeamId) -> usize {
        self.teams.get(&team).map_or(0, |t| t.n_matches)
    }

    fn ratings(&self) -> Vec<(TeamId, f64)> {
        let share = |record: &Record| expectation(self.log_ratio(record), self.exponent);
        self.teams.iter().map(|(team, record)| (*team, share(record))).collect()
    }

    fn boxed_clone(&self) -> Box<dyn RatingTable> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
