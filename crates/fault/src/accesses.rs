//! What questions about accesses to registers and checks of their purpose lead to (X15, X16).
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static ACCESS_UNKNOWN: Code = Code {
    name: "access-unknown",
    again: Again::Never,
    http_status: 404,
    meaning: Text {
        kk: "Мұндай тізілімге сұрау тіркелмеген.",
        ru: "Такой запрос к регистру не зарегистрирован.",
        en: "No such access to a register is recorded.",
    },
    action: Text {
        kk: "Сұраудың идентификаторын тізімнен алыңыз.",
        ru: "Возьмите идентификатор запроса из списка.",
        en: "Take the id of the access from the list.",
    },
};

pub static CHECK_UNKNOWN: Code = Code {
    name: "check-unknown",
    again: Again::Never,
    http_status: 404,
    meaning: Text {
        kk: "Мұндай тексеру жоқ.",
        ru: "Такой проверки нет.",
        en: "There is no such check.",
    },
    action: Text {
        kk: "Тексерудің идентификаторын тізімнен алыңыз.",
        ru: "Возьмите идентификатор проверки из списка.",
        en: "Take the id of the check from the list.",
    },
};

pub static CHECK_SETTLED: Code = Code {
    name: "check-settled",
    again: Again::Never,
    http_status: 409,
    meaning: Text {
        kk: "Бұл тексеруге жауап берілген немесе ол аяқталған (X15 қағидасы).",
        ru: "На эту проверку уже ответили, или она завершена (правило X15).",
        en: "This check has been answered or closed already (rule X15).",
    },
    action: Text {
        kk: "Тексеруді қараңыз; жаңа сұрақ болса, жаңа тексеру ашыңыз.",
        ru: "Посмотрите проверку; для нового вопроса откройте новую.",
        en: "Look at the check; open another one for another question.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[&ACCESS_UNKNOWN, &CHECK_UNKNOWN, &CHECK_SETTLED];
