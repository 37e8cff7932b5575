//! `data/odds.csv`: the market's average and maximum odds before kick-off.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};

use super::csv_line;
use crate::process;

/// Files of the source and competition ids.
const FILES: [(&str, &str); 2] =
    [("England_1_2024_odds.csv.gz", "eng.1"), ("Spain_1_2024_odds.csv.gz", "esp.1")];

const HEADER: &str = "event_status,event_time,date,league,division,year,home_team,away_team,provider,home_win,draw,away_win,\
                      over_2.5,under_2.5";

const N_ROWS: usize = 1_520;

/// The file made from the compressed files in `directory`.
pub(super) fn csv(directory: &Path) -> Result<String> {
    let mut rows = Vec::with_capacity(N_ROWS);
    for (file, competition) in FILES {
        let text = process::text(Command::new("gzip").arg("-dc").arg(directory.join(file)))?;
        rows.extend(read(&text, competition).with_context(|| format!("in {file}"))?);
    }
    ensure!(rows.len() == N_ROWS, "{} rows of odds, not {N_ROWS}", rows.len());
    // By kick-off, competition, teams and book.
    rows.sort_by(|a, b| (&a[1], &a[0], &a[2..5]).cmp(&(&b[1], &b[0], &b[2..5])));
    let mut text =
        "competition,kickoff_utc,home,away,book,home_odds,draw_odds,away_odds,over_2_5,under_2_5\n"
            .to_owned();
    for row in &rows {
        text += &csv_line(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(text)
}

/// The columns to keep of every row, in the order of the output.
fn read(text: &str, competition: &str) -> Result<Vec<Vec<String>>> {
    let mut lines = text.lines();
    ensure!(lines.next() == Some(HEADER), "the header is not the expected one");
    lines.map(|line| row(line, competition).with_context(|| format!("in {line:?}"))).collect()
}

fn row(line: &str, competition: &str) -> Result<Vec<String>> {
    let fields: Vec<&str> = line.split(',').collect();
    let &[status, _, date, _, _, _, home, away, book, ref odds @ ..] = fields.as_slice() else {
        bail!("{} columns", fields.len());
    };
    ensure!(status == "preplay" && odds.len() == 5, "not a row of five odds before kick-off");
    ensure!(["market_average", "market_maximum"].contains(&book), "unknown book {book:?}");
    let mut kept =
        vec![competition.to_owned(), instant(date)?, home.to_owned(), away.to_owned(), book.to_owned()];
    for price in odds {
        let price: f64 = price.parse().with_context(|| format!("{price:?} is no price"))?;
        kept.push(price.to_string());
    }
    Ok(kept)
}

/// `2023-08-11 19:00:00+00:00` as `2023-08-11T19:00:00Z`.
fn instant(date: &str) -> Result<String> {
    let utc = date.strip_suffix("+00:00").filter(|utc| utc.len() == 19);
    let utc = utc.with_context(|| format!("{date:?} is not in UTC"))?;
    Ok(utc.replacen(' ', "T", 1) + "Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "preplay,0 days,2023-08-11 19:00:00+00:00,X,1,2024,Reds,Blues,market_average,9.02,5.0,1.35,1.65,2.27";

    #[test]
    fn keeps_what_is_listed() {
        let expected = [
            "eng.1",
            "2023-08-11T19:00:00Z",
            "Reds",
            "Blues",
            "market_average",
            "9.02",
            "5",
            "1.35",
            "1.65",
            "2.27",
        ];
        assert_eq!(read(&format!("{HEADER}\n{LINE}\n"), "eng.1").unwrap(), [expected]);
    }

    #[test]
    fn refuses_other_shapes() {
        assert!(read(LINE, "eng.1").is_err(), "no header");
        assert!(row(&LINE.replace("preplay", "inplay"), "eng.1").is_err());
        assert!(row(&LINE.replace("+00:00", "+01:00"), "eng.1").is_err());
        assert!(row(&LINE.replace("1.65", "n/a"), "eng.1").is_err());
        assert!(row(&LINE.replace("market_average", "some_book"), "eng.1").is_err());
    }
}
