//! What intake says to systems that come for something: for their mailbox, for data of a register.
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static NO_MAILBOX: Code = Code {
    name: "no-mailbox",
    again: Again::Never,
    http_status: 404,
    meaning: Text {
        kk: "Қатысушының пошта жәшігі жоқ.",
        ru: "У участника нет почтового ящика.",
        en: "The participant has no mailbox.",
    },
    action: Text {
        kk: "Жүйе әкімшісінен flow.toml файлында `mailbox.<қатысушы>` арнасын ашуды сұраңыз.",
        ru: "Попросите оператора системы открыть в flow.toml канал `mailbox.<участник>`.",
        en: "Ask the operator of the system for a lane `mailbox.<participant>` in flow.toml.",
    },
};

pub static NOT_IN_MAILBOX: Code = Code {
    name: "not-in-mailbox",
    again: Again::Never,
    http_status: 404,
    meaning: Text {
        kk: "Пошта жәшігінде мұндай жазба жоқ: ол бұрын расталған немесе ешқашан болмаған.",
        ru: "Такой записи нет в почтовом ящике: она уже подтверждена или её никогда не было.",
        en: "There is no such entry in the mailbox: it was confirmed before, or never was there.",
    },
    action: Text {
        kk: "Бұрын растаған болсаңыз, ештеңе істемеңіз; әйтпесе пошта жәшігін қайта қарап, жазбаның идентификаторын тексеріңіз.",
        ru: "Если вы её уже подтвердили, ничего не делайте; иначе прочитайте ящик снова и проверьте идентификатор записи.",
        en: "If you have confirmed it before, do nothing; otherwise look into the mailbox again and check the entry's id.",
    },
};

pub static MAILBOX_UNAVAILABLE: Code = Code {
    name: "mailbox-unavailable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Қазір пошта жәшігіне қол жеткізу мүмкін емес; ондағы ештеңе жоғалмайды.",
        ru: "Сейчас почтовый ящик недоступен; ничто в нём не теряется.",
        en: "The mailbox cannot be reached just now; nothing in it is lost.",
    },
    action: Text {
        kk: "Дәл сол сұрауды Retry-After уақытынан кейін қайта жіберіңіз.",
        ru: "Отправьте тот же запрос после времени из Retry-After.",
        en: "Send the same request again after the time in Retry-After.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[&NO_MAILBOX, &NOT_IN_MAILBOX, &MAILBOX_UNAVAILABLE];
