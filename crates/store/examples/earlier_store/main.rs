//! Makes a store of an earlier version of the schema from one of today, for `cargo xtask soak`.
//!
//! `cargo run --release -p touchline-store --example earlier_store -- FROM TO VERSION`: FROM and TO are files or addresses; where TO
//! is, there must be nothing yet. Facts of the later versions are left out.

mod make;

use touchline_store::{Access, Place, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, version] = arguments.as_slice() else { return Err("FROM TO VERSION".into()) };
    let version: i64 = version.parse()?;
    if !(1..=Store::newest_schema()).contains(&version) {
        return Err(format!("versions are 1 to {}", Store::newest_schema()).into());
    }
    let store = Store::open(Place::parse(from)?, Access::ReadOnly).await?;
    make::make(&store, &Place::parse(to)?, version).await?;
    store.close().await;
    Ok(())
}
