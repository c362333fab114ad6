//! The SQL of alerts as they are read and acknowledged; ingest raises and clears them.

use bailiwick_contract::manifest::Severity;
use bailiwick_store::{At, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Postgres, QueryBuilder, Row, postgres::PgRow};

use super::{Alert, AlertFilter, AlertState};
use crate::{AlertId, Cursor, CursorError, Named, page::Key};

pub(crate) const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

fn severity(name: &str) -> Severity {
    match name {
        "critical" => Severity::Critical,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    }
}

impl FromRow<'_, PgRow> for Alert {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<At>, _>(column)?.map(|at| at.0));
        let key: String = row.try_get("row_key")?;
        Ok(Self {
            id: row.try_get("id")?,
            device: Named { id: row.try_get("device_id")?, name: row.try_get("device_name")? },
            model: row.try_get("model")?,
            account: Named { id: row.try_get("tenant_id")?, name: row.try_get("account_name")? },
            driver: row.try_get("driver")?,
            condition: row.try_get("condition")?,
            row: Some(key).filter(|key| !key.is_empty()),
            row_name: row.try_get("row_name")?,
            severity: severity(row.try_get("severity")?),
            raised_at: row.try_get::<At, _>("raised_at")?.0,
            cleared_at: time("cleared_at")?,
            flaps: row.try_get("flaps")?,
            acknowledged_at: time("acknowledged_at")?,
            acknowledged_by: row.try_get("acknowledged_by")?,
        })
    }
}

const COLUMNS: &str = "
    select l.tenant_id, a.name as account_name, l.id, l.device_id, d.name as device_name, d.model, l.driver,
           l.condition, l.row_key, l.row_name, l.severity, l.raised_at, l.cleared_at, l.flaps, l.acknowledged_at, l.acknowledged_by";
const NAMES: &str = "
    join accounts a on a.tenant_id = l.tenant_id
    join devices d on d.tenant_id = l.tenant_id and d.id = l.device_id";

/// Newest first. The page is cut before names are looked up, so that this is done for the page's rows alone.
pub(super) fn statement(
    filter: &AlertFilter,
    id: Option<AlertId>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<QueryBuilder<Postgres>, CursorError> {
    let mut sql = QueryBuilder::new(COLUMNS);
    sql.push(" from (select l.* from alerts l where true");
    if let Some(id) = id {
        sql.push(" and l.id = ").push_bind(id);
    }
    match filter.state {
        None => {}
        Some(AlertState::Open) => {
            sql.push(" and l.cleared_at is null");
        }
        Some(AlertState::Cleared) => {
            sql.push(" and l.cleared_at is not null");
        }
    }
    if let Some(level) = filter.severity {
        sql.push(" and l.severity = ").push_bind(severity_name(level));
    }
    if let Some(driver) = &filter.driver {
        sql.push(" and l.driver = ").push_bind(driver.clone());
    }
    if let Some(device) = filter.device {
        sql.push(" and l.device_id = ").push_bind(device);
    }
    match after {
        None => {}
        Some(Cursor { key: Key::Integer(micros), id }) => {
            let at = Timestamp::from_microsecond(*micros).map_err(|_| CursorError)?;
            sql.push(" and (l.raised_at, l.id) < (").push_bind(At(at)).push(", ").push_bind(*id).push(")");
        }
        Some(_) => return Err(CursorError),
    }
    let order = " order by l.raised_at desc, l.id desc";
    sql.push(order).push(" limit ").push_bind(limit).push(format!(") l {NAMES} {order}"));
    Ok(sql)
}

pub(super) async fn find(scope: &mut Scope, mut sql: QueryBuilder<Postgres>) -> Result<Vec<Alert>, StoreError> {
    Ok(sql.build_query_as().fetch_all(scope.sql()).await?)
}

/// The first who takes note stays.
pub(super) async fn acknowledge(scope: &mut Scope, id: AlertId, now: Timestamp) -> Result<bool, StoreError> {
    let by = scope.actor().to_string();
    let done = sqlx::query(
        "update alerts set acknowledged_at = $2, acknowledged_by = $3 where id = $1 and acknowledged_at is null",
    )
    .bind(id)
    .bind(At(now))
    .bind(by)
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() > 0)
}
