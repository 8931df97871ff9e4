//! The roll: every kind of register, two sorted lines each.

use crate::Adapter;

mod fixed;
mod gateway_async;
mod gateway_sync;
mod http_json;

pub(crate) const ROLL: &[Adapter] = &[
    fixed::ADAPTER,
    gateway_async::ADAPTER,
    gateway_sync::ADAPTER,
    http_json::ADAPTER,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_on_the_roll_and_the_roll_is_sorted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/adapters");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                path.file_stem()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('_', "-")
            })
            .collect();
        files.sort();
        let names: Vec<&str> = ROLL.iter().map(|adapter| adapter.name).collect();
        assert_eq!(names, files);
    }
}
