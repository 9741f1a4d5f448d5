//! Devices and their applications (RFC 9944): resource types that are nothing but data.

use super::*;

const DEVICE: &str = "urn:ietf:params:scim:schemas:core:2.0:Device";
const BLE: &str = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
const DPP: &str = "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device";
const PASSKEY: &str = "urn:ietf:params:scim:schemas:extension:pairingPassKey:2.0:Device";
const APPS: &str = "urn:ietf:params:scim:schemas:extension:endpointAppsExt:2.0:Device";

#[tokio::test]
async fn a_device_lives() {
    let server = Server::new().await;
    let app = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:EndpointApp"], "applicationType": "telemetry"});
    let app = server.post("/EndpointApps", app).await;
    assert_eq!(app.status, 201, "{app:?}");
    let ble = json!({
        "deviceMacAddress": "0C:11:22:33:44:55", "isRandom": false, "versionSupport": ["5.3"],
        "pairingMethods": [PASSKEY], PASSKEY: {"key": 654321},
    });
    let device = json!({
        "schemas": [DEVICE, BLE, APPS], "active": true, "displayName": "Bed sensor",
        BLE: with(ble.clone(), json!({"irk": "never-to-be-seen"})),
        DPP: {"dppVersion": 2, "bootstrapKey": "never-to-be-seen"},
        APPS: {"applications": [{"value": app.id()}]},
    });
    let created = server.post("/Devices", device).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!((&created.body[BLE], &created.body[DPP]), (&ble, &json!({"dppVersion": 2})));
    assert_eq!(created.body["schemas"], json!([DEVICE, BLE, DPP, APPS]));
    let path = format!("/Devices/{}", created.id());
    assert_eq!(created.header("location"), format!("{}{path}", server.sandbox.service_url()));
    assert_eq!(created.body["meta"]["resourceType"], "Device");

    let moved = json!([{"op": "replace", "path": format!("{BLE}:mobility"), "value": true}]);
    assert_eq!(server.patch(&path, moved).await.body[BLE]["mobility"], true);
    let filter = format!("{BLE}:deviceMacAddress sw \"0c:11\" and active eq true");
    assert_eq!(server.list("/Devices", &[("filter", &filter)]).await.listed("displayName"), ["Bed sensor"]);
    // a group may have devices
    let group = server.group("Ward", &[&created.id()]).await;
    assert_eq!(server.get(&format!("/Groups/{group}")).await.body["members"][0]["type"], "Device");
    assert_eq!(server.get(&path).await.body["groups"][0]["display"], "Ward");
    // as in RFC 9944 appendix A.1, the resource type names no extension
    assert_eq!(server.get("/ResourceTypes/Device").await.body["schemaExtensions"], json!([]));
    assert_eq!(server.get(&format!("/Schemas/{BLE}")).await.status, 200);
    assert_eq!(server.get("/").await.body["totalResults"], 3);
    assert_eq!(server.call("DELETE", &path, None).await.status, 204);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn devices_are_checked_like_users() {
    let server = Server::new().await;
    let table = [
        (json!({"schemas": [DEVICE]}), "active: required, give it a value"),
        (
            json!({"schemas": [DEVICE], "active": true, BLE: {"deviceMacAddress": "x", "pairingMethods": ["x"]}}),
            "urn:ietf:params:scim:schemas:extension:ble:2.0:Device:versionSupport: required, give it a value",
        ),
        (
            json!({"schemas": [DEVICE], "active": true, BLE: {"deviceMacAddress": "x", "versionSupport": ["5"],
                "pairingMethods": ["x"], PASSKEY: {"key": "six"}}}),
            "urn:ietf:params:scim:schemas:extension:ble:2.0:Device:\
             urn:ietf:params:scim:schemas:extension:pairingPassKey:2.0:Device:key: must be an integer",
        ),
    ];
    for (body, detail) in table {
        let answer = server.post("/Devices", body).await;
        assert_eq!((answer.outcome().as_str(), answer.body["detail"].as_str()), ("400 invalidValue", Some(detail)));
    }
    server.sandbox.stop().await;
}
