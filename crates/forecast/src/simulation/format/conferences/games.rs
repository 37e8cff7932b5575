//! Drawing the games to come of a block of seasons, one game after the other, so that its table stays near.

use domain::{Score, ScoreDistribution};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::Rng};

use crate::simulation::{
    alias::{Builder, Slot, draw},
    blocks::BLOCK,
};

/// Tables to draw the games to come from, one after the other.
#[derive(Debug, Default)]
pub(in crate::simulation::format) struct Games {
    slots: Vec<Slot>,
    /// End of each game's slots, and the score of each of its cells.
    games: Vec<(usize, Vec<Score>)>,
    builder: Builder,
}

impl Games {
    /// Adds a game by its whole score distribution; scores that cannot happen take no place.
    pub(in crate::simulation::format) fn push(&mut self, distribution: &ScoreDistribution) {
        let (scores, weights): (Vec<Score>, Vec<f64>) = distribution.iter().filter(|(_, p)| *p > 0.0).unzip();
        self.push_cells(scores, &weights);
    }

    /// Adds a game by scores and their weights.
    pub(in crate::simulation::format) fn push_cells(&mut self, scores: Vec<Score>, weights: &[f64]) {
        let from = self.slots.len();
        self.slots.resize(from + weights.len(), Slot::default());
        self.builder.fill(&mut self.slots[from..], weights);
        self.games.push((self.slots.len(), scores));
    }

    /// Draws every game of a block of seasons: `scores[game * BLOCK + season]`.
    pub(in crate::simulation::format) fn play(
        &self,
        scores: &mut Vec<Score>,
        generator: &mut Xoshiro256PlusPlus,
    ) {
        scores.clear();
        let mut from = 0;
        for (end, cells) in &self.games {
            let table = &self.slots[from..*end];
            scores.extend((0..BLOCK).map(|_| cells[draw(table, generator.next_u64()) as usize]));
            from = *end;
        }
    }

    /// How many.
    pub(in crate::simulation::format) fn len(&self) -> usize {
        self.games.len()
    }
}
