//! PURE: who is at the other end, seen through the proxies that the operator trusts.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

/// An address or a network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// Neither address nor network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address or network; 10.1.2.3 or 10.0.0.0/8 or fd00::/8 would do")]
pub struct NetworkError(String);

impl Network {
    /// Whether the address is inside; an IPv4 address mapped into IPv6 (`::ffff:10.1.2.3`) counts as IPv4.
    fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let network = text.parse().ok();
        let network = network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let network = network.ok_or_else(|| NetworkError(text.to_owned()))?;
        Ok(Self(network))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The proxies whose `X-Forwarded-*` is believed.
#[derive(Clone, Debug)]
pub(super) struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    pub(super) const fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Whether this is one of them.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The client's own address: the last hop that no trusted proxy vouches for. `forwarded_for` are the values of
    /// `X-Forwarded-For` in their order.
    ///
    /// Each trusted proxy appends whom it talked to, so the list is read from its end; what an untrusted client wrote
    /// into it stands further left and is never reached.
    pub(super) fn client_ip<'a>(
        &self,
        peer: IpAddr,
        forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut address = peer.to_canonical();
        for hop in forwarded_for.rev().flat_map(|value| value.rsplit(',')) {
            if !self.trusts(address) {
                break;
            }
            match hop_address(hop.trim()) {
                Some(hop) => address = hop.to_canonical(),
                None => break,
            }
        }
        address
    }
}

/// A hop's address, without the port that some proxies write behind it: `192.0.2.7:4711`, `[2001:db8::7]:4711`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = bare.unwrap_or(hop).parse().ok();
    address.or_else(|| hop.parse::<SocketAddr>().ok().map(|hop| hop.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_is_told_as_it_is_written() {
        for text in ["10.0.0.0/8", "fd00::/8"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_network_contains_its_addresses() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
            ("192.168.1.7", "192.168.1.7", "192.168.1.8"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "fd00::1"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::/0", "2001:db8::1", "127.0.0.1"),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert!(parsed.contains(ip(inside)), "{inside} in {network}");
            assert!(!parsed.contains(ip(outside)), "{outside} in {network}");
        }
        for bad in [
            "",
            "10.0.0",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "proxy",
        ] {
            let error = bad.parse::<Network>().unwrap_err().to_string();
            assert!(error.contains(&format!("{bad:?} is no address")), "{error}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_what_the_client_wrote_never() {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let seen = |peer: &str, forwarded: &[&'static str]| {
            let forwarded = forwarded.iter().copied();
            trusted.client_ip(ip(peer), forwarded).to_string()
        };
        assert_eq!(seen("203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", &["6.6.6.6", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", &["garbage"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["8.8.8.8:1234"]), "8.8.8.8");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::5]:443"]), "2001:db8::5");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::5]"]), "2001:db8::5");
        assert_eq!(
            seen("10.0.0.1", &["6.6.6.6, 8.8.8.8:1, 10.0.0.2:2"]),
            "8.8.8.8"
        );
        assert_eq!(seen("::ffff:10.0.0.1", &["2001:db8::5"]), "2001:db8::5");
    }
}
