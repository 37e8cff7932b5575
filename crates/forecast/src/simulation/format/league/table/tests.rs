use domain::table_rules::soccer::LEAGUES;
use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn packed_lines_add_up_and_come_apart_again(
        scores in proptest::collection::vec((0_u16..12, 0_u16..12), 0..60),
        league in 0..LEAGUES.len(),
    ) {
        let packing = Packing::of(3, LEAGUES[league].tie_breaks);
        let mut line = packing.start(7, -4);
        let (mut points, mut wins, mut difference, mut goals) = (-4, 0, 0, 0);
        for (own, other) in scores {
            line += packing.of_match(Score::new(own, other))[0];
            points += if own > other { 3 } else { i32::from(own == other) };
            wins += i32::from(own > other);
            difference += i32::from(own) - i32::from(other);
            goals += i32::from(own);
        }
        prop_assert_eq!((Packing::points(line), Packing::team(line)), (points, 7));
        prop_assert_eq!(packing.count(line, Wins), wins);
        prop_assert_eq!(packing.count(line, GoalDifference), difference + DIFFERENCE_BIAS as i32);
        prop_assert_eq!(packing.count(line, GoalsFor), goals);
    }
}

#[test]
fn level_means_level_by_the_rules_before_any_match_among_the_teams() {
    let line = |packing: &Packing, score| packing.start(0, 0) + packing.of_match(score)[0];
    let level = |steps: &[TieBreak], a: Score, b: Score| {
        let packing = Packing::of(3, steps);
        packing.is_level(line(&packing, a), line(&packing, b))
    };
    let (small, high, wide) = (Score::new(1, 0), Score::new(3, 2), Score::new(4, 0));
    assert!(
        !level(&[GoalDifference, GoalsFor], small, high) && !level(&[GoalDifference, GoalsFor], small, wide)
    );
    assert!(level(&[GoalDifference, TieBreak::HeadToHeadPoints, GoalsFor], small, high));
    assert!(level(&[TieBreak::HeadToHeadPoints, GoalDifference], small, wide));
    assert!(!level(&[Wins, GoalDifference], small, wide) && level(&[Wins], small, wide));
}
