//! PURE: which addresses are one peer's when something is counted by address.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address as it is; of an IPv6 address its /64, because whoever has one address there has them all.
/// Source: RFC 6177 section 2.
#[must_use]
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(network).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_has_an_ipv4_address_or_a_slash_64() {
        for (address, counted_as) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(subscriber(address).to_string(), counted_as);
        }
    }
}
