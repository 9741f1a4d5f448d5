//! Rows that play themselves, one after the other.

use crate::fault::{Create, Fault, Make};
use crate::{cache, clock, crowd, http2};

pub fn rows() -> Vec<Fault> {
    let cache = |name, play, seen| Fault::new("cache", name, Make::Own(play)).own(seen, [0, 0, 0]).within(60);
    let crowd = |name, play| Fault::new("crowd", name, Make::Own(play)).within(60);
    let clock = |name, play, requests| Fault::new("clock", name, Make::Own(play)).call(Create, "ok", requests);
    let http2 = |name, play, seen, counts| Fault::new("HTTP/2", name, Make::Own(play)).call(Create, seen, counts);
    vec![
        http2("nothing wrong, to compare with", || Box::pin(http2::good()), "ok", [1, 1, 1]),
        http2("stream refused", || Box::pin(http2::refused()), "unavailable transient", [3, 3, 0]),
        http2(
            "stream reset, carried out",
            || Box::pin(http2::broken()),
            "unavailable permanent maybeApplied",
            [1, 1, 1],
        ),
        http2("GOAWAY on an idle connection", || Box::pin(http2::goes_away()), "ok", [1, 1, 1]),
        clock("set back by a day, the token is over", || Box::pin(clock::back()), [3, 2, 1]),
        clock("set forward by a day, the token is not over", || Box::pin(clock::forward()), [2, 1, 1]),
        clock("set forward while a call waits", || Box::pin(clock::waiting_forward()), [2, 2, 1]),
        clock("set back while a call waits", || Box::pin(clock::waiting_back()), [2, 2, 1]),
        cache("killed (-9) while writing, 6 times", || Box::pin(cache::killed()), "compiled anew"),
        cache("disk full", || Box::pin(cache::full()), "NotStored"),
        cache("read-only", || Box::pin(cache::read_only()), "NotStored"),
        cache("file cut short", || Box::pin(cache::cut()), "Stored, then Hit"),
        Fault::new("cache", "file damaged", Make::Own(|| Box::pin(cache::damaged())))
            .own("Stored, ok", [1, 1, 1])
            .within(90),
        crowd("100 calls in a row, all given 503", || Box::pin(crowd::down()))
            .own("80 circuitOpen transient, 20 unavailable permanent maybeApplied 503", [20, 20, 0]),
        crowd("100 calls, each given 429 twice", || Box::pin(crowd::storm())).own("100 ok", [300, 300, 100]),
        crowd("100 calls, all carried out and given 500", || Box::pin(crowd::burst()))
            .own("100 unavailable permanent maybeApplied 500", [100, 100, 100]),
    ]
}

/// Played before and after all others: it takes the most of everything, so that what is held after it can be compared.
pub fn thousand() -> Fault {
    Fault::new("crowd", "1,000 connections at once, half of them dead", Make::Own(|| Box::pin(crowd::thousand())))
        .own(
            "500 ok, 125 timeout permanent maybeApplied, 250 unavailable permanent maybeApplied, 125 unavailable transient",
            [750, 750, 500],
        )
        .within(60)
}
