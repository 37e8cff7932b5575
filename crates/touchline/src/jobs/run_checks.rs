//! Judges what is stored against the contracts, and keeps what was found.

use anyhow::{Context, Result};
use domain::CompetitionId;
use ingest::check::{Action, Contracts, Judgement, Verdict, judge_history};
use jiff::Timestamp;
use store::{CheckFinding, QuoteScope, Scope, Store};

use crate::{app::App, config::Checks, exit::Stop, report::CheckLine};

/// The contracts in force: a file's, or the built-in ones.
pub(crate) fn contracts(config: &Checks) -> Result<Contracts> {
    let Some(path) = &config.file else { return Ok(Contracts::default()) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("checks.file {} cannot be read", path.display()))?;
    Contracts::from_toml(&text).with_context(|| format!("checks.file {} is wrong", path.display()))
}

/// Judges some competitions, or all, as they look at `now`.
pub(crate) async fn run(
    store: &Store,
    contracts: &Contracts,
    competitions: Vec<CompetitionId>,
    now: Timestamp,
) -> Result<Judgement> {
    let scope = Scope { competitions, quotes: QuoteScope::None, known_before: None };
    let history = store.history(&scope).await?;
    let judgement = judge_history(&history, contracts, now);
    let found: Vec<CheckFinding> = judgement
        .findings
        .iter()
        .map(|f| CheckFinding {
            check: f.rule.clone(),
            severity: severity(f.action),
            fixture: None,
            subject: f.subject.clone(),
            detail: format!("{} cases, the first: {}", f.count, f.detail),
        })
        .collect();
    store.save_check_run(&found, now).await?;
    Ok(judgement)
}

fn severity(action: Action) -> store::Severity {
    match action {
        Action::Block => store::Severity::Block,
        Action::Quarantine => store::Severity::Quarantine,
        Action::Warn | Action::Off => store::Severity::Warn,
    }
}

/// Findings as the report shows them.
pub(crate) fn lines(judgement: &Judgement) -> Vec<CheckLine> {
    judgement
        .findings
        .iter()
        .map(|f| CheckLine {
            rule: f.rule.clone(),
            action: format!("{:?}", f.severity).to_lowercase(),
            count: f.count,
            detail: format!("{}: {}", f.subject, f.detail),
        })
        .collect()
}

/// Stops forecasting and betting on a competition whose data a rule blocks.
pub(crate) async fn gate(app: &App, store: &Store, competition: CompetitionId) -> Result<()> {
    let contracts = contracts(&app.config.checks)?;
    let judgement = run(store, &contracts, vec![competition], app.clock.now()).await?;
    if judgement.verdict == Verdict::Block {
        let why = format!("a check blocks {competition}: touchline check run says which");
        return Err(Stop::Gate(why).into());
    }
    Ok(())
}
