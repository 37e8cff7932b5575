//! Configuration: built-in defaults, then `touchline.toml`, then `TOUCHLINE__SECTION__KEY`. Unknown keys are refused.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use crate::{address::Address, cache};

/// Name of the file in the data folder.
pub(crate) const FILE: &str = "touchline.toml";

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the data is.
    pub(crate) database: Database,
    /// Where the dashboard listens.
    pub(crate) server: Server,
    /// How forecasts are made and scored.
    pub(crate) forecast: Forecasting,
    /// How paper bets are chosen and sized.
    pub(crate) betting: Betting,
    /// Data-quality contracts.
    pub(crate) checks: Checks,
    /// Where what was computed is kept.
    pub(crate) cache: Caching,
    /// Backups.
    pub(crate) backup: Backups,
    /// Logs.
    pub(crate) log: Log,
}

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`; a file in the data folder when empty.
    pub(crate) url: Address,
    /// Connections to a server that are kept open.
    pub(crate) min_connections: u32,
    /// Connections to a server at the most.
    pub(crate) max_connections: u32,
}

/// Where the dashboard listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// Address; loopback unless told otherwise.
    pub(crate) host: std::net::IpAddr,
    /// Port.
    pub(crate) port: u16,
}

/// How forecasts are made and scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forecasting {
    /// The model that predicts and bets; in sports it does not know `dynamic_points` takes its place.
    pub(crate) model: String,
    /// Days between refits of a walk-forward.
    pub(crate) step_days: u16,
    /// Matches a model must have seen before its forecasts count.
    pub(crate) min_training_matches: usize,
    /// How far ahead fixtures are predicted.
    pub(crate) horizon_days: u16,
    /// Seed of every bootstrap.
    pub(crate) seed: u64,
}

/// How paper bets are chosen and sized.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Betting {
    /// The book whose prices are taken.
    pub(crate) book: domain::BookId,
    /// Paper bankroll in minor units.
    pub(crate) bankroll_minor: i64,
    /// Its currency.
    pub(crate) currency: domain::Currency,
    /// Limits and the staking rule.
    pub(crate) policy: betting::Policy,
}

/// Data-quality contracts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checks {
    /// A file of contracts that replaces the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<std::path::PathBuf>,
}

/// Where what was computed is kept: docs/CACHE.md.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Caching {
    /// A Redis to share with other processes; blank for this process's memory.
    pub(crate) url: Address,
    /// What the names of entries begin with, where installations share a Redis.
    pub(crate) prefix: String,
    /// Most bytes in memory.
    pub(crate) capacity_bytes: u64,
    /// For one answer of the Redis; slower, it counts as away.
    pub(crate) timeout_ms: u64,
    /// Whether the server fills it ahead on days with fixtures.
    pub(crate) warm_up: bool,
}

/// Backups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Backups {
    /// Where they are kept; `backups` in the data folder when not set. Another disk is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<std::path::PathBuf>,
    /// Newest backup of a day: for how many days one stays.
    pub(crate) daily: usize,
    /// The same of a week.
    pub(crate) weekly: usize,
    /// The same of a month.
    pub(crate) monthly: usize,
}

/// Logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// A level or filter.
    pub(crate) level: String,
    /// Text for people, JSON for machines.
    pub(crate) format: LogFormat,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: Address::default(), min_connections: 5, max_connections: 10 }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self { host: std::net::Ipv4Addr::LOCALHOST.into(), port: 8000 }
    }
}

impl Default for Forecasting {
    fn default() -> Self {
        Self {
            model: "dynamic_strengths".into(),
            step_days: 7,
            min_training_matches: 100,
            horizon_days: 7,
            seed: 20_230_811,
        }
    }
}

impl Default for Betting {
    fn default() -> Self {
        Self {
            book: domain::BookId::MARKET_AVERAGE,
            bankroll_minor: 1_000_000,
            currency: domain::Currency::EUR,
            policy: betting::Policy::default(),
        }
    }
}

impl Default for Caching {
    fn default() -> Self {
        Self {
            url: Address::default(),
            prefix: "touchline".into(),
            capacity_bytes: 64 << 20,
            timeout_ms: 100,
            warm_up: true,
        }
    }
}

impl Default for Backups {
    fn default() -> Self {
        Self { folder: None, daily: 7, weekly: 4, monthly: 6 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "warn".into(), format: LogFormat::Text }
    }
}

impl Config {
    /// Reads the configuration of a data folder, or of an explicit file, which must then exist.
    pub(crate) fn load(data: &Path, explicit: Option<&Path>) -> Result<Self> {
        if let Some(path) = explicit {
            std::fs::metadata(path)
                .with_context(|| format!("configuration file {} cannot be read", path.display()))?;
        }
        let path = explicit.map_or_else(|| data.join(FILE), Path::to_path_buf);
        let wrong =
            || format!("configuration is wrong: correct {} or the TOUCHLINE__... variables", path.display());
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(&path))
            .merge(Env::prefixed("TOUCHLINE__").split("__"))
            .extract()
            .with_context(wrong)?;
        config.check().with_context(wrong)?;
        Ok(config)
    }

    /// Whether every setting is within its range.
    fn check(&self) -> Result<()> {
        forecast::model::by_name(&self.forecast.model).context("forecast.model")?;
        self.betting.policy.check().context("betting.policy")?;
        for (key, address) in [("database.url", &self.database.url), ("cache.url", &self.cache.url)] {
            address.refuse_shown(&variable(key)).context(key)?;
        }
        cache::check_address(&self.cache.url).context("cache.url")?;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        ensure!(
            !self.cache.prefix.is_empty() && self.cache.prefix.chars().all(plain),
            "cache.prefix is {:?}: it takes letters, digits and -_.",
            self.cache.prefix
        );
        let at_least_one = [
            ("forecast.step_days", i64::from(self.forecast.step_days)),
            ("forecast.horizon_days", i64::from(self.forecast.horizon_days)),
            ("betting.bankroll_minor", self.betting.bankroll_minor),
            ("database.max_connections", i64::from(self.database.max_connections)),
            ("cache.capacity_bytes", i64::try_from(self.cache.capacity_bytes).unwrap_or(i64::MAX)),
            ("cache.timeout_ms", i64::try_from(self.cache.timeout_ms).unwrap_or(i64::MAX)),
        ];
        match at_least_one.iter().find(|(_, value)| *value < 1) {
            Some((key, value)) => Err(anyhow!("{key} is {value}: it must be at least 1")),
            None => Ok(()),
        }
    }

    /// The configuration as the TOML file that would reproduce it, but for secrets, which are hidden.
    pub(crate) fn to_toml(&self) -> Result<String> {
        Ok(toml::to_string_pretty(self)?)
    }

    /// The same without settings that hold a secret, so that it can be written into a file and read again; and their keys.
    pub(crate) fn without_secrets(&self) -> (Self, Vec<&'static str>) {
        let (mut plain, mut left_out) = (self.clone(), Vec::new());
        for (key, address) in [("database.url", &mut plain.database.url), ("cache.url", &mut plain.cache.url)]
        {
            if address.has_secret() {
                *address = Address::default();
                left_out.push(key);
            }
        }
        (plain, left_out)
    }
}

/// The variable of the environment that sets a key.
pub(crate) fn variable(key: &str) -> String {
    format!("TOUCHLINE__{}", key.to_uppercase().replace('.', "__"))
}

/// What a configuration file alone sets, as it may be shown: the environment does not count, and secrets are hidden.
pub(crate) fn shown(path: &Path) -> Result<toml::Table> {
    let config: Config = Figment::from(Serialized::defaults(Config::default()))
        .merge(Toml::file(path))
        .extract()
        .with_context(|| format!("configuration file {} is wrong", path.display()))?;
    Ok(toml::Table::try_from(&config)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(FILE), text)?;
        Config::load(folder.path(), None)
    }

    #[test]
    fn the_written_file_is_read_back_the_same() {
        let written = Config::default().to_toml().unwrap();
        assert_eq!(load(&written).unwrap(), Config::default());
        assert_eq!(load("").unwrap(), Config::default());
    }

    #[test]
    fn a_file_changes_only_what_it_names() {
        let config = load("[server]\nport = 9000\n").unwrap();
        assert_eq!(config.server, Server { port: 9000, ..Server::default() });
        assert_eq!(config.betting, Betting::default());
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        let error = format!("{:#}", load("[server]\nprot = 9000\n").unwrap_err());
        assert!(error.contains("prot"), "{error}");
        assert!(load("[serve]\nport = 9000\n").is_err());
        assert!(load("[server]\nport = \"many\"\n").is_err());
    }

    #[test]
    fn a_password_is_used_and_not_shown() {
        let config = load("[database]\nurl = \"postgres://ann:s3cret@db/touchline\"\n").unwrap();
        assert!(config.database.url.secret().contains("s3cret"));
        assert!(!config.to_toml().unwrap().contains("s3cret"));
        assert!(!format!("{config:?}").contains("s3cret"));
        let (plain, left_out) = config.without_secrets();
        assert_eq!(
            (load(&plain.to_toml().unwrap()).unwrap(), left_out),
            (Config::default(), vec!["database.url"])
        );
        let shown = load(&config.to_toml().unwrap()).unwrap_err();
        assert!(format!("{shown:#}").contains("TOUCHLINE__DATABASE__URL"), "{shown:#}");
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        for (text, key) in [
            ("[forecast]\nmodel = \"oracle\"\n", "oracle"),
            ("[forecast]\nstep_days = 0\n", "forecast.step_days"),
            ("[betting]\nbankroll_minor = -5\n", "betting.bankroll_minor"),
            ("[betting.policy.limits]\nper_bet = 7.0\n", "per_bet"),
            ("[cache]\nurl = \"cache:6379\"\n", "cache.url"),
            ("[cache]\nprefix = \"a*\"\n", "cache.prefix"),
            ("[cache]\ncapacity_bytes = 0\n", "cache.capacity_bytes"),
        ] {
            let error = format!("{:#}", load(text).unwrap_err());
            assert!(error.contains(key), "{key}: {error}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let config = load("[cache]\nurl = \"redis://:hunter2@cache:6379/0\"\n").unwrap();
        let shown = config.to_toml().unwrap();
        assert!(shown.contains("redis://***@cache:6379/0") && !shown.contains("hunter2"), "{shown}");
        assert!(!format!("{config:?}").contains("hunter2"));
        // What was hidden is not taken for a password.
        assert!(format!("{:#}", load(&shown).unwrap_err()).contains("TOUCHLINE__CACHE__URL"));
        let (plain, left_out) = config.without_secrets();
        assert_eq!(
            (load(&plain.to_toml().unwrap()).unwrap(), left_out),
            (Config::default(), vec!["cache.url"])
        );
    }
}
