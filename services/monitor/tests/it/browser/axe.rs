//! axe-core finds nothing, on every page, light and dark, narrow and wide, each in every language.
//!
//! With `KEZEK_PICTURES=DIR` a picture of each is left in DIR, for somebody to look at.

use std::path::PathBuf;

use base64::Engine as _;
use serde_json::Value;

use super::{
    driver::{Browser, Look},
    site::{Site, every_page},
};

const LOOKS: [(&str, Look); 4] = [
    (
        "wide-light",
        Look {
            theme: "light",
            width: 1280,
        },
    ),
    (
        "narrow-dark",
        Look {
            theme: "dark",
            width: 360,
        },
    ),
    (
        "wide-dark",
        Look {
            theme: "dark",
            width: 1280,
        },
    ),
    (
        "narrow-light",
        Look {
            theme: "light",
            width: 360,
        },
    ),
];

const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

fn axe() -> String {
    let home = std::env::var("HOME").unwrap();
    let path = PathBuf::from(home).join(".cache/kezek/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("no {}: scripts/setup brings it", path.display()))
}

/// What axe has to say: rule, and the elements that break it.
async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.run(axe, vec![]).await;
    let script = "return axe.run(document).then(found => found.violations.map(
        one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 200)).join(' | ')))";
    let found = browser.run(script, vec![]).await;
    let found = found.as_array().unwrap().iter();
    found.map(|one| one.as_str().unwrap().to_owned()).collect()
}

async fn keep_picture(browser: &Browser, name: &str) {
    let Some(folder) = std::env::var_os("KEZEK_PICTURES") else {
        return;
    };
    let png = base64::engine::general_purpose::STANDARD.decode(browser.picture().await);
    let path = PathBuf::from(folder).join(format!("{name}.png"));
    std::fs::write(path, png.unwrap()).unwrap();
}

/// Nothing but tables in their own scrolling boxes is wider than the screen.
async fn overflows(browser: &Browser) -> bool {
    let script = "return document.documentElement.scrollWidth > window.innerWidth";
    browser.run(script, vec![]).await == true
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_any_look_and_no_page_is_wider_than_the_screen() {
    let site = Site::full("browser_axe").await;
    let empty = Site::empty("browser_axe_empty").await;
    let browser = site.browser().await;
    let axe = axe();
    let mut wrong = Vec::new();
    let full = every_page()
        .into_iter()
        .map(|(name, place)| (name, &site, place));
    let bare = [
        ("nothing-overview", "/"),
        ("nothing-list", "/applications"),
        ("nothing-parked", "/parked"),
    ]
    .map(|(name, place)| (name, &empty, place.to_owned()));
    for (turn, (name, site, place)) in full.chain(bare).enumerate() {
        for (view, (look_name, look)) in LOOKS.into_iter().enumerate() {
            let language = LANGUAGES[(turn + view) % LANGUAGES.len()];
            browser.look(look).await;
            let address = format!("{}/{language}{place}", site.origin);
            browser.go_to(&address).await;
            let shown = format!("{name}-{look_name}-{language}");
            keep_picture(&browser, &shown).await;
            if overflows(&browser).await {
                wrong.push(format!("{shown}: wider than the screen"));
            }
            let found = violations(&browser, &axe).await;
            wrong.extend(found.into_iter().map(|one| format!("{shown}: {one}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_what_is_put_in_to_be_found() {
    let site = Site::empty("browser_axe_wrong").await;
    let browser = site.browser().await;
    browser.go("/en/").await;
    let script = "document.querySelector('main').append(document.createElement('input'))";
    assert_eq!(browser.run(script, vec![]).await, Value::Null);
    let found = violations(&browser, &axe()).await;
    assert!(
        found.iter().any(|one| one.starts_with("label: ")),
        "{found:?}"
    );
}
