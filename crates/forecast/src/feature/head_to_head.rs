//! Head to head: what the home side won its last meetings with this opponent by, wherever they were.
//!
//! value = sum of margins over the last five meetings / (meetings + 2): two level meetings are added, because a few meetings
//! say little and none says nothing, which is 0.

use std::collections::{BTreeMap, VecDeque};

use domain::{Fixture, PlayedMatch, Sport, TeamId};

use super::{Ahead, Feature, Tracker};

const MEETINGS: usize = 5;
const LEVEL_MEETINGS: f64 = 2.0;

/// Mean margin of the last meetings.
#[derive(Debug, Clone, Copy)]
pub struct HeadToHead;

impl Feature for HeadToHead {
    fn name(&self) -> &'static str {
        "head_to_head_5"
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(Meetings::default())
    }
}

/// Margins by pair, from the view of the team with the smaller number.
#[derive(Default)]
struct Meetings(BTreeMap<(TeamId, TeamId), VecDeque<i32>>);

/// The pair in order, and the sign by which the home side's view becomes that of the first of them.
fn pair(fixture: &Fixture) -> ((TeamId, TeamId), i32) {
    if fixture.home < fixture.away {
        ((fixture.home, fixture.away), 1)
    } else {
        ((fixture.away, fixture.home), -1)
    }
}

impl Tracker for Meetings {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        let (pair, sign) = pair(fixture);
        let Some(margins) = self.0.get(&pair) else { return Some(0.0) };
        let sum = f64::from(sign * margins.iter().sum::<i32>());
        Some(sum / (margins.len() as f64 + LEVEL_MEETINGS))
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let (pair, sign) = pair(played.fixture);
        let margins = self.0.entry(pair).or_default();
        if margins.len() == MEETINGS {
            margins.pop_front();
        }
        margins.push_back(sign * played.score().margin());
    }
}
