//! Loads what one competition's work needs: its facts, its teams' names, the last import they come from.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use domain::{Competition, CompetitionId, Fact, FixtureId, History, Sequence, TeamId};
use forecast::model::OddsUse;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{QuoteScope, Scope, Store};

use crate::exit::Stop;

/// A competition in memory.
pub(crate) struct Loaded {
    pub(crate) competition: Competition,
    pub(crate) history: Arc<History>,
    pub(crate) sequence: Sequence,
    names: BTreeMap<TeamId, String>,
    /// Every spelling in the competition's pool, in lower case.
    spellings: BTreeMap<String, TeamId>,
}

/// The prices that a model of this name reads: none when it reads none or is unknown, which is told later.
pub(crate) fn quotes_for(model: &str) -> QuoteScope {
    match forecast::model::by_name(model).map_or(OddsUse::Nothing, |m| m.odds_use()) {
        OddsUse::Nothing => QuoteScope::None,
        OddsUse::PastMatches | OddsUse::ThisMatch => QuoteScope::All,
    }
}

/// Loads one competition, or says what there is instead.
pub(crate) async fn run(store: &Store, id: CompetitionId, quotes: QuoteScope) -> Result<Loaded> {
    let competitions = store.competitions().await?;
    let Some(competition) = competitions.iter().find(|c| c.id == id).cloned() else {
        let list: Vec<&str> = competitions.iter().map(|c| c.id.as_str()).collect();
        let there_is =
            if list.is_empty() { "nothing yet: import files first".to_owned() } else { list.join(", ") };
        return Err(Stop::Usage(format!("no match of {id} is stored; there is {there_is}")).into());
    };
    let history = store.history(&Scope { competitions: vec![id], quotes, known_before: None }).await?;
    let names = store.teams().await?.into_iter().map(|team| (team.id, team.name)).collect();
    let in_pool = store.aliases().await?.into_iter().filter(|a| a.pool == competition.pool);
    let spellings = in_pool.map(|a| (a.alias.to_lowercase(), a.team)).collect();
    let sequence = history.last_sequence().unwrap_or(Sequence(0));
    Ok(Loaded { competition, history, sequence, names, spellings })
}

impl Loaded {
    /// The name of a team.
    pub(crate) fn name(&self, team: TeamId) -> String {
        self.names.get(&team).cloned().unwrap_or_else(|| format!("team {}", team.0))
    }

    /// Parameters with the teams' numbers turned into names, where a model lists teams.
    pub(crate) fn with_names(&self, mut parameters: Value) -> Value {
        let teams = parameters.get_mut("teams").and_then(Value::as_array_mut);
        for team in teams.into_iter().flatten() {
            if let Some(id) = team.get("team").and_then(Value::as_i64) {
                team["name"] = json!(self.name(TeamId(id)));
            }
        }
        parameters
    }

    /// When the next stored fact becomes known, prices aside: until then nothing changes without an import. A fact is
    /// visible after its moment, so one of this very moment is still to come.
    pub(crate) fn next_news(&self, now: Timestamp) -> Option<Timestamp> {
        fn next<T>(facts: &[Fact<T>], now: Timestamp) -> Option<Timestamp> {
            let known = facts.partition_point(|f| f.times.known_at < now);
            facts.get(known).map(|f| f.times.known_at)
        }
        let all = [
            next(self.history.fixture_facts(), now),
            next(self.history.result_facts(), now),
            next(self.history.statistics_facts(), now),
            next(self.history.line_up_facts(), now),
        ];
        all.into_iter().flatten().min()
    }

    /// The same of the prices of fixtures, as far as they are loaded.
    pub(crate) fn next_price(&self, fixtures: &[FixtureId], now: Timestamp) -> Option<Timestamp> {
        let moments = fixtures.iter().flat_map(|id| self.history.quotes_for_scoring(*id));
        moments.map(|quote| quote.times.known_at).filter(|known_at| *known_at >= now).min()
    }

    /// The team of that name, in any known spelling, or the only one whose name has it in it.
    pub(crate) fn team(&self, name: &str) -> Result<TeamId> {
        let here: std::collections::BTreeSet<TeamId> =
            self.history.fixture_facts().iter().flat_map(|f| [f.value.home, f.value.away]).collect();
        let wanted = name.to_lowercase();
        let exact = self.spellings.get(&wanted).filter(|id| here.contains(id));
        let partial: Vec<TeamId> =
            here.iter().filter(|id| self.name(**id).to_lowercase().contains(&wanted)).copied().collect();
        match (exact, partial.as_slice()) {
            (Some(id), _) | (None, [id]) => Ok(*id),
            (None, []) => {
                let list: Vec<String> = here.iter().map(|id| self.name(*id)).collect();
                Err(Stop::Usage(format!(
                    "no team {name:?} in {}; there is {}",
                    self.competition.id,
                    list.join(", ")
                ))
                .into())
            }
            (None, several) => {
                let list: Vec<String> = several.iter().map(|id| self.name(*id)).collect();
                Err(Stop::Usage(format!("{name:?} may be {}", list.join(" or "))).into())
            }
        }
    }
}
