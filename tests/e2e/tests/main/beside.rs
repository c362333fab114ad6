//! Commands of the machine's administrator, while the server runs on the embedded database.

use std::time::Duration;

use anyhow::Result;
use bailiwick_e2e::{Server, Transport, wait};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_beside_a_running_server() -> Result<()> {
    let mut server = Server::start(Transport::Plain).await?;
    let owner =
        json!({ "email": "root@example.org", "name": "Root", "role": "owner", "password": "correct horse battery" });
    let root = "00000000-0000-7000-8000-000000000000";
    server.api()?.post(&format!("/accounts/{root}/operators"), &owner).await?;

    // what the server wrote is read
    let elevators = server.run(&["admin", "list-elevators", "--json"])?;
    let elevator: Value = serde_json::from_str(elevators.trim())?;
    assert_eq!((&elevator["email"], &elevator["second_factor"]), (&json!("root@example.org"), &json!(false)));
    assert!(server.run(&["driver", "list"])?.contains("printer-snmp"));
    assert_eq!(server.run(&["egress", "list"])?, "", "nothing may be reached");
    let audit: Value = serde_json::from_str(&server.run(&["admin", "verify-audit", "--json"])?)?;
    assert_eq!(audit["whole"], true);

    // and what they write the server knows
    let made = ["admin", "create-token", "--account", "/", "--role", "auditor", "--name", "beside", "--json"];
    let made: Value = serde_json::from_str(&server.run(&made)?)?;
    let secret = made["secret"].as_str().unwrap_or_default();
    let api = server.api()?.with_token(secret);
    wait::until("the new token is known", Duration::from_secs(10), async || {
        Ok(api.get(&format!("/accounts/{root}/audit")).await.ok().map(drop))
    })
    .await?;
    server.process().check()
}
