//! Drawing from a finite distribution in constant time by the alias method.
//!
//! | symbol | meaning |
//! |---|---|
//! | n | cells of the distribution |
//! | p | probability of a cell |
//! | U | 32 random bits |
//!
//! Every one of n slots holds a threshold and another cell: slot `i = floor(n U1 / 2^32)` answers `i` when `U2 < threshold`,
//! else the other cell. One 64-bit number serves both draws. Probabilities are kept to 2^-32 / n, thousands of times finer
//! than the error of any number of draws somebody would wait for.
//!
//! A. J. Walker, "An efficient method for generating discrete random variables with general distributions", ACM Transactions
//! on Mathematical Software 3 (1977), 253-256; built as M. D. Vose, "A linear algorithm for generating random numbers with a
//! given distribution", IEEE Transactions on Software Engineering 17 (1991), 972-975.

/// One slot: the low half is the threshold, the high half the other cell.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot(u64);

impl Slot {
    fn new(threshold: u32, other: u32) -> Self {
        Self(u64::from(other) << 32 | u64::from(threshold))
    }
}

/// The cell that 64 random bits choose.
#[inline]
pub(crate) fn draw(slots: &[Slot], bits: u64) -> u32 {
    let own = ((bits >> 32) * slots.len() as u64) >> 32;
    let slot = slots[own as usize].0;
    // Comparing and choosing without a branch: the outcome is as good as a coin, which no processor predicts.
    let other = u64::from(bits as u32 >= slot as u32).wrapping_neg();
    (own ^ ((own ^ (slot >> 32)) & other)) as u32
}

/// Makes tables one after the other without asking for memory again.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    scaled: Vec<f64>,
    /// Cells under their share from the front, cells over it from the back.
    order: Vec<u32>,
}

impl Builder {
    /// Fills `slots` for a distribution in the ratio of `weights`, which are finite, not negative and not all 0.
    pub(crate) fn fill(&mut self, slots: &mut [Slot], weights: &[f64]) {
        let n = weights.len();
        let to_share = n as f64 / weights.iter().sum::<f64>();
        self.scaled.clear();
        self.scaled.extend(weights.iter().map(|w| w * to_share));
        self.order.resize(n, 0);
        let (mut n_small, mut first_large) = (0, n);
        for (cell, share) in (0..).zip(&self.scaled) {
            if *share < 1.0 {
                self.order[n_small] = cell;
                n_small += 1;
            } else {
                first_large -= 1;
                self.order[first_large] = cell;
            }
        }
        // Every small cell is topped up from a large one, which may become small by it.
        while n_small > 0 && first_large < n {
            n_small -= 1;
            let (small, large) = (self.order[n_small], self.order[first_large]);
            let share = self.scaled[small as usize];
            slots[small as usize] = Slot::new((share * 4_294_967_296.0) as u32, large);
            let left = &mut self.scaled[large as usize];
            *left -= 1.0 - share;
            if *left < 1.0 {
                first_large += 1;
                self.order[n_small] = large;
                n_small += 1;
            }
        }
        // What is left is full but for rounding.
        for cell in self.order[..n_small].iter().chain(&self.order[first_large..]) {
            slots[*cell as usize] = Slot::new(u32::MAX, *cell);
        }
    }

    /// A table of its own.
    pub(crate) fn table(&mut self, weights: &[f64]) -> Vec<Slot> {
        let mut slots = vec![Slot::default(); weights.len()];
        self.fill(&mut slots, weights);
        slots
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The probabilities that a table stands for.
    fn represented(slots: &[Slot]) -> Vec<f64> {
        let n = slots.len() as f64;
        let mut p = vec![0.0; slots.len()];
        for (own, slot) in slots.iter().enumerate() {
            let keeps = f64::from(slot.0 as u32) / 4_294_967_296.0;
            p[own] += keeps / n;
            p[(slot.0 >> 32) as usize] += (1.0 - keeps) / n;
        }
        p
    }

    proptest! {
        #[test]
        fn a_table_stands_for_its_weights(weights in proptest::collection::vec(0.0..1.0f64, 1..300)) {
            let sum: f64 = weights.iter().sum();
            prop_assume!(sum > 0.0);
            let slots = Builder::default().table(&weights);
            for (got, weight) in represented(&slots).iter().zip(&weights) {
                prop_assert!((got - weight / sum).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_cell_without_probability_is_never_drawn() {
        let slots = Builder::default().table(&[0.0, 3.0, 0.0, 1.0]);
        for bits in [0, u64::MAX, 1 << 63, 0xffff_ffff, 0x3fff_ffff_ffff_ffff] {
            assert!([1, 3].contains(&draw(&slots, bits)), "{bits:x}");
        }
        assert_eq!(draw(&Builder::default().table(&[2.0]), u64::MAX), 0);
    }

    #[test]
    fn a_builder_forgets_the_table_before() {
        let mut builder = Builder::default();
        builder.table(&[1.0; 50]);
        assert_eq!(represented(&builder.table(&[0.25, 0.75])), [0.25, 0.75]);
    }
}
