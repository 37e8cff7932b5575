//! `touchline serve`

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;

use crate::{
    api::{self, Served},
    app::App,
};

#[derive(Debug, Clone, Args)]
pub(super) struct Arguments {
    /// Address to listen on; loopback unless told otherwise
    #[arg(long, value_name = "IP")]
    pub(super) host: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one
    #[arg(long)]
    pub(super) port: Option<u16>,
}

/// Serves until Ctrl-C.
pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let host = arguments.host.unwrap_or(app.config.server.host);
    let port = arguments.port.unwrap_or(app.config.server.port);
    let listener = TcpListener::bind(SocketAddr::new(host, port))
        .await
        .with_context(|| format!("{host}:{port} cannot be listened on: choose another port with --port"))?;
    let address = listener.local_addr()?;
    app.out.answer(&serde_json::json!({ "listening": format!("http://{address}/") }), || {
        println!("dashboard at http://{address}/ (Ctrl-C stops)");
    })?;
    let served = Served { store: store.clone(), clock: app.clock.clone() };
    axum::serve(listener, api::router(served))
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
            tracing::info!("stopping: open requests are answered first");
        })
        .await?;
    store.close().await;
    Ok(())
}
