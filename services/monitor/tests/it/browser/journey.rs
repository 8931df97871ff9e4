//! The way of one who looks for an application, by every field and page.

use super::site::{FAILING, GRANTED, PARKED, Site};
use crate::samples::{application, number};

fn grouped(seed: u64) -> String {
    format!("{:#}", number(seed))
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_overview_to_one_application_its_lane_what_is_set_aside_and_its_regulation() {
    let site = Site::full("browser_journey").await;
    let browser = site.browser().await;
    browser.go("/en/").await;
    assert_eq!(browser.text("h1").await, "Overview");
    browser.follow("nav a[href='/en/applications']").await;
    browser.fill("#number", &grouped(FAILING)).await;
    browser.follow("form.search button").await;
    assert_eq!(browser.count("#found tbody tr").await, 1);
    browser.follow("#found a.number").await;
    let place = format!("/applications/{}", number(FAILING));
    assert_eq!(browser.place().await, format!("/en{place}"));
    let code = fault::find("provider-failed").unwrap();
    assert!(browser.text("#standing").await.contains(code.meaning.en));

    for (language, meaning) in [("kk", code.meaning.kk), ("ru", code.meaning.ru)] {
        browser.follow(&format!("a[hreflang='{language}']")).await;
        assert_eq!(browser.place().await, format!("/{language}{place}"));
        assert!(browser.text("#attempts").await.contains(meaning));
    }
    browser.follow("nav a[href='/ru/lanes']").await;
    assert!(browser.text("#lanes").await.contains("registry.gbd-fl"));
    assert!(browser.text("#lanes").await.contains("закрыт"));
    let oldest = "#lanes td[data-label='Самое давнее']:not(:empty)";
    assert!(
        browser.count(oldest).await > 0,
        "for how long the oldest stands there"
    );
    browser.follow("nav a[href='/ru/parked']").await;
    assert!(browser.text("#parked").await.contains(&grouped(PARKED)));
    browser.follow("nav a[href='/ru/regulations']").await;
    browser
        .follow("a[href='/ru/regulations/apostille/portal']")
        .await;
    assert_eq!(browser.count("svg.drawing").await, 1);
    assert!(browser.text("svg.drawing").await.contains("медиана"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_by_each_field_finds_what_it_should_and_stays_in_the_form() {
    let site = Site::full("browser_search").await;
    let browser = site.browser().await;
    let person = application(GRANTED).applicant.unwrap().number;
    let found = async |fields: &[(&str, &str)]| {
        browser.go("/kk/applications").await;
        for (name, value) in fields {
            browser.fill(&format!("#{name}"), value).await;
        }
        browser.follow("form.search button").await;
        for (name, value) in fields {
            let script = format!("return document.getElementById('{name}').value");
            assert_eq!(browser.run(&script, vec![]).await, *value, "{name}");
        }
        assert!(!browser.place().await.contains(person.reveal()));
        browser.count("#found tbody tr").await
    };
    assert_eq!(found(&[("status", "granted")]).await, 1);
    assert_eq!(
        found(&[("status", "parked"), ("service", "apostille")]).await,
        1
    );
    assert_eq!(found(&[("service", "archive-certificate")]).await, 0);
    assert_eq!(
        found(&[("provider", "committee"), ("status", "refused")]).await,
        0
    );
    assert_eq!(
        found(&[
            ("from", "2026-11-22"),
            ("to", "2026-11-22"),
            ("status", "granted")
        ])
        .await,
        1
    );
    assert_eq!(
        found(&[("from", "2001-01-01"), ("to", "2001-01-02")]).await,
        0
    );

    // All are of one person: more than a page, and the next page is reached without the number in an address.
    assert_eq!(found(&[("applicant", person.reveal())]).await, 50);
    browser.follow(".pager button").await;
    assert!(!browser.place().await.contains(person.reveal()));
    assert!(browser.count("#found tbody tr").await > 10);
    assert!(!browser.text("main").await.contains(person.reveal()));

    browser.go("/kk/applications").await;
    browser.follow(".pager a[rel='next']").await;
    browser.follow("a[hreflang='ru']").await;
    assert!(browser.place().await.starts_with("/ru/applications?after="));
    assert!(
        browser.count("#found tbody tr").await > 10,
        "the language changes and the page stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_with_nonsense_is_answered_in_words() {
    let site = Site::empty("browser_nonsense").await;
    let browser = site.browser().await;
    browser.go("/ru/applications").await;
    browser.fill("#number", "17").await;
    browser.follow("form.search button").await;
    assert_eq!(browser.text("h1").await, "Ответа нет");
    browser.follow("main a[href='/ru/']").await;
    assert_eq!(browser.text("h1").await, "Обзор");
}
