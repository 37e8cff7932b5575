//! Replays a season of paper betting: at every moment prices were collected, settle what is known, forecast what is offered,
//! bet what is worth it. The same jobs as live, with the moments of the past for a clock.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use domain::{BookId, Fixture, FixtureId, RecordedBy, Season};
use forecast::{Model, backtest::Schedule};
use jiff::{SignedDuration, Timestamp};
use store::Store;

use super::{
    forecast_fixtures::Fitted,
    load_history::Loaded,
    place_bets::{self, Offers},
    settle_bets,
};
use crate::app::App;

/// What to replay.
pub(crate) struct Replay<'a> {
    pub(crate) app: &'a App,
    pub(crate) store: &'a Store,
    pub(crate) loaded: &'a [Loaded],
    pub(crate) season: Season,
    pub(crate) model: &'a dyn Model,
    pub(crate) run: &'a str,
}

/// Fixtures by the moment their prices were collected, then by the position of their competition.
type Collected = BTreeMap<Timestamp, BTreeMap<usize, BTreeSet<FixtureId>>>;

/// Replays the season from its first price to its last settlement.
pub(crate) async fn run(replay: &Replay<'_>) -> Result<()> {
    let Replay { app, store, loaded, run, .. } = replay;
    let book = app.config.betting.book;
    let collected = collected(loaded, replay.season, book);
    let bar = app.out.progress(collected.len(), "betting on paper");
    let mut fits = Fits { schedule: Schedule::every(app.config.forecast.step_days), made: BTreeMap::new() };
    for (known_at, by_competition) in &collected {
        // A price is visible only after it became known.
        let at = *known_at + SignedDuration::from_secs(1);
        for competition in *loaded {
            settle_bets::run(store, competition, run, at).await?;
        }
        let mut offers = Offers::made_at(at);
        for (position, ids) in by_competition {
            let competition = &loaded[*position];
            let snapshot = competition.history.as_of(at, RecordedBy::Now);
            let fixtures: Vec<&Fixture> = ids.iter().filter_map(|id| snapshot.fixture(*id)).collect();
            let Some(fitted) = fits.at(at, *position, competition, replay)? else { continue };
            offers.add(store, competition, fitted, &snapshot, &fixtures, book).await?;
        }
        let account = place_bets::account(store, &app.config.betting, run, at).await?;
        let decisions = offers.decide(&app.config.betting, &account)?;
        offers.place(store, &app.config.betting, run, &decisions).await?;
        bar.inc(1);
    }
    if let Some((last, _)) = collected.last_key_value() {
        let end = *last + SignedDuration::from_hours(24 * 30);
        for competition in *loaded {
            settle_bets::run(store, competition, run, end).await?;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn collected(loaded: &[Loaded], season: Season, book: BookId) -> Collected {
    let mut moments = Collected::new();
    for (position, competition) in loaded.iter().enumerate() {
        for fixture in competition.history.fixtures_for_scoring() {
            if fixture.season != season {
                continue;
            }
            for quote in competition.history.quotes_for_scoring(fixture.id) {
                let series = quote.value.series;
                if series.book == book && series.phase.is_bettable() {
                    let by_competition = moments.entry(quote.times.known_at).or_default();
                    by_competition.entry(position).or_default().insert(fixture.id);
                }
            }
        }
    }
    moments
}

/// One fit per competition and grid instant, kept while the instant lasts.
struct Fits {
    schedule: Schedule,
    made: BTreeMap<usize, (Timestamp, Option<Fitted>)>,
}

impl Fits {
    fn at(
        &mut self,
        at: Timestamp,
        position: usize,
        loaded: &Loaded,
        replay: &Replay<'_>,
    ) -> Result<Option<&Fitted>> {
        let moment = self.schedule.fit_moment(at);
        if self.made.get(&position).is_none_or(|(made_at, _)| *made_at != moment) {
            let snapshot = loaded.history.as_of(moment, RecordedBy::Now);
            let trained = snapshot.played_in(loaded.competition.id).count();
            let enough = trained >= replay.app.config.forecast.min_training_matches;
            let fitted =
                if enough { Some(Fitted::on(&snapshot, replay.model, &loaded.competition)?) } else { None };
            self.made.insert(position, (moment, fitted));
        }
        Ok(self.made.get(&position).and_then(|(_, fitted)| fitted.as_ref()))
    }
}
