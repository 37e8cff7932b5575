//! Weighted least squares of one number on two.

/// y = slopes . x with residual standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plane {
    pub(super) slopes: [f64; 2],
    pub(super) residual_sd: f64,
}

impl Plane {
    /// The least-squares plane of (weight, x, y). A column without spread, such as home advantage where all matches were
    /// neutral, gets slope 0 by a ridge that is negligible otherwise.
    pub(super) fn fit(rows: impl Iterator<Item = (f64, [f64; 2], f64)> + Clone) -> Self {
        const RIDGE: f64 = 1e-6;
        let (mut xx, mut xy) = ([[RIDGE, 0.0], [0.0, RIDGE]], [0.0; 2]);
        for (w, x, y) in rows.clone() {
            for i in 0..2 {
                xy[i] += w * x[i] * y;
                for j in 0..2 {
                    xx[i][j] += w * x[i] * x[j];
                }
            }
        }
        let determinant = xx[0][0] * xx[1][1] - xx[0][1] * xx[1][0];
        let slopes = [
            (xx[1][1] * xy[0] - xx[0][1] * xy[1]) / determinant,
            (xx[0][0] * xy[1] - xx[1][0] * xy[0]) / determinant,
        ];
        let mut plane = Self { slopes, residual_sd: 0.0 };
        let (mut squares, mut weights) = (0.0, 0.0);
        for (w, x, y) in rows {
            let residual = y - plane.at(x);
            squares += w * residual * residual;
            weights += w;
        }
        plane.residual_sd = (squares / weights).sqrt();
        plane
    }

    pub(super) fn at(&self, x: [f64; 2]) -> f64 {
        self.slopes[0] * x[0] + self.slopes[1] * x[1]
    }

    /// Whether it says anything: finite, with a spread about it.
    pub(super) fn is_finite(&self) -> bool {
        self.slopes.iter().all(|s| s.is_finite()) && self.residual_sd.is_finite() && self.residual_sd > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_through_points_on_it_and_their_spread() {
        let point = |i: i32| {
            let x = [f64::from(i % 7), f64::from(i % 5)];
            let noise = if i % 2 == 0 { 0.5 } else { -0.5 };
            (1.0 + f64::from(i % 3), x, 2.0 * x[0] - 3.0 * x[1] + noise)
        };
        // 210 rows run through every combination of the three residues and the sign: noise is orthogonal to x.
        let plane = Plane::fit((0..210).map(point));
        assert!((plane.slopes[0] - 2.0).abs() < 1e-6 && (plane.slopes[1] + 3.0).abs() < 1e-6, "{plane:?}");
        assert!((plane.residual_sd - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_column_without_spread_gets_no_slope() {
        let plane = Plane::fit((0..10).map(|i| (1.0, [f64::from(i), 0.0], 2.0 * f64::from(i) + 1.0)));
        assert_eq!(plane.slopes[1], 0.0);
        assert!(plane.is_finite());
        assert!(!Plane::fit((0..3).map(|_| (1.0, [0.0, 0.0], 0.0))).is_finite());
    }
}
