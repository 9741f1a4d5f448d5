//! The page of `start --ui` over real HTTP, on a history that a recorder wrote: who gets in, what other sites cannot do, what
//! is shown, and what the buttons leave for the daemon. How it looks in a browser is `browser.mjs`'s.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

#[path = "../support/place.rs"]
mod place;
mod story;

use scim_connector_automation::history::{Filter, FlowId, History, Retention, RunId, Trigger};
use scim_connector_automation::page::{self, Page, Served};
use scim_connector_flow::event::{Event, RunOutcome, StepKind};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

struct Site {
    served: Served,
    history: History,
    authority: String,
    _going: story::Play,
    _folder: TempDir,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Site {
    async fn start() -> Self {
        let folder = place::private_folder();
        let history = History::open(&folder.path().join("history.sqlite"), Retention::default()).unwrap();
        let (flows_folder, flows) = story::flows();
        let going = story::tell(&history, &flows);
        let page = Page {
            history: history.clone(),
            folder: flows_folder,
            flows: Arc::new(move |name| flows.get(name).cloned()),
        };
        let served = page::serve(page, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let authority = served.address().trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { served, history, authority, _going: going, _folder: folder }
    }

    /// Sends a request as it stands, but for `Host` and `Content-Length` where they are missing.
    async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.authority).await.unwrap();
        let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if headers.iter().all(|(name, _)| *name != "Host") {
            head += &format!("Host: {}\r\n", self.authority);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The cookie that the address with the token gives.
    async fn cookie(&self) -> String {
        let answer = self.send("GET", &format!("/?token={}", self.served.token()), &[], "").await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[("Cookie", &self.cookie().await)], "").await
    }

    /// The word that each form of the page contains.
    async fn form_word(&self) -> String {
        let list = self.get("/").await.body;
        list.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Sends a form as the page's own.
    async fn post(&self, target: &str, members: &str) -> Answer {
        let (cookie, origin) = (self.cookie().await, format!("http://{}", self.authority));
        let body = format!("form={}&{members}", self.form_word().await);
        self.send("POST", target, &[("Cookie", &cookie), ("Origin", &origin), ("Sec-Fetch-Site", "same-origin")], &body)
            .await
    }

    fn requests(&self) -> Vec<(String, Option<serde_json::Value>)> {
        let names = ["onboarding", "nightly-copy", "offboarding"];
        let taken = self.history.take_requests(&story::flows().0, &names).unwrap();
        taken.into_iter().map(|request| (request.automation.name, request.input)).collect()
    }

    fn flow(&self, name: &str) -> FlowId {
        FlowId::new(&story::flows().0, name)
    }

    fn run_of(&self, flow: &str) -> RunId {
        let filter = Filter { limit: 1, ..Filter::of(&self.flow(flow)) };
        self.history.runs(&filter).unwrap().remove(0).id
    }
}

/// Everything there is to see.
const PLACES: [&str; 6] =
    ["/", "/runs", "/automations/onboarding", "/automations/onboarding/graph.svg", "/live.js", "/nowhere"];

#[tokio::test]
async fn nobody_sees_anything_without_the_token() {
    let site = Site::start().await;
    let port = site.authority.rsplit(':').next().unwrap();
    let wrong = [
        ("Accept", "*/*".to_owned()),
        ("Cookie", format!("scim-connector-{port}={}", "0".repeat(64))),
        ("Cookie", format!("scim-connector-{port}={}", site.served.token())),
        ("Cookie", format!("other={}", site.cookie().await.split('=').nth(1).unwrap())),
        ("Authorization", "Bearer ".to_owned()),
        ("Authorization", format!("Basic {}", site.served.token())),
    ];
    for (name, value) in &wrong {
        for place in PLACES {
            for method in ["GET", "POST"] {
                let answer = site.send(method, place, &[(name, value)], "").await;
                assert_eq!(answer.status, 401, "{method} {place} with {name}: {value}");
                assert!(answer.body.contains("open the address with the token"), "{answer:?}");
                for content in ["onboarding", "nightly", "flows", "name=\"form\""] {
                    assert!(!answer.body.contains(content), "{content} in {answer:?}");
                }
            }
        }
    }
    for target in ["/?token=", "/?token=wrong", &format!("/runs?token={}", site.served.token())] {
        let answer = site.send("GET", target, &[], "").await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{target}");
    }
    let bearer = format!("Bearer {}", site.served.token());
    assert_eq!(site.send("GET", "/", &[("Authorization", &bearer)], "").await.status, 200);
    assert_eq!(site.send("GET", "/style.css", &[], "").await.status, 200);
    assert_eq!(site.served.token().len(), 64);
}

#[tokio::test]
async fn every_answer_is_closed_to_other_sites() {
    let site = Site::start().await;
    let cookie = site.cookie().await;
    for host in ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost", ""] {
        let answer = site.send("GET", "/", &[("Host", host), ("Cookie", &cookie)], "").await;
        assert_eq!(answer.status, 421, "{host}: {answer:?}");
        assert!(!answer.body.contains("onboarding"));
    }
    let localhost = site.authority.replace("127.0.0.1", "localhost");
    assert_eq!(site.send("GET", "/", &[("Host", &localhost), ("Cookie", &cookie)], "").await.status, 200);
    for place in PLACES {
        let answer = site.send("GET", place, &[("Cookie", &cookie)], "").await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{place}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        if !place.ends_with("svg") {
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        }
    }
}

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let site = Site::start().await;
    let (cookie, word) = (site.cookie().await, site.form_word().await);
    let own = format!("http://{}", site.authority);
    let form = format!("form={word}");
    let foreign: [(&[(&str, &str)], &str); 7] = [
        (&[("Origin", "http://evil.example")], &form),
        (&[("Origin", "null")], &form),
        (&[("Origin", "http://127.0.0.1:1")], &form),
        (&[("Sec-Fetch-Site", "cross-site")], &form),
        (&[("Origin", &own), ("Sec-Fetch-Site", "same-site")], &form),
        (&[("Origin", &own)], "form=wrong"),
        (&[("Origin", &own)], ""),
    ];
    for (headers, body) in foreign {
        let headers: Vec<_> = headers.iter().copied().chain([("Cookie", cookie.as_str())]).collect();
        for target in ["/automations/nightly-copy/trigger", "/automations/nightly-copy/pause"] {
            let answer = site.send("POST", target, &headers, body).await;
            assert_eq!(answer.status, 403, "{headers:?} {body}");
        }
    }
    assert!(site.requests().is_empty() && !site.history.paused(&site.flow("nightly-copy")).unwrap());
    // Nor do addresses that are only read.
    for target in ["/automations/nightly-copy/trigger", "/automations/nightly-copy/pause"] {
        assert_eq!(site.get(target).await.status, 405);
    }
    let large = format!("form={word}&x={}", "x".repeat(70_000));
    let answer = site.send("POST", "/automations/nightly-copy/pause", &[("Cookie", &cookie)], &large).await;
    assert_eq!(answer.status, 413);
    assert!(!site.history.paused(&site.flow("nightly-copy")).unwrap());
}

#[tokio::test]
async fn buttons_leave_notes_for_the_daemon() {
    let site = Site::start().await;
    let answer = site.post("/automations/nightly-copy/pause", "from=list").await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    assert!(site.history.paused(&site.flow("nightly-copy")).unwrap());
    let answer = site.post("/automations/nightly-copy/resume", "").await;
    assert_eq!(answer.header("location"), Some("/automations/nightly%2Dcopy"));
    assert!(!site.history.paused(&site.flow("nightly-copy")).unwrap());

    let answer = site.post("/automations/nightly-copy/trigger", "").await;
    let place = answer.header("location").unwrap();
    assert!(site.get(place).await.body.contains("asked for; it begins in a moment"), "{place}");
    assert_eq!(site.requests(), [("nightly-copy".to_owned(), None)]);

    // A program needs no form, only the token.
    let bearer = format!("Bearer {}", site.served.token());
    let answer = site.send("POST", "/automations/offboarding/trigger", &[("Authorization", &bearer)], "").await;
    assert_eq!(answer.status, 303);
    assert_eq!(site.requests(), [("offboarding".to_owned(), None)]);

    for target in ["/automations/none/trigger", "/automations/elsewhere/pause", "/automations/nightly-copy/delete"] {
        assert_eq!(site.post(target, "").await.status, 404, "{target}");
    }
}

#[tokio::test]
async fn a_flow_with_an_input_asks_for_it() {
    let site = Site::start().await;
    let answer = site.post("/automations/onboarding/trigger", "from=list").await;
    assert_eq!(answer.header("location"), Some("/automations/onboarding#trigger"));
    assert!(site.requests().is_empty());
    let page = site.get("/automations/onboarding").await.body;
    assert!(page.contains("name=\"input.department\" value=\"Research\" required"), "{page}");

    let wrong = site.post("/automations/onboarding/trigger", "asked=yes&input.department=R&input.limit=many").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("At most must be a number") && wrong.body.contains("value=\"many\""), "{}", wrong.body);
    assert!(site.requests().is_empty());

    let members = "asked=yes&input.department=R%26D&input.limit=3&input.mode=%22all%22&input.dryRun=on";
    assert_eq!(site.post("/automations/onboarding/trigger", members).await.status, 303);
    let input = json!({"department": "R&D", "limit": 3, "mode": "all", "dryRun": true});
    assert_eq!(site.requests(), [("onboarding".to_owned(), Some(input))]);
}

#[tokio::test]
async fn views_show_what_is_known_and_escape_it() {
    let site = Site::start().await;
    let list = site.get("/").await.body;
    for words in [
        "Monday to Friday at 06:00 Europe/Berlin",
        "Every 15 minutes",
        "paused",
        "Problem:",
        "87 created",
        "none while paused",
    ] {
        assert!(list.contains(words), "{words} in {list}");
    }
    assert!(!list.contains("elsewhere"), "an automation of another folder");
    // A flow of another folder that has a name of this one is another flow: its runs are not this one's.
    assert_eq!(list.matches("<bdi>offboarding</bdi>").count(), 1);
    let runs = site.get("/runs").await.body;
    assert!(runs.contains("<bdi>offboarding</bdi><span class=\"sub\">in /elsewhere</span>"), "{runs}");
    let of_here = site.history.runs(&Filter::of(&site.flow("offboarding"))).unwrap();
    let beside = Filter::of(&FlowId::new(std::path::Path::new("/elsewhere"), "offboarding"));
    let (own, other) = (site.get("/automations/offboarding").await.body, site.history.runs(&beside).unwrap().remove(0));
    assert!(own.contains(of_here[0].id.as_str()) && !own.contains(other.id.as_str()), "{own}");
    let page = site.get(&format!("/runs/{}", other.id)).await.body;
    assert!(page.contains("in /elsewhere") && !page.contains("href=\"/automations/offboarding\""), "{page}");
    assert_eq!(site.post("/automations/offboarding/resume", "").await.status, 303);
    assert_eq!(site.history.take_requests(&beside.folder.unwrap(), &["offboarding"]).unwrap(), []);

    let run = site.get(&format!("/runs/{}", site.run_of("onboarding"))).await.body;
    assert!(run.find("uniqueness").unwrap() < run.find("In the order it happened").unwrap(), "failures first");
    for words in ["no answer came: it may have happened", "Tried again", "[redacted]", "ensureUser"] {
        assert!(run.contains(words), "{words} in {run}");
    }
    let failed = site.get(&format!("/runs/{}?who=failed&steps=failed", site.run_of("onboarding"))).await.body;
    assert!(failed.contains("&lt;script&gt;alert") && !failed.contains("ada.000@example.com"), "{failed}");
    let going = site.get(&format!("/runs/{}", site.run_of("nightly-copy"))).await.body;
    assert!(going.contains("<progress value=\"40\" max=\"200\"") && going.contains("data-live=\"2\""), "{going}");

    let graph = site.get("/automations/onboarding/graph.svg").await;
    assert_eq!(graph.header("content-type"), Some("image/svg+xml"));
    assert!(graph.body.starts_with("<svg"));
    for (place, page) in [("list", &list), ("run", &run), ("failed", &failed), ("going", &going)] {
        assert!(
            !page.contains("<script>") && !page.contains("<img src=x") && !page.contains("style=\""),
            "{place}: {page}"
        );
    }
    for place in ["/automations/%3Cscript%3E", "/runs/%3Cscript%3E", "/%3Cscript%3E"] {
        let answer = site.get(place).await;
        assert_eq!(answer.status, 404, "{place}");
        assert!(!answer.body.contains("<script>"));
    }
}

#[tokio::test]
async fn warnings_and_dry_runs_have_marks() {
    let site = Site::start().await;
    let (_, flows) = story::flows();
    let mut dry = story::Play::begin(&site.history, &flows["offboarding"], Trigger::Manual, &json!({}));
    dry.record(&Event::DryRun);
    let step = dry.start("/do/0/everybody", None, StepKind::Call, Some("listUsers"), None);
    for text in ["the filter is ignored", story::HOSTILE, "the filter is ignored"] {
        dry.record(&Event::Warned { step, text: text.to_owned() });
    }
    dry.end(step, 5, Vec::new(), None);
    let id = dry.finish(RunOutcome::Completed, None);
    let warned = "<span class=\"badge warn\"><span aria-hidden=\"true\">!</span> 2 warnings</span>";
    for place in ["/", "/runs?flow=offboarding", "/automations/offboarding", &format!("/runs/{id}")] {
        let body = site.get(place).await.body;
        assert!(body.contains(warned) && body.contains("dry run"), "{place}: {body}");
        assert!(!body.contains("<script>"), "{place}");
    }
    let run = site.get(&format!("/runs/{id}")).await.body;
    let told = run.split("id=\"warned\"").nth(1).unwrap().split("id=\"steps\"").next().unwrap();
    for words in ["the filter is ignored", "&lt;script&gt;alert", "<bdi>everybody</bdi>"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    assert_eq!(told.matches("the filter is ignored").count(), 1, "{told}");
    // Whoever has none has no mark.
    let quiet = site.get(&format!("/runs/{}", site.run_of("onboarding"))).await.body;
    assert!(!quiet.contains("id=\"warned\"") && !quiet.contains("dry run"), "{quiet}");
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let site = Site::start().await;
    let mut place = format!("/runs/{}", site.run_of("onboarding"));
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let body = site.get(&place).await.body;
        let people = body.split("id=\"who\"").nth(1).unwrap().split("id=\"how\"").next().unwrap().to_owned();
        seen.extend(
            people
                .split("<bdi>")
                .skip(1)
                .map(|text| text.split("</bdi>").next().unwrap().to_owned())
                .filter(|text| text.contains('@')),
        );
        pages += 1;
        match people.split("href=\"").find(|part| part.contains("rel=\"next\"")) {
            Some(next) => place = next.split('#').next().unwrap().replace("&amp;", "&"),
            None => break,
        }
    }
    seen.sort();
    seen.dedup();
    // One of the 120 is no address of mail, and `leads` is a group.
    assert_eq!((seen.len(), pages), (119, 5));

    let first = site.get("/runs").await.body;
    let next = first.split("href=\"").find(|part| part.contains("rel=\"next\"")).unwrap();
    let second = site.get(&next.split('"').next().unwrap().replace("&amp;", "&")).await.body;
    assert!(!second.contains("rel=\"next\"") && second.matches("role=\"rowheader\"").count() == 12, "{second}");
}

#[tokio::test]
async fn only_this_machine_is_served() {
    let folder = place::private_folder();
    let history = History::open(&folder.path().join("history.sqlite"), Retention::default()).unwrap();
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let page = Page { history: history.clone(), folder: folder.path().into(), flows: Arc::new(|_| None) };
        let error = page::serve(page, address.parse().unwrap()).await.err().unwrap().to_string();
        assert!(error.contains("not an address of loopback") && error.contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn slow_clients_hold_up_neither_others_nor_the_end() {
    let site = Site::start().await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(&site.authority).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(site.get("/").await.status, 200);
    let authority = site.authority.clone();
    timeout(Duration::from_secs(30), site.served.stop()).await.unwrap();
    assert!(TcpStream::connect(authority).await.is_err());
    drop(slow);
}
