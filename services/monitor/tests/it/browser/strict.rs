//! The strict policy in a browser that enforces it: our pages break no rule of it, ask nobody else, and what
//! somebody would smuggle in does not run.

use std::{io::ErrorKind, net::TcpListener};

use super::site::{Site, every_page};

#[tokio::test(flavor = "multi_thread")]
async fn no_page_breaks_the_policy_or_asks_anybody_else() {
    let site = Site::full("browser_strict").await;
    let browser = site.browser().await;
    // The pages are the first that are asked for.
    browser.asked().await;
    for (name, place) in every_page() {
        browser.go(&format!("/ru{place}")).await;
        let console = browser.console().await;
        let wrong: Vec<_> = console
            .iter()
            .filter(|line| !expected(name, line))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        let asked = browser.asked().await;
        assert!(!asked.is_empty(), "{name}: what was asked for is seen");
        let elsewhere: Vec<_> = asked
            .iter()
            .filter(|one| !one.starts_with(&site.origin) && !one.starts_with("data:"))
            .collect();
        assert!(elsewhere.is_empty(), "{name}: {elsewhere:?}");
    }
}

/// Chromium tells of a page that is answered with an error; no other word is expected.
fn expected(page: &str, line: &str) -> bool {
    page == "unknown" && line.contains("404 (Not Found)")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_smuggled_into_a_page_does_not_run_and_is_told() {
    let site = Site::empty("browser_smuggled").await;
    let browser = site.browser().await;
    browser.go("/kk/").await;
    let script = "
        const script = document.createElement('script');
        script.textContent = 'window.smuggled = true';
        document.body.append(script);
        const image = document.createElement('img');
        image.src = arguments[0];
        document.body.append(image);";
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("http://{}/image.png", elsewhere.local_addr().unwrap());
    browser.run(script, vec![address.into()]).await;
    assert!(
        browser
            .run("return window.smuggled", vec![])
            .await
            .is_null()
    );
    let console = browser.console().await;
    let told = console
        .iter()
        .filter(|line| line.contains("Content Security Policy"));
    assert_eq!(told.count(), 2, "{console:?}");
    let asked = elsewhere.accept().map_err(|error| error.kind());
    assert_eq!(asked.unwrap_err(), ErrorKind::WouldBlock, "nobody came");
}
