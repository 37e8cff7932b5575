//! Reads the `INSERT INTO table VALUES(...);` lines of an SQLite dump.

use anyhow::{Result, bail};

/// The values of every row of `table`, as text; NULL is none.
pub(super) fn rows<'a>(sql: &'a str, table: &str) -> impl Iterator<Item = Result<Vec<Option<String>>>> + 'a {
    let prefix = format!("INSERT INTO {table} VALUES(");
    sql.lines().filter_map(move |line| {
        let values = line.strip_prefix(prefix.as_str())?;
        Some(match values.strip_suffix(");") {
            Some(values) => split(values),
            None => Err(anyhow::anyhow!("a row of the dump spans lines: {line:.80}")),
        })
    })
}

/// Splits at commas outside of quotes; a doubled quote within quotes is one quote.
fn split(values: &str) -> Result<Vec<Option<String>>> {
    let mut found = Vec::new();
    let mut rest = values;
    loop {
        let (value, after) = if let Some(quoted) = rest.strip_prefix('\'') {
            let (value, after) = quoted_text(quoted)?;
            (Some(value), after)
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (bare, after) = rest.split_at(end);
            ((bare != "NULL").then(|| bare.to_owned()), after)
        };
        found.push(value);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(found),
            None => bail!("expected a comma before {after:.40}"),
        }
    }
}

/// The text up to the closing quote, and what follows it.
fn quoted_text(text: &str) -> Result<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\'') {
        value.push_str(before);
        match after.strip_prefix('\'') {
            Some(_) => value.push('\''),
            None => return Ok((value, after)),
        }
        rest = &after[1..];
    }
    bail!("a quoted value is not closed: {text:.40}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quotes_commas_and_nulls() {
        let sql = "CREATE TABLE a(x);\nINSERT INTO a VALUES('Nott''m, F','',NULL,1.5);\nINSERT INTO ab VALUES(2);\n";
        let found: Vec<_> = rows(sql, "a").map(Result::unwrap).collect();
        let expected = [Some("Nott'm, F"), Some(""), None, Some("1.5")];
        assert_eq!(found, [expected.map(|value| value.map(str::to_owned))]);
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for sql in ["INSERT INTO a VALUES('x);", "INSERT INTO a VALUES('x'y);", "INSERT INTO a VALUES(1,"] {
            assert!(rows(sql, "a").any(|row| row.is_err()), "{sql}");
        }
    }
}
