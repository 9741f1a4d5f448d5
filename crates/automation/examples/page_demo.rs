//! The page of `start --ui` with a made-up history, to look at it or to drive a browser over it: prints the address, serves
//! until its standard input ends, and stands in for the daemon: what is triggered runs, on paper.
//!
//! ```sh
//! cargo run --example page_demo
//! ```
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a program of its own, with made-up data"
)]

#[path = "../../../tests/support/place.rs"]
mod place;
#[path = "../../../tests/page/story.rs"]
mod story;

use scim_connector_automation::history::{History, Retention, Trigger};
use scim_connector_automation::page::{self, Page};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let place = place::private_folder();
    let history = History::open(&place.path().join("history.sqlite"), Retention::default())?;
    let (folder, flows) = story::flows();
    let going = story::tell(&history, &flows);
    let found = flows.clone();
    let flows_folder = folder.clone();
    let page = Page { history: history.clone(), folder, flows: Arc::new(move |name| found.get(name).cloned()) };
    let served = page::serve(page, "127.0.0.1:0".parse()?).await?;
    println!("{}", served.url());

    let mut input = tokio::io::stdin();
    let mut bytes = [0; 64];
    loop {
        tokio::select! {
            read = input.read(&mut bytes) => if read? == 0 { break },
            () = tokio::time::sleep(Duration::from_millis(300)) => {
                let names: Vec<&String> = flows.keys().collect();
                for request in history.take_requests(&flows_folder, &names)? {
                    let flow = &flows[&request.automation.name];
                    let run = story::onboarding(&history, flow, 12, Trigger::Request);
                    history.answer_request(request.id, Some(&run), None)?;
                }
            }
        }
    }
    drop(going);
    served.stop().await;
    Ok(())
}
