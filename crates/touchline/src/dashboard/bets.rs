//! Every bet of the demo and of a user's own paper run.

use axum::extract::State;
use maud::{Markup, html};
use store::{Bet, BetFilter};

use super::layout;
use crate::{
    api::{ServeError, Served},
    output::minute,
};

/// How many bets a page shows, the newest first.
const SHOWN: usize = 500;

/// `GET /bets`
pub(super) async fn page(State(served): State<Served>) -> Result<Markup, ServeError> {
    let mut bets = served.store.bets(&BetFilter::default()).await?;
    bets.reverse();
    let open = bets.iter().filter(|b| b.settlement.is_none()).count();
    let content = html! {
        h1 { "Bets" }
        p.note { (bets.len()) " paper bets, " (open) " open. Stakes and payouts come from the ledger, which is only ever appended to." }
        div.scroll {
            table {
                thead { tr {
                    th scope="col" { "Placed (UTC)" } th.text scope="col" { "Fixture" } th.text scope="col" { "On" } th scope="col" { "Odds" }
                    th scope="col" { "Probability" } th scope="col" { "Edge" } th scope="col" { "Stake" } th.text scope="col" { "Grade" } th scope="col" { "Paid back" }
                } }
                tbody { @for bet in bets.iter().take(SHOWN) { (row(bet)) } }
            }
        }
    };
    Ok(layout::page("Bets", "/bets", &content))
}

fn row(bet: &Bet) -> Markup {
    let sides = format!("{} – {}", bet.home, bet.away);
    let (settlement, bet) = (&bet.settlement, &bet.terms);
    html! {
        tr {
            td { (minute(bet.placed_at)) } td.text { (sides) } td.text { (bet.market) " " (bet.selection) }
            td { (bet.odds) } td { (format!("{:.3}", bet.probability.value())) } td { (format!("{:+.1} %", 100.0 * bet.edge)) } td { (bet.stake) }
            @match settlement {
                Some(settlement) => { td.text { (settlement.grade.name()) } td { (settlement.payout) } },
                None => { td.text { "open" } td { "–" } },
            }
        }
    }
}
