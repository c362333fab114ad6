//! A stranger finds nothing, by any service.

use bailiwick_devices::{
    alerts::{self, AlertFilter},
    collectors, devices, enrollments,
    page::PageRequest,
    sites, summary,
};
use bailiwick_store::AccountId;

use crate::ground::*;

#[tokio::test]
async fn another_customer_sees_none_of_it() {
    let ground = Ground::new().await;
    ground
        .send(vec![ground.report(1, vec![identify(&[SERIAL]), facts(&[("name", "A")]), conditions(&[("jam", None)])])])
        .await;
    let id = ground.device().await.id;
    let now = ground.store.now();
    let page = PageRequest::default();
    for (account, sees) in
        [(ground.other, false), (ground.customer, true), (ground.dealer, true), (AccountId::ROOT, true)]
    {
        let n = usize::from(sees);
        assert_eq!(ground.devices(account).await.len(), n);
        let mut scope = ground.scope(account).await;
        assert_eq!(devices::get(&mut scope, id, now).await.is_ok(), sees);
        assert_eq!(alerts::list(&mut scope, &AlertFilter::default(), &page).await.unwrap().items.len(), n);
        assert_eq!(enrollments::list(&mut scope, &page).await.unwrap().items.len(), n);
        assert_eq!(collectors::list(&mut scope, &page, now).await.unwrap().items.len(), n);
        assert_eq!(collectors::get(&mut scope, ground.who.collector, now).await.is_ok(), sees);
        assert_eq!(sites::get(&mut scope, ground.who.site).await.is_ok(), sees);
        assert_eq!(sites::list(&mut scope, &page).await.unwrap().items.len(), n);
        assert_eq!(summary::summary(&mut scope, now).await.unwrap().devices, i64::from(sees));
        assert_eq!(devices::detail(&mut scope, id, now).await.is_ok(), sees);
    }
    for stranger in [ground.other] {
        let change = devices::DeviceChange { name: Some(Some("mine".into())), ..Default::default() };
        assert!(devices::update(&mut ground.scope(stranger).await, id, change, now).await.is_err());
        assert!(devices::retire(&mut ground.scope(stranger).await, id, now).await.is_err());
        assert!(collectors::revoke(&mut ground.scope(stranger).await, ground.who.collector, now).await.is_err());
        assert!(collectors::request_scan(&mut ground.scope(stranger).await, ground.who.collector).await.is_err());
        assert!(sites::delete(&mut ground.scope(stranger).await, ground.who.site, now).await.is_err());
    }
}
