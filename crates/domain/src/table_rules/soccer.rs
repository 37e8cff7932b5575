//! The leagues: points, tie-breaks, pairings, places. The one visible table.
//!
//! Sources: the regulations of the leagues (Premier League handbook section C; EFL regulations section 3; DFL Spielordnung
//! paragraph 2; RFEF reglamento general, article on ties; LFP règlement des compétitions, article 519; FIGC NOIF article 51; KNVB, RBFA, Liga Portugal,
//! TFF, Super League Greece), UEFA's access lists for the Champions League. Fair play points, penalty points, decisive
//! matches between level teams and what else cannot be simulated are replaced by lots.

use super::{
    LeagueRules, Pairings, Places, Prize,
    TieBreak::{
        self, GoalDifference, GoalsFor, HeadToHeadAwayGoals, HeadToHeadGoalDifference, HeadToHeadGoals,
        HeadToHeadPoints, Wins,
    },
};
use crate::competition::CompetitionId;

/// England since 2019-20; before, level teams of this kind did not exist where it matters.
const ENGLAND: &[TieBreak] = &[GoalDifference, GoalsFor, HeadToHeadPoints, HeadToHeadAwayGoals];
/// English Football League and National League.
const ENGLISH_FOOTBALL_LEAGUE: &[TieBreak] =
    &[GoalDifference, GoalsFor, HeadToHeadPoints, HeadToHeadGoalDifference, Wins];
const SCOTLAND: &[TieBreak] = &[GoalDifference, GoalsFor, HeadToHeadPoints, HeadToHeadGoalDifference];
const GERMANY: &[TieBreak] =
    &[GoalDifference, GoalsFor, HeadToHeadPoints, HeadToHeadGoalDifference, HeadToHeadAwayGoals];
/// Spain, Italy (since 2005-06) and Turkey: the level teams' own matches first.
const HEAD_TO_HEAD_FIRST: &[TieBreak] =
    &[HeadToHeadPoints, HeadToHeadGoalDifference, GoalDifference, GoalsFor];
const FRANCE: &[TieBreak] = &[
    GoalDifference,
    HeadToHeadPoints,
    HeadToHeadGoalDifference,
    HeadToHeadGoals,
    HeadToHeadAwayGoals,
    GoalsFor,
];
const NETHERLANDS: &[TieBreak] = &[GoalDifference, GoalsFor, HeadToHeadPoints, HeadToHeadGoalDifference];
const BELGIUM: &[TieBreak] = &[Wins, GoalDifference, GoalsFor];
const PORTUGAL: &[TieBreak] =
    &[HeadToHeadPoints, HeadToHeadGoalDifference, HeadToHeadAwayGoals, GoalDifference, Wins, GoalsFor];
const GREECE: &[TieBreak] =
    &[HeadToHeadPoints, HeadToHeadGoalDifference, HeadToHeadGoals, GoalDifference, GoalsFor];

const fn europe(since: i16, top: u8, relegated: u8) -> (i16, Places) {
    (since, Places { top, top_prize: Prize::ChampionsLeague, relegated })
}

const fn promotion(since: i16, top: u8, relegated: u8) -> (i16, Places) {
    (since, Places { top, top_prize: Prize::Promotion, relegated })
}

const DOUBLE: Pairings = Pairings::RoundRobin { meetings: 1 };
const QUADRUPLE: Pairings = Pairings::RoundRobin { meetings: 2 };

const fn league(
    id: &'static str,
    three_points_since: i16,
    tie_breaks: &'static [TieBreak],
    pairings: Pairings,
    places: &'static [(i16, Places)],
    left_out: &'static str,
) -> LeagueRules {
    LeagueRules {
        competition: CompetitionId::literal(id),
        three_points_since,
        tie_breaks,
        pairings,
        places,
        left_out,
    }
}

const PROMOTION_PLAY_OFFS: &str = "the promotion play-offs are not played";
const RELEGATION_PLAY_OFF: &str = "the play-off against relegation is not played";
const DECIDER: &str =
    "a match between two level teams for the title or against relegation (since 2022-23) is not played";
const SPLIT: &str =
    "after 33 rounds the league parts in two: pairings of the last rounds are known when listed";
const SECOND_PHASE: &str = "play-offs after the regular season are not played; the table is that before them";

/// The visible table.
pub static LEAGUES: &[LeagueRules] = &[
    league("eng.1", 1981, ENGLAND, DOUBLE, &[europe(2001, 4, 3), europe(1999, 3, 3)], ""),
    league("eng.2", 1981, ENGLISH_FOOTBALL_LEAGUE, DOUBLE, &[promotion(1995, 2, 3)], PROMOTION_PLAY_OFFS),
    league(
        "eng.3",
        1981,
        ENGLISH_FOOTBALL_LEAGUE,
        DOUBLE,
        &[promotion(2020, 2, 4), promotion(2019, 2, 3), promotion(1995, 2, 4)],
        PROMOTION_PLAY_OFFS,
    ),
    league(
        "eng.4",
        1981,
        ENGLISH_FOOTBALL_LEAGUE,
        DOUBLE,
        &[promotion(2021, 3, 2), promotion(2020, 3, 2), promotion(2019, 3, 1), promotion(2002, 3, 2)],
        PROMOTION_PLAY_OFFS,
    ),
    league("eng.5", 1981, ENGLISH_FOOTBALL_LEAGUE, DOUBLE, &[promotion(2022, 1, 4)], PROMOTION_PLAY_OFFS),
    league("sco.1", 1994, SCOTLAND, Pairings::Listed, &[], SPLIT),
    league("sco.2", 1994, SCOTLAND, QUADRUPLE, &[promotion(2013, 1, 1)], PROMOTION_PLAY_OFFS),
    league("sco.3", 1994, SCOTLAND, QUADRUPLE, &[promotion(2013, 1, 1)], PROMOTION_PLAY_OFFS),
    league("sco.4", 1994, SCOTLAND, QUADRUPLE, &[promotion(2014, 1, 0)], PROMOTION_PLAY_OFFS),
    league("ger.1", 1995, GERMANY, DOUBLE, &[europe(2011, 4, 2), europe(2008, 3, 2)], RELEGATION_PLAY_OFF),
    league("ger.2", 1995, GERMANY, DOUBLE, &[promotion(2008, 2, 2)], RELEGATION_PLAY_OFF),
    league(
        "ita.1",
        1994,
        HEAD_TO_HEAD_FIRST,
        DOUBLE,
        &[europe(2017, 4, 3), europe(2011, 3, 3), europe(2004, 4, 3)],
        DECIDER,
    ),
    league("ita.2", 1994, HEAD_TO_HEAD_FIRST, DOUBLE, &[promotion(2013, 2, 3)], PROMOTION_PLAY_OFFS),
    league("esp.1", 1995, HEAD_TO_HEAD_FIRST, DOUBLE, &[europe(1999, 4, 3)], ""),
    league("esp.2", 1995, HEAD_TO_HEAD_FIRST, DOUBLE, &[promotion(2010, 2, 4)], PROMOTION_PLAY_OFFS),
    league(
        "fra.1",
        1994,
        FRANCE,
        DOUBLE,
        &[europe(2023, 4, 2), europe(2022, 3, 4), europe(2016, 3, 2), europe(2002, 3, 3)],
        RELEGATION_PLAY_OFF,
    ),
    league("fra.2", 1994, FRANCE, DOUBLE, &[], PROMOTION_PLAY_OFFS),
    league("ned.1", 1995, NETHERLANDS, DOUBLE, &[], SECOND_PHASE),
    league("bel.1", 1995, BELGIUM, DOUBLE, &[], SECOND_PHASE),
    league("por.1", 1995, PORTUGAL, DOUBLE, &[], RELEGATION_PLAY_OFF),
    league("tur.1", 1987, HEAD_TO_HEAD_FIRST, DOUBLE, &[], ""),
    league("gre.1", 1992, GREECE, DOUBLE, &[], SECOND_PHASE),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{competition::COMPETITIONS, season::Season, sport::Sport};

    #[test]
    fn every_league_has_its_line() {
        for competition in COMPETITIONS.iter().filter(|c| c.sport == Sport::Soccer) {
            let n = LEAGUES.iter().filter(|rules| rules.competition == competition.id).count();
            assert_eq!(n, 1, "{}", competition.id);
        }
        assert_eq!(LEAGUES.len(), 22);
    }

    #[test]
    fn places_are_those_of_the_season() {
        let places = |id, year| LeagueRules::of(CompetitionId::literal(id)).places(Season::starting(year));
        assert_eq!(places("ita.1", 2016).map(|p| p.top), Some(3), "Italy had three from 2011-12 to 2016-17");
        assert_eq!(places("ita.1", 2017).map(|p| p.top), Some(4));
        assert_eq!(places("fra.1", 2022).map(|p| p.relegated), Some(4), "from 20 teams to 18");
        assert_eq!(places("gre.1", 2022), None);
        for rules in LEAGUES {
            assert!(rules.places.windows(2).all(|w| w[0].0 > w[1].0), "{}: latest first", rules.competition);
        }
    }

    #[test]
    fn two_points_for_a_win_in_their_time() {
        let points =
            |id, year| LeagueRules::of(CompetitionId::literal(id)).points_for_win(Season::starting(year));
        assert_eq!((points("eng.1", 1993), points("esp.1", 1994), points("esp.1", 1995)), (3, 2, 3));
    }
}
