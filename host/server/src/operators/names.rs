//! Names of operators, for what they did: as far as the scope sees who they are.

use std::collections::HashMap;

use bailiwick_store::{Actor, OperatorId, Scope, StoreError};
use sqlx::Row as _;

/// The names of the operators behind these actors, in their text form. Whoever has lost every grant that the
/// scope sees has no name here.
///
/// # Errors
/// [`StoreError`] where the statement fails.
pub async fn names<'a>(
    scope: &mut Scope,
    actors: impl Iterator<Item = &'a str>,
) -> Result<HashMap<OperatorId, String>, StoreError> {
    let mut ids: Vec<OperatorId> = actors.filter_map(operator).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query("select id, name from operators where id = any($1)")
        .bind(ids.iter().map(|id| id.get()).collect::<Vec<_>>())
        .fetch_all(scope.sql())
        .await?;
    let read = |row: &sqlx::postgres::PgRow| Ok((OperatorId(row.try_get(0)?), row.try_get(1)?));
    rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(StoreError::from)
}

/// The operator behind an actor's text form, in person or by a token.
#[must_use]
pub fn operator(actor: &str) -> Option<OperatorId> {
    actor.parse::<Actor>().ok().and_then(|actor| actor.operator())
}
