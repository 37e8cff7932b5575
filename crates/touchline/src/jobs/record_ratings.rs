//! Rates every team match by match as of a moment and keeps what is new.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::{FixtureId, RecordedBy, Snapshot};
use forecast::rating::{Rating, ratings};
use jiff::Timestamp;
use store::{NewRatings, RatingStep, Store};

use super::{forecast_fixtures::CODE_VERSION, load_history::Loaded};

/// Every rating on the list that knows the sport, on what was known before `as_of`. Returns how many rows are new.
pub(crate) async fn run(
    store: &Store,
    loaded: &Loaded,
    as_of: Timestamp,
    made_at: Timestamp,
) -> Result<usize> {
    let snapshot = loaded.history.as_of(as_of, RecordedBy::Now);
    let known_at = known_at(loaded, &snapshot);
    let mut written = 0;
    for rating in ratings().iter().filter(|r| r.supports(loaded.competition.sport)) {
        let new = NewRatings {
            competition: loaded.competition.id,
            rating: rating.name().to_owned(),
            as_of: snapshot.at(),
            made_at,
            code_version: CODE_VERSION.to_owned(),
            data_sequence: loaded.sequence,
            steps: steps(loaded, &snapshot, rating.as_ref(), &known_at),
        };
        written += store.append_ratings(&new).await?;
    }
    tracing::info!(competition = %loaded.competition.id, as_of = %snapshot.at(), written, "recorded ratings");
    Ok(written)
}

/// What every match did to both sides, in the order of kick-off. A number is known once every result before it is, so that a
/// correction dates all that comes after it.
fn steps(
    loaded: &Loaded,
    snapshot: &Snapshot<'_>,
    rating: &dyn Rating,
    known_at: &BTreeMap<FixtureId, Timestamp>,
) -> Vec<RatingStep> {
    let mut table = rating.table(loaded.competition.sport);
    let mut steps = Vec::new();
    let mut latest = Timestamp::MIN;
    for played in snapshot.played_in(loaded.competition.id) {
        let fixture = played.fixture;
        latest = known_at.get(&fixture.id).map_or(latest, |at| latest.max(*at));
        let teams = [fixture.home, fixture.away];
        let before = teams.map(|team| table.rating(team, fixture.season));
        table.update(&played);
        for (team, before) in teams.into_iter().zip(before) {
            let after = table.rating(team, fixture.season);
            steps.push(RatingStep { fixture: fixture.id, team, before, after, known_at: latest });
        }
    }
    steps
}

/// When the last of the facts about each match that a rating reads could be known: its date and venue, and its result.
fn known_at(loaded: &Loaded, snapshot: &Snapshot<'_>) -> BTreeMap<FixtureId, Timestamp> {
    let mut known: BTreeMap<FixtureId, Timestamp> = BTreeMap::new();
    let versions = loaded.history.fixture_facts().iter().map(|f| (f.value.id, f.times.known_at));
    let results = loaded.history.result_facts().iter().map(|f| (f.value.fixture, f.times.known_at));
    for (fixture, at) in versions.chain(results).filter(|(_, at)| *at < snapshot.at()) {
        let latest = known.entry(fixture).or_insert(at);
        *latest = at.max(*latest);
    }
    known
}
