//! What stands beside exported bets: their closing line value, by the very function that judges them in `pnl`.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use betting::ClosingLine;
use domain::CompetitionId;
use store::{Bet, BetFilter, Column, Filter, Kind, QuoteScope, Relation, Store, Value, Values};

use super::{load_history, sum_up_bets::closing_line};

/// The joined relation with a bet in every row; its first column is the bet's number.
const BETS: &str = "bets";

/// Names of what is added.
const ADDED: [(&str, Kind); 4] = [
    ("closing_book", Kind::Text),
    ("closing_price", Kind::Real),
    ("closing_line_value", Kind::Real),
    ("closing_line_value_without_margin", Kind::Real),
];

/// Closing line values by bet.
pub(crate) struct ClosingValues(HashMap<i64, Values>);

impl ClosingValues {
    /// What to add to a relation: nothing, unless it is that of the bets.
    pub(crate) async fn beside(store: &Store, relation: &Relation, filter: &Filter) -> Result<Option<Self>> {
        if relation.name != BETS {
            return Ok(None);
        }
        let mut bets: BTreeMap<CompetitionId, Vec<Bet>> = BTreeMap::new();
        for bet in store.bets(&BetFilter::default()).await? {
            let competition = store.competition_of(bet.terms.fixture).await?;
            let wanted =
                |id: &CompetitionId| filter.competitions.is_empty() || filter.competitions.contains(id);
            if let Some(competition) = competition.filter(wanted) {
                bets.entry(competition).or_default().push(bet);
            }
        }
        let mut values = HashMap::new();
        // One competition in memory at a time.
        for (competition, bets) in bets {
            let loaded = load_history::run(store, competition, QuoteScope::Closing(Vec::new())).await?;
            values.extend(bets.iter().map(|bet| {
                let line = closing_line(&loaded, &bet.terms, filter.known_before);
                (bet.id.0, added(line.as_ref(), bet))
            }));
        }
        Ok(Some(Self(values)))
    }

    /// How many columns are added to a relation.
    pub(crate) fn added_to(relation: &Relation) -> usize {
        if relation.name == BETS { ADDED.len() } else { 0 }
    }

    /// The columns that are added.
    pub(crate) fn columns() -> Vec<Column> {
        ADDED.map(|(name, kind)| Column { name: name.into(), kind, nullable: true }).to_vec()
    }

    /// Adds the values of the bet in a row.
    pub(crate) fn add_to(&self, row: &mut Values) {
        let values = match row.first() {
            Some(Value::Integer(Some(id))) => self.0.get(id),
            _ => None,
        };
        row.extend(values.cloned().unwrap_or_else(missing));
    }
}

fn missing() -> Values {
    vec![Value::Text(None), Value::Real(None), Value::Real(None), Value::Real(None)]
}

fn added(line: Option<&ClosingLine>, bet: &Bet) -> Values {
    let terms = &bet.terms;
    let Some((line, value)) =
        line.and_then(|line| Some((line, line.value(terms.selection, terms.odds).ok()?)))
    else {
        return missing();
    };
    let price = line.prices.iter().find(|(selection, _)| *selection == terms.selection);
    vec![
        Value::from(line.book.as_str()),
        Value::from(price.map(|(_, odds)| odds.value())),
        Value::from(value.raw),
        Value::from(value.shin),
    ]
}
