//! A world of soccer leagues, the same on every machine: twenty teams each, ten seasons of 380 matches, 200 prices a match.

use anyhow::Result;
use domain::{
    BookId, Competition, CompetitionId, DecimalOdds, FixtureStatus, Kickoff, KnownRule, LineUp, Market,
    MatchRecord, MatchStatistics, Outcome, Phase, Score, Season, SeasonRule, Selection, Sport, Stage, TeamId,
    Weather,
    market::{Line, MarketKind},
    quote::Series,
    record::QuoteRecord,
    statistics::Pair,
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use store::{ImportBatch, TeamSeed};

pub(crate) const TEAMS: usize = 20;
pub(crate) const SEASONS: i16 = 10;
const FIRST_SEASON: i16 = 2014;
const BOOKS: usize = 10;
/// Moments at which every book is observed.
const OBSERVED: i64 = 4;
/// Prices of one match: three ways opening, closing and observed, and a total at the close.
pub(crate) const PRICES: usize = BOOKS * (3 * (2 + OBSERVED as usize) + 2);

/// A league of the world.
pub(crate) struct League {
    pub(crate) competition: Competition,
    pub(crate) teams: Vec<TeamId>,
    number: u64,
}

/// The id of a league.
pub(crate) fn league_id(number: u64) -> Result<CompetitionId> {
    Ok(format!("gen.{number}").parse()?)
}

/// The teams of a league, to be made known before its matches.
pub(crate) fn seeds(number: u64) -> impl Iterator<Item = TeamSeed> {
    (0..TEAMS).map(move |team| TeamSeed {
        pool: format!("gen{number}"),
        name: format!("League {number} team {team:02}"),
        aliases: Vec::new(),
    })
}

impl League {
    pub(crate) fn new(number: u64, teams: Vec<TeamId>) -> Result<Self> {
        let competition = Competition {
            id: league_id(number)?,
            name: format!("Generated league {number}").into(),
            sport: Sport::Soccer,
            pool: format!("gen{number}").into(),
            zone: "UTC".into(),
            season: SeasonRule::July,
        };
        Ok(Self { competition, teams, number })
    }

    /// One season as one payload.
    pub(crate) fn season(&self, season: i16) -> Result<ImportBatch> {
        let label = format!("generated league {}, season {season}", self.number);
        let records = self.records(season)?;
        Ok(ImportBatch {
            source: "generator".into(),
            format: "generated".into(),
            file: label.clone(),
            payload: label.into_bytes(),
            recorded_at: "2026-01-01T00:00:00Z".parse()?,
            records,
            competitions: vec![self.competition.clone()],
            ..ImportBatch::default()
        })
    }

    /// Both halves of a double round-robin by the circle method, one round a week.
    fn records(&self, season: i16) -> Result<Vec<MatchRecord<TeamId>>> {
        let rounds = 2 * (TEAMS - 1);
        let start = date(FIRST_SEASON + season, 8, 10);
        let mut records = Vec::with_capacity(rounds * TEAMS / 2);
        for round in 0..rounds {
            let day = start.checked_add(jiff::Span::new().weeks(i64::try_from(round)?))?;
            for pair in 0..TEAMS / 2 {
                let ring = |place: usize| if place == 0 { 0 } else { 1 + (place - 1 + round) % (TEAMS - 1) };
                let (one, other) = (self.teams[ring(pair)], self.teams[ring(TEAMS - 1 - pair)]);
                let (home, away) = if round % 2 == 0 { (one, other) } else { (other, one) };
                let row = u32::try_from(records.len() + 2)?;
                records.push(self.record(season, row, day, (home, away))?);
            }
        }
        Ok(records)
    }

    fn record(
        &self,
        season: i16,
        row: u32,
        day: Date,
        (home, away): (TeamId, TeamId),
    ) -> Result<MatchRecord<TeamId>> {
        let mut dice = Dice(self.number << 32 | u64::from(season.unsigned_abs()) << 16 | u64::from(row));
        let kickoff = day.at(15, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
        let pair = |dice: &mut Dice, most: u64| {
            Some(Pair { home: dice.below(most) as f64, away: dice.below(most) as f64 })
        };
        let score = Score::new(dice.below(5) as u16, dice.below(4) as u16);
        let statistics = MatchStatistics {
            shots: pair(&mut dice, 25),
            shots_on_target: pair(&mut dice, 10),
            corners: pair(&mut dice, 14),
            ..MatchStatistics::default()
        };
        Ok(MatchRecord {
            row,
            competition: self.competition.id,
            sport: Sport::Soccer,
            source_id: None,
            season: Season::starting(FIRST_SEASON + season),
            season_label: None,
            home,
            away,
            local_date: day,
            kickoff: Kickoff::At(kickoff),
            neutral: false,
            stage: Stage::Regular,
            status: FixtureStatus::Completed,
            outcome: Some(Outcome::completed(score)),
            statistics,
            line_up: LineUp::default(),
            venue: None,
            weather: Weather::default(),
            quotes: prices(&mut dice, kickoff)?,
        })
    }
}

/// The books of the world.
pub(crate) fn book(number: usize) -> Result<BookId> {
    Ok(format!("book_{number:02}").parse()?)
}

fn prices(dice: &mut Dice, kickoff: Timestamp) -> Result<Vec<QuoteRecord>> {
    let total = Market::new(MarketKind::AsianTotal, Some(Line::from_quarters(10)))?;
    let mut prices = Vec::with_capacity(PRICES);
    for number in 0..BOOKS {
        let book = book(number)?;
        let mut add = |market, selection, phase, known_at, known_rule| -> Result<()> {
            let odds = DecimalOdds::from_micros(1_200_000 + dice.below(5_000).cast_signed() * 1000)?;
            let series = Series { book, market, selection, phase };
            prices.push(QuoteRecord { series, odds, known_at, known_rule });
            Ok(())
        };
        for selection in [Selection::Home, Selection::Draw, Selection::Away] {
            let days = |days: i64| kickoff - SignedDuration::from_hours(24 * days);
            add(Market::THREE_WAY, selection, Phase::Opening, days(6), KnownRule::OpeningUnknown)?;
            for day in 1..=OBSERVED {
                add(Market::THREE_WAY, selection, Phase::Observed, days(day), KnownRule::Observed)?;
            }
            add(Market::THREE_WAY, selection, Phase::Closing, kickoff, KnownRule::ClosingAtKickoff)?;
        }
        for selection in [Selection::Over, Selection::Under] {
            add(total, selection, Phase::Closing, kickoff, KnownRule::ClosingAtKickoff)?;
        }
    }
    Ok(prices)
}

/// SplitMix64: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_season_is_a_double_round_robin_and_always_the_same() {
        let league = League::new(3, (1..=20).map(TeamId).collect()).unwrap();
        let batch = league.season(2).unwrap();
        let pairs: HashSet<(TeamId, TeamId)> = batch.records.iter().map(|r| (r.home, r.away)).collect();
        assert_eq!((batch.records.len(), pairs.len()), (380, 380));
        assert!(batch.records.iter().all(|r| r.quotes.len() == PRICES));
        assert_eq!(batch.records, league.season(2).unwrap().records);
        assert_ne!(batch.records[0].quotes, league.season(3).unwrap().records[0].quotes);
    }
}
