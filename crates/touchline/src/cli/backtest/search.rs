//! `touchline backtest search`

use anyhow::Result;
use clap::Args;
use domain::{CompetitionId, Season};
use forecast::search::{tunable, tunables};

use super::{Walking, print};
use crate::{
    app::App,
    exit::Stop,
    jobs::{
        backtest_run::load,
        load_history::Loaded,
        search_settings::{self, Specification},
    },
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Competitions such as eng.1; several are searched together
    #[arg(long, required = true, value_delimiter = ',')]
    competition: Vec<CompetitionId>,
    /// Whose settings are searched
    #[arg(long)]
    model: String,
    /// How many settings are tried in all; those on record count
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    budget: u16,
    /// The first season that no trial sees, on which the best is then judged; the last one stored when left out
    #[arg(long)]
    until: Option<Season>,
    /// The first season that trials are scored on; the first one stored when left out
    #[arg(long)]
    since: Option<Season>,
    #[command(flatten)]
    walking: Walking,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let loaded = load(&store, &arguments.competition).await?;
    let sport = loaded.first().map_or(domain::Sport::Soccer, |l| l.competition.sport);
    let tunable = tunable(&arguments.model, sport).ok_or_else(|| {
        let names: Vec<&str> = tunables(sport).iter().map(forecast::search::Tunable::name).collect();
        Stop::Usage(format!(
            "no model {:?} of {sport} has settings to search; there is {}",
            arguments.model,
            names.join(", ")
        ))
    })?;
    let (seasons, held_out) = arguments.seasons(&loaded)?;
    let specification = Specification {
        model: arguments.model.clone(),
        competitions: arguments.competition.clone(),
        seasons,
        schedule: arguments.walking.schedule(app),
        briefed: arguments.walking.briefed.into(),
        min_training: arguments.walking.min_training(app),
        seed: arguments.walking.seed.unwrap_or(app.config.forecast.seed),
    };
    let asked = (&specification, held_out.as_slice());
    let found = search_settings::run(app, &store, &loaded, &tunable, asked, arguments.budget.into()).await?;
    store.close().await;
    app.out.answer(&found, || print::search(&found))
}

impl Arguments {
    /// The seasons trials are scored on, and those the best is judged on.
    fn seasons(&self, loaded: &[Loaded]) -> Result<(Vec<Season>, Vec<Season>)> {
        let mut stored: Vec<Season> =
            loaded.iter().flat_map(|l| l.history.fixture_facts().iter().map(|f| f.value.season)).collect();
        stored.sort_unstable();
        stored.dedup();
        let until = self.until.or(stored.last().copied()).unwrap_or(Season::starting(0));
        let since = self.since.or(stored.first().copied()).unwrap_or(until);
        let (searched, held_out): (Vec<Season>, Vec<Season>) =
            stored.iter().filter(|s| **s >= since).partition(|s| **s < until);
        if searched.is_empty() {
            let list: Vec<String> = stored.iter().map(ToString::to_string).collect();
            return Err(Stop::Usage(format!(
                "there is no season to search from {since} until {until}; there is {}",
                list.join(", ")
            ))
            .into());
        }
        Ok((searched, held_out))
    }
}
