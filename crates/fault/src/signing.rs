//! What is said of signatures and certificates (S4: G1 to G4).
//!
//! Each entry: the meaning for anybody, the action for the one who can act, in Kazakh, Russian, English.

use crate::{Again, Code, Text};

pub static SIGNATURE_MISSING: Code = Code {
    name: "signature-missing",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Құжатқа қол қойылмаған (X4 қағидасы).",
        ru: "Документ не подписан (правило X4).",
        en: "The document carries no signature (rule X4).",
    },
    action: Text {
        kk: "Құжатқа қол қойып, қолтаңбасымен бірге жіберіңіз.",
        ru: "Подпишите документ и отправьте его вместе с подписью.",
        en: "Sign the document and send it with its signature.",
    },
};

pub static SIGNATURE_MALFORMED: Code = Code {
    name: "signature-malformed",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қолтаңба міндетті атрибуттары бар CMS SignedData ретінде оқылмайды.",
        ru: "Подпись не читается как CMS SignedData с обязательными атрибутами.",
        en: "The signature cannot be read as CMS SignedData with the required attributes.",
    },
    action: Text {
        kk: "CAdES-BES жасайтын бағдарламамен қайта қол қойыңыз.",
        ru: "Подпишите снова программой, которая создаёт CAdES-BES.",
        en: "Sign again with software that makes CAdES-BES.",
    },
};

pub static SIGNATURE_WRONG: Code = Code {
    name: "signature-wrong",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қолтаңба бұл құжатқа тиесілі емес: құжат не қолтаңба өзгертілген.",
        ru: "Подпись не относится к этому документу: изменён документ или подпись.",
        en: "The signature does not belong to this document: it or the document was changed.",
    },
    action: Text {
        kk: "Дәл жіберілетін байттарға қол қойыңыз.",
        ru: "Подпишите именно те байты, которые отправляются.",
        en: "Sign the exact bytes that are sent.",
    },
};

pub static ALGORITHM_UNSUPPORTED: Code = Code {
    name: "algorithm-unsupported",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қолтаңба алгоритмі немесе кілт қабылданбайды.",
        ru: "Алгоритм подписи или ключ не принимается.",
        en: "The signature or key is of a kind that is not accepted.",
    },
    action: Text {
        kk: "ГОСТ 34.10-2015, SHA-256 және одан күшті RSA (2048 биттен) немесе ECDSA P-256 пайдаланыңыз.",
        ru: "Используйте ГОСТ 34.10-2015, RSA от 2048 бит с SHA-256 и выше или ECDSA P-256.",
        en: "Use GOST 34.10-2015, RSA from 2048 bits with SHA-256 or stronger, or ECDSA P-256.",
    },
};

pub static CERTIFICATE_UNTRUSTED: Code = Code {
    name: "certificate-untrusted",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Сертификат сенімді куәландырушы орталыққа апармайды.",
        ru: "Сертификат не ведёт к доверенному удостоверяющему центру.",
        en: "The certificate leads to no trusted authority.",
    },
    action: Text {
        kk: "Ұлттық куәландырушы орталықтың сертификатымен қол қойыңыз.",
        ru: "Подпишите сертификатом национального удостоверяющего центра.",
        en: "Sign with a certificate of the national certification authority.",
    },
};

pub static CERTIFICATE_EXPIRED: Code = Code {
    name: "certificate-expired",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Сертификаттың қолданылу мерзімі өткен (G1 қағидасы).",
        ru: "Срок действия сертификата истёк (правило G1).",
        en: "The certificate's validity period is over (rule G1).",
    },
    action: Text {
        kk: "Сертификатты жаңартып, қайта қол қойыңыз.",
        ru: "Обновите сертификат и подпишите снова.",
        en: "Renew the certificate and sign again.",
    },
};

pub static CERTIFICATE_NOT_YET_VALID: Code = Code {
    name: "certificate-not-yet-valid",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Сертификаттың қолданылу мерзімі басталмаған (G1 қағидасы).",
        ru: "Срок действия сертификата ещё не начался (правило G1).",
        en: "The certificate's validity period has not begun (rule G1).",
    },
    action: Text {
        kk: "Мерзім басталғаннан кейін қол қойыңыз немесе сағатты түзетіңіз.",
        ru: "Подпишите после начала срока или исправьте часы.",
        en: "Sign after the period has begun, or set the clock right.",
    },
};

pub static CERTIFICATE_REVOKED: Code = Code {
    name: "certificate-revoked",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Сертификат кері қайтарылғандар тізімінде (G1 қағидасы).",
        ru: "Сертификат в списке отозванных (правило G1).",
        en: "The certificate is on the revocation list (rule G1).",
    },
    action: Text {
        kk: "Жаңа сертификат алып, қайта қол қойыңыз.",
        ru: "Получите новый сертификат и подпишите снова.",
        en: "Obtain a new certificate and sign again.",
    },
};

pub static CERTIFICATE_PURPOSE: Code = Code {
    name: "certificate-purpose",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Сертификат құжаттарға қол қоюға арналмаған.",
        ru: "Сертификат не предназначен для подписания документов.",
        en: "The certificate is not meant for signing documents.",
    },
    action: Text {
        kk: "Кілт мақсатында «бас тартпау» бар сертификатпен қол қойыңыз.",
        ru: "Подпишите сертификатом с назначением «неотрекаемость».",
        en: "Sign with a certificate whose key usage has non-repudiation.",
    },
};

pub static SIGNER_DIFFERS: Code = Code {
    name: "signer-differs",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қол қоюшының ЖСН не БСН хабарламадағымен сәйкес емес (G2 қағидасы).",
        ru: "ИИН или БИН подписавшего не совпадает с указанным в сообщении (правило G2).",
        en: "The IIN or BIN of the signer is not the one in the message (rule G2).",
    },
    action: Text {
        kk: "Өтініш берушінің өзі, оның өкілі немесе жіберушінің лауазымды тұлғасы қол қоюы тиіс.",
        ru: "Подписать должен сам заявитель, его представитель или должностное лицо отправителя.",
        en: "The applicant himself, his representative or an official of the sender must sign.",
    },
};

pub static SIGNER_NOT_AUTHORISED: Code = Code {
    name: "signer-not-authorised",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Қол қоюшының ұйым атынан қол қою құқығы жоқ (G4 қағидасы).",
        ru: "У подписавшего нет права подписи от организации (правило G4).",
        en: "The signer has no right to sign for the organisation (rule G4).",
    },
    action: Text {
        kk: "Сертификатында басшы немесе қол қою құқығы рөлі бар тұлға қол қоюы тиіс.",
        ru: "Подписать должно лицо с ролью руководителя или права подписи в сертификате.",
        en: "An official whose certificate carries the role of head or authorised signer must sign.",
    },
};

pub static CONSENT_UNSIGNED: Code = Code {
    name: "consent-unsigned",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Келісім тұлғаның өз қолтаңбасымен берілген делінген, бірақ ол қол қоймаған (X10 қағидасы).",
        ru: "Согласие указано как подпись самого лица, но этой подписи нет (правило X10).",
        en: "The consent is said to be the person's own signature, and that signature is missing (rule X10).",
    },
    action: Text {
        kk: "Деректері сұралатын тұлға да құжатқа қол қойсын немесе келісімнің басқа нысанын көрсетіңіз.",
        ru: "Пусть документ подпишет и тот, о ком запрос, или укажите другую форму согласия.",
        en: "Let the one who is asked about sign the document too, or name another form of consent.",
    },
};

pub static REVOCATION_UNKNOWN: Code = Code {
    name: "revocation-unknown",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Сертификаттың кері қайтарылғанын қазір білу мүмкін емес: жаңа тізім жоқ.",
        ru: "Сейчас нельзя узнать, отозван ли сертификат: нет свежего списка отозванных.",
        en: "It cannot be told just now whether the certificate is revoked: no fresh revocation list can be had.",
    },
    action: Text {
        kk: "Хабарлама өзі күтеді. Операторлар тізім мекенжайына қолжетімділікті және күнін тексереді.",
        ru: "Сообщение ждёт само. Операторам: проверьте доступ к адресу списка и его дату.",
        en: "The message waits by itself. Operators check the path to the list's address and its date.",
    },
};

pub static REVOCATION_UNPROVEN: Code = Code {
    name: "revocation-unproven",
    again: Again::Never,
    http_status: 422,
    meaning: Text {
        kk: "Сертификаттың кері қайтарылмағаны анықталмады, ал мұндай хабарламалар күтпейді.",
        ru: "Не удалось установить, что сертификат не отозван, а такие сообщения не ждут.",
        en: "It could not be told that the certificate is not revoked, and messages of this kind do not wait.",
    },
    action: Text {
        kk: "Кейінірек қайта жіберіңіз.",
        ru: "Отправьте снова позже.",
        en: "Send it again later.",
    },
};

pub static EVIDENCE_NOT_KEPT: Code = Code {
    name: "evidence-not-kept",
    again: Again::Later,
    http_status: 503,
    meaning: Text {
        kk: "Қолтаңба тексерілді, бірақ оның айғағын қазір сақтау мүмкін емес.",
        ru: "Подпись проверена, но её доказательства сейчас нельзя сохранить.",
        en: "The signature was verified, and what the verdict rests on cannot be stored just now.",
    },
    action: Text {
        kk: "Хабарлама өзі күтеді. Операторлар айғақтар қоймасын және ондағы бос орынды тексереді.",
        ru: "Сообщение ждёт само. Операторам: проверьте хранилище доказательств и место в нём.",
        en: "The message waits by itself. Operators check the store of evidence and the space in it.",
    },
};

/// The entries of this part, for the whole catalogue.
pub(crate) static ALL: &[&Code] = &[
    &SIGNATURE_MISSING,
    &SIGNATURE_MALFORMED,
    &SIGNATURE_WRONG,
    &ALGORITHM_UNSUPPORTED,
    &CERTIFICATE_UNTRUSTED,
    &CERTIFICATE_EXPIRED,
    &CERTIFICATE_NOT_YET_VALID,
    &CERTIFICATE_REVOKED,
    &CERTIFICATE_PURPOSE,
    &SIGNER_DIFFERS,
    &SIGNER_NOT_AUTHORISED,
    &CONSENT_UNSIGNED,
    &REVOCATION_UNKNOWN,
    &REVOCATION_UNPROVEN,
    &EVIDENCE_NOT_KEPT,
];
