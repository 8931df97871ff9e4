//! The description of the channels for ordinary SOAP toolkits (`crates/gateway/wsdl`).

/// Stands in the files where the address of the channel belongs.
const ADDRESS: &str = "{address}";

/// Every file, by the name it is asked for under: `?wsdl` gives a channel's own, `?xsd=<name>` the others.
pub const FILES: &[(&str, &str)] = &[
    (
        "async-client-types.xsd",
        include_str!("../wsdl/async-client-types.xsd"),
    ),
    (
        "async-client.wsdl",
        include_str!("../wsdl/async-client.wsdl"),
    ),
    ("async-itypes.xsd", include_str!("../wsdl/async-itypes.xsd")),
    ("async-types.xsd", include_str!("../wsdl/async-types.xsd")),
    ("async.wsdl", include_str!("../wsdl/async.wsdl")),
    ("common.xsd", include_str!("../wsdl/common.xsd")),
    ("kezek.xsd", include_str!("../wsdl/kezek.xsd")),
    (
        "sync-data-request.xsd",
        include_str!("../wsdl/sync-data-request.xsd"),
    ),
    (
        "sync-data-response.xsd",
        include_str!("../wsdl/sync-data-response.xsd"),
    ),
    ("sync-request.xsd", include_str!("../wsdl/sync-request.xsd")),
    (
        "sync-response.xsd",
        include_str!("../wsdl/sync-response.xsd"),
    ),
    ("sync-types.xsd", include_str!("../wsdl/sync-types.xsd")),
    ("sync.wsdl", include_str!("../wsdl/sync.wsdl")),
];

/// The file `name` for the channel served at `address`, an absolute URL; none where there is no such file.
pub fn file(name: &str, address: &str) -> Option<String> {
    let address = address
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(text.replace(ADDRESS, &address))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wsdl")).unwrap();
        let stored: BTreeSet<String> = folder
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "README.md")
            .collect();
        let served = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(stored, served);
    }

    #[test]
    fn every_file_that_one_leads_to_is_served_beside_it() {
        for (name, _) in FILES {
            let text = file(name, "https://kezek.test/soap/sync?a&b").unwrap();
            assert!(!text.contains(ADDRESS), "{name}");
            for led in text.split("schemaLocation=\"").skip(1) {
                let led = led.split('"').next().unwrap();
                let beside = led.strip_prefix("https://kezek.test/soap/sync?a&amp;b?xsd=");
                assert!(file(beside.unwrap(), "").is_some(), "{name}: {led}");
            }
        }
        assert!(file("../Cargo.toml", "").is_none());
    }
}
