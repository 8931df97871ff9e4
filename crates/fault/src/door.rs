//! What intake says at the door, each as an RFC 9457 problem.
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static NOT_AUTHENTICATED: Code = Code {
    name: "not-authenticated",
    again: Again::Never,
    http_status: 401,
    meaning: Text {
        kk: "Клиент сертификаты жоқ немесе ешбір қатысушыға тиесілі емес.",
        ru: "Сертификат клиента отсутствует или не принадлежит ни одному участнику.",
        en: "The client certificate is missing or belongs to no participant.",
    },
    action: Text {
        kk: "Жүйені participants.toml файлында тіркеңіз немесе оның қолданыстағы сертификатын пайдаланыңыз.",
        ru: "Зарегистрируйте систему в participants.toml или используйте её действующий сертификат.",
        en: "Register the system in participants.toml or use its current certificate.",
    },
};

pub static NOT_ALLOWED: Code = Code {
    name: "not-allowed",
    again: Again::Never,
    http_status: 403,
    meaning: Text {
        kk: "Қатысушының мұны жіберуге құқығы жоқ.",
        ru: "У участника нет права отправлять это.",
        en: "The participant has no right to send this.",
    },
    action: Text {
        kk: "participants.toml файлындағы қатысушының хабарлама түрлерін, қызметтері мен арналарын тексеріңіз.",
        ru: "Проверьте виды сообщений, услуги и каналы участника в participants.toml.",
        en: "Check the kinds, services and channels of the participant in participants.toml.",
    },
};

pub static TOO_LARGE: Code = Code {
    name: "too-large",
    again: Again::Never,
    http_status: 413,
    meaning: Text {
        kk: "Хабарлама немесе тіркеме рұқсат етілген көлемнен үлкен.",
        ru: "Сообщение или вложение больше допустимого.",
        en: "The message or attachment is larger than allowed.",
    },
    action: Text {
        kk: "Файлдарды тіркеме ретінде, әрқайсысын көрсетілген шектен асырмай жіберіңіз.",
        ru: "Отправляйте файлы вложениями, каждый не больше указанного предела.",
        en: "Send files as attachments and keep each below the limit that the detail names.",
    },
};

pub static MALFORMED: Code = Code {
    name: "malformed",
    again: Again::Never,
    http_status: 400,
    meaning: Text {
        kk: "Хабарлама белгіленген нысанға сай емес.",
        ru: "Сообщение не соответствует установленной форме.",
        en: "The message is not of the agreed form.",
    },
    action: Text {
        kk: "Көрсетілген өрісті түзетіп, қайта жіберіңіз.",
        ru: "Исправьте указанное поле и отправьте снова.",
        en: "Correct the field that is named and send it again.",
    },
};

pub static UNKNOWN_SERVICE: Code = Code {
    name: "unknown-service",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Мұндай қызмет жоқ.",
        ru: "Такой услуги нет.",
        en: "There is no such service.",
    },
    action: Text {
        kk: "Регламенті бар қызметтің кодын көрсетіңіз.",
        ru: "Укажите код услуги, у которой есть регламент.",
        en: "Use the code of a service that has a regulation.",
    },
};

pub static UNKNOWN_CHANNEL: Code = Code {
    name: "unknown-channel",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қызмет бұл арна арқылы көрсетілмейді.",
        ru: "Услуга не оказывается через этот канал.",
        en: "The service is not given through this channel.",
    },
    action: Text {
        kk: "Қызмет регламентіндегі арнаны пайдаланыңыз.",
        ru: "Используйте канал из регламента услуги.",
        en: "Use a channel of the service's regulation.",
    },
};

pub static FORM_INVALID: Code = Code {
    name: "form-invalid",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Нысан өрісі регламентке сай емес.",
        ru: "Поле формы не соответствует регламенту.",
        en: "A field of the form does not fit the regulation.",
    },
    action: Text {
        kk: "Көрсетілген өрістерді түзетіп, құжатқа қайта қол қойып, жаңа идентификатормен жіберіңіз.",
        ru: "Исправьте указанные поля, подпишите документ заново и отправьте с новым идентификатором.",
        en: "Correct the fields that are named, sign the document anew and send it under a new id.",
    },
};

pub static STATE_SECRET: Code = Code {
    name: "state-secret",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Мемлекеттік құпия белгісі бар құжат алмасуға жатпайды (X1 қағидасы); ол сақталған жоқ.",
        ru: "Документ с пометкой государственной тайны не передаётся (правило X1); он не сохранён.",
        en: "A document marked as a state secret is never exchanged (rule X1); it was not stored.",
    },
    action: Text {
        kk: "Құжатты осы жүйеден тыс, мемлекеттік құпиялар туралы заң тәртібімен тапсырыңыз.",
        ru: "Передайте документ вне этой системы, в порядке закона о государственных секретах.",
        en: "Hand the document over outside of this system, as the law on state secrets says.",
    },
};

pub static CONSENT_MISSING: Code = Code {
    name: "consent-missing",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Өтініш берушінің келісімі жоқ (X10 қағидасы).",
        ru: "Нет согласия заявителя (правило X10).",
        en: "The applicant's consent is missing (rule X10).",
    },
    action: Text {
        kk: "Келісімді алып, хабарламада оның түрін, сілтемесін және уақытын көрсетіңіз.",
        ru: "Получите согласие и укажите в сообщении его вид, ссылку и время.",
        en: "Take the consent and name its form, reference and time in the message.",
    },
};

pub static ATTACHMENT_MISSING: Code = Code {
    name: "attachment-missing",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Тіркеме жүктелмеген.",
        ru: "Вложение не загружено.",
        en: "An attachment has not been uploaded.",
    },
    action: Text {
        kk: "Алдымен оны SHA-256 мәнімен жүктеп, содан кейін хабарламаны қайта жіберіңіз.",
        ru: "Сначала загрузите его под его SHA-256, затем отправьте сообщение снова.",
        en: "Upload it under its SHA-256 first, then send the message again.",
    },
};

pub static ATTACHMENT_DAMAGED: Code = Code {
    name: "attachment-damaged",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Тіркеме өзінің SHA-256 мәніне немесе көлеміне сай емес.",
        ru: "Вложение не соответствует своему SHA-256 или размеру.",
        en: "An attachment is not what its SHA-256 or size says.",
    },
    action: Text {
        kk: "Файлды қайта жүктеп, хешті жіберілетін байттардан есептеңіз.",
        ru: "Загрузите файл заново и вычислите хеш от отправляемых байтов.",
        en: "Upload the file again and compute its hash from the bytes that are sent.",
    },
};

pub static MESSAGE_ID_REUSED: Code = Code {
    name: "message-id-reused",
    again: Again::Never,
    http_status: 409,
    meaning: Text {
        kk: "Бұл идентификатор бұрын басқа мазмұнмен келген.",
        ru: "Этот идентификатор уже приходил с другим содержанием.",
        en: "The same id came before with other content.",
    },
    action: Text {
        kk: "Әр хабарламаға өз идентификаторын беріңіз; оны тек сол байттармен қайталаңыз.",
        ru: "Давайте каждому сообщению свой идентификатор; повторяйте его только с теми же байтами.",
        en: "Give every message an id of its own; repeat an id only for the same bytes.",
    },
};

pub static NUMBER_TAKEN: Code = Code {
    name: "number-taken",
    again: Again::Never,
    http_status: 409,
    meaning: Text {
        kk: "Осы идентификатордан шығатын нөмір басқа өтінішке тиесілі.",
        ru: "Номер, который следует из этого идентификатора, занят другим заявлением.",
        en: "Another application has the number that follows from this id.",
    },
    action: Text {
        kk: "Хабарламаны жаңа идентификатормен жіберіңіз.",
        ru: "Отправьте сообщение с новым идентификатором.",
        en: "Send the message under a new id.",
    },
};

pub static BROKER_UNAVAILABLE: Code = Code {
    name: "broker-unavailable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Қазір хабарламаны сенімді сақтау мүмкін емес.",
        ru: "Сейчас сообщение нельзя надёжно сохранить.",
        en: "The message could not be stored safely just now.",
    },
    action: Text {
        kk: "Дәл сол хабарламаны сол идентификатормен Retry-After уақытынан кейін қайта жіберіңіз.",
        ru: "Отправьте то же сообщение с тем же идентификатором после времени из Retry-After.",
        en: "Send the same message with the same id again after the time in Retry-After.",
    },
};

pub static TIMESTAMP_UNAVAILABLE: Code = Code {
    name: "timestamp-unavailable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Қазір қолтаңбаға уақыт белгісін алу мүмкін емес, ал онсыз хабарлама қабылданбайды.",
        ru: "Сейчас нельзя получить метку времени на подпись, а без неё сообщения не принимаются.",
        en: "No timestamp over the signature can be had just now, and no message is taken without one.",
    },
    action: Text {
        kk: "Дәл сол хабарламаны сол идентификатормен Retry-After уақытынан кейін қайта жіберіңіз.",
        ru: "Отправьте то же сообщение с тем же идентификатором после времени из Retry-After.",
        en: "Send the same message with the same id again after the time in Retry-After.",
    },
};

pub static STORE_UNAVAILABLE: Code = Code {
    name: "store-unavailable",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Тіркемелер қоймасы жауап бермейді.",
        ru: "Хранилище вложений не отвечает.",
        en: "The store of attachments does not answer.",
    },
    action: Text {
        kk: "Кейінірек қайталаңыз; операторлар нысандар қоймасы мен дискіні тексереді.",
        ru: "Повторите позже; операторам: проверьте хранилище объектов и его диск.",
        en: "Try again later; operators look at the object store and its disk.",
    },
};

pub static UNKNOWN_PATH: Code = Code {
    name: "unknown-path",
    again: Again::Never,
    http_status: 404,
    meaning: Text {
        kk: "Мұндай мекенжай жоқ.",
        ru: "Такого адреса нет.",
        en: "There is nothing at this address.",
    },
    action: Text {
        kk: "Сұраудың мекенжайын қабылдау қызметінің сипаттамасымен салыстырыңыз.",
        ru: "Сверьте адрес запроса с описанием приёма сообщений.",
        en: "Compare the address of the request with the description of intake.",
    },
};

pub static METHOD_NOT_ALLOWED: Code = Code {
    name: "method-not-allowed",
    again: Again::Never,
    http_status: 405,
    meaning: Text {
        kk: "Бұл мекенжай мұндай әдісті қабылдамайды.",
        ru: "Этот адрес не принимает такой метод.",
        en: "This address does not take this method.",
    },
    action: Text {
        kk: "Allow тақырыбында көрсетілген әдісті пайдаланыңыз.",
        ru: "Используйте метод, указанный в заголовке Allow.",
        en: "Use a method that the header Allow names.",
    },
};

pub static TOO_SLOW: Code = Code {
    name: "too-slow",
    again: Again::Later,
    http_status: 408,
    meaning: Text {
        kk: "Сұрау тым баяу келді және толық қабылданбады.",
        ru: "Запрос приходил слишком медленно и не был получен целиком.",
        en: "The request came too slowly and was not received whole.",
    },
    action: Text {
        kk: "Желіні тексеріп, дәл сол сұрауды қайта жіберіңіз.",
        ru: "Проверьте сеть и отправьте тот же запрос снова.",
        en: "Look at the network and send the same request again.",
    },
};

pub static BUSY: Code = Code {
    name: "busy",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Қазір бір мезгілде тым көп сұрау өңделіп жатыр.",
        ru: "Сейчас одновременно обрабатывается слишком много запросов.",
        en: "Too many requests are being handled at this moment.",
    },
    action: Text {
        kk: "Дәл сол сұрауды Retry-After уақытынан кейін қайта жіберіңіз.",
        ru: "Отправьте тот же запрос после времени из Retry-After.",
        en: "Send the same request again after the time in Retry-After.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[
    &NOT_AUTHENTICATED,
    &NOT_ALLOWED,
    &TOO_LARGE,
    &MALFORMED,
    &UNKNOWN_SERVICE,
    &UNKNOWN_CHANNEL,
    &FORM_INVALID,
    &STATE_SECRET,
    &CONSENT_MISSING,
    &ATTACHMENT_MISSING,
    &ATTACHMENT_DAMAGED,
    &MESSAGE_ID_REUSED,
    &NUMBER_TAKEN,
    &BROKER_UNAVAILABLE,
    &TIMESTAMP_UNAVAILABLE,
    &STORE_UNAVAILABLE,
    &UNKNOWN_PATH,
    &METHOD_NOT_ALLOWED,
    &TOO_SLOW,
    &BUSY,
];
