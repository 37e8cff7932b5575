//! Grading and margin removal against the reference figures, and the laws that hold for every market and every price.

mod laws;
mod margins;
mod settlement;
