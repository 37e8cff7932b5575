//! `touchline backtest run`

use anyhow::Result;
use clap::Args;
use domain::{CompetitionId, Season};
use forecast::search::Settings;
use jiff::civil::Date;

use super::{Cluster, Files, Walking, print};
use crate::{
    app::App,
    exit::Stop,
    jobs::{
        backtest_report::{Configuration, Matches, ModelChoice, setting},
        backtest_run::{self, built, check_period, load},
        backtest_season,
    },
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Competitions such as eng.1, nfl or nba; several of one sport are scored together and apart
    #[arg(long, required = true, value_delimiter = ',')]
    competition: Vec<CompetitionId>,
    /// Seasons such as 2023-24; several are scored together and apart
    #[arg(long = "season", num_args = 1.., value_delimiter = ',', required_unless_present_any = ["from", "to"])]
    seasons: Vec<Season>,
    /// Forecast matches from this day on, such as 2023-08-01, instead of whole seasons
    #[arg(long, conflicts_with = "seasons")]
    from: Option<Date>,
    /// Forecast matches up to and including this day
    #[arg(long, conflicts_with = "seasons")]
    to: Option<Date>,
    /// Models by name; all that know the sport when left out. The base rate and the market are always there
    #[arg(long, value_delimiter = ',')]
    models: Vec<String>,
    /// A model made elsewhere, whose predictions were imported as predictions_csv; repeat for more
    #[arg(long, value_name = "NAME")]
    external: Vec<String>,
    /// Change a model's setting, e.g. dixon_coles.half_life_days=200; repeat for more
    #[arg(long = "set", value_name = "MODEL.NAME=VALUE")]
    settings: Vec<String>,
    #[command(flatten)]
    walking: Walking,
    /// What is drawn together for the intervals
    #[arg(long, value_enum, default_value_t = Cluster::Day)]
    cluster: Cluster,
    #[command(flatten)]
    files: Files,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let matches = arguments.matches()?;
    let store = app.existing_store().await?;
    let loaded = load(&store, &arguments.competition).await?;
    check_period(&loaded, &matches)?;
    let sport = loaded.first().map_or(domain::Sport::Soccer, |l| l.competition.sport);
    let models = arguments.models(sport)?;
    let configuration = Configuration {
        competitions: arguments.competition.clone(),
        matches,
        models,
        external: arguments.external.clone(),
        schedule: arguments.walking.schedule(app),
        briefed: arguments.walking.briefed.into(),
        min_training: arguments.walking.min_training(app),
        cluster: arguments.cluster.into(),
        seed: arguments.walking.seed.unwrap_or(app.config.forecast.seed),
    };
    let report = backtest_run::run(&store, &loaded, &configuration, app.out, app.clock.now()).await?;
    arguments.files.write(&store, &report).await?;
    store.close().await;
    app.out.answer(&report, || print::report(&report))
}

impl Arguments {
    fn matches(&self) -> Result<Matches> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Stop::Usage(format!("--from {from} is after --to {to}")).into());
        }
        let mut seasons = self.seasons.clone();
        seasons.sort_unstable();
        seasons.dedup();
        Ok(if seasons.is_empty() {
            Matches::Days { from: self.from, to: self.to }
        } else {
            Matches::Seasons(seasons)
        })
    }

    /// The base rate, then the models asked for, with their settings checked before anything is walked.
    fn models(&self, sport: domain::Sport) -> Result<Vec<ModelChoice>> {
        let asked: Vec<String> = self.models.iter().filter(|name| *name != "market").cloned().collect();
        let chosen = backtest_season::chosen(&asked, sport)?;
        let mut names = vec!["base_rate"];
        names.extend(chosen.iter().map(|m| m.name()).filter(|name| *name != "base_rate"));
        let plain = |name: &&str| ModelChoice { name: (*name).to_owned(), settings: Settings::new() };
        let mut models: Vec<ModelChoice> = names.iter().map(plain).collect();
        for text in &self.settings {
            let (model, name, value) = setting(text).map_err(|e| Stop::Usage(e.to_string()))?;
            let found = models.iter_mut().find(|m| m.name == model);
            let found = found.ok_or_else(|| {
                Stop::Usage(format!(
                    "--set {text}: {model} is not among the models of this run: {}",
                    names.join(", ")
                ))
            })?;
            found.settings.insert(name, value);
        }
        for model in &models {
            built(&model.name, &model.settings, sport)?;
        }
        Ok(models)
    }
}
