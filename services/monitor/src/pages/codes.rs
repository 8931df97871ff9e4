//! Words for the codes that answers carry: kinds of lanes, channels, progress of steps, names of facts.

use fault::Text;

use super::words::text;

/// Each code with its words.
const CODES: &[(&str, Text)] = &[
    ("stage", text("қадам", "этап", "stage")),
    ("register", text("тізілім", "регистр", "register")),
    (
        "provider",
        text("қызмет беруші", "услугодатель", "provider"),
    ),
    (
        "notification",
        text("хабарлама", "уведомление", "notification"),
    ),
    ("mailbox", text("пошта жәшігі", "почтовый ящик", "mailbox")),
    ("portal", text("портал", "портал", "portal")),
    ("front-office", text("ХҚКО", "ЦОН", "front office")),
    ("outside", text("бізге дейін", "до нас", "before us")),
    ("not-begun", text("басталмады", "не начат", "not begun")),
    ("open", text("жүруде", "идёт", "under way")),
    ("done", text("бітті", "выполнен", "done")),
    ("dropped", text("тоқтатылды", "прекращён", "dropped")),
    ("gbd-fl", text("ЖТ МДҚ", "ГБД ФЛ", "register of persons")),
    (
        "gbd-ul",
        text("ЗТ МДҚ", "ГБД ЮЛ", "register of legal entities"),
    ),
    ("enis", text("БНАЖ", "ЕНИС", "notary register")),
    ("payment", text("ЭҮТШ", "ПШЭП", "payment gateway")),
    ("justified", text("негізді", "обоснован", "justified")),
    (
        "unjustified",
        text("негізсіз", "не обоснован", "not justified"),
    ),
    ("granted", text("көрсетілді", "оказана", "granted")),
    ("committee", text("Комитет", "Комитет", "Committee")),
    (
        "national-archive",
        text("Ұлттық архив", "Национальный архив", "National Archive"),
    ),
    // How applicants are told, and how it went.
    (
        "email",
        text("электрондық пошта", "электронная почта", "e-mail"),
    ),
    ("sms", text("СМС", "СМС", "text message")),
    (
        "webhook-portal",
        text(
            "порталға хабар",
            "сообщение порталу",
            "message to the portal",
        ),
    ),
    (
        "webhook-front-office",
        text(
            "ХҚКО-ға хабар",
            "сообщение ЦОН",
            "message to the front office",
        ),
    ),
    ("sent", text("жіберілді", "отправлено", "sent")),
    (
        "no-address",
        text("мекенжайы жоқ", "адреса нет", "no address"),
    ),
    (
        "rejected",
        text(
            "мекенжай қабылданбады",
            "адрес не принят",
            "address refused",
        ),
    ),
    // Roles of signers, by their certificates.
    ("person", text("жеке тұлға", "физическое лицо", "person")),
    (
        "person-system",
        text(
            "жеке тұлғаның жүйесі",
            "система физического лица",
            "system of a person",
        ),
    ),
    ("organisation", text("ұйым", "организация", "organisation")),
    ("head", text("бірінші басшы", "первый руководитель", "head")),
    (
        "signer",
        text("қол қою құқығы бар", "с правом подписи", "may sign"),
    ),
    (
        "financial-signer",
        text(
            "қаржы құжаттарына қол қояды",
            "подписывает финансовые документы",
            "signs financial documents",
        ),
    ),
    (
        "human-resources",
        text(
            "кадр қызметкері",
            "сотрудник кадровой службы",
            "human resources",
        ),
    ),
    ("employee", text("қызметкер", "сотрудник", "employee")),
    (
        "organisation-system",
        text(
            "ұйымның жүйесі",
            "система организации",
            "system of an organisation",
        ),
    ),
    ("received", text("Қабылданды", "Принято", "Received")),
    (
        "verified",
        text(
            "Қолтаңба тексерілді",
            "Подпись проверена",
            "Signature verified",
        ),
    ),
    (
        "query-made",
        text(
            "Тізілімге сұрау салынды",
            "Запрошен регистр",
            "Register asked",
        ),
    ),
    (
        "query-answered",
        text(
            "Сұрауға жауап келді",
            "Получен ответ на запрос",
            "Query answered",
        ),
    ),
    (
        "enriched",
        text(
            "Тізілім жауап берді",
            "Регистр ответил",
            "Register answered",
        ),
    ),
    (
        "routed",
        text(
            "Қызмет беруші таңдалды",
            "Услугодатель выбран",
            "Provider chosen",
        ),
    ),
    ("delivered", text("Жеткізілді", "Доставлено", "Delivered")),
    ("refused", text("Бас тартылды", "Отказано", "Refused")),
    (
        "attempt-failed",
        text("Әрекет сәтсіз", "Попытка не удалась", "Attempt failed"),
    ),
    ("parked", text("Кейінге қойылды", "Отложено", "Set aside")),
    (
        "released",
        text("Жұмысқа қайтарылды", "Возвращено в работу", "Released"),
    ),
    (
        "status-reported",
        text("Мәртебе хабарланды", "Сообщён статус", "Status reported"),
    ),
    (
        "result-issued",
        text("Нәтиже берілді", "Выдан результат", "Result issued"),
    ),
    ("notified", text("Хабарланды", "Уведомление", "Notified")),
    (
        "lane-closed",
        text("Арна жабылды", "Канал закрыт", "Lane closed"),
    ),
    (
        "lane-opened",
        text("Арна ашылды", "Канал открыт", "Lane opened"),
    ),
    (
        "deadline-near",
        text("Мерзім жақын", "Срок близок", "Deadline near"),
    ),
    (
        "deadline-passed",
        text("Мерзім өтті", "Срок прошёл", "Deadline passed"),
    ),
    (
        "check-opened",
        text(
            "Сұраудың мақсаты тексеруге алынды",
            "Начата проверка цели запроса",
            "Check of the purpose opened",
        ),
    ),
    (
        "check-answered",
        text(
            "Тексеруге жауап берілді",
            "Дан ответ на проверку",
            "Check answered",
        ),
    ),
    (
        "check-closed",
        text("Тексеру аяқталды", "Проверка завершена", "Check closed"),
    ),
];

/// The words for a code; none where it is not known here, and then the code itself is shown.
pub(crate) fn of(code: &str) -> Option<Text> {
    let known = CODES.iter().find(|(name, _)| *name == code);
    known.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_channel_and_outcome_has_its_words() {
        let facts = message::FactName::ALL.iter().map(|(name, _)| *name);
        let channels = message::Channel::ALL.iter().map(|(name, _)| *name);
        let outcomes = message::NotificationOutcome::ALL.iter();
        let outcomes = outcomes.map(|(name, _)| *name);
        let checks = message::CheckOutcome::ALL.iter().map(|(name, _)| *name);
        for code in facts.chain(channels).chain(outcomes).chain(checks) {
            assert!(of(code).is_some(), "{code}");
        }
    }

    #[test]
    fn kazakh_and_russian_are_written_in_their_letters() {
        for (code, text) in CODES {
            let latin = |text: &str| text.chars().any(|c| c.is_ascii_alphabetic());
            assert!(!latin(text.kk) && !latin(text.ru), "{code}");
            assert!(latin(text.en), "{code}");
        }
    }
}
