//! What the settled bets of a run came to: profit, return with interval, drawdown, closing line value, upper bound.

use anyhow::Result;
use betting::{
    ClosingLine, SettledBet, exposure, performance,
    performance::{Bootstrap, Performance},
    settle,
};
use domain::{BookId, Money};
use jiff::Timestamp;
use store::{Bet, BetFilter, NewBet, Store};

use super::load_history::Loaded;
use crate::{
    config::Betting,
    report::{BankrollPoint, BetsSection, ClosingLine as ClosingSection, UpperBound},
};

/// The bets of a run with what became of them.
pub(crate) struct Book {
    pub(crate) placed: usize,
    pub(crate) settled: Vec<SettledBet>,
    best_priced: Vec<SettledBet>,
}

/// The model of a bet that rests on no forecast.
pub(crate) const NO_MODEL: &str = "unknown";

/// Books whose closing prices count, the sharpest first.
const CLOSING_BOOKS: [BookId; 2] = [BookId::PINNACLE, BookId::MARKET_AVERAGE];

/// Reads a run's bets on these competitions.
pub(crate) async fn read(store: &Store, loaded: &[Loaded], run: Option<&str>) -> Result<Book> {
    let filter = BetFilter { run: run.map(str::to_owned), ..BetFilter::default() };
    let mut book = Book { placed: 0, settled: Vec::new(), best_priced: Vec::new() };
    for bet in store.bets(&filter).await? {
        let Some(competition) = loaded.iter().find(|l| l.history.knows(bet.terms.fixture)) else { continue };
        book.placed += 1;
        let Some(settled) = settled(competition, &bet) else { continue };
        book.best_priced.extend(at_best_price(competition, &settled)?);
        book.settled.push(settled);
    }
    Ok(book)
}

/// A bet with its end and its closing line; none while it is open.
pub(crate) fn settled(loaded: &Loaded, bet: &Bet) -> Option<SettledBet> {
    let settlement = bet.settlement.as_ref()?;
    let (model, bet) = (&bet.model, &bet.terms);
    let closing = closing_line(loaded, bet, None);
    Some(SettledBet {
        fixture: bet.fixture,
        day: exposure::day_of(bet.kickoff),
        book: bet.book,
        market: bet.market,
        selection: bet.selection,
        model: model.clone().unwrap_or_else(|| NO_MODEL.into()),
        odds: bet.odds,
        stake: bet.stake,
        returned: settlement.payout,
        grade: settlement.grade,
        closing: closing.and_then(|line| line.value(bet.selection, bet.odds).ok()),
    })
}

/// The closing line that a bet is measured by, as far as it was known before a moment.
pub(crate) fn closing_line(
    loaded: &Loaded,
    bet: &NewBet,
    known_before: Option<Timestamp>,
) -> Option<ClosingLine> {
    let quotes = loaded.history.quotes_for_scoring(bet.fixture);
    let known = quotes.filter(|quote| known_before.is_none_or(|before| quote.times.known_at < before));
    ClosingLine::find(bet.fixture, bet.market, known, &CLOSING_BOOKS)
}

/// The same bet at the best price of any book, where that is on record.
fn at_best_price(loaded: &Loaded, bet: &SettledBet) -> Result<Option<SettledBet>> {
    let best = loaded.history.quotes_for_scoring(bet.fixture).rfind(|q| {
        let series = q.value.series;
        (series.book, series.market, series.selection) == (BookId::MARKET_MAXIMUM, bet.market, bet.selection)
            && series.phase.is_bettable()
    });
    let Some(best) = best else { return Ok(None) };
    let odds = best.value.odds;
    let returned = settle(bet.stake, odds, bet.grade)?.returned;
    Ok(Some(SettledBet { odds, returned, ..bet.clone() }))
}

impl Book {
    /// All bets together.
    pub(crate) fn performance(&self, config: &Betting, seed: u64) -> Result<Performance> {
        let bootstrap = Bootstrap { seed, ..Bootstrap::default() };
        Ok(performance::performance(&self.settled, config.currency, bootstrap)?)
    }

    /// As the report shows it.
    pub(crate) fn section(&self, config: &Betting, seed: u64) -> Result<BetsSection> {
        let all = self.performance(config, seed)?;
        let start = Money::new(config.bankroll_minor, config.currency);
        let curve = performance::bankroll_curve(start, &self.settled)?;
        let drawdown = performance::max_drawdown(start, &curve).and_then(|d| d.share).unwrap_or(0.0);
        Ok(BetsSection {
            placed: self.placed,
            settled: self.settled.len(),
            staked_minor: all.turnover.minor,
            profit_minor: all.profit.minor,
            currency: config.currency.to_string(),
            roi: all.roi,
            roi_interval: all.roi_interval.map(|i| [i.low, i.high]),
            drawdown,
            closing_line: closing_section(&all),
            upper_bound: self.upper_bound(config)?,
            bankroll: curve
                .iter()
                .map(|point| {
                    let at = point.day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
                    Ok(BankrollPoint { at, minor: point.bankroll.minor })
                })
                .collect::<Result<_>>()?,
        })
    }

    fn upper_bound(&self, config: &Betting) -> Result<Option<UpperBound>> {
        if self.best_priced.is_empty() {
            return Ok(None);
        }
        let bootstrap = Bootstrap { resamples: 0, ..Bootstrap::default() };
        let best = performance::performance(&self.best_priced, config.currency, bootstrap)?;
        Ok(best.roi.map(|roi| UpperBound { profit_minor: best.profit.minor, roi }))
    }
}

fn closing_section(all: &Performance) -> Option<ClosingSection> {
    Some(ClosingSection {
        mean: all.mean_closing_raw?,
        mean_without_margin: all.mean_closing_shin,
        coverage: all.closing_coverage.share()?,
    })
}
