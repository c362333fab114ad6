//! What may be asked, and the code of each refusal.

use proptest::prelude::*;

use super::*;

fn site() -> Reach {
    Reach {
        on_link: OnLink::new(["198.51.100.16/28".parse().unwrap(), "10.1.0.0/16".parse().unwrap()]),
        allowance: Allowance::new(["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()]),
    }
}

fn parse(texts: &[&str]) -> Result<Vec<String>, RangeError> {
    Ok(Ranges::parse(texts, &site())?.iter().map(|address| address.to_string()).collect())
}

#[test]
fn the_three_ways_to_write_a_range() {
    assert_eq!(parse(&["192.168.7.0/30"]).unwrap(), ["192.168.7.1", "192.168.7.2"]);
    assert_eq!(parse(&["192.168.7.9/31"]).unwrap(), ["192.168.7.8", "192.168.7.9"]);
    assert_eq!(parse(&[" 172.16.0.9 - 172.16.0.11 "]).unwrap(), ["172.16.0.9", "172.16.0.10", "172.16.0.11"]);
    assert_eq!(parse(&["127.0.0.1"]).unwrap(), ["127.0.0.1"]);
    assert_eq!(parse(&["fd00::7", "::1"]).unwrap(), ["::1", "fd00::7"]);
}

#[test]
fn overlaps_count_once() {
    let ranges = Ranges::parse(["10.9.0.0/24", "10.9.0.128-10.9.1.3", "10.9.0.5"], &site()).unwrap();
    assert_eq!(ranges.len(), 254 + 5);
    for (place, address) in ranges.v4() {
        assert_eq!(ranges.place_of(address), Some(place));
    }
    assert!(!ranges.contains("10.9.0.0".parse().unwrap()));
    assert!(!ranges.contains("10.9.1.4".parse().unwrap()));
}

#[test]
fn each_refusal_has_its_code() {
    for (range, code) in [
        ("", "range_syntax"),
        ("printers", "range_syntax"),
        ("10.0.0.1/33", "range_syntax"),
        ("10.0.0.1-", "range_syntax"),
        ("10.0.0", "range_syntax"),
        ("010.0.0.1", "range_syntax"),
        ("10.0.0.9-10.0.0.1", "range_backwards"),
        ("fd00::/64", "range_too_large"),
        ("fd00::/120", "range_ipv6_network"),
        ("fd00::1-fd00::9", "range_ipv6_network"),
        ("224.0.0.1", "range_not_unicast"),
        ("255.255.255.255", "range_not_unicast"),
        ("240.0.0.0/8", "range_not_unicast"),
        ("0.0.0.0/8", "range_not_unicast"),
        ("0.0.0.0", "range_not_unicast"),
        ("192.168.0.0-255.255.255.255", "range_not_unicast"),
        ("ff02::1", "range_not_unicast"),
        ("::", "range_not_unicast"),
        ("::ffff:224.0.0.1", "range_not_unicast"),
        ("10.1.255.255", "range_not_unicast"),
        ("198.51.100.16", "range_not_unicast"),
        ("8.8.8.8", "range_not_permitted"),
        ("::ffff:8.8.8.8", "range_not_permitted"),
        ("100.64.0.0/24", "range_not_permitted"),
        ("192.168.255.0-192.169.0.9", "range_not_permitted"),
        ("198.51.100.0/24", "range_not_permitted"),
        ("2a00::1", "range_not_permitted"),
        ("fe80::1", "range_not_permitted"),
        ("10.0.0.0/8", "range_too_large"),
    ] {
        assert_eq!(parse(&[range]).unwrap_err().code(), code, "{range}");
    }
    assert_eq!(parse(&[]).unwrap_err().code(), "range_empty");
    assert_eq!(parse(&["10.2.0.0/12", "10.32.0.0/12"]).unwrap_err().code(), "range_too_many");
}

#[test]
fn on_link_and_allowed_networks_are_reached_and_nothing_around_them() {
    assert_eq!(parse(&["198.51.100.16/28"]).unwrap().len(), 14);
    assert_eq!(parse(&["203.0.113.4-203.0.113.9"]).unwrap().len(), 6);
    assert_eq!(parse(&["2001:db8::5"]).unwrap(), ["2001:db8::5"]);
    let denied = Reach::default();
    for range in ["198.51.100.16/28", "203.0.113.4-203.0.113.9", "2001:db8::5"] {
        assert_eq!(Ranges::parse([range], &denied).unwrap_err().code(), "range_not_permitted", "{range}");
    }
}

#[test]
fn broadcast_addresses_of_own_networks_are_never_sent_to() {
    let ranges = Ranges::parse(["10.1.255.250-10.2.0.3"], &site()).unwrap();
    assert!(!ranges.contains("10.1.255.255".parse().unwrap()));
    assert_eq!(ranges.len(), 9);
}

#[test]
fn this_machine_knows_its_networks() {
    let loopback: ipnet::IpNet = "127.0.0.0/8".parse().unwrap();
    let reach = Reach { on_link: OnLink::of_this_machine().unwrap(), allowance: Allowance::default() };
    assert_eq!(format!("{:?}", reach.on_link).matches(&loopback.to_string()).count(), 1, "{reach:?}");
    assert_eq!(Ranges::parse(["127.255.255.255"], &reach).unwrap_err().code(), "range_not_unicast");
}

proptest! {
    #[test]
    fn whatever_is_accepted_is_unicast_and_permitted(
        texts in prop::collection::vec("(10|127|192\\.168|203\\.0|224|0|8)(\\.[0-9]{1,3}){2,3}(/[0-9]{1,2}|-10\\.[0-9]\\.0\\.9)?", 1..4)
    ) {
        if let Ok(ranges) = Ranges::parse(&texts, &site()) {
            prop_assert!(ranges.len() <= Ranges::MAX);
            for address in ranges.iter().take(2000) {
                let IpAddr::V4(address) = address else { continue };
                prop_assert!(!address.is_multicast() && !address.is_broadcast() && address.octets()[0] != 0);
                let allowed = address.octets()[..3] == [203, 0, 113];
                prop_assert!(address.is_private() || address.is_loopback() || allowed, "{}", address);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _: Result<Ranges, RangeError> = Ranges::parse([text], &site());
    }
}

#[test]
fn excluded_addresses_are_cut_out_wherever_they_lie() {
    let reach = Reach::default();
    let ranges = Ranges::parse(["10.0.0.1-10.0.0.4", "10.0.0.9"], &reach).unwrap();
    let without = |excluded: &[&str]| {
        let excluded: Vec<IpAddr> = excluded.iter().map(|a| a.parse().unwrap()).collect();
        ranges.without(&excluded).iter().map(|a| a.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(without(&["10.0.0.1"]), ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.9"]);
    assert_eq!(without(&["10.0.0.4", "10.0.0.2", "10.0.0.2"]), ["10.0.0.1", "10.0.0.3", "10.0.0.9"]);
    assert_eq!(without(&["::ffff:10.0.0.9", "10.0.0.7"]), ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]);
    assert!(without(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.9"]).is_empty());
}
