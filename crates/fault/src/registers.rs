//! What state registers and the payment gateway lead to.
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static PERSON_UNKNOWN: Code = Code {
    name: "person-unknown",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "ЖТ МДҚ-да өтініш беруші туралы деректер жоқ.",
        ru: "В ГБД ФЛ нет данных о заявителе.",
        en: "The register of persons has no data about the applicant.",
    },
    action: Text {
        kk: "Өтініш беруші ЖСН-ді тексереді немесе деректерді дерекқор иесінде түзетеді.",
        ru: "Заявителю: проверьте ИИН или исправьте данные у владельца базы.",
        en: "The applicant checks his IIN, or has his data corrected by the body that owns the register.",
    },
};

pub static ORGANISATION_UNKNOWN: Code = Code {
    name: "organisation-unknown",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "ЗТ МДҚ-да өтініш беруші туралы деректер жоқ.",
        ru: "В ГБД ЮЛ нет данных о заявителе.",
        en: "The register of legal entities has no data about the applicant.",
    },
    action: Text {
        kk: "Өтініш беруші БСН-ді тексереді немесе деректерді дерекқор иесінде түзетеді.",
        ru: "Заявителю: проверьте БИН или исправьте данные у владельца базы.",
        en: "The applicant checks the BIN, or has the data corrected by the body that owns the register.",
    },
};

pub static POWER_OF_ATTORNEY_UNKNOWN: Code = Code {
    name: "power-of-attorney-unknown",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "БНАЖ сенімхатты растамайды (G5 қағидасы).",
        ru: "ЕНИС не подтверждает доверенность (правило G5).",
        en: "The notary register does not confirm the power of attorney (rule G5).",
    },
    action: Text {
        kk: "Өкіл сенімхат нөмірін тексереді немесе нотариусқа жүгінеді.",
        ru: "Представителю: проверьте номер доверенности или обратитесь к нотариусу.",
        en: "The representative checks its number, or asks the notary.",
    },
};

pub static PAYMENT_MISSING: Code = Code {
    name: "payment-missing",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қызмет ақысы төленбеген (X18 қағидасы).",
        ru: "Услуга не оплачена (правило X18).",
        en: "The fee has not been paid (rule X18).",
    },
    action: Text {
        kk: "Ақысын төлеп, түбіртек нөмірімен өтінішті қайта беріңіз.",
        ru: "Оплатите услугу и подайте заявление снова с номером квитанции.",
        en: "Pay the fee and file again with the number of the receipt.",
    },
};

pub static REGISTER_UNREACHABLE: Code = Code {
    name: "register-unreachable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Тізілім жауап бермейді; оған арналған хабарламалар күтеді.",
        ru: "Регистр не отвечает; сообщения к нему ждут.",
        en: "The register does not answer; its messages wait.",
    },
    action: Text {
        kk: "Ештеңе істеу қажет емес: жіберу өзі жалғасады. Ұзаққа созылса, тізілім иесіне хабарласыңыз.",
        ru: "Ничего делать не нужно: отправка возобновится сама. Если это длится, свяжитесь с владельцем регистра.",
        en: "Nothing needs to be done: sending resumes by itself. If it lasts, call the register's owner.",
    },
};

pub static REGISTER_FAILED: Code = Code {
    name: "register-failed",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Тізілім бұл сұрауға қазір жауап бере алмады.",
        ru: "Регистр сейчас не смог ответить на этот запрос.",
        en: "The register could not answer this question just now.",
    },
    action: Text {
        kk: "Сұрау өзі қайталанады; соңғы әрекеттен кейін хабарлама кейінге қойылады.",
        ru: "Запрос повторится сам; после последней попытки сообщение будет отложено.",
        en: "It is asked again by itself; after the last try the message is parked.",
    },
};

pub static REGISTER_GARBLED: Code = Code {
    name: "register-garbled",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Тізілімнің жауабы белгіленген нысанға сай емес.",
        ru: "Ответ регистра не соответствует установленной форме.",
        en: "The register's answer is not of the agreed form.",
    },
    action: Text {
        kk: "Жауапты тізілім иесіне көрсетіңіз; түзетілген соң кейінге қойылған хабарламаны жіберіңіз.",
        ru: "Покажите ответ владельцу регистра; после исправления отправьте отложенное сообщение дальше.",
        en: "Show the answer to the register's owner; release the parked message when it is corrected.",
    },
};

pub static REGISTER_REFUSED: Code = Code {
    name: "register-refused",
    again: Again::Never,
    http_status: 502,
    meaning: Text {
        kk: "Тізілім бұл сұраққа жауап беруден бас тартты.",
        ru: "Регистр отказался отвечать на этот вопрос.",
        en: "The register will not answer this question.",
    },
    action: Text {
        kk: "Журналдағы тізілім кодын қараңыз (келісім, құқық) және тізілім иесімен шешіңіз; содан кейін хабарламаны жіберіңіз.",
        ru: "Посмотрите код регистра в журнале (согласие, права) и решите вопрос с его владельцем; затем отправьте сообщение дальше.",
        en: "See the register's own code in the journal (consent, rights) and settle it with its owner; then release the message.",
    },
};

pub static REGISTER_UNTRUSTED: Code = Code {
    name: "register-untrusted",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Тізілім жауабы қабылданбады: қол қойылмаған, басқа біреу қол қойған немесе сұралған туралы емес.",
        ru: "Ответ регистра не принят: не подписан, подписан не тем или не о том, что спрошено.",
        en: "The register's answer is not taken: unsigned, signed by somebody else, or not about what was asked.",
    },
    action: Text {
        kk: "Жауаптан ештеңе алынбады. Тізілім сертификаты мен баптауын иесімен салыстырыңыз; содан кейін кейінге қойылған хабарламаны жіберіңіз.",
        ru: "Из ответа ничего не взято. Сверьте сертификат и настройки регистра с его владельцем; затем отправьте отложенное сообщение дальше.",
        en: "Nothing was taken from it. Compare the register's certificate and its configuration with its owner; then release the parked message.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[
    &PERSON_UNKNOWN,
    &ORGANISATION_UNKNOWN,
    &POWER_OF_ATTORNEY_UNKNOWN,
    &PAYMENT_MISSING,
    &REGISTER_UNREACHABLE,
    &REGISTER_FAILED,
    &REGISTER_GARBLED,
    &REGISTER_REFUSED,
    &REGISTER_UNTRUSTED,
];
