use axum::{Json as Reply, extract::State};
use bailiwick_contract::report::{EnrollReply, EnrollRequest};
use bailiwick_devices::collectors;
use secrecy::ExposeSecret as _;

use crate::{
    App,
    edge::{Json, Problem, Source},
};

/// Uses a one-time token up for a key.
pub(super) async fn enroll(
    State(app): State<App>,
    source: Source,
    Json(request): Json<EnrollRequest>,
) -> Result<Reply<EnrollReply>, Problem> {
    app.limits().guesses.count(&source.network()).await?;
    let enrolled = collectors::enroll(app.store(), &request.token, &request.version).await?;
    let who = enrolled.identity;
    tracing::info!(collector = %who.collector, "a collector enrolled");
    Ok(Reply(EnrollReply {
        collector_id: who.collector.get(),
        key: enrolled.key.expose_secret().to_owned(),
        account_id: who.account.get(),
        site_id: who.site.get(),
    }))
}
