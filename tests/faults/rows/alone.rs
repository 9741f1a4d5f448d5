//! Rows that play themselves, one after the other.

use crate::fault::{Create, Fault, Make};
use crate::host::{self, Trust};
use crate::{cache, clock, crowd, http2};

/// Not sent, and nothing was connected to.
const FORBIDDEN: &str = "configuration permanent";

pub fn rows() -> Vec<Fault> {
    let cache = |name, play, seen| Fault::new("cache", name, Make::Own(play)).own(seen, [0, 0, 0]).within(60);
    let crowd = |name, play| Fault::new("crowd", name, Make::Own(play)).within(60);
    let clock = |name, play, requests| Fault::new("clock", name, Make::Own(play)).call(Create, "ok", requests);
    let http2 = |name, play, seen, counts| Fault::new("HTTP/2", name, Make::Own(play)).call(Create, seen, counts);
    let forbidden = |name, play| Fault::new("address", name, Make::Own(play)).call(Create, FORBIDDEN, [0, 0, 0]);
    let proxy = |name, play, seen| Fault::new("proxy", name, Make::Own(play)).call(Create, seen, [0, 0, 0]);
    let tls = |name, play, seen, counts| Fault::new("TLS", name, Make::Own(play)).call(Create, seen, counts);
    vec![
        forbidden("name that leads to this machine", || Box::pin(host::forbidden("scim.test", [127, 0, 0, 1]))),
        forbidden("name that leads into a private network", || Box::pin(host::forbidden("scim.test", [10, 1, 2, 3]))),
        forbidden("name that leads to the metadata service", || {
            Box::pin(host::forbidden("scim.test", [169, 254, 169, 254]))
        }),
        forbidden("this machine by its address", || Box::pin(host::forbidden("127.0.0.1", [8, 8, 8, 8]))),
        forbidden("this machine as IPv4 within IPv6", || Box::pin(host::forbidden("[::ffff:127.0.0.1]", [8, 8, 8, 8]))),
        forbidden("the metadata service by its address", || Box::pin(host::forbidden("169.254.169.254", [8, 8, 8, 8]))),
        forbidden("DNS rebinding", || Box::pin(host::rebinding())),
        proxy("refuses", || Box::pin(host::proxy_says(403)), "unavailable transient"),
        proxy("wants credentials", || Box::pin(host::proxy_says(407)), "configuration permanent"),
        tls("authority of the connection's own", || Box::pin(host::tls(Trust::Own)), "ok", [1, 1, 1]),
        tls(
            "another authority than the connection's own",
            || Box::pin(host::tls(Trust::Other)),
            "configuration permanent",
            [0, 0, 0],
        ),
        tls("client certificate asked for and shown", || Box::pin(host::tls(Trust::Shown)), "ok", [1, 1, 1]),
        tls(
            "client certificate asked for and not shown",
            || Box::pin(host::tls(Trust::Unshown)),
            "configuration permanent",
            [0, 0, 0],
        ),
        crowd("20 calls, the first told to wait for 2 s", || Box::pin(host::gate())).own("20 ok", [21, 21, 20]),
        crowd("20 calls, room for one and five that wait", || Box::pin(host::overflow()))
            .own("6 ok, 14 overloaded transient", [6, 6, 6]),
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
        cache("20 processes at once, nothing there", || Box::pin(cache::cold()), "1 Stored, 19 Hit"),
        cache("folder that anybody may write to", || Box::pin(cache::open_to_all()), "NotStored"),
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
