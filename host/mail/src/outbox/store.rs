//! The SQL of the outbox.

use bailiwick_store::{AccountId, At, Cursor, Page, PageRequest, Scope, StoreError};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Kind, Mail, MailId, NewMail, State, Waiting};
use crate::letter::Language;

fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|known| known.name() == name)
}

pub(super) async fn insert(scope: &mut Scope, id: MailId, mail: &NewMail, now: Timestamp) -> Result<(), StoreError> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into outbox (tenant_id, lineage, id, kind, recipient, locale, subject_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(mail.kind.name())
    .bind(&mail.recipient)
    .bind(mail.language.code())
    .bind(mail.subject)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn waiting(scope: &mut Scope, id: MailId) -> Result<Option<Waiting>, StoreError> {
    #[derive(FromRow)]
    struct Row {
        tenant_id: AccountId,
        kind: String,
        recipient: String,
        locale: String,
        subject_id: Option<Uuid>,
    }
    let account = scope.account();
    let row: Option<Row> = sqlx::query_as(
        "select tenant_id, kind, recipient, locale, subject_id from outbox
         where tenant_id = $1 and id = $2 and state = 'waiting'",
    )
    .bind(account)
    .bind(id)
    .fetch_optional(scope.sql())
    .await?;
    Ok(row.and_then(|row| {
        Some(Waiting {
            id,
            account: row.tenant_id,
            kind: kind(&row.kind)?,
            recipient: row.recipient,
            language: Language::of(&row.locale),
            subject: row.subject_id,
        })
    }))
}

pub(super) async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<Mail>, StoreError> {
    let (at, id) = page.after_time()?;
    #[derive(FromRow)]
    struct Row {
        id: MailId,
        kind: String,
        recipient: String,
        subject_id: Option<Uuid>,
        state: String,
        tries: i32,
        error: Option<String>,
        created_at: At,
        ended_at: Option<At>,
    }
    let account = scope.account();
    let rows: Vec<Row> = sqlx::query_as(
        "select id, kind, recipient, subject_id, state, tries, error, created_at, ended_at from outbox
         where tenant_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3))
         order by created_at desc, id desc limit $4",
    )
    .bind(account)
    .bind(at)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?;
    let known = |row: Row| {
        let states = [State::Waiting, State::Sent, State::Failed];
        Some(Mail {
            id: row.id,
            kind: kind(&row.kind)?,
            recipient: row.recipient,
            subject: row.subject_id,
            state: states.into_iter().find(|state| state.name() == row.state)?,
            tries: row.tries,
            error: row.error,
            created_at: row.created_at.0,
            ended_at: row.ended_at.map(|at| at.0),
        })
    };
    Ok(page.page(rows, |last| Cursor::time(last.created_at.0, last.id.get())).filter_map(known))
}

pub(super) async fn delete(scope: &mut Scope, id: MailId) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query("delete from outbox where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(id)
        .execute(scope.sql())
        .await?;
    Ok(())
}

pub(super) async fn end(
    scope: &mut Scope,
    id: MailId,
    state: &str,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query(
        "update outbox set state = $3, error = $4, ended_at = $5, tries = tries + 1
         where tenant_id = $1 and id = $2 and state = 'waiting'",
    )
    .bind(account)
    .bind(id)
    .bind(state)
    .bind(error)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn tried(scope: &mut Scope, id: MailId, code: &str) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query(
        "update outbox set error = $3, tries = tries + 1 where tenant_id = $1 and id = $2 and state = 'waiting'",
    )
    .bind(account)
    .bind(id)
    .bind(code)
    .execute(scope.sql())
    .await?;
    Ok(())
}
