//! Features as a matrix, for learners that take what is not defined as it is.

use super::Lessons;

/// The features that take two values in the lessons: trees that see a share of the features waste it on others.
pub(in crate::model) struct Columns {
    kept: Vec<usize>,
    names: Vec<&'static str>,
}

impl Columns {
    pub(in crate::model) fn varying(lessons: &Lessons<'_>) -> Self {
        let varies = |column: &usize| {
            let first = lessons.value(0, *column);
            (1..lessons.len()).any(|lesson| lessons.value(lesson, *column) != first)
        };
        let kept: Vec<usize> = (0..lessons.names().len()).filter(varies).collect();
        let names = kept.iter().map(|column| lessons.names()[*column]).collect();
        Self { kept, names }
    }

    pub(in crate::model) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Column by column, a cell for each lesson; NaN where a feature is not defined.
    pub(in crate::model) fn cells(&self, lessons: &Lessons<'_>) -> Vec<f64> {
        let column = |column: &usize| {
            let column = *column;
            (0..lessons.len()).map(move |lesson| lessons.value(lesson, column).unwrap_or(f64::NAN))
        };
        self.kept.iter().flat_map(column).collect()
    }

    /// The cells of one match, from the values of all features.
    pub(in crate::model) fn row(&self, values: &[Option<f64>]) -> Vec<f64> {
        let cell = |column: &usize| values.get(*column).copied().flatten().unwrap_or(f64::NAN);
        self.kept.iter().map(cell).collect()
    }
}
