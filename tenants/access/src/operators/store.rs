//! The SQL of operators.

use bailiwick_store::{AccountId, At, Door, OperatorId, Scope};
use jiff::Timestamp;

use super::Operator;
use crate::resets::Contact;
use bailiwick_text::Email;

pub(crate) async fn find_by_email(door: &mut Door, email: &Email) -> sqlx::Result<Option<OperatorId>> {
    sqlx::query_scalar("select id from operators where email_key = $1")
        .bind(email.key())
        .fetch_optional(door.sql())
        .await
}

/// What a sign-in needs: the operator and its password's hash.
pub(crate) async fn find_for_sign_in(
    door: &mut Door,
    email: &Email,
) -> sqlx::Result<Option<(OperatorId, Option<String>)>> {
    sqlx::query_as("select id, password_hash from operators where email_key = $1")
        .bind(email.key())
        .fetch_optional(door.sql())
        .await
}

/// How an operator is written to.
pub(crate) async fn contact(door: &mut Door, operator: OperatorId) -> sqlx::Result<Option<Contact>> {
    sqlx::query_as("select id, email, name, locale from operators where id = $1")
        .bind(operator)
        .fetch_optional(door.sql())
        .await
}

/// Whether the scope sees one of its grants, on `only` this account where one is named.
pub(super) async fn is_seen(scope: &mut Scope, operator: OperatorId, only: Option<AccountId>) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from grants where operator_id = $1 and ($2::uuid is null or tenant_id = $2))",
    )
    .bind(operator)
    .bind(only)
    .fetch_one(scope.sql())
    .await
}

pub(crate) async fn password_hash(door: &mut Door, operator: OperatorId) -> sqlx::Result<Option<String>> {
    let found: Option<Option<String>> = sqlx::query_scalar("select password_hash from operators where id = $1")
        .bind(operator)
        .fetch_optional(door.sql())
        .await?;
    Ok(found.flatten())
}

/// Names and addresses of these, by their ids.
pub(crate) async fn named(door: &mut Door, ids: &[OperatorId]) -> sqlx::Result<Vec<(OperatorId, String, String)>> {
    sqlx::query_as("select id, name, email from operators where id = any($1)").bind(ids).fetch_all(door.sql()).await
}

pub(crate) async fn insert(
    scope: &mut Scope,
    id: OperatorId,
    email: &Email,
    name: &str,
    password_hash: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query("insert into operators (id, email, email_key, name, password_hash) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(email.as_str())
        .bind(email.key())
        .bind(name)
        .bind(password_hash)
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(crate) async fn get(scope: &mut Scope, id: OperatorId) -> sqlx::Result<Option<Operator>> {
    sqlx::query_as("select id, email, name, locale, review_since from operators where id = $1")
        .bind(id)
        .fetch_optional(scope.sql())
        .await
}

pub(super) async fn update(scope: &mut Scope, operator: &Operator) -> sqlx::Result<()> {
    sqlx::query("update operators set name = $2, locale = $3 where id = $1")
        .bind(operator.id)
        .bind(&operator.name)
        .bind(&operator.locale)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Takes the password away: it signs in otherwise from now on.
pub(crate) async fn clear_password(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    sqlx::query("update operators set password_hash = null where id = $1")
        .bind(operator)
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(crate) async fn set_password(scope: &mut Scope, operator: OperatorId, hash: &str) -> sqlx::Result<()> {
    sqlx::query("update operators set password_hash = $2 where id = $1")
        .bind(operator)
        .bind(hash)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Since when an operator is to look over its tokens and passkeys; none where it has.
pub(crate) async fn set_review(scope: &mut Scope, operator: OperatorId, since: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query("update operators set review_since = $2 where id = $1")
        .bind(operator)
        .bind(since.map(At))
        .execute(scope.sql())
        .await
        .map(drop)
}
