//! Intervals hold what they say: on leagues of known strengths, and for scores drawn from them.

use domain::{
    Briefing, RecordedBy, Score,
    interval::{Level, ScoreView},
};
use jiff::Timestamp;
use testkit::SoccerLeague;

use crate::model::{
    Model,
    dixon_coles::DixonColes,
    score_model::{HalfLife, Settings},
};

/// How far a share may be from its level: 3 points.
const TOLERANCE: f64 = 0.03;

#[derive(Default)]
struct Share {
    n: f64,
    held: f64,
}

impl Share {
    fn add(&mut self, held: f64) {
        self.n += 1.0;
        self.held += held;
    }

    fn value(&self) -> f64 {
        self.held / self.n
    }
}

#[test]
fn intervals_of_dixon_coles_cover_the_truth_as_often_as_they_say() {
    let mut means: [Share; 3] = Default::default();
    let mut wins: [Share; 3] = Default::default();
    let mut totals: [Share; 3] = Default::default();
    for seed in 0..120 {
        let league = SoccerLeague {
            seed,
            n_seasons: 1,
            unplayed_rounds: 8,
            margin: None,
            expected_goals: false,
            ..SoccerLeague::default()
        };
        let played = league.generate();
        let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
        // The prior is the league's own law, and nothing fades, so that the model is right.
        let model = DixonColes::with(Settings {
            half_life: HalfLife::None,
            strength_sd: Some(league.strength_sd),
            ..Settings::default()
        });
        let fitted = model.fit(&snapshot, league.competition, None).unwrap();
        for fixture in played.fixtures.iter().filter(|f| snapshot.result(f.id).is_none()).step_by(3) {
            let said = fitted.forecast(&Briefing::bare(fixture)).unwrap();
            let doubt = said.uncertainty.unwrap();
            let (home, _) = said.distribution.expected_score();
            let truth = played.truth.distribution(fixture);
            let home_wins = |s: Score| f64::from(s.home > s.away);
            let (p, q) = (said.distribution.expectation(home_wins), truth.expectation(home_wins));
            let error = said.distribution.standard_error(doubt, home_wins);
            for (i, level) in Level::ALL.into_iter().enumerate() {
                let within = (truth.expected_score().0 / home).ln().abs() <= level.z() * doubt.home_log_se;
                means[i].add(f64::from(within));
                wins[i].add(f64::from((p - q).abs() <= level.z() * error));
                let mass =
                    truth.iter().map(|(s, p)| p * said.distribution.coverage(ScoreView::Total, level, s));
                totals[i].add(mass.sum());
            }
        }
    }
    for (i, level) in Level::ALL.into_iter().enumerate() {
        for (what, share) in [("expected goals", &means[i]), ("home win", &wins[i]), ("total", &totals[i])] {
            let held = share.value();
            assert!((held - level.mass()).abs() < TOLERANCE, "{what} {level:?}: {held:.3} of {}", share.n);
        }
    }
}
