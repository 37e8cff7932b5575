//! temporary
use touchline_store::{Access, CopyProgress, Place, Store};
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let store = Store::open(Place::parse(&a[0])?, Access::ReadOnly).await?;
    let start = std::time::Instant::now();
    let mut last = String::new();
    let c = store
        .copy_to(Place::parse(&a[1])?, "2024-06-01T00:00:00Z".parse()?, &mut |p| {
            let now = match p {
                CopyProgress::Begun { rows, .. } => format!("begun {rows}"),
                CopyProgress::Copied { table, .. } => format!("copy {table}"),
                CopyProgress::Verified { table, .. } => format!("verify {table}"),
                CopyProgress::Compared { table } => format!("compare {table}"),
            };
            if now != last {
                println!("{:.2} {now}", start.elapsed().as_secs_f64());
                last = now;
            }
        })
        .await?;
    let rows: u64 = c.tables.iter().map(|t| t.rows).sum();
    println!("{rows} rows in {:.2} s", start.elapsed().as_secs_f64());
    let s = std::time::Instant::now();
    let st = touchline_store::database_status(&Place::parse(&a[1])?).await?;
    println!("status {:.2} s, per quote {:?}", s.elapsed().as_secs_f64(), st.bytes_per_quote);
    Ok(())
}
