//! What callers do with facts.

use bailiwick_store::Scope;
use jiff::Timestamp;

use super::{FactError, FactValue, store};
use crate::enrollments::Enrollment;

/// What is known through an enrollment, by attribute. The scope is bound to its account.
///
/// # Errors
/// [`FactError`].
pub async fn of_enrollment(scope: &mut Scope, enrollment: &Enrollment) -> Result<Vec<FactValue>, FactError> {
    let reported = enrollment.reported_at.unwrap_or(enrollment.created_at);
    let rows = store::of_enrollment(scope, enrollment.id).await?;
    rows.into_iter()
        .map(|row| {
            let ended: Option<Timestamp> = row.ended_at.map(|at| at.0);
            Ok(FactValue {
                attribute: row.attribute,
                value: serde_json::from_value(row.value).map_err(FactError::Damaged)?,
                observed_at: ended.unwrap_or(reported),
                changed_at: row.changed_at.0,
                current: ended.is_none(),
            })
        })
        .collect()
}
