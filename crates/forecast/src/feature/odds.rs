//! What the market says of the match itself, from a briefing: prices known by then, never later ones.
//!
//! Of the average over books, else of the first book by name, the latest price of every selection counts; the margin is
//! removed in proportion: p_i = (1 / o_i) / sum_j (1 / o_j).

use std::collections::BTreeMap;

use domain::{BookId, Briefing, Market, Quote, Selection};

/// One number about a fixture from the prices in its briefing.
pub trait OddsFeature: Send + Sync {
    /// Its name on the list and in tables.
    fn name(&self) -> &'static str;

    /// Its value; none while the market is not fully priced.
    fn value(&self, briefing: &Briefing<'_>) -> Option<f64>;

    /// That value seen from the other side.
    fn mirrored(&self, value: f64) -> f64;
}

/// Each feature's value, seen from the home side or from the other.
pub(crate) fn odds_values(
    features: &[Box<dyn OddsFeature>],
    briefing: &Briefing<'_>,
    mirrored: bool,
) -> Vec<Option<f64>> {
    let value = |feature: &dyn OddsFeature| {
        let value = feature.value(briefing).filter(|value| value.is_finite())?;
        Some(if mirrored { feature.mirrored(value) } else { value })
    };
    features.iter().map(|feature| value(feature.as_ref())).collect()
}

/// Log odds of the market's own outcome probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketLogOdds {
    /// ln(p_home / p_away).
    HomeToAway,
    /// ln(p_draw / sqrt(p_home p_away)); in soccer alone.
    DrawToSides,
}

impl MarketLogOdds {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::HomeToAway, Self::DrawToSides];
}

impl OddsFeature for MarketLogOdds {
    fn name(&self) -> &'static str {
        match self {
            Self::HomeToAway => "market_home_to_away",
            Self::DrawToSides => "market_draw_to_sides",
        }
    }

    fn value(&self, briefing: &Briefing<'_>) -> Option<f64> {
        let prices = latest_prices(briefing)?;
        // Proportions: the margin cancels in every ratio.
        let log = |selection| prices.get(&selection).map(|odds: &f64| -odds.ln());
        let (home, away) = (log(Selection::Home)?, log(Selection::Away)?);
        match self {
            Self::HomeToAway => Some(home - away),
            Self::DrawToSides => Some(log(Selection::Draw)? - 0.5 * (home + away)),
        }
    }

    fn mirrored(&self, value: f64) -> f64 {
        match self {
            Self::HomeToAway => -value,
            Self::DrawToSides => value,
        }
    }
}

/// The latest price of every selection of the outcome market by the first book that prices all of them. The maximum over
/// books is no book's price.
fn latest_prices(briefing: &Briefing<'_>) -> Option<BTreeMap<Selection, f64>> {
    let three_way = briefing.fixture().sport.is_three_way();
    let market = if three_way { Market::THREE_WAY } else { Market::MONEYLINE };
    let mut books: BTreeMap<(bool, BookId), BTreeMap<Selection, f64>> = BTreeMap::new();
    for Quote { series, odds, .. } in briefing.quotes().map(|fact| fact.value) {
        if series.market == market && series.book != BookId::MARKET_MAXIMUM {
            let key = (series.book != BookId::MARKET_AVERAGE, series.book);
            books.entry(key).or_default().insert(series.selection, odds.value());
        }
    }
    let n_selections = market.selections().len();
    books.into_values().find(|prices| prices.len() == n_selections)
}
