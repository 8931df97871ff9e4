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
pub(super) const CHANNEL: Text = text("Тапсыру тәсілі", "Способ подачи", "Channel");

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
pub(super) const NOT_BEFORE: Text = text("ең ертесі", "не раньше", "not before");
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
    "Осы тәсілдің регламенті",
    "Регламент этого способа подачи",
    "The regulation of this channel",
);
pub(super) const YES_NEAR: Text = text("мерзімі жақын", "срок близок", "near the limit");
pub(super) const YES_LATE: Text = text("кешікті", "просрочен", "late");
pub(super) const PAUSED: Text = text(
    "мерзім тоқтап тұр, басталған уақыты",
    "срок приостановлен с",
    "the time stands still since",
);
pub(super) const CORRECTION: Text = text(
    "Өтініш берушінің түзетуі күтілуде.",
    "Ожидается исправление заявителя.",
    "The applicant is to correct it.",
);

// Lanes and what is set aside
pub(super) const LANES: Text = text("Арналар", "Каналы", "Lanes");
pub(super) const LANES_TOLD: Text = text(
    "Арна: бір сыртқы жүйеге немесе бір қадамға апаратын кезек",
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
    "Әр қызметтің қадамдары тапсыру тәсілдері бойынша, сызба түрінде",
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
pub(super) const CHANNELS: Text = text("Тапсыру тәсілдері", "Способы подачи", "Channels");
pub(super) const FEE: Text = text("Ақысы, теңге", "Плата, тенге", "Fee, tenge");
pub(super) const FREE: Text = text("тегін", "бесплатно", "free");

// Errors
pub(super) const NOT_ANSWERED: Text = text("Жауап жоқ", "Ответа нет", "No answer");
pub(super) const BACK: Text = text("Шолуға қайту", "Вернуться к обзору", "Back to the overview");
