//! Chromium, driven by a ChromeDriver of the test's own on a free port. Both end with the test.

use std::{path::Path, str::FromStr, time::Duration};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    key::Key,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use rig::{Command, Folder, Server, free_port, wait_for};
use serde_json::{Value, json};

/// Longer than anything here takes on a slow machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Debian's, or, where there is none, the one that people install.
const BROWSERS: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

/// The first of these programs that is there.
fn there(programs: &[&'static str]) -> &'static str {
    let found = programs.iter().find(|program| Path::new(program).exists());
    found.unwrap_or_else(|| panic!("none of {programs:?} is there: see scripts/setup"))
}

/// Chromium without a window, without a sandbox (tests run as root in containers), and talking to nobody of its
/// own accord.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub(crate) struct Browser {
    client: Client,
    origin: String,
    _driver: Server,
    _folder: Folder,
}

/// What a page looks like to its reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) theme: &'static str,
    pub(crate) width: u32,
}

/// A command of ChromeDriver's own: a path below the session, and its body.
#[derive(Debug)]
struct Own(&'static str, Value);

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or(""), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

impl Browser {
    /// A browser for the pages at `origin`.
    pub(crate) async fn open(origin: &str) -> Self {
        let folder = Folder::make().unwrap();
        let port = free_port();
        let command = Command::new(
            there(&["/usr/bin/chromedriver"]),
            folder.path(),
            &folder.path().join("log"),
        );
        let driver = Server::start(
            "chromedriver",
            command
                .args([format!("--port={port}")])
                .env("TMPDIR", folder.path()),
        );
        let profile = folder.room("profile").unwrap();
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
        flags.push(format!("--user-data-dir={}", profile.display()));
        let wanted = json!({
            "goog:chromeOptions": { "binary": there(&BROWSERS), "args": flags },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.as_object().unwrap().clone());
        let address = format!("http://127.0.0.1:{port}");
        let client = wait_for("a browser", SOON, async || {
            Ok(Some(builder.connect(&address).await?))
        });
        Self {
            client: client.await.unwrap(),
            origin: origin.to_owned(),
            _driver: driver.unwrap(),
            _folder: folder,
        }
    }

    pub(crate) async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.origin);
        self.client.goto(&address).await.unwrap();
    }

    /// The same for an address elsewhere.
    pub(crate) async fn go_to(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// Path and query of the page that is open.
    pub(crate) async fn place(&self) -> String {
        let address = self.client.current_url().await.unwrap().to_string();
        address.strip_prefix(&self.origin).unwrap().to_owned()
    }

    /// What `script` returns; it may be a promise.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    /// The text of the first element that `css` selects, as a reader sees it.
    pub(crate) async fn text(&self, css: &str) -> String {
        let found = self.client.find(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        found.text().await.unwrap()
    }

    /// How many elements `css` selects.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap().len()
    }

    /// Follows the link or presses the button, and waits for the page that it leads to.
    pub(crate) async fn follow(&self, css: &str) {
        self.run("window.before = true", vec![]).await;
        let found = self.client.find(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        found.click().await.unwrap();
        self.arrived().await;
    }

    /// Waits for a page that is not the one on which `window.before` was set.
    pub(crate) async fn arrived(&self) {
        self.until("return !window.before && document.readyState === 'complete'")
            .await;
    }

    /// Types into a field, in place of what stands there.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.client.find(Locator::Css(css)).await.unwrap();
        if field.tag_name().await.unwrap() == "select" {
            field.select_by_value(text).await.unwrap();
        } else if field.attr("type").await.unwrap().as_deref() == Some("date") {
            // The keys of a date field depend on the machine's own language.
            let script = "arguments[0].value = arguments[1]";
            let field = serde_json::to_value(&field).unwrap();
            self.run(script, vec![field, text.into()]).await;
        } else {
            field.clear().await.unwrap();
            field.send_keys(text).await.unwrap();
        }
    }

    /// Presses a key, with nothing but the keyboard.
    pub(crate) async fn press(&self, key: Key) {
        self.press_char(key.into()).await;
    }

    pub(crate) async fn press_char(&self, value: char) {
        let (down, up) = (KeyAction::Down { value }, KeyAction::Up { value });
        let keys = KeyActions::new("keyboard".to_owned()).then(down).then(up);
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Waits until `script` returns something true.
    pub(crate) async fn until(&self, script: &str) {
        wait_for(script, SOON, async || {
            let said = self.client.execute(script, vec![]).await?;
            Ok((said == true).then_some(()))
        })
        .await
        .unwrap();
    }

    pub(crate) async fn look(&self, look: Look) {
        let size = json!({
            "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
        });
        self.own("Emulation.setDeviceMetricsOverride", size).await;
        let theme = json!({ "name": "prefers-color-scheme", "value": look.theme });
        let media = json!({ "features": [theme] });
        self.own("Emulation.setEmulatedMedia", media).await;
    }

    /// A picture of the whole page, as PNG in base64.
    pub(crate) async fn picture(&self) -> String {
        let all = json!({ "format": "png", "captureBeyondViewport": true });
        let said = self.own("Page.captureScreenshot", all).await;
        said["data"].as_str().unwrap().to_owned()
    }

    /// A command of the DevTools protocol.
    async fn own(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let said = self.client.issue_cmd(Own("goog/cdp/execute", body));
        said.await.unwrap()
    }

    /// What the console said since the last look: errors of scripts, refused loads, violations of the policy.
    pub(crate) async fn console(&self) -> Vec<String> {
        let said = self
            .client
            .issue_cmd(Own("se/log", json!({ "type": "browser" })));
        let said = said.await.unwrap();
        let lines = said.as_array().unwrap().iter();
        lines
            .map(|line| line["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Every address that our pages asked for since the last look; Chromium's own pages ask for what they need.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let log = Own("se/log", json!({ "type": "performance" }));
        let said = self.client.issue_cmd(log).await.unwrap();
        let mut asked = Vec::new();
        for entry in said.as_array().unwrap() {
            let entry: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            let message = &entry["message"];
            let page = message["params"]["documentURL"].as_str().unwrap_or("");
            if message["method"] == "Network.requestWillBeSent" && page.starts_with(&self.origin) {
                let address = &message["params"]["request"]["url"];
                asked.push(address.as_str().unwrap().to_owned());
            }
        }
        asked
    }
}
