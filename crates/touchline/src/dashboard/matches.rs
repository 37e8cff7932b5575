//! Matches: those to come, one of them, and a forecast on record. Prices are shown with their age.

use axum::extract::{Path, State};
use domain::FixtureId;
use maud::{Markup, html};

use super::layout;
use crate::{
    api::{ServeError, Served},
    desk::{CompetitionAhead, MatchAhead, ModelArtefact, Price},
    jobs::team_statistics::TeamStatistics,
    output::minute,
    report::{FairOdds, UpcomingForecast},
};

/// `GET /matches`
pub(super) async fn list(State(served): State<Served>) -> Result<Markup, ServeError> {
    let (ahead, days) = (served.desk.ahead().await?, served.desk.horizon_days());
    let content = html! {
        h1 { "Matches" }
        p.note { "What begins within " (days) " days. Odds are the last ones stored, with their age; fair odds are the model's, without margin." }
        @if ahead.is_empty() { p { "None is stored: import a schedule with " code { "touchline data import" } "." } }
        @for competition in &ahead { (competition_ahead(competition)) }
    };
    Ok(layout::page("Matches", "/matches", &content))
}

/// `GET /matches/{fixture}`
pub(super) async fn ahead(
    State(served): State<Served>,
    Path(fixture): Path<i64>,
) -> Result<Markup, ServeError> {
    let (found, look) = served.match_ahead(FixtureId(fixture)).await?;
    let model = look.model().await?;
    let MatchAhead { forecast, prices, home, away } = &found;
    let content = html! {
        (head(forecast))
        p.note { "This forecast is not on record: " code { "touchline predict --competition " (forecast.competition) } " keeps one." }
        (body(forecast, prices))
        (teams([home.as_ref(), away.as_ref()]))
        (learnt(&model, forecast))
    };
    Ok(layout::page(&title(forecast), "/matches", &content))
}

/// `GET /match/{forecast}`
pub(super) async fn recorded(
    State(served): State<Served>,
    Path(id): Path<i64>,
) -> Result<Markup, ServeError> {
    let found = served.desk.recorded(id).await?;
    let (forecast, look) = found.ok_or_else(|| ServeError::NotFound(format!("there is no forecast {id}")))?;
    let prices = look.priced(&forecast).await?;
    let content = html! {
        (head(&forecast))
        p.note { "Rebuild this forecast with " code { "touchline explain " (forecast.id) } "." }
        (body(&forecast, &prices))
    };
    Ok(layout::page(&title(&forecast), "/", &content))
}

fn title(forecast: &UpcomingForecast) -> String {
    format!("{} – {}", forecast.home, forecast.away)
}

fn competition_ahead(ahead: &CompetitionAhead) -> Markup {
    html! {
        section {
            h2 { (ahead.name) }
            @match &ahead.problem {
                Some(problem) => p { "No forecasts: " (problem) },
                None => div.scroll { table {
                    thead { tr {
                        th scope="col" { "Fixture" } th.text scope="col" { "Kick-off (UTC)" } th scope="col" { "1 X 2, %" }
                        th scope="col" { "Fair odds" } th scope="col" { "Odds" } th scope="col" { "Age of the odds" }
                    } }
                    tbody { @for line in &ahead.matches { (line_ahead(line)) } }
                } },
            }
        }
    }
}

fn line_ahead(line: &MatchAhead) -> Markup {
    let f = &line.forecast;
    // The main market is the first the sport has.
    let market = f.fair_odds.first().map_or("", |odds| &odds.market);
    let fair: Vec<&FairOdds> = f.fair_odds.iter().filter(|odds| odds.market == market).collect();
    let quoted: Vec<Option<&Price>> = fair.iter().map(|fair| quoted(&line.prices, fair)).collect();
    let oldest = quoted.iter().flatten().max_by_key(|price| price.age_secs);
    let [home, draw, away] = f.probabilities.map(|p| format!("{:.1}", 100.0 * p));
    html! {
        tr {
            td { a href=(format!("/matches/{}", f.fixture.0)) { (title(f)) } }
            td.text { (f.kickoff.strftime("%a %d %b %H:%M")) }
            td { (home) " " (draw) " " (away) }
            td { @for fair in &fair { (decimal(fair.odds)) " " } }
            td { @for price in &quoted { (decimal(price.map(|p| p.quoted.odds))) " " } }
            td { (oldest.map_or_else(|| "–".into(), |price| price.age_in_words())) }
        }
    }
}

fn quoted<'p>(prices: &'p [Price], fair: &FairOdds) -> Option<&'p Price> {
    prices.iter().find(|p| p.quoted.market == fair.market && p.quoted.selection == fair.selection)
}

fn decimal(odds: Option<f64>) -> String {
    odds.map_or_else(|| "–".into(), |odds| format!("{odds:.2}"))
}

fn head(forecast: &UpcomingForecast) -> Markup {
    html! {
        h1 { (title(forecast)) }
        p.note {
            (forecast.competition) ", " (forecast.kickoff.strftime("%A %d %B %Y %H:%M")) " UTC. Forecast by " (forecast.model)
            " from what was known before " (minute(forecast.as_of)) " UTC."
        }
        ul.tiles {
            @for (name, p) in ["Home win", "Draw", "Away win"].iter().zip(forecast.probabilities) {
                li { b { (format!("{:.1} %", 100.0 * p)) } span { (name) } }
            }
            li { b { (format!("{:.2} – {:.2}", forecast.expected_score[0], forecast.expected_score[1])) } span { "expected score" } }
            li { b { (format!("{:.0} %", 100.0 * forecast.confidence)) } span { "confidence in the likeliest outcome" } }
        }
    }
}

/// What holds for every forecast: fair odds, prices, likely scores.
fn body(forecast: &UpcomingForecast, prices: &[Price]) -> Markup {
    let (scores, markets): (Vec<&FairOdds>, Vec<&FairOdds>) =
        forecast.fair_odds.iter().partition(|f| f.market == "correct_score");
    let mut likely = scores;
    likely.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    html! {
        h2 { "Fair odds" }
        (table(&markets))
        h2 { "Odds" }
        (quoted_table(prices))
        @if !likely.is_empty() {
            h2 { "Likely scores" }
            (table(&likely[..likely.len().min(10)]))
        }
    }
}

fn table(lines: &[&FairOdds]) -> Markup {
    html! {
        div.scroll {
            table {
                thead { tr { th scope="col" { "Market" } th.text scope="col" { "Selection" } th scope="col" { "Probability" } th scope="col" { "Fair odds" } th scope="col" { "80 % interval" } } }
                tbody { @for line in lines {
                    tr {
                        td { (line.market) } td.text { (line.selection) } td { (format!("{:.1} %", 100.0 * line.probability)) }
                        td { (decimal(line.odds)) }
                        td { (line.interval_in_words()) }
                    }
                } }
            }
        }
    }
}

fn quoted_table(prices: &[Price]) -> Markup {
    html! {
        @if prices.is_empty() { p { "No odds of the configured book are stored for this match." } }
        @else {
            div.scroll { table {
                thead { tr {
                    th scope="col" { "Market" } th.text scope="col" { "Selection" } th.text scope="col" { "Book" } th scope="col" { "Odds" }
                    th scope="col" { "Known (UTC)" } th scope="col" { "Age" }
                } }
                tbody { @for price in prices {
                    tr {
                        td { (price.quoted.market) } td.text { (price.quoted.selection) } td.text { (price.quoted.book) }
                        td { (decimal(Some(price.quoted.odds))) } td { (minute(price.quoted.known_at)) } td { (price.age_in_words()) }
                    }
                } }
            } }
        }
    }
}

fn teams(teams: [Option<&TeamStatistics>; 2]) -> Markup {
    html! {
        @if teams.iter().any(Option::is_some) {
            h2 { "Form in the season of the last match" }
            div.scroll { table {
                thead { tr {
                    th scope="col" { "Team" } th.text scope="col" { "Season" } th scope="col" { "Played" } th scope="col" { "Won" } th scope="col" { "Drawn" }
                    th scope="col" { "Lost" } th scope="col" { "Score" } th scope="col" { "Mean xG" } th.text scope="col" { "Last five" }
                } }
                tbody { @for team in teams.into_iter().flatten() {
                    tr {
                        td { (team.team) } td.text { (team.season) } td { (team.played) }
                        @for n in team.record { td { (n) } }
                        td { (team.score[0]) ":" (team.score[1]) }
                        td { (team.expected_goals.map_or_else(|| "–".into(), |[own, other]| format!("{own:.2} : {other:.2}"))) }
                        td.text { (team.recent) }
                    }
                } }
            } }
        }
    }
}

/// What the model learnt about both sides, where its parameters list teams.
fn learnt(model: &ModelArtefact, forecast: &UpcomingForecast) -> Markup {
    let listed = model.parameters.get("teams").and_then(|teams| teams.as_array());
    let of = |name: &str| listed.into_iter().flatten().find(|team| team["name"] == name);
    let numbers = |name: &str| {
        let fields = of(name).and_then(|team| team.as_object()).into_iter().flatten();
        let fields = fields.filter(|(field, value)| *field != "team" && value.is_number());
        let shown = fields.map(|(field, value)| format!("{field} {:.3}", value.as_f64().unwrap_or_default()));
        shown.collect::<Vec<_>>().join(", ")
    };
    let report = &model.report;
    html! {
        h2 { "The model" }
        p { (report.model) ", fitted on " (report.training_matches) " matches known before " (minute(report.as_of)) " UTC"
            @if !report.converged { ", without reaching its optimum" } "." }
        @for name in [&forecast.home, &forecast.away] {
            @let numbers = numbers(name);
            @if !numbers.is_empty() { p { (name) ": " (numbers) } }
        }
    }
}
