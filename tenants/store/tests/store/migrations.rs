//! Databases that other versions have migrated are refused with what to do, and stay as they are.

use bailiwick_store::{StoreError, testing};

/// All that is remembered of migrations.
async fn remembered(database: &testing::TestDatabase) -> Vec<(i64, Vec<u8>)> {
    let mut superuser = database.superuser().await;
    sqlx::query_as("select version, checksum from _sqlx_migrations order by version")
        .fetch_all(&mut superuser)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_database_that_is_up_to_date_stays_as_it_is() {
    let database = testing::database().await;
    let before = remembered(&database).await;
    assert!(before.len() > 20);
    database.migrate().await.unwrap();
    assert_eq!(remembered(&database).await, before);
}

#[tokio::test]
async fn a_database_with_another_text_of_any_migration_is_refused_with_what_to_do() {
    let database = testing::database().await;
    for (version, checksum) in remembered(&database).await {
        let mut superuser = database.superuser().await;
        let change = "update _sqlx_migrations set checksum = $2 where version = $1";
        sqlx::query(change).bind(version).bind(vec![0_u8; 48]).execute(&mut superuser).await.unwrap();
        let changed = remembered(&database).await;
        let error = database.migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::OtherMigration { version: told } if told == version), "{error:?}");
        let text = error.to_string();
        for part in
            ["development build", &format!("migration {version}"), "new data folder", "Nothing in it was changed"]
        {
            assert!(text.contains(part), "{part:?} is missing in: {text}");
        }
        assert_eq!(remembered(&database).await, changed);
        sqlx::query(change).bind(version).bind(checksum).execute(&mut superuser).await.unwrap();
    }
    database.migrate().await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_with_what_to_do() {
    let database = testing::database().await;
    let mut superuser = database.superuser().await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of the future', true, '', 0)",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    let error = database.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::NewerDatabase { version: 9999 }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("migration 9999") && text.contains("restore a backup"), "{text}");
    let up_to_date = remembered(&database).await;
    assert_eq!(up_to_date.last().map(|(version, _)| *version), Some(9999));
}
