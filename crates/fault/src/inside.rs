//! What can happen to any stage.
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static MESSAGE_UNREADABLE: Code = Code {
    name: "message-unreadable",
    again: Again::Never,
    http_status: 500,
    meaning: Text {
        kk: "Кезектегі байттар біздің хабарлама емес.",
        ru: "Байты в очереди не являются нашим сообщением.",
        en: "The bytes in the queue are not a message of ours.",
    },
    action: Text {
        kk: "Кейінге қойылған байттарды қарап, кім жариялағанын анықтаңыз.",
        ru: "Посмотрите отложенные байты и выясните, кто их опубликовал.",
        en: "Look at the parked bytes and find out who published them.",
    },
};

pub static DELIVERY_LIMIT: Code = Code {
    name: "delivery-limit",
    again: Again::Never,
    http_status: 500,
    meaning: Text {
        kk: "Хабарлама аяқталмай тым көп берілді: қызметті құлатуы мүмкін.",
        ru: "Сообщение слишком много раз выдавалось без завершения: возможно, оно роняет службу.",
        en: "The message was handed out too often without an end: it may bring the service down.",
    },
    action: Text {
        kk: "Кейінге қойылған хабарлама мен қызмет журналын қарап, содан кейін жіберіңіз.",
        ru: "Посмотрите отложенное сообщение и журнал службы, затем отправьте его дальше.",
        en: "Look at the parked message and the service's log, then release it.",
    },
};

pub static HANDLING_TIMEOUT: Code = Code {
    name: "handling-timeout",
    again: Again::Later,
    http_status: 504,
    meaning: Text {
        kk: "Қадам рұқсат етілгеннен ұзақ болды.",
        ru: "Шаг занял больше времени, чем разрешено.",
        en: "The step took longer than it may.",
    },
    action: Text {
        kk: "Ол өзі қайталанады; жиі болса, қызмет журналын қараңыз.",
        ru: "Он повторится сам; если это повторяется, посмотрите журнал службы.",
        en: "It is tried again by itself; if it repeats, look at the service's log.",
    },
};

pub static STORE_OF_FACTS_UNAVAILABLE: Code = Code {
    name: "store-of-facts-unavailable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Журналдың дерекқоры жауап бермейді.",
        ru: "База данных журнала не отвечает.",
        en: "The journal's database does not answer.",
    },
    action: Text {
        kk: "Хабарламамен ештеңе істеу қажет емес: ол күтеді. PostgreSQL-ді тексеріңіз.",
        ru: "С сообщением ничего делать не нужно: оно ждёт. Проверьте PostgreSQL.",
        en: "Nothing needs to be done for the message: it waits. Look at PostgreSQL.",
    },
};

pub static LANE_UNKNOWN: Code = Code {
    name: "lane-unknown",
    again: Again::Never,
    http_status: 500,
    meaning: Text {
        kk: "Хабарламаның келесі жолағы картада жоқ.",
        ru: "Следующей полосы сообщения нет на карте.",
        en: "The next lane of the message is not on the map.",
    },
    action: Text {
        kk: "Жолақты flow.toml файлына қосып, брокерге жаңа анықтамаларды жүктеп, хабарламаны жіберіңіз.",
        ru: "Добавьте полосу в flow.toml, загрузите в брокер новые определения, затем отправьте сообщение дальше.",
        en: "Add the lane to flow.toml, load the broker's new definitions, then release the message.",
    },
};

pub static INTERNAL: Code = Code {
    name: "internal",
    again: Again::Never,
    http_status: 500,
    meaning: Text {
        kk: "Болмауы тиіс жағдай болды.",
        ru: "Произошло то, чего не должно быть.",
        en: "Something that should not happen has happened.",
    },
    action: Text {
        kk: "Әзірлеушілерге трасса идентификаторын хабарлаңыз.",
        ru: "Сообщите разработчикам идентификатор трассы.",
        en: "Report it to the developers with the trace id.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[
    &MESSAGE_UNREADABLE,
    &DELIVERY_LIMIT,
    &HANDLING_TIMEOUT,
    &STORE_OF_FACTS_UNAVAILABLE,
    &LANE_UNKNOWN,
    &INTERNAL,
];
