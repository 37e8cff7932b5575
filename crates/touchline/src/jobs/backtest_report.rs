//! A backtest as it is kept, shown and repeated: what was asked for, and what came of it.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Context, Result, anyhow};
use domain::{CompetitionId, Season};
use forecast::{
    backtest::{BASELINES, Briefed, Clustering, Evaluation, Schedule},
    search::Settings,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{BacktestId, Store, StoredBacktest};

use super::backtest_external::stored_name;
use crate::exit::Stop;

/// Everything the result depends on but facts and code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    /// Walked one by one, scored together and apart.
    pub(crate) competitions: Vec<CompetitionId>,
    /// Which matches.
    pub(crate) matches: Matches,
    /// Who forecasts; the market joins them.
    pub(crate) models: Vec<ModelChoice>,
    /// Models made elsewhere, whose stored predictions stand beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) external: Vec<String>,
    /// When models are refitted and on how much.
    pub(crate) schedule: Schedule,
    /// What models know about a match itself.
    pub(crate) briefed: Briefed,
    /// Fewest matches to learn from.
    pub(crate) min_training: usize,
    /// What is drawn together for an interval.
    pub(crate) cluster: Clustering,
    /// Of the intervals.
    pub(crate) seed: u64,
}

/// Which matches are forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Matches {
    /// Those of these seasons.
    Seasons(Vec<Season>),
    /// Those that kick off on these days, UTC, both included; open where there is none.
    Days {
        /// The first.
        from: Option<Date>,
        /// The last.
        to: Option<Date>,
    },
}

/// A model with the settings that were changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ModelChoice {
    /// Its name on the list.
    pub(crate) name: String,
    /// Settings by name; the rest is as it comes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) settings: Settings,
}

/// A backtest on record with what a page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BacktestReport {
    /// Its number.
    pub(crate) id: i64,
    /// When it was run.
    pub(crate) made_at: Timestamp,
    /// The version of the code that ran it.
    pub(crate) code_version: String,
    /// The last import it could see.
    pub(crate) data_sequence: i64,
    /// Competitions and period in words.
    pub(crate) title: String,
    /// What repeats it.
    pub(crate) command: String,
    /// What was asked for.
    pub(crate) configuration: Configuration,
    /// How many configurations were ever tried on matches of this one: the more, the luckier the best of them looks.
    pub(crate) configurations_tried: usize,
    /// Which they are.
    pub(crate) tried: Vec<String>,
    /// Names of the competitions by id.
    pub(crate) competition_names: BTreeMap<String, String>,
    /// What came of it.
    pub(crate) evaluation: Evaluation,
}

/// What is stored as the report: the rest stands in its own columns or is counted anew each time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredReport {
    pub(crate) competition_names: BTreeMap<String, String>,
    pub(crate) evaluation: Evaluation,
}

/// The few numbers of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Headline {
    /// Competitions and period in words.
    pub(crate) title: String,
    /// Matches that all forecasters forecast.
    pub(crate) n: usize,
    /// Everybody's scores on them.
    pub(crate) scores: Vec<HeadlineScore>,
}

/// One forecaster's scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct HeadlineScore {
    /// Its name.
    pub(crate) name: String,
    /// Ranked probability score.
    pub(crate) rps: f64,
    /// Natural log loss.
    pub(crate) log_loss: f64,
}

impl Headline {
    /// Of an evaluation.
    pub(crate) fn of(title: String, evaluation: &Evaluation) -> Self {
        let scores = evaluation.on_common.iter();
        let score = |s: &forecast::backtest::Summary| HeadlineScore {
            name: s.name.clone(),
            rps: s.rps,
            log_loss: s.log_loss,
        };
        Self { title, n: evaluation.n_common, scores: scores.map(score).collect() }
    }

    /// The best forecaster that is no baseline.
    pub(crate) fn best(&self) -> Option<&HeadlineScore> {
        let models = self.scores.iter().filter(|s| !BASELINES.contains(&s.name.as_str()));
        models.min_by(|a, b| a.log_loss.total_cmp(&b.log_loss))
    }
}

impl BacktestReport {
    /// One backtest, or that there is none.
    pub(crate) async fn find(store: &Store, id: i64) -> Result<Option<Self>> {
        let Some(StoredBacktest { head, report }) = store.backtest(BacktestId(id)).await? else {
            return Ok(None);
        };
        let tried = store.configurations_tried(head.match_set).await?;
        let unreadable =
            || format!("backtest {id} was stored by Touchline {}: run it again", head.code_version);
        let configuration: Configuration =
            serde_json::from_value(head.configuration.clone()).with_context(unreadable)?;
        let report: StoredReport = serde_json::from_value(report).with_context(unreadable)?;
        Ok(Some(Self {
            id,
            made_at: head.made_at,
            code_version: head.code_version.clone(),
            data_sequence: head.data_sequence.0,
            title: configuration.title(),
            command: configuration.command(),
            configurations_tried: tried.len(),
            tried,
            configuration,
            competition_names: report.competition_names,
            evaluation: report.evaluation,
        }))
    }

    /// One backtest that was asked for by number.
    pub(crate) async fn get(store: &Store, id: i64) -> Result<Self> {
        if let Some(report) = Self::find(store, id).await? {
            return Ok(report);
        }
        let known: Vec<String> = store.backtests().await?.iter().map(|b| b.id.0.to_string()).collect();
        let there_is = if known.is_empty() { "none yet".into() } else { known.join(", ") };
        Err(Stop::Usage(format!("there is no backtest {id}; there is {there_is}")).into())
    }

    /// What the market's prices were.
    pub(crate) fn market_in_words(&self) -> String {
        let used = self.evaluation.market_use.iter();
        let phases: Vec<String> =
            used.map(|u| format!("{} {} ({} matches)", u.book, u.phase.code(), u.n)).collect();
        if phases.is_empty() { "no odds stored".into() } else { phases.join(", ") }
    }
}

impl Configuration {
    /// Competitions and period in words.
    pub(crate) fn title(&self) -> String {
        let competitions = list(&self.competitions);
        match &self.matches {
            Matches::Seasons(seasons) => format!("{competitions} {}", list(seasons)),
            Matches::Days { from, to } => {
                let day =
                    |word: &str, date: &Option<Date>| date.map_or(String::new(), |d| format!(" {word} {d}"));
                format!("{competitions}{}{}", day("from", from), day("to", to))
            }
        }
    }

    /// The command that repeats it.
    pub(crate) fn command(&self) -> String {
        let mut text =
            format!("touchline backtest run --competition {}", list(&self.competitions).replace(", ", ","));
        let mut add = |option: &str, value: String| {
            let _ = write!(text, " --{option} {value}");
        };
        match &self.matches {
            Matches::Seasons(seasons) => add("season", list(seasons).replace(", ", ",")),
            Matches::Days { from, to } => {
                for (option, day) in [("from", from), ("to", to)] {
                    if let Some(day) = day {
                        add(option, day.to_string());
                    }
                }
            }
        }
        let names: Vec<&str> = self.models.iter().map(|m| m.name.as_str()).collect();
        add("models", names.join(","));
        for name in &self.external {
            add("external", quoted(name));
        }
        add("step-days", self.schedule.step_days.to_string());
        if let Some(days) = self.schedule.window_days {
            add("window-days", days.to_string());
        }
        add("min-training", self.min_training.to_string());
        add("briefed", briefed_word(self.briefed).into());
        add("cluster", cluster_word(self.cluster).into());
        add("seed", self.seed.to_string());
        for model in &self.models {
            for (name, value) in &model.settings {
                add("set", format!("{}.{name}={value}", model.name));
            }
        }
        text
    }

    /// The configuration of every model that is no baseline, as it counts among those tried.
    pub(crate) fn tried(&self) -> Vec<String> {
        let models = self.models.iter().filter(|m| !BASELINES.contains(&m.name.as_str()));
        let models =
            models.map(|m| tried(&m.name, &m.settings, self.schedule, self.briefed, self.min_training));
        models.chain(self.external.iter().map(|name| stored_name(name))).collect()
    }
}

/// A configuration in words that are the same whenever it is the same.
pub(crate) fn tried(
    model: &str,
    settings: &Settings,
    schedule: Schedule,
    briefed: Briefed,
    min_training: usize,
) -> String {
    let mut text = model.to_owned();
    for (name, value) in settings {
        let _ = write!(text, " {name}={value}");
    }
    let window = schedule.window_days.map_or("all".into(), |days| format!("{days} days"));
    let _ = write!(
        text,
        ", refitted every {} days on {window} from {min_training} matches on, briefed at {}",
        schedule.step_days,
        briefed_word(briefed)
    );
    text
}

/// As on the command line.
pub(crate) fn briefed_word(briefed: Briefed) -> &'static str {
    match briefed {
        Briefed::AtFit => "fit",
        Briefed::AtKickoff => "kickoff",
        Briefed::AtClose => "close",
    }
}

/// As on the command line.
pub(crate) fn cluster_word(cluster: Clustering) -> &'static str {
    match cluster {
        Clustering::Match => "match",
        Clustering::Day => "day",
        Clustering::Week => "week",
    }
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-:+".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Reads `MODEL.NAME=VALUE`.
pub(crate) fn setting(text: &str) -> Result<(String, String, f64)> {
    let wrong = || anyhow!("{text:?} is no setting such as dixon_coles.half_life_days=200");
    let (path, value) = text.split_once('=').ok_or_else(wrong)?;
    let (model, name) = path.split_once('.').ok_or_else(wrong)?;
    let value: f64 = value.parse().map_err(|_| wrong())?;
    Ok((model.to_owned(), name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration() -> Configuration {
        Configuration {
            competitions: vec![CompetitionId::literal("eng.1"), CompetitionId::literal("esp.1")],
            matches: Matches::Seasons(vec![Season::starting(2022), Season::starting(2023)]),
            models: ["base_rate", "elo"]
                .map(|name| ModelChoice { name: name.into(), settings: Settings::new() })
                .to_vec(),
            external: Vec::new(),
            schedule: Schedule::weekly(),
            briefed: Briefed::AtFit,
            min_training: 100,
            cluster: Clustering::Day,
            seed: 7,
        }
    }

    #[test]
    fn the_command_says_everything() {
        let mut asked = configuration();
        assert_eq!(
            asked.command(),
            "touchline backtest run --competition eng.1,esp.1 --season 2022-23,2023-24 --models base_rate,elo \
             --step-days 7 --min-training 100 --briefed fit --cluster day --seed 7"
        );
        asked.matches = Matches::Days { from: Some(jiff::civil::date(2023, 8, 1)), to: None };
        asked.schedule.window_days = Some(365);
        asked.models[1].settings.insert("k".into(), 24.5);
        let command = asked.command();
        for part in ["--from 2023-08-01", "--window-days 365", "--set elo.k=24.5"] {
            assert!(command.contains(part), "{command}");
        }
        assert_eq!(asked.title(), "eng.1, esp.1 from 2023-08-01");
        asked.external = vec!["panel".into(), "my model's 2nd".into()];
        let command = asked.command();
        assert!(command.contains(r"--external panel --external 'my model'\''s 2nd'"), "{command}");
        assert!(asked.tried().contains(&"external:panel".to_owned()), "{:?}", asked.tried());
    }

    #[test]
    fn only_models_with_their_settings_count_as_tried() {
        let mut asked = configuration();
        let plain = asked.tried();
        assert_eq!(plain.len(), 1, "the base rate is nobody's try");
        asked.seed = 8;
        assert_eq!(asked.tried(), plain, "another seed draws other intervals of the same forecasts");
        asked.models[1].settings.insert("k".into(), 24.5);
        assert_ne!(asked.tried(), plain);
        asked.schedule.step_days = 14;
        assert!(
            asked.tried()[0].starts_with("elo k=24.5, refitted every 14 days on all from 100"),
            "{plain:?}"
        );
    }

    #[test]
    fn settings_are_read() {
        assert_eq!(setting("elo.k=24.5").unwrap(), ("elo".into(), "k".into(), 24.5));
        for wrong in ["elo.k", "k=1", "elo.k=many", ""] {
            assert!(setting(wrong).is_err(), "{wrong}");
        }
    }
}
