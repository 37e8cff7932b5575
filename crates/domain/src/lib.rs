//! What is true about sport and wagers, as immutable values.
//!
//! No I/O, no clock, no randomness, no async: everything here is a value or a pure function of values. The other crates
//! depend on this one and not on each other.
//!
//! The path of a match through this crate: a [`Fixture`] and its [`Outcome`] are facts with three times ([`Times`]);
//! [`History`] holds them all; [`History::as_of`] makes the only view a model ever gets, a [`Snapshot`]; a model answers
//! with a [`ScoreDistribution`]; a [`Market`] turns that distribution into fair odds and, with the same grading function,
//! an outcome into money.

pub mod briefing;
pub mod code;
pub mod competition;
pub mod conditions;
pub mod fact;
pub mod fixture;
pub mod forecast;
pub mod history;
pub mod injury;
pub mod interval;
pub mod line_up;
pub mod margin;
pub mod market;
pub mod money;
pub mod odds;
pub mod outcome;
pub mod play;
pub mod player;
pub mod player_statistics;
pub mod prediction;
pub mod probability;
pub mod quote;
pub mod quote_table;
pub mod record;
pub mod season;
pub mod snapshot;
pub mod sport;
pub mod statistics;
pub mod table_rules;
pub mod team;
pub mod team_season;
pub mod venue;
pub mod weather;
pub mod week;

pub use briefing::Briefing;
pub use competition::{Competition, CompetitionId};
pub use conditions::Conditions;
pub use fact::{Fact, KnownRule, Sequence, Times};
pub use fixture::{Fixture, FixtureId, FixtureStatus, Kickoff, Side, Stage};
pub use forecast::{Forecast, ScoreDistribution};
pub use history::{History, RecordedBy};
pub use injury::Injury;
pub use line_up::LineUp;
pub use market::{Grade, Market, Selection, Shares};
pub use money::{Currency, Money};
pub use odds::DecimalOdds;
pub use outcome::{Outcome, Score};
pub use play::Play;
pub use player::{Player, PlayerCode};
pub use player_statistics::{PlayerStatistic, PlayerStatistics};
pub use prediction::{PredictedMatch, PredictionRecord, Stated, Statement};
pub use probability::{OutcomeClass, OutcomeProbabilities, Probability};
pub use quote::{BookId, Phase, Quote};
pub use quote_table::QuoteTable;
pub use record::{
    InjuryRecord, Loss, MatchRecord, MatchSheet, Meeting, PlayRecord, QuoteRecord, Reason, Rejection,
    UnknownName,
};
pub use season::{Season, SeasonRule};
pub use snapshot::{PlayedMatch, Snapshot};
pub use sport::Sport;
pub use statistics::MatchStatistics;
pub use team::TeamId;
pub use venue::Venue;
pub use weather::Weather;
