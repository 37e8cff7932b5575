//! `touchline serve`

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Args;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;

use crate::{
    api::{self, Served},
    app::App,
    desk::Desk,
    jobs::warm_up,
    redact::redact,
    signal,
};

/// How often it is looked whether there is another day or another import to warm up for.
const WARM_UP_EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Args)]
pub(super) struct Arguments {
    /// Address to listen on; loopback unless told otherwise
    #[arg(long, value_name = "IP")]
    pub(super) host: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one
    #[arg(long)]
    pub(super) port: Option<u16>,
}

/// Serves until Ctrl-C or, where there is one, SIGTERM.
pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let desk = app.desk(store.clone()).await?;
    let host = arguments.host.unwrap_or(app.config.server.host);
    let port = arguments.port.unwrap_or(app.config.server.port);
    let listener = TcpListener::bind(SocketAddr::new(host, port))
        .await
        .with_context(|| format!("{host}:{port} cannot be listened on: choose another port with --port"))?;
    let address = listener.local_addr()?;
    // Before anybody learns that this process serves: from now on a signal stops it in order.
    let stop = signal::asked_to_stop()?;
    app.out.answer(&serde_json::json!({ "listening": format!("http://{address}/") }), || {
        println!("dashboard at http://{address}/ (Ctrl-C stops)");
    })?;
    let warming = app.config.cache.warm_up.then(|| tokio::spawn(warm_up_each_day(desk.clone())));
    let served = Served { store: store.clone(), clock: app.clock.clone(), desk };
    let service = api::router(served).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async {
            stop.await;
            tracing::info!("stopping: open requests are answered first");
        })
        .await?;
    if let Some(warming) = warming {
        warming.abort();
        // What it was reading is let go before the store is closed.
        let _ = warming.await;
    }
    store.close().await;
    Ok(())
}

/// Warms up at the start, on every new day and after every import.
async fn warm_up_each_day(desk: Desk) {
    let mut warm_for = None;
    loop {
        let day = desk.now().to_zoned(TimeZone::UTC).date();
        let done = async {
            let due = (day, desk.version().await?);
            if warm_for.as_ref() != Some(&due) {
                let warmed = warm_up::run(&desk).await?;
                for problem in warmed.problems {
                    tracing::warn!(problem, "not warmed up");
                }
                warm_for = Some(due);
            }
            Ok::<(), anyhow::Error>(())
        };
        // Requests do without it.
        if let Err(error) = done.await {
            tracing::warn!(error = %redact(&format!("{error:#}")), "the cache could not be warmed up");
        }
        tokio::time::sleep(WARM_UP_EVERY).await;
    }
}
