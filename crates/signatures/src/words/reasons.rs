//! The reasons to refuse, in words.

use super::{Words, words};
use crate::verdict::Reason;

impl Reason {
    /// The reason as a sentence.
    pub fn words(self) -> Words {
        match self {
            Self::FormatUnknown
            | Self::Malformed
            | Self::ContentMissing
            | Self::ContentDiffers
            | Self::ContentTypeWrong
            | Self::NoSigner
            | Self::TooManySigners
            | Self::SignedAttributesMissing
            | Self::SignedAttributesWrong
            | Self::ReferenceWrong
            | Self::DigestMismatch
            | Self::SigningCertificateMissing
            | Self::SigningCertificateMismatch => envelope(self),
            _ => certificate(self),
        }
    }
}

fn envelope(reason: Reason) -> Words {
    match reason {
        Reason::FormatUnknown => words(
            "Бұл белгілі қолтаңба пішіндерінің ешқайсысы емес.",
            "Это не подпись ни в одном из известных видов.",
            "This is a signature of no known format.",
        ),
        Reason::ContentMissing => words(
            "Қолтаңба бөлек тұр, ал қол қойылған құжат берілмеген.",
            "Подпись отделена, а подписанный документ не дан.",
            "The signature is detached, and the signed document was not given.",
        ),
        Reason::ContentDiffers => words(
            "Қолтаңбаның ішіндегі құжат берілген құжатпен бірдей емес.",
            "Документ внутри подписи не тот, что дан рядом.",
            "The document inside the signature is not the one that was given.",
        ),
        Reason::ContentTypeWrong => words(
            "Қол қойылғаны жай деректер емес.",
            "Подписаны не просто данные.",
            "What is signed is no plain data.",
        ),
        Reason::NoSigner => words(
            "Ешкім қол қоймаған.",
            "Никто не подписал.",
            "Nobody signed.",
        ),
        Reason::TooManySigners => words(
            "Қол қоюшылар саны рұқсат етілгеннен көп.",
            "Подписавших больше, чем допускается.",
            "There are more signers than allowed.",
        ),
        Reason::SignedAttributesMissing => words(
            "Қол қойылған атрибуттар жоқ: мұндай қолтаңбаны басқаға телуге болады.",
            "Нет подписанных атрибутов: такую подпись можно выдать за другую.",
            "There are no signed attributes: such a signature can be passed off as another.",
        ),
        Reason::SignedAttributesWrong => words(
            "Қол қойылған атрибут жоқ, қайталанған не қайшы.",
            "Подписанный атрибут отсутствует, повторён или противоречив.",
            "A signed attribute is missing, doubled or contradictory.",
        ),
        Reason::ReferenceWrong => words(
            "Қолтаңба қол қойылуға тиіс элементке сілтемейді.",
            "Подпись ссылается не на тот элемент, который должен быть подписан.",
            "The signature does not refer to the element that must be signed.",
        ),
        Reason::DigestMismatch => words(
            "Мазмұн қол қойылғаннан кейін өзгертілген.",
            "Содержание изменено после подписания.",
            "The content is not the one that was signed.",
        ),
        Reason::SigningCertificateMissing => words(
            "Сертификатқа қол қойылған сілтеме жоқ (CAdES-BES).",
            "Нет подписанной ссылки на сертификат (CAdES-BES).",
            "The signed reference to the certificate is missing (CAdES-BES).",
        ),
        Reason::SigningCertificateMismatch => words(
            "Қол қойылған сілтеме басқа сертификатты атайды.",
            "Подписанная ссылка называет другой сертификат.",
            "The signed reference names another certificate.",
        ),
        _ => words(
            "Кодталуы бұзылған немесе шектен асады.",
            "Кодировка нарушена или превышает пределы.",
            "The encoding is broken or beyond a limit.",
        ),
    }
}

fn certificate(reason: Reason) -> Words {
    match reason {
        Reason::CertificateMissing => words(
            "Қол қоюшының сертификаты жоқ.",
            "Нет сертификата подписавшего.",
            "The signer's certificate is not there.",
        ),
        Reason::AlgorithmUnsupported => words(
            "Мұндай алгоритм қабылданбайды.",
            "Такой алгоритм не принимается.",
            "The algorithm is not accepted.",
        ),
        Reason::KeyUnsupported => words(
            "Кілт тым қысқа немесе алгоритмге сай емес.",
            "Ключ слишком короткий или не для этого алгоритма.",
            "The key is too short or of another kind than the algorithm.",
        ),
        Reason::SignatureWrong => words(
            "Қолтаңба тиісті кілтпен жасалмаған.",
            "Подпись создана не тем ключом.",
            "The signature was not made with the right key.",
        ),
        Reason::NotYetValid => words(
            "Сертификаттың мерзімі ол кезде басталмаған.",
            "Срок сертификата тогда ещё не начался.",
            "The certificate was not valid yet.",
        ),
        Reason::Expired => words(
            "Сертификаттың мерзімі ол кезде өтіп кеткен.",
            "Срок сертификата тогда уже истёк.",
            "The certificate was not valid any more.",
        ),
        Reason::Revoked => words(
            "Сертификат не оның үстіндегі орталық кері қайтарылған.",
            "Сертификат или центр над ним отозван.",
            "The certificate or an authority above it was revoked.",
        ),
        Reason::KeyUsageForbids => words(
            "Кілт мақсатында «бас тартпау» жоқ.",
            "В назначении ключа нет «неотрекаемости».",
            "The key usage has no non-repudiation.",
        ),
        Reason::PurposeForbids => words(
            "Сертификат басқа мақсатқа берілген.",
            "Сертификат выдан для других целей.",
            "The certificate was issued for other purposes.",
        ),
        Reason::CriticalExtension => words(
            "Сертификатта түсініксіз маңызды кеңейтім бар.",
            "В сертификате есть непонятное критичное расширение.",
            "The certificate has a critical extension that is not understood.",
        ),
        Reason::UntrustedIssuer => words(
            "Сертификат ешбір сенімді орталыққа апармайды.",
            "Сертификат не ведёт ни к одному доверенному центру.",
            "The certificate leads to no trusted authority.",
        ),
        Reason::ChainForbidden => words(
            "Жолдағы орталықтың ол жерде тұруға құқығы жоқ.",
            "Центр на пути не вправе там стоять.",
            "An authority on the way may not stand there.",
        ),
        Reason::AuthorityNotInTime => words(
            "Жолдағы орталықтың сертификаты ол кезде қолданыста болмаған.",
            "Сертификат центра на пути тогда не действовал.",
            "The certificate of an authority on the way was not in its period.",
        ),
        Reason::SignerDiffers => words(
            "Қол қоюға тиіс тұлға қол қоймаған.",
            "Подписал не тот, кто должен был.",
            "None of the signers is the one who has to sign.",
        ),
        Reason::RoleForbids => words(
            "Қол қоюшының рөлі бұған құқық бермейді.",
            "Роль подписавшего не даёт на это права.",
            "The signer has no role that may sign this.",
        ),
        Reason::TimestampWrong => words(
            "Уақыт белгісі жарамсыз немесе басқа қолтаңбаныкі.",
            "Метка времени неверна или от другой подписи.",
            "The timestamp does not hold or is of another signature.",
        ),
        _ => words(
            "Уақыт белгісін сенімді емес орталық берген.",
            "Метку времени выдал недоверенный центр.",
            "The timestamp is by an authority that is not trusted.",
        ),
    }
}
