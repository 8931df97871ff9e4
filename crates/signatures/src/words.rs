//! Findings in words, in Kazakh, Russian and English.
//!
//! A [`Check`] in, a sentence in three languages out; complete for every code, which a test holds. The
//! sentences name no person and no number.

mod reasons;

use crate::report::{Aspect, Check, Said};
use crate::revocation::Lack;

/// A text in the three languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub kk: &'static str,
    pub ru: &'static str,
    pub en: &'static str,
}

const fn words(kk: &'static str, ru: &'static str, en: &'static str) -> Words {
    Words { kk, ru, en }
}

impl Check {
    /// The finding as a sentence.
    pub fn words(self) -> Words {
        match self.said {
            Said::Valid => good(self.aspect),
            Said::NotAsked => not_asked(self.aspect),
            Said::Invalid(reason) => reason.words(),
            Said::Undetermined(lack) => lack.words(),
        }
    }
}

impl Aspect {
    /// What is looked at, as a heading.
    pub fn words(self) -> Words {
        match self {
            Self::Integrity => words("тұтастық", "целостность", "integrity"),
            Self::Signature => words("қолтаңба", "подпись", "signature"),
            Self::Chain => words("тізбек", "цепочка", "chain"),
            Self::Validity => words("мерзім", "срок", "validity"),
            Self::Usage => words("мақсат", "назначение", "usage"),
            Self::Role => words("рөл", "роль", "role"),
            Self::Revocation => words("кері қайтару", "отзыв", "revocation"),
            Self::Identity => words("тұлға", "личность", "identity"),
            Self::Time => words("уақыт", "время", "time"),
        }
    }
}

impl Said {
    /// The outcome in one word.
    pub fn words(self) -> Words {
        match self {
            Self::Valid => words("дұрыс", "верно", "valid"),
            Self::Invalid(_) => words("жарамсыз", "неверно", "invalid"),
            Self::Undetermined(_) => words("белгісіз", "неизвестно", "undetermined"),
            Self::NotAsked => words("сұралмады", "не спрошено", "not asked"),
        }
    }
}

fn good(aspect: Aspect) -> Words {
    match aspect {
        Aspect::Integrity => words(
            "Мазмұны қол қойылғаннан бері өзгермеген.",
            "Содержание не менялось с момента подписания.",
            "The content is the one that was signed.",
        ),
        Aspect::Signature => words(
            "Қолтаңба тиісті кілтпен жасалған.",
            "Подпись создана нужным ключом.",
            "The signature was made with the right key.",
        ),
        Aspect::Chain => words(
            "Сертификат сенімді куәландырушы орталыққа апарады.",
            "Сертификат ведёт к доверенному удостоверяющему центру.",
            "The certificate leads to a trusted authority.",
        ),
        Aspect::Validity => words(
            "Сертификат сол сәтте қолданыста болған.",
            "Сертификат в тот момент действовал.",
            "The certificate was in its period at that instant.",
        ),
        Aspect::Usage => words(
            "Сертификат осындай қолтаңбаға арналған.",
            "Сертификат предназначен для такой подписи.",
            "The certificate is meant for such a signature.",
        ),
        Aspect::Role => words(
            "Қол қоюшының рөлі бұған құқық береді.",
            "Роль подписавшего даёт на это право.",
            "The signer has a role that may sign this.",
        ),
        Aspect::Revocation => words(
            "Сертификат та, оның үстіндегілер де кері қайтарылмаған.",
            "Ни сертификат, ни стоящие над ним не отозваны.",
            "Neither the certificate nor those above it were revoked.",
        ),
        Aspect::Identity => words(
            "Қол қоюға тиіс тұлға қол қойған.",
            "Подписал тот, кто должен был подписать.",
            "The one who has to sign did.",
        ),
        Aspect::Time => words(
            "Қол қойылған уақыт уақыт белгісімен дәлелденген.",
            "Время подписания доказано меткой времени.",
            "A timestamp proves when it was signed.",
        ),
    }
}

fn not_asked(aspect: Aspect) -> Words {
    match aspect {
        Aspect::Role => words(
            "Ешқандай рөл талап етілмеді.",
            "Никакая роль не требовалась.",
            "No role was asked for.",
        ),
        Aspect::Identity => words(
            "Нақты тұлға күтілмеді.",
            "Определённое лицо не ожидалось.",
            "Nobody in particular was expected.",
        ),
        Aspect::Time => words(
            "Уақыт белгісі жоқ: сұралған сәтке тексерілді.",
            "Метки времени нет: проверено на запрошенный момент.",
            "There is no timestamp: judged at the instant asked about.",
        ),
        _ => words("Сұралмады.", "Не спрашивалось.", "Nobody asked."),
    }
}

impl Lack {
    /// All of them, for catalogues.
    pub const ALL: [Self; 8] = [
        Self::Missing,
        Self::Stale,
        Self::NotCovered,
        Self::NotKnown,
        Self::AfterExpiry,
        Self::IssuerMissing,
        Self::NotExamined,
        Self::Failed,
    ];

    /// What is lacking, as a sentence.
    pub fn words(self) -> Words {
        match self {
            Self::Missing => words(
                "Кері қайтару туралы жауап та, тізім де жоқ.",
                "Нет ни ответа об отзыве, ни списка отозванных.",
                "There is neither an answer about revocation nor a list.",
            ),
            Self::Stale => words(
                "Кері қайтару туралы мәлімет тым ескі.",
                "Сведения об отзыве слишком стары.",
                "What is known about revocation is too old.",
            ),
            Self::NotCovered => words(
                "Тізім мұндай сертификаттарды қамтымайды.",
                "Список не охватывает сертификаты этого вида.",
                "The list does not cover certificates of this kind.",
            ),
            Self::NotKnown => words(
                "Орталықтың өзі мұндай сертификатты білмейді.",
                "Сам удостоверяющий центр не знает этого сертификата.",
                "The authority itself does not know this certificate.",
            ),
            Self::AfterExpiry => words(
                "Мәлімет сертификат мерзімі біткеннен кейін жасалған, онда ескі жазбалар болмауы мүмкін.",
                "Сведения составлены после окончания срока сертификата, когда старые записи уже убирают.",
                "What is known was made after the certificate expired, when old entries are dropped.",
            ),
            Self::IssuerMissing => words(
                "Берушінің сертификаты берілмеген.",
                "Сертификат издателя не дан.",
                "The certificate of the issuer was not given.",
            ),
            Self::NotExamined => words(
                "Қаралмады: оған керегі жоқ не жарамсыз.",
                "Не рассматривалось: нужного для этого нет или оно неверно.",
                "Not looked at: what it needs is missing or wrong.",
            ),
            Self::Failed => words(
                "Тексерудің өзінде ақау болды.",
                "Сбой в самой проверке.",
                "The check itself failed.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::verdict::Reason;

    fn whole(words: Words) {
        for text in [words.kk, words.ru, words.en] {
            assert!(!text.trim().is_empty(), "{words:?}");
        }
        assert!(words.kk != words.ru && words.ru != words.en, "{words:?}");
        assert!(words.en.is_ascii() && !words.ru.is_ascii(), "{words:?}");
    }

    #[test]
    fn every_code_has_words_in_three_languages_and_no_two_share_them() {
        let mut said: Vec<Said> = Reason::ALL.map(Said::Invalid).to_vec();
        said.extend(Lack::ALL.map(Said::Undetermined));
        let (mut codes, mut sentences) = (BTreeSet::new(), BTreeSet::new());
        for said in said {
            let check = Check {
                aspect: Aspect::Integrity,
                said,
            };
            whole(check.words());
            whole(said.words());
            assert!(codes.insert(said.code()), "{} twice", said.code());
            let known = check.words();
            assert!(
                sentences.insert([known.kk, known.ru, known.en]),
                "{known:?}"
            );
        }
    }

    #[test]
    fn every_aspect_has_words_for_good_and_for_not_asked() {
        let mut names = BTreeSet::new();
        for aspect in Aspect::ALL {
            whole(aspect.words());
            for said in [Said::Valid, Said::NotAsked] {
                whole(Check { aspect, said }.words());
            }
            assert!(names.insert(aspect.as_str()));
        }
    }
}
