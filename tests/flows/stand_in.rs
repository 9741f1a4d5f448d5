//! Stands in for the hosts that the conformance kit calls, on this machine: what a scenario sends there comes here, by the
//! same way out as any other request. It answers what the kit's scenarios need of them.

use crate::harness::connector_with;
use crate::support::fake::{Act, Fake, Received, json as answer};
use scim_connector_flow::Runner;
use scim_connector_host::Config;
use scim_connector_host::egress::{Intercepted, Interceptor, Interceptors, Next, Request};
use serde_json::json;
use std::sync::Arc;

/// Sends requests for other hosts to the one that stands in, with the host they were for in front of the path.
struct Redirected {
    origin: String,
}

impl Interceptor for Redirected {
    fn intercept<'a>(&'a self, mut request: Request, next: Next<'a>) -> Intercepted<'a> {
        let host = request.url.host().expect("a host").to_owned();
        let path = request.url.path_and_query().map_or("/", |path| path.as_str());
        request.url = format!("{}/{host}{path}", self.origin).parse().expect("a URL");
        next.run(request)
    }
}

/// A runner whose requests go to the hosts' stand-in, and the stand-in.
pub fn runner(config: Config) -> (Runner, Fake) {
    let fake = Fake::start(|_, received| script(received));
    let redirected = Arc::new(Redirected { origin: fake.origin() });
    let interceptors = Interceptors { first: vec![redirected], ..Interceptors::default() };
    let connector = connector_with(|options| options.interceptors = interceptors);
    let runner = crate::harness::block_on(Runner::new(connector, config, Vec::new())).expect("a runner");
    (runner, fake)
}

fn script(received: &Received) -> Vec<Act> {
    let pet = |id: u32| json!({"id": id, "name": "Milou", "status": "available"});
    let document = json!({
        "swagger": "2.0",
        "host": "petstore.swagger.io",
        "basePath": "/v2",
        "schemes": ["https", "http"],
        "paths": {
            "/pet/findByStatus": {"get": {
                "operationId": "findPetsByStatus",
                "parameters": [{"name": "status", "in": "query"}],
            }},
            "/pet/{petId}": {"get": {
                "operationId": "getPetById",
                "parameters": [{"name": "petId", "in": "path"}],
            }},
        },
    });
    // "serverless-workflow:conformance-test", RFC 7617.
    let credentials = "Basic c2VydmVybGVzcy13b3JrZmxvdzpjb25mb3JtYW5jZS10ZXN0";
    match received.line() {
        "GET /petstore.swagger.io/v2/swagger.json" => answer(200, document),
        "GET /petstore.swagger.io/v2/pet/findByStatus?status=available" => answer(200, json!([pet(1), pet(2)])),
        "GET /petstore.swagger.io/v2/pet/1" => answer(200, pet(1)),
        "GET /petstore.swagger.io/v2/pet/2" => answer(200, pet(2)),
        "GET /httpbin.org/basic-auth/serverless-workflow/conformance-test"
            if received.header("authorization") == Some(credentials) =>
        {
            answer(200, json!({"authenticated": true, "user": "serverless-workflow"}))
        }
        line if line.starts_with("GET /httpbin.org/basic-auth/") => answer(401, json!({})),
        _ => answer(404, json!({"message": "not here"})),
    }
}
