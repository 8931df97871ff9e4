//! What happens on the way to the provider, back from it, and to the applicant.
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static PROVIDER_UNKNOWN: Code = Code {
    name: "provider-unknown",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Өтінішке сай көрсетілетін қызметті беруші жоқ.",
        ru: "Ни один услугодатель не подходит к заявлению.",
        en: "No provider of the service fits the application.",
    },
    action: Text {
        kk: "Қызмет беруші таңдалатын өрісті түзетіңіз немесе оны регламентке қосыңыз.",
        ru: "Исправьте поле, по которому выбирается услугодатель, или добавьте его в регламент.",
        en: "Correct the field by which the provider is chosen, or add the provider to the regulation.",
    },
};

pub static PROVIDER_UNREACHABLE: Code = Code {
    name: "provider-unreachable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Көрсетілетін қызметті берушінің жүйесі жауап бермейді; хабарламалар күтеді.",
        ru: "Система услугодателя не отвечает; сообщения к ней ждут.",
        en: "The provider's system does not answer; its messages wait.",
    },
    action: Text {
        kk: "Ештеңе істеу қажет емес: жіберу өзі жалғасады. Ұзаққа созылса, қызмет берушіге хабарласыңыз.",
        ru: "Ничего делать не нужно: отправка возобновится сама. Если это длится, свяжитесь с услугодателем.",
        en: "Nothing needs to be done: sending resumes by itself. If it lasts, call the provider.",
    },
};

pub static PROVIDER_FAILED: Code = Code {
    name: "provider-failed",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Қызмет берушінің жүйесі бұл хабарламаны өңдей алмады.",
        ru: "Система услугодателя не справилась с этим сообщением.",
        en: "The provider's system failed on this message.",
    },
    action: Text {
        kk: "Жіберу өзі қайталанады; соңғы әрекеттен кейін хабарлама кейінге қойылады.",
        ru: "Отправка повторится сама; после последней попытки сообщение будет отложено.",
        en: "It is sent again by itself; after the last try the message is parked.",
    },
};

pub static PROVIDER_REJECTED: Code = Code {
    name: "provider-rejected",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қызмет берушінің жүйесі хабарламаны қате деп санайды.",
        ru: "Система услугодателя считает сообщение неверным.",
        en: "The provider's system says that the message is wrong.",
    },
    action: Text {
        kk: "Нысанды қызмет берушімен келісіп, кейінге қойылған хабарламаны жіберіңіз.",
        ru: "Согласуйте форму с услугодателем, затем отправьте отложенное сообщение дальше.",
        en: "Settle the form with the provider, then release the parked message.",
    },
};

pub static PROVIDER_GARBLED: Code = Code {
    name: "provider-garbled",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Қызмет берушінің жауабы белгіленген нысанға сай емес.",
        ru: "Ответ услугодателя не соответствует установленной форме.",
        en: "The provider's answer is not of the agreed form.",
    },
    action: Text {
        kk: "Жауапты қызмет берушіге көрсетіңіз; түзетілген соң кейінге қойылған хабарламаны жіберіңіз.",
        ru: "Покажите ответ услугодателю; после исправления отправьте отложенное сообщение дальше.",
        en: "Show the answer to the provider; release the parked message when it is corrected.",
    },
};

pub static APPLICATION_UNKNOWN: Code = Code {
    name: "application-unknown",
    again: Again::Never,
    http_status: 404,
    meaning: Text {
        kk: "Мұндай нөмірлі өтініш жоқ.",
        ru: "Заявления с таким номером нет.",
        en: "There is no application of this number.",
    },
    action: Text {
        kk: "Нөмірді тексеріңіз.",
        ru: "Проверьте номер.",
        en: "Check the number.",
    },
};

pub static APPLICATION_NOT_DELIVERED: Code = Code {
    name: "application-not-delivered",
    again: Again::Later,
    http_status: 409,
    meaning: Text {
        kk: "Өтініш әлі жеткізілді деп тіркелмеген.",
        ru: "Заявление ещё не отмечено как доставленное.",
        en: "The application has not been registered as delivered yet.",
    },
    action: Text {
        kk: "Хабарлама жеткізу тіркелгенше өзі күтеді.",
        ru: "Сообщение ждёт само, пока доставка не будет зарегистрирована.",
        en: "The report waits by itself until the delivery is registered.",
    },
};

pub static APPLICATION_FOREIGN: Code = Code {
    name: "application-foreign",
    again: Again::Never,
    http_status: 403,
    meaning: Text {
        kk: "Өтініш басқа қызмет берушіге жеткізілген.",
        ru: "Заявление доставлено другому услугодателю.",
        en: "The application was delivered to another provider.",
    },
    action: Text {
        kk: "Тек өзіңізге жеткізілген өтініштер туралы хабарлаңыз.",
        ru: "Сообщайте только о заявлениях, доставленных вам.",
        en: "Report only about applications that were delivered to you.",
    },
};

pub static REPORT_CONTRADICTS: Code = Code {
    name: "report-contradicts",
    again: Again::Never,
    http_status: 409,
    meaning: Text {
        kk: "Хабарлама бұрын қабылданған шешімге қайшы.",
        ru: "Сообщение противоречит принятому ранее решению.",
        en: "The report contradicts what was decided before.",
    },
    action: Text {
        kk: "Өтініштің барысын тексеріңіз; шешім бір рет қабылданады.",
        ru: "Проверьте ход заявления; решение принимается один раз.",
        en: "Check the application's timeline; a decision is made once.",
    },
};

pub static MAIL_SERVER_UNREACHABLE: Code = Code {
    name: "mail-server-unreachable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Пошта сервері жауап бермейді; хабарландырулар күтеді.",
        ru: "Почтовый сервер не отвечает; уведомления ждут.",
        en: "The mail server does not answer; notifications wait.",
    },
    action: Text {
        kk: "Ештеңе істеу қажет емес: жіберу өзі жалғасады. Ұзаққа созылса, пошта серверін тексеріңіз.",
        ru: "Ничего делать не нужно: отправка возобновится сама. Если это длится, проверьте почтовый сервер.",
        en: "Nothing needs to be done: sending resumes by itself. If it lasts, look at the mail server.",
    },
};

pub static MAIL_FAILED: Code = Code {
    name: "mail-failed",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Пошта сервері бұл хабарландыруды қазір қабылдамады.",
        ru: "Почтовый сервер сейчас не принял это уведомление.",
        en: "The mail server did not take this notification just now.",
    },
    action: Text {
        kk: "Жіберу өзі қайталанады; соңғы әрекеттен кейін хабарлама кейінге қойылады.",
        ru: "Отправка повторится сама; после последней попытки сообщение будет отложено.",
        en: "It is sent again by itself; after the last try the message is parked.",
    },
};

pub static SMS_GATEWAY_UNREACHABLE: Code = Code {
    name: "sms-gateway-unreachable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "SMS шлюзі жауап бермейді; хабарландырулар күтеді.",
        ru: "Шлюз SMS не отвечает; уведомления ждут.",
        en: "The SMS gateway does not answer; notifications wait.",
    },
    action: Text {
        kk: "Ештеңе істеу қажет емес: жіберу өзі жалғасады. Ұзаққа созылса, SMS операторына хабарласыңыз.",
        ru: "Ничего делать не нужно: отправка возобновится сама. Если это длится, свяжитесь с оператором SMS.",
        en: "Nothing needs to be done: sending resumes by itself. If it lasts, call the SMS operator.",
    },
};

pub static SMS_FAILED: Code = Code {
    name: "sms-failed",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "SMS шлюзі бұл хабарландыруды қазір қабылдамады.",
        ru: "Шлюз SMS сейчас не принял это уведомление.",
        en: "The SMS gateway did not take this notification just now.",
    },
    action: Text {
        kk: "Жіберу өзі қайталанады; соңғы әрекеттен кейін хабарлама кейінге қойылады.",
        ru: "Отправка повторится сама; после последней попытки сообщение будет отложено.",
        en: "It is sent again by itself; after the last try the message is parked.",
    },
};

pub static SMS_GARBLED: Code = Code {
    name: "sms-garbled",
    again: Again::Never,
    http_status: 502,
    meaning: Text {
        kk: "SMS шлюзінің жауабы белгіленген нысанға сай емес.",
        ru: "Ответ шлюза SMS не соответствует установленной форме.",
        en: "The SMS gateway's answer is not of the agreed form.",
    },
    action: Text {
        kk: "Шлюз баптауын оның операторымен тексеріп, кейінге қойылған хабарламаны жіберіңіз.",
        ru: "Проверьте настройку шлюза с его оператором, затем отправьте отложенное сообщение дальше.",
        en: "Check the gateway's settings with its operator, then release the parked message.",
    },
};

pub static RECEIVER_UNREACHABLE: Code = Code {
    name: "receiver-unreachable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Қатысушының хабарландыру қабылдағышы жауап бермейді; хабарландырулар күтеді.",
        ru: "Приёмник уведомлений участника не отвечает; уведомления ждут.",
        en: "The participant's receiver does not answer; its notifications wait.",
    },
    action: Text {
        kk: "Ештеңе істеу қажет емес: жіберу өзі жалғасады. Ұзаққа созылса, қатысушыға хабарласыңыз.",
        ru: "Ничего делать не нужно: отправка возобновится сама. Если это длится, свяжитесь с участником.",
        en: "Nothing needs to be done: sending resumes by itself. If it lasts, call the participant.",
    },
};

pub static RECEIVER_FAILED: Code = Code {
    name: "receiver-failed",
    again: Again::Later,
    http_status: 502,
    meaning: Text {
        kk: "Қатысушының қабылдағышы бұл хабарландыруды өңдей алмады.",
        ru: "Приёмник участника не справился с этим уведомлением.",
        en: "The participant's receiver failed on this notification.",
    },
    action: Text {
        kk: "Жіберу өзі қайталанады; соңғы әрекеттен кейін хабарлама кейінге қойылады.",
        ru: "Отправка повторится сама; после последней попытки сообщение будет отложено.",
        en: "It is sent again by itself; after the last try the message is parked.",
    },
};

pub static RECEIVER_GARBLED: Code = Code {
    name: "receiver-garbled",
    again: Again::Never,
    http_status: 502,
    meaning: Text {
        kk: "Қатысушы қабылдағышының жауабы белгіленген нысанға сай емес.",
        ru: "Ответ приёмника участника не соответствует установленной форме.",
        en: "The answer of the participant's receiver is not of the agreed form.",
    },
    action: Text {
        kk: "Мекенжай мен құпия сөзді қатысушымен тексеріп, кейінге қойылған хабарламаны жіберіңіз.",
        ru: "Проверьте с участником адрес и секрет, затем отправьте отложенное сообщение дальше.",
        en: "Check address and secret with the participant, then release the parked message.",
    },
};

pub static NOTIFICATION_UNDER_WAY: Code = Code {
    name: "notification-under-way",
    again: Again::Later,
    http_status: 409,
    meaning: Text {
        kk: "Осы хабарландыруды жіберудің басқа әрекеті жүріп жатыр.",
        ru: "Другая попытка отправить это уведомление ещё идёт.",
        en: "Another attempt to send this notification is under way.",
    },
    action: Text {
        kk: "Ештеңе істеу қажет емес: хабарлама алдыңғы әрекеттің нәтижесін күтеді.",
        ru: "Ничего делать не нужно: сообщение подождёт исхода той попытки.",
        en: "Nothing needs to be done: the message waits for the outcome of that attempt.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[
    &PROVIDER_UNKNOWN,
    &PROVIDER_UNREACHABLE,
    &PROVIDER_FAILED,
    &PROVIDER_REJECTED,
    &PROVIDER_GARBLED,
    &APPLICATION_UNKNOWN,
    &APPLICATION_NOT_DELIVERED,
    &APPLICATION_FOREIGN,
    &REPORT_CONTRADICTS,
    &MAIL_SERVER_UNREACHABLE,
    &MAIL_FAILED,
    &SMS_GATEWAY_UNREACHABLE,
    &SMS_FAILED,
    &SMS_GARBLED,
    &RECEIVER_UNREACHABLE,
    &RECEIVER_FAILED,
    &RECEIVER_GARBLED,
    &NOTIFICATION_UNDER_WAY,
];
