//! Which IP addresses may be reached: a pure decision on one resolved address. Knows neither names nor sockets.
//!
//! A provider is reached over the public internet unless somebody says otherwise: the URL of a connection may come from
//! anybody, and what it names or resolves to must not be a door into the platform's own network.

use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// What an address is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// On the public internet.
    Public,
    /// This machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3).
    Loopback,
    /// A private network (RFC 1918, RFC 4193) or a carrier's shared one (RFC 6598).
    Private,
    /// This link only (RFC 3927, RFC 4291 section 2.5.6).
    LinkLocal,
    /// Where clouds give credentials to whoever asks.
    Metadata,
    /// None a provider can have: unspecified, multicast, documentation, reserved.
    Special,
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "a public address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud's metadata address",
            Self::Special => "no address of a provider",
        })
    }
}

/// Metadata services of AWS, Azure, Google and others (one address), Alibaba, Oracle, Azure's wire server, AWS over IPv6.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

impl AddressClass {
    /// The class of an address; an IPv4 address in IPv6 clothes is what it is underneath.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let address = plain(address);
        if METADATA.contains(&address) {
            return Self::Metadata;
        }
        match address {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                match (a, b, c) {
                    (127, ..) => Self::Loopback,
                    (169, 254, _) => Self::LinkLocal,
                    (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Self::Private,
                    (0, ..)
                    | (224.., ..)
                    | (192, 0, 0)
                    | (192, 0, 2)
                    | (198, 18..=19, _)
                    | (198, 51, 100)
                    | (203, 0, 113) => Self::Special,
                    _ => Self::Public,
                }
            }
            IpAddr::V6(v6) => match v6.segments() {
                _ if v6.is_loopback() => Self::Loopback,
                [0xfe80..=0xfebf, ..] => Self::LinkLocal,
                // Unique local, and the site-local ones that came before them.
                [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Self::Private,
                // Global unicast, without documentation.
                [0x2001, 0x0db8, ..] => Self::Special,
                [0x2000..=0x3fff, ..] => Self::Public,
                _ => Self::Special,
            },
        }
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            v4(high, low)
        }
        _ => address,
    }
}

/// Addresses that are allowed besides public ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressRule {
    /// This machine, where the URL says so itself: `localhost`, a name below it, or a loopback address. A name that merely
    /// resolves to this machine is not covered.
    Loopback,
    /// Private networks.
    Private,
    /// The link's own addresses, without metadata services.
    LinkLocal,
    /// A range, whatever is in it.
    Range(IpNet),
}

impl AddressRule {
    /// Whether the rule allows an address; `names_loopback` is whether the URL's host names this machine.
    #[must_use]
    pub fn allows(&self, address: IpAddr, names_loopback: bool) -> bool {
        match (self, AddressClass::of(address)) {
            (Self::Loopback, AddressClass::Loopback) => names_loopback,
            (Self::Private, AddressClass::Private) | (Self::LinkLocal, AddressClass::LinkLocal) => true,
            (Self::Range(range), _) => range.contains(&address) || range.contains(&plain(address)),
            _ => false,
        }
    }
}

/// Decides on addresses for one connection.
#[derive(Debug, Default)]
pub struct Guard {
    rules: Vec<AddressRule>,
}

/// An address that may not be reached. Its words say what to set where that is intended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}{address}, {class}; if that is intended, add \"{rule}\" to host.allow.addresses of the connection",
    host.as_ref().map_or("it leads to ".into(), |host| format!("{host} resolves to "))
)]
pub struct Prohibited {
    /// The name that led there; `None` where the URL holds the address itself.
    pub host: Option<String>,
    /// The address.
    pub address: IpAddr,
    /// What it is.
    pub class: AddressClass,
    /// What would allow it.
    pub rule: String,
}

impl Guard {
    /// Allows public addresses and what these rules say.
    #[must_use]
    pub fn new(rules: Vec<AddressRule>) -> Self {
        Self { rules }
    }

    /// Decides on the address in a URL. A name passes, except one that means this machine wherever it is looked up: it
    /// stands for its address.
    ///
    /// # Errors
    /// Names the address, its class and the rule that would allow it.
    pub fn check_url(&self, host: &str) -> Result<(), Prohibited> {
        let address = match url::Host::parse(host) {
            Ok(url::Host::Ipv4(v4)) => IpAddr::V4(v4),
            Ok(url::Host::Ipv6(v6)) => IpAddr::V6(v6),
            _ if names_loopback(host) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            _ => return Ok(()),
        };
        self.check(address, true, None)
    }

    /// Those of a name's addresses that may be reached.
    ///
    /// # Errors
    /// Names the first address, where none may.
    pub fn allowed(&self, host: &str, addresses: &[IpAddr]) -> Result<Vec<IpAddr>, Prohibited> {
        let (mut good, mut refusal) = (Vec::with_capacity(addresses.len()), None);
        for &address in addresses {
            match self.check(address, names_loopback(host), Some(host)) {
                Ok(()) => good.push(address),
                Err(prohibited) => _ = refusal.get_or_insert(prohibited),
            }
        }
        match refusal {
            Some(prohibited) if good.is_empty() => Err(prohibited),
            _ => Ok(good),
        }
    }

    fn check(&self, address: IpAddr, names_loopback: bool, host: Option<&str>) -> Result<(), Prohibited> {
        let class = AddressClass::of(address);
        if class == AddressClass::Public || self.rules.iter().any(|rule| rule.allows(address, names_loopback)) {
            return Ok(());
        }
        let rule = match class {
            AddressClass::Loopback if names_loopback => AddressRule::Loopback,
            AddressClass::Private => AddressRule::Private,
            AddressClass::LinkLocal => AddressRule::LinkLocal,
            _ => AddressRule::Range(address.into()),
        };
        Err(Prohibited { host: host.map(str::to_owned), address, class, rule: rule.to_string() })
    }
}

/// Whether a URL's host is this machine: `localhost`, a name below it (RFC 6761 section 6.3), or a loopback address.
#[must_use]
pub fn names_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => {
            let last = bare.rsplit('.').next().unwrap_or_default();
            last.eq_ignore_ascii_case("localhost")
        }
    }
}

impl FromStr for AddressRule {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "loopback" => Ok(Self::Loopback),
            "private" => Ok(Self::Private),
            "linkLocal" => Ok(Self::LinkLocal),
            _ => text
                .parse()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map(Self::Range)
                .map_err(|_| "loopback, private, linkLocal or a range such as 10.0.0.0/8"),
        }
    }
}

impl fmt::Display for AddressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("loopback"),
            Self::Private => f.write_str("private"),
            Self::LinkLocal => f.write_str("linkLocal"),
            Self::Range(range) => range.fmt(f),
        }
    }
}

impl Serialize for AddressRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AddressRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|expected| D::Error::custom(format!("invalid value: text, expected {expected}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_what_they_are_in_any_clothes() {
        use AddressClass::{LinkLocal, Loopback, Metadata, Private, Public, Special};
        let rows = [
            (Public, "8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 2002:808:808::1"),
            (Loopback, "127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::"),
            (
                Private,
                "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 fc00::1 fd12::1 fec0::1 ::ffff:10.0.0.1",
            ),
            (LinkLocal, "169.254.0.1 fe80::1 febf::1 ::ffff:169.254.1.1"),
            (
                Metadata,
                "169.254.169.254 100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe",
            ),
            (
                Special,
                "0.0.0.0 255.255.255.255 224.0.0.1 240.0.0.1 192.0.2.1 198.18.0.1 203.0.113.9 :: ff02::1 2001:db8::1 ::7f00:1 100::1",
            ),
        ];
        for (class, addresses) in rows {
            for address in addresses.split(' ') {
                assert_eq!(AddressClass::of(address.parse().unwrap()), class, "{address}");
            }
        }
    }

    #[test]
    fn urls_that_hold_an_address_are_judged_by_it() {
        let guard = |rules: &[&str]| Guard::new(rules.iter().map(|rule| rule.parse().unwrap()).collect());
        let closed = guard(&[]);
        for host in [
            "127.0.0.1",
            "[::1]",
            "localhost",
            "LOCALHOST.",
            "scim.localhost",
            "2130706433",
            "0x7f.1",
            "10.0.0.1",
            "[::ffff:10.0.0.1]",
            "169.254.169.254",
            "0.0.0.0",
        ] {
            assert!(closed.check_url(host).is_err(), "{host}");
        }
        for host in ["8.8.8.8", "[2606:4700::1111]", "example.com", "localhost.example.com"] {
            assert_eq!(closed.check_url(host), Ok(()), "{host}");
        }
        let open = guard(&["loopback"]);
        assert!(open.check_url("localhost").is_ok() && open.check_url("[::1]").is_ok());
        assert!(open.check_url("10.0.0.1").is_err());
    }

    #[test]
    fn refusals_say_what_to_set() {
        let guard = Guard::default();
        let resolved = |host: &str, address: &str| guard.allowed(host, &[address.parse().unwrap()]).unwrap_err();
        let rows = [
            (
                resolved("scim.example.com", "10.0.0.1"),
                "scim.example.com resolves to 10.0.0.1, a private address; if that is intended, add \"private\" to host.allow.addresses of the connection",
            ),
            (
                resolved("scim.example.com", "127.0.0.1"),
                "scim.example.com resolves to 127.0.0.1, a loopback address; if that is intended, add \"127.0.0.1/32\" to host.allow.addresses of the connection",
            ),
            (
                guard.check_url("localhost").unwrap_err(),
                "it leads to 127.0.0.1, a loopback address; if that is intended, add \"loopback\" to host.allow.addresses of the connection",
            ),
        ];
        for (refusal, text) in rows {
            assert_eq!(refusal.to_string(), text);
        }
        let mixed = ["10.0.0.1", "8.8.8.8"].map(|address| address.parse().unwrap());
        assert_eq!(guard.allowed("a.test", &mixed), Ok(vec![mixed[1]]), "only the good ones are used");
    }

    #[test]
    fn rules_allow_what_they_say() {
        let allows = |rule: &str, address: &str, named| {
            rule.parse::<AddressRule>().unwrap().allows(address.parse().unwrap(), named)
        };
        assert!(allows("loopback", "127.0.0.1", true) && allows("loopback", "::1", true));
        assert!(!allows("loopback", "127.0.0.1", false), "a name that resolves to this machine");
        assert!(!allows("loopback", "10.0.0.1", true));
        assert!(allows("private", "10.1.2.3", false) && !allows("private", "169.254.169.254", false));
        assert!(allows("linkLocal", "fe80::1", false) && !allows("linkLocal", "169.254.169.254", false));
        assert!(allows("169.254.169.254", "169.254.169.254", false), "said in so many words");
        assert!(allows("127.0.0.0/8", "::ffff:127.0.0.9", false) && !allows("127.0.0.0/8", "128.0.0.1", false));
        assert!("publik".parse::<AddressRule>().is_err());
    }
}
