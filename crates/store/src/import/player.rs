//! Players: numbered when first met, and what is said of them in versions. A player becomes known with what first names him.

use std::collections::HashMap;

use domain::{CompetitionId, Player, PlayerCode, player::Profile};
use jiff::Timestamp;

use super::{
    moment::Moment,
    numbered::Numbers,
    stored::{Appended, Known},
};
use crate::{
    StoreError, column,
    engine::{Connection, insert_rows, query},
    statement::detail as sql,
};

/// Pools by competition.
pub(super) type Pools = HashMap<CompetitionId, String>;

pub(super) async fn pools(connection: &mut Connection) -> Result<Pools, StoreError> {
    let mut pools = Pools::new();
    for row in query(sql::POOLS).fetch_all(connection).await? {
        pools.insert(column::parsed("competition", row.try_get(0)?)?, row.try_get(1)?);
    }
    Ok(pools)
}

/// Players as far as one import needs them.
#[derive(Debug, Default)]
pub(super) struct Players {
    numbers: Numbers,
    /// The last word on each, and when the first was said.
    known: HashMap<i64, Known<Profile>>,
    first: HashMap<i64, Timestamp>,
    heard: Vec<(Moment, i64, Profile)>,
    appended: Vec<(i64, Appended<Profile>)>,
}

impl Players {
    pub(super) async fn load(connection: &mut Connection) -> Result<Self, StoreError> {
        let mut players = Self { numbers: Numbers::load(connection, sql::PLAYERS).await?, ..Self::default() };
        for row in query(sql::PROFILES).fetch_all(connection).await? {
            let at = column::instant(row.try_get(1)?)?;
            let value =
                Profile { name: row.try_get(2)?, short_name: row.try_get(3)?, position: row.try_get(4)? };
            let number = row.try_get(0)?;
            players.first.entry(number).or_insert(at);
            players.known.insert(number, Known { at, value });
        }
        Ok(players)
    }

    /// A player's number.
    pub(super) fn number(&mut self, pool: &str, code: PlayerCode) -> i64 {
        self.numbers.of(pool, code.0)
    }

    /// Whose number it is.
    pub(super) fn code(&self, number: i64) -> Option<PlayerCode> {
        self.numbers.code(number).map(PlayerCode)
    }

    /// Takes note of what is said of a player at a moment; his number.
    pub(super) fn hear(&mut self, pool: &str, player: &Player, moment: Moment) -> i64 {
        let number = self.number(pool, player.code);
        self.heard.push((moment, number, player.profile.clone()));
        number
    }

    /// Turns what was heard into versions, in the order it became known.
    pub(super) fn settle(&mut self) {
        let mut heard = std::mem::take(&mut self.heard);
        heard.sort_by_key(|((at, _), number, _)| (*number, *at));
        for ((at, known_rule), number, said) in heard {
            let first = self.first.entry(number).or_insert(at);
            if at < *first {
                // Named earlier than was on record.
                *first = at;
                self.appended.push((
                    number,
                    Appended { known_at: at, known_rule, value: said.clone(), correction: false },
                ));
            }
            let known = self.known.get(&number);
            let value = known.map_or_else(|| said.clone(), |k| k.value.after(&said, at >= k.at));
            if known.is_some_and(|k| k.value == value) {
                continue;
            }
            let known_at = known.map_or(at, |k| at.max(k.at));
            self.known.insert(number, Known { at: known_at, value: value.clone() });
            let version = Appended { known_at, known_rule, value, correction: false };
            match self.appended.last_mut() {
                // Two words at one moment are one version.
                Some((last, before)) if *last == number && before.known_at == known_at => *before = version,
                _ => self.appended.push((number, version)),
            }
        }
    }

    /// How many players are new.
    pub(super) fn n_added(&self) -> u64 {
        self.numbers.n_added()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.appended.is_empty()
    }

    pub(super) async fn write(&self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.numbers.write(connection, &sql::PLAYER_ROWS).await?;
        insert_rows(connection, &sql::PROFILE_ROWS, &self.appended, |values, (number, version)| {
            let known_at = column::micros(version.known_at);
            values.add(*number)?;
            values.add(known_at)?;
            values.add(sequence)?;
            values.add(column::rule_number(version.known_rule))?;
            values.add(known_at)?;
            let Profile { name, short_name, position } = &version.value;
            [name, short_name, position].into_iter().try_for_each(|text| values.add(text.as_deref()))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::KnownRule;

    use super::*;

    fn heard(at: &str, position: &str) -> (Moment, Player) {
        let profile = Profile { name: Some("Ann".into()), short_name: None, position: Some(position.into()) };
        ((at.parse().unwrap(), KnownRule::Observed), Player { code: "1".parse().unwrap(), profile })
    }

    #[test]
    fn versions_follow_time_and_not_the_file() {
        let mut players = Players::default();
        for (moment, player) in [
            heard("2024-09-10T00:00:00Z", "LB"),
            heard("2024-09-03T00:00:00Z", "DE"),
            heard("2024-09-17T00:00:00Z", "LB"),
        ] {
            assert_eq!(players.hear("nfl", &player, moment), 1);
        }
        players.settle();
        let versions: Vec<_> = players
            .appended
            .iter()
            .map(|(_, v)| (v.known_at.to_string(), v.value.position.clone()))
            .collect();
        assert_eq!(
            versions,
            [
                ("2024-09-03T00:00:00Z".to_owned(), Some("DE".to_owned())),
                ("2024-09-10T00:00:00Z".to_owned(), Some("LB".to_owned()))
            ]
        );
        // Said again, it is no news; said of an earlier moment, he was known then.
        let mut again = |at: &str| {
            let (moment, player) = heard(at, "LB");
            players.appended.clear();
            players.hear("nfl", &player, moment);
            players.settle();
            players.appended.iter().map(|(_, v)| v.known_at.to_string()).collect::<Vec<_>>()
        };
        assert!(again("2024-09-10T00:00:00Z").is_empty());
        assert_eq!(again("2019-09-10T00:00:00Z"), ["2019-09-10T00:00:00Z"]);
        assert!(again("2019-09-10T00:00:00Z").is_empty());
    }
}
