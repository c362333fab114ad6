//! `timestamptz` as [`jiff::Timestamp`], exact to the microsecond, which is all PostgreSQL keeps.

use jiff::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

/// 2000-01-01T00:00:00Z, from which PostgreSQL counts, in microseconds after 1970.
const EPOCH: i64 = 946_684_800_000_000;

/// A point in time in the database. Bind `At(timestamp)`; read `row.get::<At, _>(…).0`.
///
/// Parts below a microsecond are cut off. 'infinity' is an error, since no column here uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct At(pub Timestamp);

impl From<Timestamp> for At {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl From<At> for Timestamp {
    fn from(at: At) -> Self {
        at.0
    }
}

impl Type<Postgres> for At {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(1184))
    }
}

impl sqlx::postgres::PgHasArrayType for At {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(1185))
    }
}

impl Encode<'_, Postgres> for At {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let micros = self.0.as_microsecond().saturating_sub(EPOCH);
        <i64 as Encode<'_, Postgres>>::encode_by_ref(&micros, buffer)
    }
}

impl Decode<'_, Postgres> for At {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        match value.format() {
            PgValueFormat::Binary => {
                let micros = <i64 as Decode<'_, Postgres>>::decode(value)?;
                let micros = micros.checked_add(EPOCH).ok_or("an infinite timestamp")?;
                Ok(Self(Timestamp::from_microsecond(micros)?))
            }
            // '2026-11-23 12:00:00.5+00', in a session whose time zone is UTC
            PgValueFormat::Text => Ok(Self(value.as_str()?.parse()?)),
        }
    }
}
