//! Sums up settled bets by run, market, book, model and week, where settlements or closing prices are new.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use betting::{SettledBet, Totals, exposure};
use domain::week::monday_of;
use store::{Bet, BetFilter, BetGroup, BetId, BetWeek, Store};

use super::{refresh_aggregates::Histories, sum_up_bets};

/// Returns how many rows were written.
pub(crate) async fn run(store: &Store, histories: &mut Histories<'_>, rebuild: bool) -> Result<usize> {
    loop {
        let Some(plan) = store.plan_betting_performance(rebuild).await? else { return Ok(0) };
        let rows = summed_up(store, histories, plan.changed.as_ref()).await?;
        if store.save_betting_performance(&plan, &rows).await? {
            return Ok(rows.len());
        }
        // Another process was faster: what is left to do may be less.
    }
}

/// The groups that have one of these bets, or all.
async fn summed_up(
    store: &Store,
    histories: &mut Histories<'_>,
    changed: Option<&BTreeSet<BetId>>,
) -> Result<Vec<BetWeek>> {
    if changed.is_some_and(BTreeSet::is_empty) {
        return Ok(Vec::new());
    }
    let mut bets = store.bets(&BetFilter::default()).await?;
    bets.retain(|bet| bet.settlement.is_some());
    let touched: BTreeSet<BetGroup> =
        bets.iter().filter(|bet| changed.is_none_or(|ids| ids.contains(&bet.id))).map(group).collect();
    bets.retain(|bet| touched.contains(&group(bet)));
    let mut groups: BTreeMap<BetGroup, Vec<SettledBet>> = BTreeMap::new();
    for bet in &bets {
        let loaded = histories.get(bet.competition).await?;
        groups.entry(group(bet)).or_default().extend(sum_up_bets::settled(loaded, bet));
    }
    groups.into_iter().map(|(group, bets)| row(group, &bets)).collect()
}

fn group(bet: &Bet) -> BetGroup {
    let terms = &bet.terms;
    BetGroup {
        run: terms.run.clone(),
        currency: terms.stake.currency,
        kind: terms.market.kind().code().to_owned(),
        book: terms.book,
        model: bet.model.clone().unwrap_or_else(|| sum_up_bets::NO_MODEL.into()),
        week: monday_of(exposure::day_of(terms.kickoff)),
    }
}

fn row(group: BetGroup, bets: &[SettledBet]) -> Result<BetWeek> {
    let totals = Totals::of(bets, group.currency)?;
    Ok(BetWeek {
        bets: totals.n_bets,
        void: totals.n_void,
        won: totals.n_won,
        level: totals.n_level,
        lost: totals.n_lost,
        staked: totals.turnover,
        profit: totals.profit,
        roi: totals.roi(),
        closing_bets: totals.n_closing,
        closing_value: totals.mean_closing_raw,
        fair_closing_bets: totals.n_closing_shin,
        fair_closing_value: totals.mean_closing_shin,
        group,
    })
}
