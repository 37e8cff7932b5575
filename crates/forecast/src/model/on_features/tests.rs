//! Lessons with a known truth, and what holds for them.

use domain::{MatchStatistics, PlayedMatch};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::{
    feature::{Ahead, Tracker},
    test_history::{LEAGUE, TestHistory, at, noon},
};

/// A number from -1 to 1 that belongs to a fixture by its id; now and then it is not defined.
#[derive(Debug, Clone, Copy)]
struct Planted {
    name: &'static str,
    stride: i64,
}

const PLANTED: [Planted; 4] = [
    Planted { name: "first", stride: 37 },
    Planted { name: "second", stride: 61 },
    Planted { name: "noise", stride: 83 },
    Planted { name: "rare", stride: 97 },
];

impl Planted {
    fn of(self, id: i64) -> Option<f64> {
        let value = (id * self.stride % 101) as f64 / 50.0 - 1.0;
        (self.name != "rare" || id % 4 != 0).then_some(value)
    }
}

impl Feature for Planted {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(*self)
    }
}

impl Tracker for Planted {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        self.of(fixture.id.0)
    }

    fn result(&mut self, _: &PlayedMatch<'_>) {}

    fn statistics(&mut self, _: &PlayedMatch<'_>, _: &MatchStatistics) {}
}

/// Features of a match in the order of the table.
pub(in crate::model) fn values(id: i64) -> Vec<Option<f64>> {
    PLANTED.iter().map(|planted| planted.of(id)).collect()
}

/// `n` matches drawn from probabilities by match, and what `learn` makes of them.
pub(in crate::model) fn taught<T>(
    n: i64,
    truth: impl Fn(i64) -> [f64; 3],
    learn: impl FnOnce(&Lessons<'_>) -> T,
) -> T {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut history = TestHistory::default();
    for id in 1..=n {
        let [home, draw, _] = truth(id);
        let chance: f64 = rng.random();
        let score = if chance < home {
            (1, 0)
        } else if chance < home + draw {
            (1, 1)
        } else {
            (0, 1)
        };
        history.play(id, 1 + id % 7, 8 + id % 5, score);
    }
    let history = history.build();
    let list = PLANTED.each_ref().map(|planted| planted as &dyn Feature);
    let (table, _) = Table::of(&list, &at(&history, noon(n + 9)), LEAGUE, Sport::Soccer);
    learn(&Lessons::of(&table, Sport::Soccer))
}

/// Mean distance of what is said about matches to come from the truth, by class.
pub(in crate::model) fn gap(
    ids: std::ops::Range<i64>,
    truth: impl Fn(i64) -> [f64; 3],
    said: impl Fn(&[Option<f64>]) -> Vec<f64>,
) -> f64 {
    let n = (ids.end - ids.start) as f64;
    let of = |id: i64| {
        let said = said(&values(id));
        truth(id).iter().zip(said).map(|(t, s)| (t - s).abs()).sum::<f64>() / 3.0
    };
    ids.map(of).sum::<f64>() / n
}

/// Lessons of a league with matches at neutral venues and ties.
fn two_way(check: impl FnOnce(&Lessons<'_>)) {
    let mut history = TestHistory::default();
    for day in 0..40 {
        let fixture = history.announce_of(Sport::Nfl, day, 1 + day % 2, 3 + day % 3);
        let fixture = history.amend(Fixture { neutral: day % 5 == 4, ..fixture });
        let score = [(20, 10), (17, 17), (3, 13)][usize::try_from(day % 3).unwrap()];
        history.end(&fixture, score, fixture.kickoff.result_known_at(Sport::Nfl).0);
    }
    let history = history.build();
    let list = [&PLANTED[0] as &dyn Feature];
    let (table, _) = Table::of(&list, &at(&history, noon(50)), LEAGUE, Sport::Nfl);
    check(&Lessons::of(&table, Sport::Nfl));
}

#[test]
fn a_tie_is_half_a_win_of_each_side_where_two_classes_are_learnt() {
    two_way(|lessons| {
        assert_eq!((lessons.n_classes(), lessons.len()), (2, 48));
        assert_eq!([lessons.outcome(0, 0), lessons.outcome(0, 1)], [1.0, 0.0]);
        assert_eq!([lessons.outcome(1, 0), lessons.outcome(1, 1)], [0.5, 0.5]);
        assert_eq!([lessons.outcome(2, 0), lessons.outcome(2, 1)], [0.0, 1.0]);
        let weights: f64 = (0..lessons.len()).map(|i| lessons.weight(i)).sum();
        assert_eq!(weights, 40.0, "both views of a match at a neutral venue count as one");
        // Half a win and half a defeat cost ln 2 each way, so do the others at even chances.
        assert!((lessons.log_loss(|_| vec![0.5, 0.5]) - std::f64::consts::LN_2).abs() < 1e-12);
    });
}

#[test]
fn both_views_of_a_match_are_on_one_side_of_a_split() {
    two_way(|lessons| {
        for share in [0.0, 0.1, 0.3, 0.5, 0.62, 0.9, 1.0] {
            let (before, after) = lessons.split(share);
            assert_eq!(before.len() + after.len(), lessons.len());
            assert!(before.len() as f64 >= (share * lessons.len() as f64).floor());
            if before.len() > 0 && after.len() > 0 {
                let last = before.row(before.len() - 1).fixture.id;
                assert!(last < after.row(0).fixture.id, "{share}");
            }
        }
    });
}

#[test]
fn early_matches_are_left_out_once_there_are_enough() {
    taught(
        300,
        |_| [0.4, 0.3, 0.3],
        |lessons| {
            assert!(lessons.len() < 300 && (0..lessons.len()).all(|i| lessons.row(i).n_before >= WARM_UP));
        },
    );
    taught(60, |_| [0.4, 0.3, 0.3], |lessons| assert_eq!(lessons.len(), 60));
}
