//! Nothing but the keyboard: everything is reached, in the order in which it is read, and one sees where one is.

use std::collections::BTreeSet;

use fantoccini::key::Key;
use serde_json::Value;

use super::{
    driver::{Browser, Look},
    site::{Site, every_page},
};

/// Everything that can be used, in the order of the page. Parts of the page may be renewed at any moment, so
/// nothing is kept in it.
const ALL: &str = "
    const all = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, [tabindex=\"0\"]')];";

/// How many there are.
const COUNT: &str = "return all.length;";

/// Where the focus is: the place among all, whether it is seen, whether it stands in the window.
const FOCUS: &str = "
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    return {
        place: all.indexOf(one),
        seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };";

async fn walk(browser: &Browser, page: &str) {
    let count = browser
        .run(&format!("{ALL}{COUNT}"), vec![])
        .await
        .as_u64()
        .unwrap();
    let mut reached = BTreeSet::new();
    // Fields of dates have a stop for each part.
    for _ in 0..count * 4 {
        browser.press(Key::Tab).await;
        let focus = browser.run(&format!("{ALL}{FOCUS}"), vec![]).await;
        if focus == Value::Null {
            break;
        }
        let place = focus["place"].as_u64();
        let place =
            place.unwrap_or_else(|| panic!("{page}: the focus is on what cannot be used: {focus}"));
        assert_eq!(focus["seen"], true, "{page}: no ring around {place}");
        assert_eq!(focus["inside"], true, "{page}: {place} is out of sight");
        let last = reached.last().copied();
        assert!(
            last.is_none_or(|last| last <= place),
            "{page}: {place} after {last:?}"
        );
        reached.insert(place);
    }
    let missed: Vec<u64> = (0..count)
        .filter(|place| !reached.contains(place))
        .collect();
    assert!(
        missed.is_empty(),
        "{page}: never reached {missed:?} of {count}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_reached_in_order_and_the_focus_is_seen() {
    let site = Site::full("browser_keyboard").await;
    let browser = site.browser().await;
    browser
        .look(Look {
            theme: "dark",
            width: 360,
        })
        .await;
    for (name, place) in every_page() {
        // The long list is a page of the same links.
        let place = if name == "list" {
            "/applications?status=granted".to_owned()
        } else {
            place
        };
        browser.go(&format!("/kk{place}")).await;
        walk(&browser, name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_stop_skips_to_the_content_and_a_search_needs_no_mouse() {
    let site = Site::full("browser_skip").await;
    let browser = site.browser().await;
    browser.go("/en/applications").await;
    browser.press(Key::Tab).await;
    browser.press(Key::Enter).await;
    browser
        .until("return document.activeElement.id === 'main'")
        .await;
    browser.press(Key::Tab).await;
    browser
        .until("return document.activeElement.id === 'number'")
        .await;
    for digit in crate::samples::number(1).to_string().chars() {
        browser.press_char(digit).await;
    }
    browser.run("window.before = true", vec![]).await;
    browser.press(Key::Enter).await;
    browser.arrived().await;
    assert_eq!(browser.count("#found tbody tr").await, 1);
}
