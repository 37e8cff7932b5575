//! Teams for the names in predictions, as for those in matches.

use std::collections::BTreeMap;

use domain::{Loss, PredictedMatch, PredictionRecord, Reason, Rejection, TeamId, UnknownName};

use crate::{
    identity::{Roster, pool_of},
    table::shortened,
};

/// Predictions whose teams are known, and those that wait.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResolvedPredictions {
    /// Those whose teams are known, or that name their match by number.
    pub records: Vec<PredictionRecord<TeamId>>,
    /// One rejected row per prediction that waits for a name.
    pub rejections: Vec<Rejection>,
    /// Every unknown name, with the number of rows it holds back.
    pub unknown: BTreeMap<UnknownName, u32>,
}

/// Replaces spellings by teams.
pub fn resolve_predictions(records: Vec<PredictionRecord<String>>, roster: &Roster) -> ResolvedPredictions {
    let mut resolved = ResolvedPredictions::default();
    for record in records {
        match teams(&record.about, roster) {
            Ok(about) => {
                let PredictionRecord { row, model, as_of, statement, .. } = record;
                resolved.records.push(PredictionRecord { row, model, as_of, about, statement });
            }
            Err(unknown) => {
                resolved.rejections.extend(unknown.first().map(|(side, name)| Rejection {
                    row: record.row,
                    field: Some((*side).to_owned()),
                    value: shortened(&name.name),
                    reason: Reason::UnknownTeam,
                    loss: Loss::Row,
                }));
                for (_, name) in unknown {
                    *resolved.unknown.entry(name).or_default() += 1;
                }
            }
        }
    }
    resolved
}

/// The match with its teams, or the names nobody knows.
fn teams(
    about: &PredictedMatch<String>,
    roster: &Roster,
) -> Result<PredictedMatch<TeamId>, Vec<(&'static str, UnknownName)>> {
    let (competition, local_date, home, away) = match about {
        PredictedMatch::Fixture(fixture) => return Ok(PredictedMatch::Fixture(*fixture)),
        PredictedMatch::Pairing { competition, local_date, home, away } => {
            (competition, local_date, home, away)
        }
    };
    let pool = pool_of(*competition);
    match (roster.team(&pool, home), roster.team(&pool, away)) {
        (Some(home), Some(away)) => {
            Ok(PredictedMatch::Pairing { competition: *competition, local_date: *local_date, home, away })
        }
        (at_home, at_away) => {
            let sides = [("home", at_home, home), ("away", at_away, away)];
            let unknown = sides.into_iter().filter(|(_, team, _)| team.is_none());
            let name = |name: &String| UnknownName { pool: pool.clone(), name: name.clone() };
            Err(unknown.map(|(side, _, spelling)| (side, name(spelling))).collect())
        }
    }
}
