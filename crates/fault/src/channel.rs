//! What is said of a message on the gateway's channels (SOAP) before it is looked into.
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static SENDER_UNKNOWN: Code = Code {
    name: "sender-unknown",
    again: Again::Never,
    http_status: 401,
    meaning: Text {
        kk: "Жіберуші белгісіз немесе оның құпиясөзі қате.",
        ru: "Отправитель неизвестен, или его пароль неверен.",
        en: "The sender is unknown, or its password is wrong.",
    },
    action: Text {
        kk: "senderId мен password мәндерін participants.toml файлымен салыстырыңыз немесе клиент сертификатын ұсыныңыз.",
        ru: "Сверьте senderId и password с participants.toml или предъявите сертификат клиента.",
        en: "Compare senderId and password with participants.toml, or present the client certificate.",
    },
};

pub static CHANNEL_UNSIGNED: Code = Code {
    name: "channel-unsigned",
    again: Again::Never,
    http_status: 401,
    meaning: Text {
        kk: "Бұл жіберушінің хабарламасында көлік қолтаңбасы (WS-Security) болуға тиіс, ал ол жоқ.",
        ru: "Сообщение этого отправителя должно быть подписано (WS-Security), а подписи нет.",
        en: "A message of this sender must carry a transport signature (WS-Security), and has none.",
    },
    action: Text {
        kk: "Body элементіне жүйенің сертификатымен қол қойыңыз.",
        ru: "Подпишите элемент Body сертификатом системы.",
        en: "Sign the Body with the system's certificate.",
    },
};

pub static CHANNEL_SIGNATURE_WRONG: Code = Code {
    name: "channel-signature-wrong",
    again: Again::Never,
    http_status: 401,
    meaning: Text {
        kk: "Көлік қолтаңбасы (WS-Security) қате немесе басқа сертификатпен қойылған.",
        ru: "Транспортная подпись (WS-Security) неверна или сделана другим сертификатом.",
        en: "The transport signature (WS-Security) is wrong, or made with another certificate.",
    },
    action: Text {
        kk: "Хабарлама қол қойылғаннан кейін өзгертілмегенін және сертификат participants.toml файлындағы екенін тексеріңіз.",
        ru: "Проверьте, что сообщение не менялось после подписания и сертификат тот, что указан в participants.toml.",
        en: "Check that nothing changes the message after it is signed, and that the certificate is the one in participants.toml.",
    },
};

pub static CHANNEL_CERTIFICATE_TIME: Code = Code {
    name: "channel-certificate-time",
    again: Again::Never,
    http_status: 401,
    meaning: Text {
        kk: "Көлік қолтаңбасы сертификатының мерзімі бүгін жарамсыз.",
        ru: "Сертификат транспортной подписи сегодня не действует по сроку.",
        en: "The certificate of the transport signature is not valid today.",
    },
    action: Text {
        kk: "Сертификатты жаңартып, жаңасын participants.toml файлына қосыңыз.",
        ru: "Обновите сертификат и добавьте новый в participants.toml.",
        en: "Renew the certificate, and add the new one to participants.toml.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[
    &SENDER_UNKNOWN,
    &CHANNEL_UNSIGNED,
    &CHANNEL_SIGNATURE_WRONG,
    &CHANNEL_CERTIFICATE_TIME,
];
