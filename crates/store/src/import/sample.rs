//! A record to vary in tests.

use domain::{
    CompetitionId, FixtureStatus, Kickoff, LineUp, MatchRecord, MatchStatistics, Outcome, Score, Season,
    Sport, Stage, TeamId,
};
use jiff::civil::date;

/// Team 1 beat team 2 by 2-1 on 12 August 2023.
pub(crate) fn record() -> MatchRecord<TeamId> {
    MatchRecord {
        row: 2,
        competition: CompetitionId::literal("eng.1"),
        sport: Sport::Soccer,
        source_id: None,
        season: Season::starting(2023),
        season_label: None,
        home: TeamId(1),
        away: TeamId(2),
        local_date: date(2023, 8, 12),
        kickoff: Kickoff::At("2023-08-12T14:00:00Z".parse().unwrap()),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Completed,
        outcome: Some(Outcome::completed(Score::new(2, 1))),
        statistics: MatchStatistics::default(),
        line_up: LineUp::default(),
        venue: None,
        weather: domain::Weather::default(),
        quotes: Vec::new(),
    }
}
