//! The root of a decreasing function of one variable, to the last bit that bisection can give.

/// The `x` in `low..=high` where `f` falls through 0; `f(low) >= 0 >= f(high)` is the caller's to ensure.
pub(super) fn of_decreasing(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    // 2^-200 of any starting interval is below the spacing of doubles; the loop ends when the midpoint stops moving.
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}
