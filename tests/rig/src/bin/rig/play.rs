//! The play: three applications to their results, one of the front office over SOAP, three refusals, one that waits for
//! its provider, two that wait for an officer.

use std::time::Duration;

use anyhow::Context;
use rig::{Application, Channels, Command, Options, Rig, binaries, repository, wait_for};
use serde_json::Value;

use crate::{
    evidence, late, letters, soap,
    teller::{chapter, step},
};

/// Longer than anything here takes on a slow machine.
pub(crate) const SOON: Duration = Duration::from_mins(1);

pub(crate) async fn demo(keep: bool, open: bool) -> anyhow::Result<()> {
    chapter("Starting private servers and the services (nothing of this machine's own is touched)");
    let starting = step("RabbitMQ, Redis, PostgreSQL, the systems outside, six services");
    let rig = Rig::start(Options {
        terms: late::terms(),
        channels: Channels::Everybody,
        ..Options::default()
    })
    .await?;
    starting.done(&format!("in {}", rig.folder.path().display()));

    chapter("One application for each regulation, from the portal and the front office");
    let mut numbers = Vec::new();
    for mut application in [
        Application::apostille("aigul"),
        Application::archive_certificate("ivan", "national")
            .at_front_office("saule-operator")
            .in_language("ru"),
        Application::mass_media("gulnar-publisher").in_language("en"),
    ] {
        rig.pay(&mut application).await?;
        let telling = step(title(&application));
        let number = accepted(&rig, &application).await?;
        rig.monitor.status(&number, "granted", SOON).await?;
        let by = algorithms(&rig, &number).await?;
        telling.done(&format!("granted, {number}; signed with {by}"));
        numbers.push(number);
    }

    chapter(
        "The front office works over the gateway's channels (SOAP), as registers and committee do",
    );
    let by_soap = soap::play(&rig).await?;

    chapter("The person sees every look at his data: who, why, what came back");
    soap::looks(&rig).await?;

    chapter("Each applicant is told in the language that he chose");
    for (number, language) in numbers.iter().zip(["kk", "ru", "en"]) {
        println!("{}", letters::last(&rig, number, language).await?);
    }

    chapter(
        "What was verified stays provable by one file, years later too (kezekctl verify --evidence FILE)",
    );
    println!("{}", evidence::told(&rig).await?);

    numbers.push(by_soap);

    chapter("What must not pass is refused, with its reason");
    for (what, application) in refusals(&rig).await? {
        let telling = step(what);
        let number = accepted(&rig, &application).await?;
        let refused = rig.monitor.status(&number, "refused", SOON).await?;
        telling.done(&format!("refused, {}, {number}", reason(&refused)));
        numbers.push(number);
    }

    chapter("A provider is down: the application waits, and goes on by itself");
    numbers.push(waiting(&rig).await?);

    chapter("An officer takes his time: a step is near its end, another is late");
    numbers.extend(late::play(&rig).await?);

    chapter("The timelines, as an operator sees them (kezekctl trace NUMBER)");
    for number in &numbers {
        println!("{}", trace(&rig, number).await?);
    }
    let number = numbers.first().map_or("NUMBER", String::as_str);
    where_to_look(&rig, number)?;
    let pages = format!("{}/", rig.monitor.url());
    let shown = open && show(&pages);
    let line = "═".repeat(60);
    println!("\n{line}\n  The pages:  {pages}\n{line}");
    if open && !shown {
        println!("There is no screen here, or no browser for it: open the address yourself.");
    }
    if keep || open {
        println!("Everything stays up; Ctrl-C ends it.");
        std::future::pending::<()>().await;
    }
    println!(
        "They are gone with the demonstration: --keep leaves everything up, --open shows them too."
    );
    Ok(())
}

/// Hands an address to the default browser; false where there is no screen or nobody who takes it.
fn show(address: &str) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !set("DISPLAY") && !set("WAYLAND_DISPLAY") {
        return false;
    }
    let mut command = std::process::Command::new("xdg-open");
    command.arg(address).stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::null()).spawn().is_ok()
}

pub(crate) fn title(application: &Application) -> String {
    format!(
        "{} by {} ({})",
        application.service, application.applicant, application.channel
    )
}

pub(crate) async fn accepted(rig: &Rig, application: &Application) -> anyhow::Result<String> {
    Ok(rig.submit(application).await?.number()?.to_owned())
}

async fn refusals(rig: &Rig) -> anyhow::Result<Vec<(&'static str, Application)>> {
    let mut other = Application::apostille("aigul");
    other.signer = "dana";
    rig.pay(&mut other).await?;
    let mut revoked = Application::apostille("bolat-revoked");
    rig.pay(&mut revoked).await?;
    let mut unpaid = Application::apostille("aigul");
    unpaid.receipt = Some("R-99999999".to_owned());
    Ok(vec![
        ("signed with the certificate of another person", other),
        ("signed with a revoked certificate", revoked),
        ("with a receipt that nobody paid", unpaid),
    ])
}

/// Sends while the National Archive is down; shows why it waits; brings the archive back.
async fn waiting(rig: &Rig) -> anyhow::Result<String> {
    let provider = "national-archive";
    rig.outside.fault(provider, "down", 0).await?;
    let application = Application::archive_certificate("dana", "national");
    let telling = step(format!(
        "{}, while its provider is down",
        title(&application)
    ));
    let number = accepted(rig, &application).await?;
    let code = wait_for("the reason why it waits", SOON, async || {
        let lanes = rig.monitor.lanes().await?;
        Ok(closed_code(&lanes, &format!("router.{provider}")))
    })
    .await?;
    telling.done(&format!("waits in the queue, {code}, {number}"));

    let telling = step("the provider comes back; nobody does anything else");
    rig.outside.fault(provider, "none", 0).await?;
    rig.monitor.status(&number, "granted", SOON).await?;
    telling.done("delivered and granted");
    Ok(number)
}

/// With what the application and the reports on it were signed, in this order.
async fn algorithms(rig: &Rig, number: &str) -> anyhow::Result<String> {
    let timeline = rig.monitor.timeline(number).await?.unwrap_or_default();
    let facts = timeline["facts"].as_array().into_iter().flatten();
    let signers = facts.filter_map(|fact| fact["detail"]["signers"].as_array());
    let algorithms: Vec<_> = signers
        .flatten()
        .filter_map(|signer| signer["algorithm"].as_str())
        .collect();
    Ok(algorithms.join(", "))
}

/// The error code with which a lane closed, while it is closed.
fn closed_code(lanes: &Value, lane: &str) -> Option<String> {
    let lane = lanes["lanes"]
        .as_array()?
        .iter()
        .find(|one| one["name"] == lane)?;
    lane["code"]
        .as_str()
        .filter(|_| lane["closed"] == true)
        .map(str::to_owned)
}

fn reason(application: &Value) -> String {
    let code = application["reason"]["code"].as_str().unwrap_or("no code");
    let words = application["reason"]["explanation"]
        .as_str()
        .unwrap_or_default();
    format!("{code} {words}").trim().to_owned()
}

/// What `kezekctl trace` shows.
async fn trace(rig: &Rig, number: &str) -> anyhow::Result<String> {
    let log = rig.folder.path().join("kezekctl.log");
    Command::new(binaries()?.join("kezekctl"), repository(), &log)
        .args(["trace", number, "--monitor", rig.monitor.url()])
        .run()
        .await
        .context("kezekctl trace")
}

fn where_to_look(rig: &Rig, number: &str) -> anyhow::Result<()> {
    let (folder, monitor) = (rig.folder.path().display(), rig.monitor.url());
    let intake = rig.addresses().intake_url();
    let control = &rig.outside.endpoints().control;
    chapter("Where to look");
    println!("  intake (HTTPS, client certificate)  {intake}");
    println!("  the pages (also /ru/ and /en/)      {monitor}/kk/");
    println!("  the page of an application          {monitor}/kk/applications/{number}");
    println!("  an application                      {monitor}/v1/applications/{number}");
    println!("  its timeline                        {monitor}/v1/applications/{number}/timeline");
    println!("  the journal                         {monitor}/v1/journal?after=0&limit=20");
    println!("  the lanes                           {monitor}/v1/lanes");
    println!("  what applicants were told           {control}/mail");
    println!("  what providers have taken           {control}/providers/committee/applications");
    for name in rig.services.names() {
        println!("  log of {name:<28} {}", rig.services.log(name)?.display());
    }
    println!("  all of it                           {folder} (gone with the demonstration)");
    Ok(())
}
