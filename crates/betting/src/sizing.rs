//! From the candidates of a match that passed to stakes within the caps. Everything is in minor units and still a fraction;
//! rounding happens once, when a bet is written.

use std::collections::BTreeMap;

use domain::{Market, Probability, Selection, probability::SUM_TOLERANCE};

use crate::{
    BettingError,
    decision::PerFixture,
    edge::Candidate,
    exposure::{Cap, Exposure, Limits, day_of, whole_minor},
    staking::{ExclusiveLeg, Staking, kelly, kelly_exclusive},
};

/// A candidate on its way to a stake.
pub(crate) struct Slip {
    /// Its position among the candidates.
    pub(crate) index: usize,
    /// What the staking rule wants.
    pub(crate) wanted: f64,
    /// What the caps leave of it.
    pub(crate) stake: f64,
    /// The last cap that took something.
    pub(crate) limited_by: Option<Cap>,
}

/// The candidates of one match that are bet on: those that make the bankroll grow most. Growth rather than edge decides,
/// because the edge of a long shot is worth less than the same edge of a favourite.
pub(crate) fn choose(per_fixture: PerFixture, candidates: &[Candidate], listed: &[usize]) -> Vec<usize> {
    let mut sides: BTreeMap<(Market, Selection), Vec<(f64, usize)>> = BTreeMap::new();
    for index in listed {
        let c = &candidates[*index];
        let growth = c.grades.log_growth(c.odds, kelly(&c.grades, c.odds));
        sides.entry((c.market, c.selection)).or_default().push((growth, *index));
    }
    let mut markets: BTreeMap<Market, Vec<(f64, usize)>> = BTreeMap::new();
    for ((market, _), offers) in sides {
        markets.entry(market).or_default().extend(first_most(offers, |(growth, _)| *growth));
    }
    let chosen: Vec<(f64, usize)> = match per_fixture {
        PerFixture::AllMarkets => markets.into_values().flatten().collect(),
        PerFixture::OneSide => {
            first_most(markets.into_values().flatten(), |(growth, _)| *growth).into_iter().collect()
        }
        PerFixture::SidesOfOneMarket => {
            first_most(markets.into_values(), |sides| sides.iter().map(|(growth, _)| growth).sum())
                .unwrap_or_default()
        }
    };
    chosen.into_iter().map(|(_, index)| index).collect()
}

/// The first of the greatest.
fn first_most<T>(items: impl IntoIterator<Item = T>, worth: impl Fn(&T) -> f64) -> Option<T> {
    items.into_iter().reduce(|best, item| if worth(&item) > worth(&best) { item } else { best })
}

/// What the staking rule wants for the chosen candidates of one match.
pub(crate) fn size(
    staking: Staking,
    bankroll_minor: i64,
    candidates: &[Candidate],
    chosen: &[usize],
) -> Result<Vec<Slip>, BettingError> {
    let together = exclusive_legs(candidates, chosen);
    let wanted: Vec<f64> = if let (Staking::Kelly { fraction }, Some(legs)) = (staking, together) {
        let bankroll = bankroll_minor.max(0) as f64;
        kelly_exclusive(&legs, 1.0)?.into_iter().map(|full| fraction * full * bankroll).collect()
    } else {
        let alone = |c: &Candidate| staking.wanted(bankroll_minor, &c.grades, c.odds);
        chosen.iter().map(|index| alone(&candidates[*index])).collect()
    };
    let slip =
        |(index, wanted): (&usize, f64)| Slip { index: *index, wanted, stake: wanted, limited_by: None };
    Ok(chosen.iter().zip(wanted).map(slip).collect())
}

/// The legs of several bets that exclude each other: one market by one model, whole wins and losses only. Selections
/// that overlap, such as double chances, exceed certainty together and are sized alone.
fn exclusive_legs(candidates: &[Candidate], chosen: &[usize]) -> Option<Vec<ExclusiveLeg>> {
    let first = &candidates[*chosen.first()?];
    if chosen.len() < 2 {
        return None;
    }
    let leg = |index: &usize| {
        let c = &candidates[*index];
        let fits = c.market == first.market && c.model == first.model && c.grades.is_win_or_lose();
        let probability = Probability::new(c.grades.price().won.clamp(0.0, 1.0)).ok()?;
        fits.then_some(ExclusiveLeg { probability, odds: c.odds })
    };
    let legs: Vec<ExclusiveLeg> = chosen.iter().map(leg).collect::<Option<_>>()?;
    let sum: f64 = legs.iter().map(|leg| leg.probability.value()).sum();
    (sum <= 1.0 + SUM_TOLERANCE).then_some(legs)
}

/// Cuts stakes to the caps: per bet, then per match, then per day, then to the money there is.
pub(crate) fn fit(
    limits: &Limits,
    bankroll_minor: i64,
    open: &Exposure,
    candidates: &[Candidate],
    slips: &mut [Slip],
) {
    let bankroll = bankroll_minor.max(0) as f64;
    let room = |share: f64, taken: i64| (whole_minor(share * bankroll) - taken).max(0) as f64;
    for slip in slips.iter_mut() {
        shrink(room(limits.per_bet, 0), Cap::Bet, [slip]);
    }
    for (fixture, slips) in grouped(slips, |index| candidates[index].fixture) {
        shrink(room(limits.per_event, open.on_fixture(fixture)), Cap::Event, slips);
    }
    for (day, slips) in grouped(slips, |index| day_of(candidates[index].kickoff)) {
        shrink(room(limits.per_day, open.on_day(day)), Cap::Day, slips);
    }
    let at_stake = open.total().map_or(0, |total| total.minor);
    shrink(room(1.0, at_stake), Cap::Bankroll, slips);
}

fn grouped<K: Ord>(slips: &mut [Slip], key: impl Fn(usize) -> K) -> BTreeMap<K, Vec<&mut Slip>> {
    let mut groups: BTreeMap<K, Vec<&mut Slip>> = BTreeMap::new();
    for slip in slips {
        groups.entry(key(slip.index)).or_default().push(slip);
    }
    groups
}

/// Shrinks the stakes of a group in proportion until they fit. Bets decided together share the room there is, so that their
/// order decides nothing.
fn shrink<'s>(room: f64, cap: Cap, slips: impl IntoIterator<Item = &'s mut Slip>) {
    let mut slips: Vec<&mut Slip> = slips.into_iter().collect();
    let sum: f64 = slips.iter().map(|slip| slip.stake).sum();
    if sum > room {
        for slip in &mut slips {
            slip.stake *= room / sum;
            slip.limited_by = Some(cap);
        }
    }
}
