//! Every text of the pages, in Kazakh, Russian and English. A text that lacks a language does not compile.

use fault::Text;

pub(super) const fn text(kk: &'static str, ru: &'static str, en: &'static str) -> Text {
    assert!(!kk.is_empty() && !ru.is_empty() && !en.is_empty());
    Text { kk, ru, en }
}

// The frame
pub(super) const SKIP: Text = text("Мазмұнына өту", "К содержанию", "Skip to content");
pub(super) const SECTIONS: Text = text("Бөлімдер", "Разделы", "Sections");
pub(super) const LANGUAGE: Text = text("Тіл", "Язык", "Language");
pub(super) const TIMES: Text = text(
    "Уақыт Алматы бойынша көрсетілген (UTC+5).",
    "Время указано по Алматы (UTC+5).",
    "Times are those of Almaty (UTC+5).",
);
pub(super) const MASKED: Text = text(
    "ЖСН мен БСН жасырылған.",
    "ИИН и БИН скрыты.",
    "IIN and BIN are masked.",
);

// The overview
pub(super) const OVERVIEW: Text = text("Шолу", "Обзор", "Overview");
pub(super) const UNDER_WAY: Text = text("Жұмыста", "В работе", "Under way");
pub(super) const WAITING: Text = text("Кезекте күтуде", "Ждут в очередях", "Waiting in queues");
pub(super) const LATE: Text = text("Мерзімі өткен", "Просрочено", "Late");
pub(super) const NEAR: Text = text("Мерзімі жақын", "Срок близок", "Near the limit");
pub(super) const CLOSED_LANES: Text = text("Жабық арналар", "Закрытые каналы", "Closed lanes");
pub(super) const FIGURES: Text = text("Қазіргі жағдай", "Сейчас", "Now");
pub(super) const FLOWS: Text = text(
    "Қызметтер бойынша өтінімдер",
    "Заявления по услугам",
    "Applications by service",
);
pub(super) const FLOWS_TOLD: Text = text(
    "Аяқталмағандары және соңғы 24 сағатта қабылданғандары",
    "Незавершённые и принятые за последние 24 часа",
    "Those not at their end, and those received in the last 24 hours",
);
pub(super) const LAST_DAY: Text = text("24 сағатта", "За 24 часа", "In 24 hours");
pub(super) const GRANTED_OF_THEM: Text =
    text("одан көрсетілді", "из них оказано", "granted of them");
pub(super) const REFUSED_OF_THEM: Text =
    text("одан бас тартылды", "из них отказано", "refused of them");
pub(super) const PRESSING: Text = text(
    "Мерзімі өткен немесе жақындаған қадамдар",
    "Просроченные шаги и шаги, срок которых близок",
    "Steps that are late or near their limit",
);
pub(super) const PRESSING_NONE: Text = text(
    "Мерзімі өткен немесе жақындаған қадам жоқ.",
    "Нет ни просроченных шагов, ни шагов, срок которых близок.",
    "No step is late or near its limit.",
);
pub(super) const LANES_NEED: Text = text(
    "Назар аударуды қажет ететін арналар",
    "Каналы, требующие внимания",
    "Lanes that need attention",
);
pub(super) const LANES_FINE: Text = text(
    "Барлық арналар ашық, ешнәрсе күтпейді.",
    "Все каналы открыты, ничто не ждёт.",
    "All lanes are open and nothing waits.",
);
pub(super) const BROKER_AWAY: Text = text(
    "Хабар брокері жауап бермейді: кезектер белгісіз.",
    "Брокер сообщений не отвечает: очереди неизвестны.",
    "The message broker does not answer: the queues are unknown.",
);

// The list
pub(super) const APPLICATIONS: Text = text("Өтінімдер", "Заявления", "Applications");
pub(super) const SEARCH: Text = text("Іздеу", "Поиск", "Search");
pub(super) const FIND: Text = text("Табу", "Найти", "Find");
pub(super) const CLEAR: Text = text("Тазарту", "Сбросить", "Clear");
pub(super) const NUMBER: Text = text("Нөмірі", "Номер", "Number");
pub(super) const IIN_OR_BIN: Text = text(
    "Өтініш берушінің ЖСН/БСН",
    "ИИН/БИН заявителя",
    "Applicant's IIN or BIN",
);
pub(super) const SERVICE: Text = text("Қызмет", "Услуга", "Service");
pub(super) const PROVIDER: Text = text("Қызмет беруші", "Услугодатель", "Provider");
pub(super) const STATUS: Text = text("Мәртебесі", "Статус", "Status");
pub(super) const RECEIVED_FROM: Text = text("Қабылданды: бастап", "Принято с", "Received from");
pub(super) const ONLY_LATE: Text = text(
    "Тек мерзімі өткендері",
    "Только просроченные",
    "Only those that are late",
);
pub(super) const RECEIVED_TO: Text = text("Қабылданды: дейін", "Принято по", "Received to");
pub(super) const ANY: Text = text("кез келген", "любой", "any");
pub(super) const RECEIVED_AT: Text = text("Қабылданды", "Принято", "Received");
pub(super) const SINCE: Text = text("Қашаннан", "С какого времени", "Since");
pub(super) const NEWEST_FIRST: Text = text("Жаңалары бірінші", "Сначала новые", "Newest first");
pub(super) const NONE_FOUND: Text = text(
    "Мұндай өтінім табылмады.",
    "Таких заявлений не найдено.",
    "No such application was found.",
);
pub(super) const NEXT_PAGE: Text = text("Келесі бет", "Следующая страница", "Next page");
pub(super) const FIRST_PAGE: Text = text("Бірінші бет", "Первая страница", "First page");
pub(super) const CHANNEL: Text = text("Арна", "Способ подачи", "Channel");

// One application
pub(super) const APPLICATION: Text = text("Өтінім", "Заявление", "Application");
pub(super) const APPLICANT: Text = text("Өтініш беруші", "Заявитель", "Applicant");
pub(super) const REGISTRATION: Text = text(
    "Қызмет берушідегі нөмірі",
    "Номер у услугодателя",
    "The provider's number",
);
pub(super) const REPORTED: Text = text(
    "Қызмет берушінің хабары",
    "Сообщение услугодателя",
    "The provider reports",
);
pub(super) const REASON: Text = text("Себебі", "Причина", "Reason");
pub(super) const WAITS_FOR: Text = text("Нені күтуде", "Чего ждёт", "Waits for");
pub(super) const NEXT_TRY: Text = text("келесі әрекет", "следующая попытка", "next try");
pub(super) const TRACE: Text = text("Техникалық із", "Техническая трассировка", "Trace");
pub(super) const TRACE_OPEN: Text = text("ашу", "открыть", "open");
pub(super) const STEPS: Text = text(
    "Қадамдар мен рұқсат етілген уақыт",
    "Шаги и отведённое время",
    "Steps against the time allowed",
);
pub(super) const STEPS_PICTURE: Text = text(
    "Әр қадам рұқсат етілген уақытының қанша бөлігін алды. Сызық: 100 %.",
    "Какую часть отведённого времени занял каждый шаг. Черта: 100 %.",
    "What part of its allowed time each step took. The line: 100 %.",
);
pub(super) const STEP: Text = text("Қадам", "Шаг", "Step");
pub(super) const UNIT: Text = text("Бірлік", "Единица", "Unit");
pub(super) const ALLOWED: Text = text("Рұқсат", "Отведено", "Allowed");
pub(super) const USED: Text = text("Жұмсалды", "Занял", "Used");
pub(super) const DUE: Text = text("Мерзімі", "Срок", "Due");
pub(super) const PROGRESS: Text = text("Барысы", "Ход", "Progress");
pub(super) const FACTS: Text = text("Не болды", "Что произошло", "What happened");
pub(super) const FACTS_TOLD: Text = text(
    "Журнал жазбалары, болған ретімен",
    "Записи журнала в порядке событий",
    "Entries of the journal, in their order",
);
pub(super) const AT: Text = text("Уақыты", "Время", "Time");
pub(super) const FACT: Text = text("Оқиға", "Событие", "Fact");
pub(super) const BY: Text = text("Кім", "Кто", "By");
pub(super) const DETAIL: Text = text("Толығырақ", "Подробности", "Detail");
pub(super) const ATTEMPTS: Text = text(
    "Сәтсіз әрекеттер",
    "Неудачные попытки",
    "Attempts that failed",
);
pub(super) const ATTEMPT: Text = text("Әрекет", "Попытка", "Attempt");
pub(super) const MEANING: Text = text("Мағынасы", "Значение", "Meaning");
pub(super) const ACTION: Text = text("Не істеу керек", "Что делать", "What to do");
pub(super) const SIGNATURES: Text = text("Қолтаңбалар", "Подписи", "Signatures");
pub(super) const SIGNER: Text = text("Қол қоюшы", "Подписал", "Signer");
pub(super) const CERTIFICATE: Text = text("Куәлік", "Сертификат", "Certificate");
pub(super) const ALGORITHM: Text = text("Алгоритм", "Алгоритм", "Algorithm");
pub(super) const SIGNED_AT: Text = text("Қол қойылды", "Подписано", "Signed");
pub(super) const ROLES: Text = text("Рөлдері", "Роли", "Roles");
pub(super) const REGULATION_OF: Text = text(
    "Осы арнаның регламенті",
    "Регламент этого способа подачи",
    "The regulation of this channel",
);
pub(super) const YES_LATE: Text = text("кешікті", "просрочен", "late");
pub(super) const PAUSED_OUTAGE: Text = text(
    "мерзім тоқтап тұр: сыртқы жүйе жауап бермейді, басталған уақыты",
    "срок приостановлен: внешняя система не отвечает с",
    "the time stands still: an outside system has not answered since",
);
pub(super) const PAUSED_CORRECTION: Text = text(
    "мерзім тоқтап тұр: өтініш берушінің түзетуі күтілуде, басталған уақыты",
    "срок приостановлен: ожидается исправление заявителя с",
    "the time stands still: the applicant is to correct, since",
);

// Lanes and what is set aside
pub(super) const LANES: Text = text("Арналар", "Каналы", "Lanes");
pub(super) const LANES_TOLD: Text = text(
    "Әр арна бір сыртқы жүйеге апаратын кезек",
    "Канал: очередь к одной внешней системе или к одному шагу",
    "A lane is a queue to one outside system or one step",
);
pub(super) const LANE: Text = text("Арна", "Канал", "Lane");
pub(super) const KIND: Text = text("Түрі", "Вид", "Kind");
pub(super) const STATE: Text = text("Күйі", "Состояние", "State");
pub(super) const OPEN: Text = text("ашық", "открыт", "open");
pub(super) const CLOSED: Text = text("жабық", "закрыт", "closed");
pub(super) const WAIT: Text = text("Күтуде", "Ждут", "Waiting");
pub(super) const OLDEST: Text = text("Ең ескісі", "Самое давнее", "Oldest");
pub(super) const WORKERS: Text = text("Орындаушылар", "Исполнители", "Workers");
pub(super) const PARKED: Text = text("Кейінге қойылған", "Отложено", "Set aside");
pub(super) const PARKED_TOLD: Text = text(
    "Адамның шешімін күтетін хабарлар, ең ескісі бірінші",
    "Сообщения, которые ждут решения человека; сначала самые давние",
    "Messages that wait for a person, the oldest first",
);
pub(super) const PARKED_NONE: Text = text(
    "Кейінге қойылған хабар жоқ.",
    "Отложенных сообщений нет.",
    "Nothing is set aside.",
);
pub(super) const RELEASE: Text = text("Босату", "Вернуть в работу", "Release");

// Regulations
pub(super) const REGULATIONS: Text = text("Регламенттер", "Регламенты", "Regulations");
pub(super) const REGULATIONS_TOLD: Text = text(
    "Әр қызмет пен арнаның қадамдары, сызба түрінде",
    "Шаги каждой услуги по способам подачи, в виде схемы",
    "The steps of each service and channel, drawn",
);
pub(super) const DRAWING: Text = text("Қадамдар сызбасы", "Схема шагов", "The steps, drawn");
pub(super) const MEDIAN: Text = text("Медиана", "Медиана", "Median");
pub(super) const MEASURED: Text = text(
    "Медианалар соңғы өтінімдер бойынша өлшенді; олардың саны:",
    "Медианы измерены по последним заявлениям; их число:",
    "Medians are measured over the newest applications; their count:",
);
pub(super) const CHANNELS: Text = text("Арналар", "Способы подачи", "Channels");
pub(super) const FEE: Text = text("Ақысы, теңге", "Плата, тенге", "Fee, tenge");
pub(super) const FREE: Text = text("тегін", "бесплатно", "free");

// Errors
pub(super) const NOT_ANSWERED: Text = text("Жауап жоқ", "Ответа нет", "No answer");
pub(super) const BACK: Text = text("Шолуға қайту", "Вернуться к обзору", "Back to the overview");

/// Words for the codes that answers carry: kinds of lanes, channels, progress of steps, names of facts.
pub(super) const CODES: &[(&str, Text)] = &[
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
    ("granted", text("көрсетілді", "оказана", "granted")),
    ("committee", text("Комитет", "Комитет", "Committee")),
    (
        "national-archive",
        text("Ұлттық архив", "Национальный архив", "National Archive"),
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
];

/// The words for a code; none where it is not known here, and then the code itself is shown.
pub(super) fn of_code(code: &str) -> Option<Text> {
    let known = CODES.iter().find(|(name, _)| *name == code);
    known.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_and_channel_has_its_words() {
        let facts = message::FactName::ALL.iter().map(|(name, _)| *name);
        let channels = message::Channel::ALL.iter().map(|(name, _)| *name);
        for code in facts.chain(channels) {
            assert!(of_code(code).is_some(), "{code}");
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
