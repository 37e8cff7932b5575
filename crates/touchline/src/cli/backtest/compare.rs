//! `touchline backtest compare`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::{Cluster, print, write};
use crate::{
    app::App,
    dashboard,
    jobs::backtest_compare::{self, Asked},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// A backtest's number, RUN:MODEL, or with --run a model
    first: String,
    /// As the first
    second: String,
    /// Both are models of this backtest
    #[arg(long, value_name = "ID")]
    run: Option<i64>,
    /// What is drawn together for the intervals; as in the first backtest when left out
    #[arg(long, value_enum)]
    cluster: Option<Cluster>,
    /// Write the comparison as one HTML file that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let asked = |text: &String| -> Result<Asked> {
        Ok(match arguments.run {
            Some(run) => Asked { run, forecaster: Some(text.clone()) },
            None => text.parse()?,
        })
    };
    let (first, second) = (asked(&arguments.first)?, asked(&arguments.second)?);
    let store = app.existing_store().await?;
    let cluster = arguments.cluster.map(Into::into);
    let found = backtest_compare::run(&store, [&first, &second], cluster).await?;
    if let Some(path) = &arguments.html {
        write(path, dashboard::comparison_file(&found).as_bytes())?;
    }
    app.out.answer(&found, || print::comparisons(&found))
}
