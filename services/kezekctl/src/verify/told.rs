//! What was found, as people like to read it, or as JSON for scripts.

use jiff::Timestamp;
use serde_json::{Value, json};
use signatures::{Certificate, Check, Evidence, Examined, Private, Report, Said, Signer, Words};

use super::other::Found;
use crate::screen::Screen;

/// What is told besides about a question that was stored.
pub(super) struct Stored {
    /// Whom it trusts.
    pub(super) anchors: Vec<Certificate>,
    /// Whether the answer is the one of then.
    pub(super) is_same: bool,
    /// Whether it trusts somebody whom the reader does not.
    pub(super) trusts_strangers: bool,
}

/// What is told beside a report.
pub(super) struct Beside {
    /// Files that were given and on which nothing rests.
    pub(super) unused: Vec<String>,
    pub(super) stored: Option<Stored>,
}

/// A report about a signature.
pub(super) fn report(
    report: &Report<'_>,
    at: Timestamp,
    beside: &Beside,
    screen: &Screen,
) -> anyhow::Result<()> {
    let finding = report.finding();
    let code = finding.as_ref().map_or_else(
        || report.need().map_or("valid", |need| need.lack.as_str()),
        |finding| finding.reason.as_str(),
    );
    let unopened = report.checks();
    let signers: Vec<Value> = report
        .signers
        .iter()
        .map(|one| signer_json(one, screen))
        .collect();
    screen.value(&json!({
        "what": "signature",
        "outcome": report.outcome(),
        "code": code,
        "at": at,
        "signers": signers,
        "evidence": report.evidence().into_iter().map(evidence_json).collect::<Vec<_>>(),
        "unused": beside.unused,
        "stored": beside.stored.as_ref().map(stored_json),
    }))?;
    screen.line(headline(report.outcome(), screen));
    if report.signers.is_empty() {
        findings(unopened.into_iter().map(|(_, check)| check), screen);
    }
    for (place, one) in report.signers.iter().enumerate() {
        screen.line("");
        examined(one, place, at, screen);
    }
    rests_on(&report.evidence(), screen);
    if !beside.unused.is_empty() {
        let title = screen.pick("Қолданылмады", "Не пригодилось", "Of no use");
        screen.line(format!("\n{title}: {}", beside.unused.join(", ")));
    }
    if let Some(stored) = &beside.stored {
        anchors(stored, screen);
    }
    Ok(())
}

/// A certificate, a list, an answer or a token.
pub(super) fn thing(found: &Found, at: Timestamp, screen: &Screen) -> anyhow::Result<()> {
    let facts: Vec<Value> = found
        .facts
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    screen.value(&json!({
        "what": found.what,
        "outcome": found.outcome(),
        "at": at,
        "facts": facts,
        "findings": found.checks.iter().map(|check| check_json(*check, screen)).collect::<Vec<_>>(),
        "evidence": found.evidence.iter().map(evidence_json).collect::<Vec<_>>(),
    }))?;
    screen.line(headline(found.outcome(), screen));
    screen.line("");
    screen.line(label(found.what, screen));
    let rows: Vec<_> = found
        .facts
        .iter()
        .map(|(name, value)| (label(name, screen), value.clone()))
        .collect();
    lines(&rows, screen);
    screen.line("");
    findings(found.checks.iter().copied(), screen);
    rests_on(&found.evidence.iter().collect::<Vec<_>>(), screen);
    Ok(())
}

fn anchors(stored: &Stored, screen: &Screen) {
    screen.line("");
    screen.line(screen.pick(
        "Бұл айғақ мыналарға сенеді (өзіңіз сенетіндермен салыстырыңыз)",
        "Это свидетельство доверяет (сравните с теми, кому доверяете вы)",
        "This evidence trusts (compare with whom you trust)",
    ));
    for one in &stored.anchors {
        let (sha256, name) = (hex::encode(one.sha256()), one.subject().printed());
        screen.line(format!("  {sha256}  {name}"));
    }
    if stored.trusts_strangers {
        screen.line(screen.pick(
            "Олардың бірі --trust бумасында жоқ: нәтиже белгісіз.",
            "Одного из них нет в папке --trust: итог неизвестен.",
            "One of them is not in the folder of --trust: undetermined.",
        ));
    }
    if !stored.is_same {
        screen.line(screen.pick(
            "Ол кезде жауап басқа болған.",
            "Тогда ответ был другим.",
            "The answer then was another one.",
        ));
    }
}

fn stored_json(stored: &Stored) -> Value {
    let anchors: Vec<Value> = stored
        .anchors
        .iter()
        .map(|one| json!({"subject": one.subject().printed(), "sha256": hex::encode(one.sha256())}))
        .collect();
    json!({
        "same_as_then": stored.is_same,
        "anchors": anchors,
        "anchors_trusted": !stored.trusts_strangers,
    })
}

pub(super) fn nobody_trusted(screen: &Screen) -> &'static str {
    const KK: &str = "\n--trust берілмеген: ешкімге сенім жоқ.";
    const RU: &str = "\n--trust не задан: доверять некому.";
    const EN: &str = "\nWithout --trust DIR nobody is trusted.";
    screen.pick(KK, RU, EN)
}

fn headline(outcome: &str, screen: &Screen) -> &'static str {
    match outcome {
        "valid" => screen.pick("ЖАРАМДЫ", "ДЕЙСТВИТЕЛЬНО", "VALID"),
        "invalid" => screen.pick("ЖАРАМСЫЗ", "НЕДЕЙСТВИТЕЛЬНО", "INVALID"),
        _ => screen.pick("БЕЛГІСІЗ", "НЕИЗВЕСТНО", "UNDETERMINED"),
    }
}

fn examined(one: &Examined, place: usize, at: Timestamp, screen: &Screen) {
    let title = screen.pick("Қол қоюшы", "Подписавший", "Signer");
    screen.line(format!("{title} {}", place + 1));
    if let Some(signer) = &one.signer {
        lines(&facts(signer, one, at, screen), screen);
    }
    screen.line("");
    findings(one.checks.iter(), screen);
}

/// Name and value of what the certificate says, aligned.
fn facts(
    signer: &Signer,
    one: &Examined,
    at: Timestamp,
    screen: &Screen,
) -> Vec<(&'static str, String)> {
    let shown = |value: &Option<Private>| value.as_ref().map(|text| text.reveal().to_owned());
    let subject = &signer.subject;
    let roles: Vec<&str> = signer.roles.iter().map(signatures::Role::as_str).collect();
    let proven = (one.judged_at != at).then(|| one.judged_at.to_string());
    let all = [
        (
            screen.pick("аты", "имя", "name"),
            shown(&subject.common_name),
        ),
        (screen.pick("ЖСН", "ИИН", "IIN"), shown(&subject.iin)),
        (screen.pick("БСН", "БИН", "BIN"), shown(&subject.bin)),
        (
            screen.pick("ұйым", "организация", "organisation"),
            shown(&subject.organisation),
        ),
        (
            screen.pick("рөлдер", "роли", "roles"),
            (!roles.is_empty()).then(|| roles.join(", ")),
        ),
        (
            screen.pick("берген", "издатель", "issuer"),
            Some(signer.issuer.clone()),
        ),
        (
            screen.pick("нөмір", "номер", "serial"),
            Some(hex::encode(&signer.certificate_serial)),
        ),
        (
            screen.pick("алгоритм", "алгоритм", "algorithm"),
            Some(signer.algorithm.to_owned()),
        ),
        (
            screen.pick(
                "қол қойдым дейді",
                "говорит, что подписал",
                "says he signed",
            ),
            signer.signing_time.map(|time| time.to_string()),
        ),
        (
            screen.pick("дәлелденген сәт", "доказанный момент", "proven time"),
            proven,
        ),
        (
            screen.pick("кері қайтарылған", "отозван", "revoked since"),
            one.revoked_since.map(|since| since.to_string()),
        ),
    ];
    let known = all.into_iter();
    known
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// A stable name of JSON, as people call it.
fn label<'a>(name: &'a str, screen: &'a Screen) -> &'a str {
    match name {
        "certificate" => screen.pick("Сертификат", "Сертификат", "Certificate"),
        "crl" => screen.pick(
            "Кері қайтару тізімі",
            "Список отозванных",
            "Revocation list",
        ),
        "delta-crl" => screen.pick(
            "Кері қайтару тізіміне өзгерістер",
            "Изменения списка отозванных",
            "Changes to a revocation list",
        ),
        "ocsp" => screen.pick("OCSP жауабы", "Ответ OCSP", "OCSP response"),
        "timestamp" => screen.pick("Уақыт белгісі", "Метка времени", "Timestamp"),
        "subject" => screen.pick("иесі", "владелец", "subject"),
        "issuer" => screen.pick("берген", "издатель", "issuer"),
        "serial" => screen.pick("нөмір", "номер", "serial"),
        "sha256" => "SHA-256",
        "roles" => screen.pick("рөлдер", "роли", "roles"),
        "from" => screen.pick("бастап", "с", "from"),
        "until" => screen.pick("дейін", "до", "until"),
        "made" => screen.pick("жасалған", "составлен", "made"),
        "next" => screen.pick("келесісі", "следующий", "next"),
        "entries" => screen.pick("жазбалар", "записей", "entries"),
        "good" => screen.pick("жарамды", "действителен", "good"),
        "revoked" => screen.pick("кері қайтарылған", "отозван", "revoked"),
        "on-hold" => screen.pick("тоқтатылған", "приостановлен", "on hold"),
        "unknown" => screen.pick("белгісіз", "неизвестен", "unknown"),
        "responder" => screen.pick("жауап беруші", "отвечает", "responder"),
        "authority" => screen.pick("орталық", "центр", "authority"),
        "policy" => screen.pick("саясат", "политика", "policy"),
        other => other,
    }
}

fn lines(rows: &[(&str, String)], screen: &Screen) {
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    for (name, value) in rows {
        screen.line(format!("  {name:width$}  {value}"));
    }
}

fn findings(checks: impl Iterator<Item = Check>, screen: &Screen) {
    let checks: Vec<Check> = checks.collect();
    let columns: Vec<(&str, &str, String)> = checks
        .iter()
        .map(|check| {
            let mut words = pick(check.words(), screen).to_owned();
            if matches!(check.said, Said::Invalid(_) | Said::Undetermined(_)) {
                words = format!("{words} [{}]", check.said.code());
            }
            (
                pick(check.aspect.words(), screen),
                pick(check.said.words(), screen),
                words,
            )
        })
        .collect();
    let width = |of: fn(&(&str, &str, String)) -> usize| columns.iter().map(of).max().unwrap_or(0);
    let first = width(|row| row.0.chars().count());
    let second = width(|row| row.1.chars().count());
    for (aspect, outcome, words) in &columns {
        screen.line(format!("  {aspect:first$}  {outcome:second$}  {words}"));
    }
}

fn rests_on(evidence: &[&Evidence], screen: &Screen) {
    if evidence.is_empty() {
        return;
    }
    screen.line("");
    screen.line(screen.pick("Мыналарға сүйенеді", "Опирается на", "Rests on"));
    for piece in evidence {
        screen.line(format!(
            "  {:9}  {}  {}",
            piece.kind.as_str(),
            piece.produced_at,
            hex::encode(piece.sha256)
        ));
    }
}

fn signer_json(one: &Examined, screen: &Screen) -> Value {
    let shown = |value: &Option<Private>| value.as_ref().map(|text| text.reveal().to_owned());
    let who = one.signer.as_ref().map(|signer| {
        json!({
            "name": shown(&signer.subject.common_name),
            "iin": shown(&signer.subject.iin),
            "bin": shown(&signer.subject.bin),
            "organisation": shown(&signer.subject.organisation),
            "system": signer.subject.system,
            "roles": signer.roles.iter().map(signatures::Role::as_str).collect::<Vec<_>>(),
            "algorithm": signer.algorithm,
            "signing_time": signer.signing_time,
            "certificate": {
                "sha256": hex::encode(signer.certificate_sha256),
                "serial": hex::encode(&signer.certificate_serial),
                "issuer": signer.issuer,
            },
        })
    });
    json!({
        "signer": who,
        "judged_at": one.judged_at,
        "revoked_since": one.revoked_since,
        "findings": one.checks.iter().map(|check| check_json(check, screen)).collect::<Vec<_>>(),
    })
}

fn check_json(check: Check, screen: &Screen) -> Value {
    json!({
        "aspect": check.aspect.as_str(),
        "outcome": check.said.outcome(),
        "code": check.said.code(),
        "words": pick(check.words(), screen),
    })
}

fn evidence_json(piece: &Evidence) -> Value {
    json!({
        "kind": piece.kind.as_str(),
        "sha256": hex::encode(piece.sha256),
        "produced_at": piece.produced_at,
        "bytes": piece.der.len(),
    })
}

fn pick(words: Words, screen: &Screen) -> &'static str {
    screen.pick(words.kk, words.ru, words.en)
}
