//! From the prices of one match to the supremacy and total that they imply.
//!
//! The margin is removed (Shin for three-way, in proportion for over/under), then S and T are found by Newton's method such
//! that the score grid gives
//!
//! ```text
//! P(home) - P(away) = p_home - p_away   and   P(more than 2.5 goals) = q_over, or P(draw) = p_draw without such a price
//! ```

use std::collections::BTreeSet;

use domain::{
    BookId, DecimalOdds, Fact, Market, OutcomeProbabilities, Phase, Quote, Selection,
    margin::MarginRemoval,
    market::{Line, MarketKind},
};

use super::filter::expected_goals;

/// Dependence of low scores, as it is found in league after league.
pub(super) const RHO: f64 = -0.06;

/// Scores of a side that the inversion looks at; a fifteenth goal is worth less than its tolerance.
const GOALS: usize = 15;
const MAX_STEPS: usize = 40;
const TOLERANCE: f64 = 1e-9;
/// No match is more one-sided or has more or fewer goals than this; prices beyond are not to be inverted.
const MAX_SUPREMACY: f64 = 5.0;
const TOTALS: std::ops::RangeInclusive<f64> = -2.0..=3.0;

/// Last prices before kick-off: what stands beside reports too.
pub(super) const LAST: [Phase; 3] = [Phase::Closing, Phase::Observed, Phase::PreMatch];
/// Early prices: never the closing one.
pub(super) const EARLY: [Phase; 3] = [Phase::Opening, Phase::PreMatch, Phase::Observed];

/// Raw prices of one book and phase.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Prices {
    three_way: [Option<DecimalOdds>; 3],
    over_under: [Option<DecimalOdds>; 2],
}

/// What prices imply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Implied {
    pub(super) probabilities: OutcomeProbabilities,
    pub(super) supremacy: f64,
    pub(super) total: f64,
}

/// The prices of the first phase and book that price all three outcomes: the average over books, then the sharpest book, then
/// any by name. The maximum over books is no book's price.
pub(super) fn prices(quotes: &[Fact<Quote>], phases: &[Phase]) -> Option<Prices> {
    let of = |phase: Phase, book: BookId| Prices::of(quotes, phase, book).filter(Prices::is_whole);
    let preferred = [BookId::MARKET_AVERAGE, BookId::PINNACLE];
    phases.iter().find_map(|phase| {
        preferred.iter().find_map(|book| of(*phase, *book)).or_else(|| {
            let others = quotes.iter().map(|quote| quote.value.series).filter(|s| s.phase == *phase);
            let others: BTreeSet<BookId> = others.map(|series| series.book).collect();
            others.into_iter().filter(|b| *b != BookId::MARKET_MAXIMUM).find_map(|book| of(*phase, book))
        })
    })
}

impl Prices {
    /// Quotes come in the order they became known, so the last of a selection stays.
    fn of(quotes: &[Fact<Quote>], phase: Phase, book: BookId) -> Option<Self> {
        let mut prices = Self::default();
        let mut any = false;
        for Quote { series, odds, .. } in quotes.iter().map(|fact| &fact.value) {
            if series.phase != phase || series.book != book {
                continue;
            }
            let Some(place) = prices.place(series.market, series.selection) else { continue };
            *place = Some(*odds);
            any = true;
        }
        any.then_some(prices)
    }

    fn place(&mut self, market: Market, selection: Selection) -> Option<&mut Option<DecimalOdds>> {
        let over_two_and_a_half =
            market.kind() == MarketKind::AsianTotal && market.line() == Some(Line::from_quarters(10));
        match selection {
            Selection::Home if market == Market::THREE_WAY => self.three_way.get_mut(0),
            Selection::Draw if market == Market::THREE_WAY => self.three_way.get_mut(1),
            Selection::Away if market == Market::THREE_WAY => self.three_way.get_mut(2),
            Selection::Over if over_two_and_a_half => self.over_under.get_mut(0),
            Selection::Under if over_two_and_a_half => self.over_under.get_mut(1),
            _ => None,
        }
    }

    /// Home, draw, away, over and under.
    pub(super) fn raw(&self) -> [Option<DecimalOdds>; 5] {
        let ([home, draw, away], [over, under]) = (self.three_way, self.over_under);
        [home, draw, away, over, under]
    }

    fn is_whole(&self) -> bool {
        self.three_way.iter().all(Option::is_some)
    }

    /// What they imply; none when no score grid gives it.
    pub(super) fn implied(&self) -> Option<Implied> {
        let [Some(home), Some(draw), Some(away)] = self.three_way else { return None };
        let odds = [home, draw, away];
        // A book that sums to less than 1 has no margin; it is normalised in proportion, as in reports.
        let removed = MarginRemoval::Shin
            .remove(&odds)
            .or_else(|_| MarginRemoval::Multiplicative.remove(&odds))
            .ok()?;
        let [home, draw, away] = removed.probabilities.as_slice() else { return None };
        let probabilities = OutcomeProbabilities::from_weights(*home, *draw, *away).ok()?;
        let over = match self.over_under {
            [Some(over), Some(under)] => {
                MarginRemoval::Multiplicative.remove(&[over, under]).ok()?.probabilities.first().copied()
            }
            _ => None,
        };
        let (supremacy, total) = invert(probabilities, over)?;
        Some(Implied { probabilities, supremacy, total })
    }
}

/// What the score grid at one supremacy and total gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) home: f64,
    pub(super) draw: f64,
    pub(super) away: f64,
    pub(super) over: f64,
}

/// Sums of the grid of Dixon and Coles, without making the grid.
pub(super) fn view(supremacy: f64, total: f64) -> View {
    let (lambda, mu) = expected_goals(supremacy, total);
    let (home, away) = (poisson(lambda), poisson(mu));
    let mut view = View { home: 0.0, draw: 0.0, away: 0.0, over: 0.0 };
    let (mut below, mut sum_away) = (0.0, 0.0);
    for (h, a) in home.iter().zip(&away) {
        // Home wins by h to fewer, away wins by a to fewer.
        view.home += h * sum_away;
        view.away += a * below;
        view.draw += h * a;
        below += h;
        sum_away += a;
    }
    let low: f64 = (0..3).flat_map(|h| (0..3 - h).map(move |a| (h, a))).map(|(h, a)| home[h] * away[a]).sum();
    view.over = below * sum_away - low;
    let corner = RHO * lambda * mu * home[0] * away[0];
    // 0-0 loses, 0-1 and 1-0 gain and 1-1 loses the same mass; over 2.5 goals nothing changes.
    view.draw -= 2.0 * corner;
    view.home += corner;
    view.away += corner;
    let whole = view.home + view.draw + view.away;
    View {
        home: view.home / whole,
        draw: view.draw / whole,
        away: view.away / whole,
        over: view.over / whole,
    }
}

fn poisson(mean: f64) -> [f64; GOALS] {
    let mut cells = [0.0; GOALS];
    let mut p = (-mean).exp();
    for (k, cell) in cells.iter_mut().enumerate() {
        *cell = p;
        p *= mean / (k as f64 + 1.0);
    }
    cells
}

/// Supremacy and total of which the grid has these probabilities.
fn invert(wanted: OutcomeProbabilities, over: Option<f64>) -> Option<(f64, f64)> {
    let miss = |s: f64, t: f64| {
        let view = view(s, t);
        let second = over.map_or(wanted.draw - view.draw, |over| over - view.over);
        [wanted.home - wanted.away - (view.home - view.away), second]
    };
    let (mut s, mut t) = (0.62 * (wanted.home / wanted.away).ln(), 0.55);
    for _ in 0..MAX_STEPS {
        let here = miss(s, t);
        if here.iter().all(|miss| miss.abs() < TOLERANCE) {
            return (s.abs() < MAX_SUPREMACY && TOTALS.contains(&t)).then_some((s, t));
        }
        let [by_s, by_t] = [miss(s + STEP, t), miss(s, t + STEP)]
            .map(|there| [(here[0] - there[0]) / STEP, (here[1] - there[1]) / STEP]);
        let determinant = by_s[0] * by_t[1] - by_t[0] * by_s[1];
        let ds = (by_t[1] * here[0] - by_t[0] * here[1]) / determinant;
        let dt = (by_s[0] * here[1] - by_s[1] * here[0]) / determinant;
        if !(ds.is_finite() && dt.is_finite()) {
            return None;
        }
        s += ds.clamp(-0.5, 0.5);
        t = (t + dt.clamp(-0.3, 0.3)).clamp(*TOTALS.start(), *TOTALS.end());
    }
    None
}

/// Of the numerical derivatives.
const STEP: f64 = 1e-5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dixon_coles::score_grid;

    #[test]
    fn the_view_is_that_of_the_grid() {
        for (supremacy, total) in [(0.0, 0.5), (1.2, 0.9), (-2.0, 0.3)] {
            let (lambda, mu) = expected_goals(supremacy, total);
            let grid = score_grid(lambda, mu, RHO, GOALS as u16 - 1).unwrap();
            let (outcome, view) = (grid.outcome_probabilities(), view(supremacy, total));
            let over = grid.expectation(|score| f64::from(u8::from(score.home + score.away > 2)));
            for (got, want) in [
                (view.home, outcome.home),
                (view.draw, outcome.draw),
                (view.away, outcome.away),
                (view.over, over),
            ] {
                assert!((got - want).abs() < 1e-12, "{view:?} {outcome:?} {over}");
            }
        }
    }

    #[test]
    fn inversion_leads_back() {
        for (supremacy, total) in [(0.3, 0.6), (2.6, 1.2), (-1.4, 0.2), (-2.4, 0.9)] {
            let view = view(supremacy, total);
            let wanted = OutcomeProbabilities::new(view.home, view.draw, view.away).unwrap();
            for over in [Some(view.over), None] {
                let (s, t) = invert(wanted, over).unwrap();
                assert!((s - supremacy).abs() < 1e-6 && (t - total).abs() < 1e-6, "{s} {t} {over:?}");
            }
        }
    }

    #[test]
    fn a_price_that_no_grid_gives_says_nothing() {
        let wanted = OutcomeProbabilities::new(0.02, 0.96, 0.02).unwrap();
        assert_eq!(invert(wanted, Some(0.9999)), None);
    }
}
