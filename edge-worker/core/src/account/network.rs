//! From where somebody asks, as far as brakes tell them apart.

use core::net::{IpAddr, Ipv6Addr};

/// Names the network of an address: the address itself, or of IPv6 the /64, which is one customer's (RFC 6177). `None` for what is
/// no address, and for the machine that the worker runs on: nobody from outside has such a one.
///
/// ```
/// use edge_core::account::network::network_of;
///
/// assert_eq!(network_of("203.0.113.7").as_deref(), Some("203.0.113.7"));
/// assert_eq!(network_of("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1:2::/64"));
/// assert_eq!(network_of("127.0.0.1"), None);
/// ```
pub fn network_of(address: &str) -> Option<String> {
    let address: IpAddr = address.trim().parse().ok()?;
    let address = address.to_canonical();
    match address {
        _ if address.is_loopback() => None,
        IpAddr::V4(address) => Some(address.to_string()),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_one_network() {
        let table = [
            ("2001:db8:1:2::1", Some("2001:db8:1:2::/64")),
            ("2001:db8:1:2:ffff::", Some("2001:db8:1:2::/64")),
            ("2001:db8:1:3::1", Some("2001:db8:1:3::/64")),
            ("::ffff:203.0.113.7", Some("203.0.113.7")),
            (" 203.0.113.7 ", Some("203.0.113.7")),
            ("127.0.0.2", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("", None),
            ("203.0.113", None),
            ("203.0.113.7:80", None),
        ];
        for (address, expected) in table {
            assert_eq!(network_of(address).as_deref(), expected, "{address}");
        }
    }
}
