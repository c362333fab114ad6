use axum::{Json as Reply, extract::State};
use bailiwick_access::Permission;
use bailiwick_contract::report::{EnrollReply, EnrollRequest};
use bailiwick_devices::collectors::{self, CollectorError};
use secrecy::ExposeSecret as _;

use crate::{
    App,
    edge::{Json, Problem},
};

/// Uses a one-time token up for a key, while whoever made the token may enroll collectors there.
pub(super) async fn enroll(
    State(app): State<App>,
    Json(request): Json<EnrollRequest>,
) -> Result<Reply<EnrollReply>, Problem> {
    let token = collectors::presented(app.store(), &request.token).await?;
    if !app.access().still_may(&token.made_by, token.account, Permission::ManageCollectors).await? {
        return Err(CollectorError::UnknownToken.into());
    }
    let enrolled = collectors::enroll(app.store(), token, &request.version).await?;
    let who = enrolled.identity;
    tracing::info!(collector = %who.collector, "a collector enrolled");
    Ok(Reply(EnrollReply {
        collector_id: who.collector.get(),
        key: enrolled.key.expose_secret().to_owned(),
        account_id: who.account.get(),
        site_id: who.site.get(),
    }))
}
