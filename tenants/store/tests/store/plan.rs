//! The policy is an index range, not a filter: looked at in the plan of a table of 60,000 rows.

use bailiwick_store::testing;
use bailiwick_store::{AccountId, Actor};

#[tokio::test]
async fn a_scope_reads_a_range_of_the_index() {
    let database = testing::database().await;
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(
        "insert into accounts (tenant_id, lineage, key, parent_id, kind, name)
             select gen_random_uuid(), '/d' || lpad(i::text, 4, '0') || '/', 'd' || lpad(i::text, 4, '0'),
                    '00000000-0000-7000-8000-000000000000', 'dealer', 'dealer ' || i from generate_series(1, 300) i;
         insert into operators (id, email, email_key, name)
             select gen_random_uuid(), i || '@x', i || '@x', 'x' from generate_series(1, 200) i;
         insert into grants (tenant_id, lineage, id, operator_id, role)
             select a.tenant_id, a.lineage, gen_random_uuid(), o.id, 'viewer' from accounts a, operators o where a.kind = 'dealer';
         analyze",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    let dealer: AccountId = sqlx::query_scalar("select tenant_id from accounts where lineage = '/d0007/'")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    let mut scope = database.store.scope(&Actor::system("test"), dealer).await.unwrap();
    let plan: Vec<String> = sqlx::query_scalar(
        "explain (analyze, costs off, timing off, summary off) select count(*) from grants where lineage <> $1",
    )
    .bind("")
    .fetch_all(scope.sql())
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Index") && plan.contains("grants_lineage"), "{plan}");
    assert!(plan.contains("Index Cond: ((lineage >= ") && plan.contains("AND (lineage < "), "{plan}");
    assert!(plan.contains("rows=200 "), "it reads the dealer's rows alone:\n{plan}");
    assert!(!plan.contains("Seq Scan on grants"), "{plan}");
}

/// A plan made for one scope is not kept for the next on the same connection.
#[tokio::test]
async fn plans_are_made_for_the_scope_at_hand() {
    let database = testing::database_with(1).await;
    let mut scope = database.store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap();
    let mode: String = sqlx::query_scalar("show plan_cache_mode").fetch_one(scope.sql()).await.unwrap();
    assert_eq!(mode, "force_custom_plan");
}
