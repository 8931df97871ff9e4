//! What is ingested while a page is open shows on it, without the page being loaded again.

use message::{Event, Outcome};

use super::site::{FAILING, Site};
use crate::samples::{application, delivered, fact, issued, number, report, result, way};

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_shows_on_the_open_pages_without_a_reload() {
    let mut site = Site::full("browser_live").await;
    let browser = site.browser().await;
    browser
        .go(&format!("/en/applications/{}", number(FAILING)))
        .await;
    browser.run("window.same = true", vec![]).await;
    assert!(browser.text("#standing").await.contains("Waits for"));

    let message = application(FAILING);
    let arrived = fact(&message, 20, delivered("committee"));
    site.tell(vec![Event::new(vec![arrived], message)]).await;
    let shows = |what: &str| {
        format!("return document.querySelector('#standing').innerText.includes('{what}')")
    };
    browser.until(&shows("Delivered to the provider")).await;
    let answer = report(9, FAILING, "committee", result(Outcome::Granted));
    let decided = fact(&answer, 30, issued("committee", Outcome::Granted));
    site.tell(vec![Event::new(vec![decided], answer)]).await;
    browser.until(&shows("Granted")).await;
    assert_eq!(
        browser.run("return window.same", vec![]).await,
        true,
        "the page was not loaded again"
    );
    let console = browser.console().await;
    assert!(console.is_empty(), "{console:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_application_shows_in_the_open_list_but_not_over_the_person_who_is_in_it() {
    let mut site = Site::empty("browser_live_list").await;
    let browser = site.browser().await;
    browser.go("/ru/applications").await;
    browser.run("window.same = true", vec![]).await;
    assert_eq!(browser.count("#found tbody tr").await, 0);
    site.tell(way(1)).await;
    browser
        .until("return document.querySelectorAll('#found tbody tr').length === 1")
        .await;
    assert_eq!(browser.run("return window.same", vec![]).await, true);

    browser.run("document.querySelector('#found a').focus(); document.querySelector('#found a').dataset.kept = 1", vec![]).await;
    site.tell(way(2)).await;
    browser.until("return performance.getEntriesByType('resource').filter(one => one.initiatorType === 'fetch').length > 1").await;
    assert_eq!(
        browser.count("#found a[data-kept]").await,
        1,
        "the part that is in use stays"
    );
    browser.run("document.activeElement.blur()", vec![]).await;
    site.tell(way(3)).await;
    browser
        .until("return document.querySelectorAll('#found tbody tr').length === 3")
        .await;
}
