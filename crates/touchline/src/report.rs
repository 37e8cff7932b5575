//! The report of a demo or a backtest: what the command prints, what the dashboard draws, what the store keeps.

use serde::{Deserialize, Serialize};

/// Raw matches to settled, scored bets, in one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Matches with a result in the store.
    pub(crate) matches: usize,
    /// Rows, fields and files that could not be used.
    pub(crate) rejected: usize,
    /// What the checks found.
    pub(crate) checks: Vec<CheckLine>,
    /// One walk-forward per competition and season.
    pub(crate) backtests: Vec<BacktestSection>,
    /// Paper bets over the same seasons.
    pub(crate) bets: BetsSection,
    /// How many forecasts follow.
    pub(crate) forecasts: usize,
    /// The round held back, as of its start.
    pub(crate) upcoming: Vec<UpcomingForecast>,
}

/// One finding of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CheckLine {
    /// The rule's name.
    pub(crate) rule: String,
    /// `warn`, `block` or `quarantine`.
    pub(crate) action: String,
    /// How many rows or fixtures.
    pub(crate) count: usize,
    /// In a sentence.
    pub(crate) detail: String,
}

/// A walk-forward over one season.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BacktestSection {
    /// The competition's id.
    pub(crate) competition: String,
    /// The competition's name.
    pub(crate) name: String,
    /// The season, e.g. 2023-24.
    pub(crate) season: String,
    /// Which prices the market line was made from.
    pub(crate) market_phase: String,
    /// Everybody on the same matches.
    pub(crate) forecasters: Vec<ForecasterLine>,
}

/// How one forecaster did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ForecasterLine {
    /// Its name.
    pub(crate) name: String,
    /// Matches scored.
    pub(crate) n: usize,
    /// Ranked probability score, divided by outcomes - 1.
    pub(crate) rps: f64,
    /// Natural log loss.
    pub(crate) log_loss: f64,
    /// Brier score summed over classes.
    pub(crate) brier: f64,
    /// Share of matches whose likeliest class came true.
    pub(crate) accuracy: f64,
    /// Expected calibration error.
    pub(crate) ece: f64,
    /// RPS minus that of the base rate, and its 95 % interval; negative is better.
    pub(crate) rps_to_base_rate: Option<Difference>,
    /// RPS minus that of the market, and its 95 % interval; negative is better.
    pub(crate) rps_to_market: Option<Difference>,
    /// Forecast against observed frequency.
    pub(crate) calibration: Vec<CalibrationPoint>,
}

/// A paired difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Difference {
    /// Mean.
    pub(crate) mean: f64,
    /// Lower end of the 95 % interval.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
}

/// One bin of a calibration table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct CalibrationPoint {
    /// Mean forecast in the bin.
    pub(crate) forecast: f64,
    /// Share that came true.
    pub(crate) observed: f64,
    /// Forecasts in the bin.
    pub(crate) count: usize,
}

/// Paper bets of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BetsSection {
    /// Bets struck.
    pub(crate) placed: usize,
    /// Bets settled.
    pub(crate) settled: usize,
    /// Stakes.
    pub(crate) staked_minor: i64,
    /// Profit, negative for a loss.
    pub(crate) profit_minor: i64,
    /// Currency of both.
    pub(crate) currency: String,
    /// Profit per unit staked; none without stakes.
    pub(crate) roi: Option<f64>,
    /// Its 95 % interval; none with bets on fewer than two days.
    pub(crate) roi_interval: Option<[f64; 2]>,
    /// Largest fall of the bankroll from a peak, as a share of the peak.
    pub(crate) drawdown: f64,
    /// Mean closing line value and the share of bets that have one; none where there are no closing odds.
    pub(crate) closing_line: Option<ClosingLine>,
    /// The same bets at the best price of any book: an upper bound nobody could have reached.
    pub(crate) upper_bound: Option<UpperBound>,
    /// Bankroll after each settlement.
    pub(crate) bankroll: Vec<BankrollPoint>,
}

/// Closing line value of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClosingLine {
    /// Mean odds / closing odds - 1.
    pub(crate) mean: f64,
    /// Mean against the closing odds without margin (Shin).
    pub(crate) mean_without_margin: Option<f64>,
    /// Share of bets with closing odds.
    pub(crate) coverage: f64,
}

/// What the same bets would have made at the best price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct UpperBound {
    /// Profit.
    pub(crate) profit_minor: i64,
    /// Profit per unit staked.
    pub(crate) roi: f64,
}

/// The bankroll at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct BankrollPoint {
    /// When.
    pub(crate) at: jiff::Timestamp,
    /// How much.
    pub(crate) minor: i64,
}

/// A forecast of a fixture to come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct UpcomingForecast {
    /// Its number, for `explain`; 0 when it is not on record.
    pub(crate) id: i64,
    /// The fixture's number; 0 in reports of a Touchline that did not write it.
    #[serde(default = "unknown_fixture")]
    pub(crate) fixture: domain::FixtureId,
    /// The competition's id.
    pub(crate) competition: String,
    /// Kick-off.
    pub(crate) kickoff: jiff::Timestamp,
    /// Whether only the date is known.
    pub(crate) date_only: bool,
    /// Home side.
    pub(crate) home: String,
    /// Away side.
    pub(crate) away: String,
    /// The model.
    pub(crate) model: String,
    /// Nothing known at or after this was used.
    pub(crate) as_of: jiff::Timestamp,
    /// Home win, draw, away win.
    pub(crate) probabilities: [f64; 3],
    /// Mean home and away score.
    pub(crate) expected_score: [f64; 2],
    /// Probability of the likeliest outcome: how often such a pick should be right.
    #[serde(default)]
    pub(crate) confidence: f64,
    /// Of the outcome, in nats: 0 when certain.
    #[serde(default)]
    pub(crate) entropy: f64,
    /// Where total and margin lie with a probability of 80 % or a little more, ends included.
    #[serde(default)]
    pub(crate) total_80: [i32; 2],
    /// As `total_80`, of home less away.
    #[serde(default)]
    pub(crate) margin_80: [i32; 2],
    /// Fair odds by market and selection.
    pub(crate) fair_odds: Vec<FairOdds>,
}

/// What a selection is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FairOdds {
    /// The market with its line.
    pub(crate) market: String,
    /// The selection.
    pub(crate) selection: String,
    /// Probability of winning among stakes not refunded.
    pub(crate) probability: f64,
    /// 1 + lost / won; none when it cannot win or cannot lose.
    pub(crate) odds: Option<f64>,
    /// Between which odds the fair ones lie with a probability of 80 %, where the model knows its own doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) odds_80: Option<[f64; 2]>,
}

fn unknown_fixture() -> domain::FixtureId {
    domain::FixtureId(0)
}

impl FairOdds {
    /// The 80 % interval in words.
    pub(crate) fn interval_in_words(&self) -> String {
        self.odds_80.map_or_else(|| "–".into(), |[short, long]| format!("{short:.2} to {long:.2}"))
    }
}

impl BetsSection {
    /// The return with its interval, in words.
    pub(crate) fn return_in_words(&self) -> String {
        let percent = |share: f64| format!("{:+.1} %", 100.0 * share);
        match (self.roi, self.roi_interval) {
            (None, _) => "no return, for nothing was staked".into(),
            (Some(roi), None) => percent(roi),
            (Some(roi), Some([low, high])) => {
                format!("{}, 95 % interval {} to {}", percent(roi), percent(low), percent(high))
            }
        }
    }
}

impl UpcomingForecast {
    /// Fair odds of one selection, if listed.
    pub(crate) fn fair(&self, market: &str, selection: &str) -> Option<f64> {
        self.fair_odds.iter().find(|f| f.market == market && f.selection == selection).and_then(|f| f.odds)
    }
}
