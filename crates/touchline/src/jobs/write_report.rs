//! Keeps the report that the dashboard shows.

use anyhow::Result;
use jiff::Timestamp;
use store::Store;

use crate::report::Report;

/// Under which name the store keeps it.
pub(crate) const KIND: &str = "report";

/// Keeps a report; the last one is shown.
pub(crate) async fn run(store: &Store, report: &Report, at: Timestamp) -> Result<()> {
    store.save_report(KIND, &serde_json::to_value(report)?, at).await?;
    Ok(())
}
