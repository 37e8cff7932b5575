//! Who starts, as shares of the embeddings that the network learns.

use std::collections::BTreeMap;

use domain::PlayerCode;

/// The starters of one side, as many as its line-up names; empty where nobody is named.
pub(super) type Starters = Vec<PlayerCode>;

/// Starts it takes for an embedding of one's own.
const MIN_STARTS: usize = 8;
/// The embedding that everybody else shares, learnt from those who start seldom.
const SHARED: usize = 0;

/// Players by the place of their embedding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Players(BTreeMap<PlayerCode, usize>);

impl Players {
    /// Everybody with enough starts among these; none where nobody is named at all.
    pub(super) fn of<'a>(starters: impl Iterator<Item = &'a Starters>) -> Option<Self> {
        let mut starts: BTreeMap<PlayerCode, usize> = BTreeMap::new();
        for player in starters.flatten() {
            *starts.entry(*player).or_default() += 1;
        }
        if starts.is_empty() {
            return None;
        }
        let known = starts.into_iter().filter(|(_, n)| *n >= MIN_STARTS).map(|(player, _)| player);
        Some(Self(known.zip(SHARED + 1..).collect()))
    }

    /// How many embeddings there are.
    pub(super) fn n_embeddings(&self) -> usize {
        self.0.len() + 1
    }

    /// Share of each embedding in a side: all of its starters count alike, and a side that names nobody is 0.
    pub(super) fn shares(&self, starters: &Starters) -> Vec<f32> {
        let mut shares = vec![0.0; self.n_embeddings()];
        for player in starters {
            shares[self.0.get(player).copied().unwrap_or(SHARED)] += 1.0 / starters.len() as f32;
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(names: &[&str]) -> Starters {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn who_started_often_has_a_place_and_the_others_share_one() {
        let mut seen = vec![codes(&["regular", "seldom"])];
        seen.extend(std::iter::repeat_n(codes(&["regular", "another"]), MIN_STARTS - 1));
        let players = Players::of(seen.iter()).unwrap();
        assert_eq!(players.n_embeddings(), 2);
        assert_eq!(players.shares(&codes(&["regular"])), [0.0, 1.0]);
        assert_eq!(players.shares(&codes(&["seldom"])), players.shares(&codes(&["stranger"])));
        assert_eq!(players.shares(&codes(&["seldom", "another", "regular", "stranger"])), [0.75, 0.25]);
        assert_eq!(players.shares(&Starters::new()), [0.0, 0.0]);
    }

    #[test]
    fn nobody_named_needs_no_embedding() {
        assert_eq!(Players::of([Starters::new(), Starters::new()].iter()), None);
    }
}
