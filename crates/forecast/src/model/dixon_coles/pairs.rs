//! Matches summed per ordered pair of teams.
//!
//! At fixed expected goals the likelihood of all meetings of one pair depends on seven sums only, so a pass over the
//! likelihood costs as much as there are pairs, not matches.

use crate::ForecastError;

/// One match as the likelihood sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchRow {
    /// Home side, an index below the number of teams.
    pub home: u32,
    /// Away side.
    pub away: u32,
    /// Goals of the home side.
    pub home_goals: u16,
    /// Goals of the away side.
    pub away_goals: u16,
    /// How much the match counts; 1 without time decay.
    pub weight: f64,
    /// Whether nobody is at home.
    pub neutral: bool,
    /// Home and away goals to count in place of the score, where chances are held to say more than goals do. The low-score
    /// correction looks at the score all the same. None for the likelihood as published.
    pub credited: Option<[f64; 2]>,
}

/// Sums over the meetings of one pair at one kind of venue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pair {
    pub(super) home: usize,
    pub(super) away: usize,
    pub(super) neutral: bool,
    /// Sum of weights.
    pub(super) weight: f64,
    /// Weighted goals of the home side.
    pub(super) home_goals: f64,
    /// Weighted goals of the away side.
    pub(super) away_goals: f64,
    /// Weights of the scores that the low-score correction touches, `[home][away]`.
    pub(super) low: [[f64; 2]; 2],
}

/// All pairs that met, and what does not depend on the parameters.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    pub(super) n_teams: usize,
    pub(super) pairs: Vec<Pair>,
    /// Sum of `weight * (ln home_goals! + ln away_goals!)`.
    pub(super) log_factorials: f64,
}

impl Pairs {
    /// Sums the rows in time proportional to rows and teams: a counting sort by home side, then one table of opponents.
    pub(super) fn of(rows: &[MatchRow], n_teams: usize) -> Result<Self, ForecastError> {
        check(rows, n_teams)?;
        let mut starts = vec![0_u32; n_teams + 1];
        for row in rows {
            starts[row.home as usize + 1] += 1;
        }
        for team in 0..n_teams {
            starts[team + 1] += starts[team];
        }
        let mut next = starts.clone();
        let mut by_home = vec![0_u32; rows.len()];
        for (i, row) in rows.iter().enumerate() {
            let position = &mut next[row.home as usize];
            by_home[*position as usize] = i as u32;
            *position += 1;
        }
        Ok(Self::sum(rows, &by_home, n_teams))
    }

    fn sum(rows: &[MatchRow], by_home: &[u32], n_teams: usize) -> Self {
        let ln_factorial = ln_factorials(rows);
        let mut pairs: Vec<Pair> = Vec::with_capacity(rows.len().min(n_teams * n_teams));
        // Where the pair of an opponent stands; valid when at or after the first pair of this home side.
        let mut slots = vec![u32::MAX; 2 * n_teams];
        let mut first_of_home = 0;
        let mut last_home = u32::MAX;
        let mut log_factorials = 0.0;
        for row in by_home.iter().map(|i| &rows[*i as usize]) {
            if row.home != last_home {
                (last_home, first_of_home) = (row.home, pairs.len());
            }
            let slot = &mut slots[2 * row.away as usize + usize::from(row.neutral)];
            let known = *slot != u32::MAX && *slot as usize >= first_of_home;
            if !known {
                *slot = pairs.len() as u32;
                pairs.push(Pair {
                    home: row.home as usize,
                    away: row.away as usize,
                    neutral: row.neutral,
                    ..Pair::default()
                });
            }
            pairs[*slot as usize].add(row);
            log_factorials += row.weight
                * (ln_factorial[usize::from(row.home_goals)] + ln_factorial[usize::from(row.away_goals)]);
        }
        Self { n_teams, pairs, log_factorials }
    }

    /// Weight, goals for and goals against of each team: what a first guess is made from.
    pub(super) fn team_totals(&self) -> Vec<[f64; 3]> {
        let mut totals = vec![[0.0; 3]; self.n_teams];
        for pair in &self.pairs {
            for (team, scored, conceded) in
                [(pair.home, pair.home_goals, pair.away_goals), (pair.away, pair.away_goals, pair.home_goals)]
            {
                totals[team][0] += pair.weight;
                totals[team][1] += scored;
                totals[team][2] += conceded;
            }
        }
        totals
    }
}

impl Pair {
    fn add(&mut self, row: &MatchRow) {
        let [home, away] = row.credited.unwrap_or([f64::from(row.home_goals), f64::from(row.away_goals)]);
        self.weight += row.weight;
        self.home_goals += row.weight * home;
        self.away_goals += row.weight * away;
        if row.home_goals < 2 && row.away_goals < 2 {
            self.low[usize::from(row.home_goals)][usize::from(row.away_goals)] += row.weight;
        }
    }
}

fn check(rows: &[MatchRow], n_teams: usize) -> Result<(), ForecastError> {
    let wrong = |detail: String| ForecastError::Numerics { model: super::NAME, detail };
    for (i, row) in rows.iter().enumerate() {
        if row.home as usize >= n_teams || row.away as usize >= n_teams || row.home == row.away {
            return Err(wrong(format!("row {i}: teams {} and {} of {n_teams}", row.home, row.away)));
        }
        let counted = row.credited.unwrap_or_default();
        if [row.weight, counted[0], counted[1]].iter().any(|x| !x.is_finite() || *x < 0.0) {
            return Err(wrong(format!("row {i}: weight {}, credited {:?}", row.weight, row.credited)));
        }
    }
    if !rows.iter().any(|row| row.weight > 0.0) {
        return Err(wrong(format!("{} rows, none with weight", rows.len())));
    }
    Ok(())
}

/// `ln k!` for every k that occurs.
fn ln_factorials(rows: &[MatchRow]) -> Vec<f64> {
    let highest = rows.iter().map(|r| r.home_goals.max(r.away_goals)).max().unwrap_or(0);
    let mut table = vec![0.0; usize::from(highest) + 1];
    for k in 1..table.len() {
        table[k] = table[k - 1] + (k as f64).ln();
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(home: u32, away: u32, home_goals: u16, away_goals: u16, weight: f64, neutral: bool) -> MatchRow {
        MatchRow { home, away, home_goals, away_goals, weight, neutral, credited: None }
    }

    #[test]
    fn meetings_are_summed_by_pair_and_venue() {
        let rows = [
            row(2, 0, 3, 1, 0.5, false),
            row(0, 1, 0, 1, 1.0, false),
            row(2, 0, 1, 1, 1.0, false),
            row(0, 1, 2, 2, 1.0, true),
            row(0, 2, 0, 0, 1.0, false),
        ];
        let pairs = Pairs::of(&rows, 3).unwrap();
        let keys: Vec<_> = pairs.pairs.iter().map(|p| (p.home, p.away, p.neutral)).collect();
        assert_eq!(keys, [(0, 1, false), (0, 1, true), (0, 2, false), (2, 0, false)]);
        let last = pairs.pairs[3];
        assert_eq!((last.weight, last.home_goals, last.away_goals, last.low[1][1]), (1.5, 2.5, 1.5, 1.0));
        assert!((pairs.log_factorials - (0.5 * 6_f64.ln() + 2.0 * 2_f64.ln())).abs() < 1e-15);
        assert_eq!(pairs.team_totals()[2], [2.5, 2.5, 1.5]);
    }

    #[test]
    fn credited_goals_replace_the_score_except_in_the_correction() {
        let credited = MatchRow { credited: Some([1.4, 0.6]), ..row(0, 1, 0, 0, 0.5, false) };
        let pair = Pairs::of(&[credited], 2).unwrap().pairs[0];
        assert_eq!((pair.home_goals, pair.away_goals, pair.low[0][0]), (0.7, 0.3, 0.5));
        assert!(Pairs::of(&[MatchRow { credited: Some([-0.1, 0.0]), ..credited }], 2).is_err());
    }

    #[test]
    fn what_is_no_match_is_refused() {
        for bad in
            [row(0, 0, 1, 1, 1.0, false), row(0, 3, 1, 1, 1.0, false), row(0, 1, 1, 1, f64::NAN, false)]
        {
            assert!(Pairs::of(&[bad], 3).is_err(), "{bad:?}");
        }
        assert!(Pairs::of(&[row(0, 1, 1, 1, 0.0, false)], 2).is_err(), "nothing has weight");
        assert!(Pairs::of(&[], 2).is_err());
    }
}
