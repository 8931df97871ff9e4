//! Who there is: the cast itself, as data.
//!
//! In: nothing. Out: the same people, officials and systems every time, with check digits found by asking
//! `message` which last digit makes a number valid.

use std::fmt;

use super::{Key, Member, Organisation, Person, Role, Standing};

/// A number that is valid with one of the ten last digits, tried in order.
///
/// One number in about 120 has no check digit at all; the cast uses none of those, which a test proves.
#[expect(
    clippy::expect_used,
    reason = "the cast is constant and a test makes every number of it"
)]
fn with_check_digit<N: std::str::FromStr>(eleven: fmt::Arguments<'_>) -> N {
    (0..10)
        .find_map(|digit| format!("{eleven}{digit}").parse().ok())
        .expect("a number of the cast has no check digit")
}

/// `birth_date` must be of this century; `serial` is four digits.
fn person(
    names: [&'static str; 3],
    birth_date: &'static str,
    gender: &'static str,
    serial: u16,
) -> Person {
    let [surname, given_name, patronymic] = names;
    let birth = birth_date.replace('-', "");
    let century = if gender == "1" { 5 } else { 6 };
    Person {
        iin: with_check_digit(format_args!("{}{century}{serial:04}", &birth[2..])),
        surname,
        given_name,
        patronymic,
        birth_date,
        gender,
        registered: true,
    }
}

/// `eleven` is the BIN without its check digit; those of participants are in `deploy/participants.toml` too.
fn organisation(eleven: u64, name_kk: &'static str, name_ru: &'static str) -> Organisation {
    Organisation {
        bin: with_check_digit(format_args!("{eleven}")),
        name_kk,
        name_ru,
    }
}

fn state_corporation() -> Organisation {
    organisation(
        12_014_000_002,
        "«Сынақ» мемлекеттік корпорациясы",
        "Госкорпорация «Испытание»",
    )
}

fn committee() -> Organisation {
    organisation(
        14_034_000_003,
        "Үлгілік ақпарат және мұрағат комитеті",
        "Образцовый комитет информации и архивов",
    )
}

fn national_archive() -> Organisation {
    organisation(
        15_054_000_004,
        "Үлгілік ұлттық мұрағат",
        "Образцовый национальный архив",
    )
}

fn publisher() -> Organisation {
    organisation(
        79_124_000_004,
        "«Үлгі баспасы» ЖШС",
        "ТОО «Издательство Пример»",
    )
}

fn portal() -> Organisation {
    organisation(10_014_000_001, "Үлгілік портал", "Образцовый портал")
}

/// Who runs kezek.
fn operator() -> Organisation {
    organisation(16_014_000_005, "Үлгілік кезек", "Образцовый оператор kezek")
}

/// Who runs the registers.
fn registers() -> Organisation {
    organisation(
        17_024_000_006,
        "Үлгілік тіркелімдер орталығы",
        "Образцовый центр регистров",
    )
}

fn member(name: &'static str, role: Role, key: Key, person: Person) -> Member {
    let standing = Standing::Good;
    Member {
        name,
        role,
        standing,
        key,
        person: Some(person),
        organisation: None,
    }
}

fn of(organisation: Organisation, member: Member) -> Member {
    Member {
        organisation: Some(organisation),
        ..member
    }
}

fn system(name: &'static str, organisation: Organisation) -> Member {
    Member {
        name,
        role: Role::System,
        standing: Standing::Good,
        key: Key::Gost2015With512,
        person: None,
        organisation: Some(organisation),
    }
}

/// Those who apply: for themselves, for an organisation, for another; and those whose papers are not in order.
fn applicants() -> Vec<Member> {
    use Key::{EcdsaP256, Gost2015With256, Gost2015With512, Rsa2048};
    use Role::{Applicant, Head, Representative};
    let aigul = person(["Үлгілі", "Айгүл", "Мысалқызы"], "2099-03-08", "2", 1);
    let ivan = person(["Примеров", "Иван", "Образцович"], "2098-05-01", "1", 1);
    let dana = person(["Сынақова", "Дана", "Тестқызы"], "2097-12-16", "2", 1);
    let bolat = person(["Жойылған", "Болат", "Мысалұлы"], "2096-07-06", "1", 1);
    let olga = person(["Просрочина", "Ольга", "Примеровна"], "2095-09-01", "2", 1);
    let timur = person(["Неизвестнов", "Тимур", "Никтоевич"], "2094-01-01", "1", 1);
    let samat = person(["Өкілов", "Самат", "Сенімұлы"], "2093-10-25", "1", 1);
    let gulnar = person(["Баспагерова", "Гүлнар", "Үлгіқызы"], "2092-06-28", "2", 1);
    vec![
        member("aigul", Applicant, Gost2015With512, aigul),
        member("ivan", Applicant, Rsa2048, ivan),
        member("dana", Applicant, EcdsaP256, dana),
        Member {
            standing: Standing::Revoked,
            ..member("bolat-revoked", Applicant, Gost2015With512, bolat)
        },
        Member {
            standing: Standing::Expired,
            ..member("olga-expired", Applicant, Gost2015With512, olga)
        },
        member(
            "timur-unknown",
            Applicant,
            Gost2015With256,
            Person {
                registered: false,
                ..timur
            },
        ),
        member("samat", Representative, Gost2015With512, samat),
        of(
            publisher(),
            member("gulnar-publisher", Head, Gost2015With512, gulnar),
        ),
    ]
}

/// Those who serve, and the information systems they serve with.
fn officials() -> Vec<Member> {
    use Key::{EcdsaP256, Gost2004, Gost2015With512, Rsa2048};
    use Role::{Employee, Operator, Signer};
    let saule = person(["Терезеева", "Сәуле", "Жолқызы"], "2091-02-03", "2", 1);
    let pyotr = person(["Окошкин", "Пётр", "Очередович"], "2090-04-12", "1", 1);
    let erlan = person(["Мөрбасаров", "Ерлан", "Қолұлы"], "2089-08-30", "1", 1);
    let marat = person(["Кеңсебаев", "Марат", "Ісұлы"], "2088-11-11", "1", 1);
    let vera = person(["Печатникова", "Вера", "Подписовна"], "2087-05-07", "2", 1);
    let committee_signer = member("committee-signer", Signer, Gost2015With512, erlan);
    let archive_signer = member("national-archive-signer", Signer, EcdsaP256, vera);
    vec![
        of(
            state_corporation(),
            member("saule-operator", Operator, Gost2015With512, saule),
        ),
        of(
            state_corporation(),
            member("pyotr-operator", Operator, Rsa2048, pyotr),
        ),
        of(committee(), committee_signer),
        of(
            committee(),
            member("committee-employee", Employee, Gost2004, marat),
        ),
        of(national_archive(), archive_signer),
        system("portal-system", portal()),
        system("front-office-system", state_corporation()),
        system("committee-system", committee()),
        system("national-archive-system", national_archive()),
    ]
}

/// The systems that sign on the gateway's channels: those who cannot do GOST have a key of RSA.
fn on_the_channels() -> Vec<Member> {
    let rsa = |name, organisation| Member {
        key: Key::Rsa2048,
        ..system(name, organisation)
    };
    vec![
        system("kezek-system", operator()),
        rsa("kezek-rsa-system", operator()),
        rsa("front-office-rsa-system", state_corporation()),
        system("gbd-fl-system", registers()),
        system("gbd-ul-system", registers()),
        rsa("enis-system", registers()),
        rsa("payment-system", registers()),
    ]
}

/// Everybody, applicants first.
pub fn everybody() -> Vec<Member> {
    let mut all = applicants();
    all.extend(officials());
    all.extend(on_the_channels());
    all
}
