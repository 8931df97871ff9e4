//! What the registers are asked and what they say, in the messages of the real ones: persons by the universal
//! service, legal entities by `gbdulinfobybin_v2`. Of the notary register and the payment gateway no format is
//! public; theirs are ours (`deploy/registers`).
//!
//! In: the element of a request. Out: whom it is about, and the element of the answer, not yet signed.

use gateway::time;
use jiff::Timestamp;
use xmldsig::Element;

use super::{fresh, xml::Xml};
use crate::{
    cast::{Organisation, Person},
    register::{Registers, Subject},
};

const PERSONS: &str = "http://message.persistence.interactive.nat";
const ENTITIES: &str = "http://gbdulinfobybin_v2.egp.gbdul.tamur.kz";
const NOTARIES: &str = "urn:kezek:register:enis:v1";
const PAYMENTS: &str = "urn:kezek:register:payment:v1";

/// Whom or what a request to `register` is about; none where it lacks what the register needs.
pub(crate) fn subject(register: &str, asked: &Element<'_>) -> Option<Subject> {
    let said = |name: &str| {
        let text = asked.only(name)?.text().trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    Some(match register {
        "gbd-fl" => Subject::Person { iin: said("iin")? },
        "gbd-ul" => Subject::Organisation { bin: said("BIN")? },
        "enis" => Subject::Power {
            power_of_attorney: said("number")?,
            principal: said("principal")?,
            representative: said("representative")?,
        },
        "payment" => Subject::Payment {
            receipt: said("receipt")?,
            payer: said("payer")?,
            service: said("service")?,
            amount_tenge: said("amountTenge")?.parse().ok()?,
        },
        _ => return None,
    })
}

/// The id that a request has inside its data.
pub(crate) fn request_id(asked: &Element<'_>) -> Option<String> {
    let id = asked
        .only("messageId")
        .or_else(|| asked.only("requestId"))?;
    Some(id.text().trim().to_owned())
}

/// What the registers say of the subject to the request of this id; and whether they know him.
pub(crate) fn answer(registers: &Registers, subject: &Subject, id: &str) -> (String, bool) {
    match subject {
        Subject::Person { iin } => {
            let person = registers.person(iin);
            (persons(id, person), person.is_some())
        }
        Subject::Organisation { bin } => {
            let found = registers.organisation(bin);
            (entities(found), found.is_some())
        }
        Subject::Power {
            power_of_attorney,
            principal,
            representative,
        } => {
            let power = registers.power(power_of_attorney, principal, representative);
            let text = ours("e:response", NOTARIES, id, power.is_some(), |xml| {
                xml.within("powerOfAttorney", |xml| {
                    xml.text("number", power_of_attorney);
                    xml.text("certified", "notary");
                    xml.text("validUntil", power.map_or("", |power| power.valid_until));
                    xml.text("principal", principal);
                    xml.text("representative", representative);
                });
            });
            (text, power.is_some())
        }
        Subject::Payment {
            receipt,
            payer,
            service,
            amount_tenge,
        } => {
            let paid = registers.is_paid(receipt, payer, service, *amount_tenge);
            let text = ours("p:response", PAYMENTS, id, paid, |xml| {
                xml.within("payment", |xml| {
                    xml.text("receipt", receipt);
                    xml.text("payer", payer);
                    xml.text("service", service);
                    xml.text("amountTenge", &amount_tenge.to_string());
                    xml.text("paid", "true");
                });
            });
            (text, paid)
        }
    }
}

/// `Response` of the universal service of the register of persons.
fn persons(id: &str, person: Option<&Person>) -> String {
    Xml::document("m:Response", PERSONS, |xml| {
        xml.text("messageId", &fresh());
        xml.text("messageDate", &time::local(Timestamp::now()));
        xml.text("requestId", id);
        xml.coded("sender", ["GBDFL", "ГБД ФЛ", "ЖТ МДҚ"]);
        xml.coded("receiver", ["KEZEK", "kezek", "kezek"]);
        xml.coded("messageResult", ["00000", "Обработано", "Өңделді"]);
        if let Some(person) = person {
            xml.within("persons", |xml| {
                xml.within("person", |xml| person_in(xml, person));
            });
        }
    })
}

fn person_in(xml: &mut Xml, person: &Person) {
    const WELL: [&str; 3] = ["0", "Нормальный", "Қалыпты"];
    const COUNTRY: [&str; 3] = ["398", "КАЗАХСТАН", "ҚАЗАҚСТАН"];
    xml.text("iin", person.iin.reveal());
    xml.text("surname", person.surname);
    xml.text("name", person.given_name);
    xml.text("patronymic", person.patronymic);
    xml.text("birthDate", person.birth_date);
    let gender = match person.gender {
        "1" => ["1", "мужской", "еркек"],
        _ => ["2", "женский", "әйел"],
    };
    xml.coded("gender", gender);
    xml.coded("nationality", ["000", "ОБРАЗЕЦ", "ҮЛГІ"]);
    xml.coded("citizenship", COUNTRY);
    xml.coded("lifeStatus", WELL);
    xml.within("birthPlace", |xml| xml.coded("country", COUNTRY));
    xml.within("documents", |xml| {
        xml.within("document", |xml| {
            xml.coded("type", ["002", "УДОСТОВЕРЕНИЕ РК", "ҚР ЖЕКЕ КУӘЛІГІ"]);
            xml.text("number", &format!("0{}", &person.iin.reveal()[4..]));
            xml.text("beginDate", "2099-01-01");
            xml.coded("issueOrganization", ["001", "ОБРАЗЦОВОЕ", "ҮЛГІЛІК"]);
            xml.coded("status", ["00", "ДЕЙСТВИТЕЛЕН", "ЖАРАМДЫ"]);
            xml.text("birthDate", person.birth_date);
        });
    });
}

/// `response` of `gbdulinfobybin_v2`.
fn entities(found: Option<&Organisation>) -> String {
    let coded = |xml: &mut Xml, name: &str, [code, ru, kk]: [&str; 3]| {
        xml.within(name, |xml| {
            xml.text("Code", code);
            xml.text("NameRu", ru);
            xml.text("NameKz", kk);
        });
    };
    Xml::document("u:response", ENTITIES, |xml| {
        coded(xml, "Status", ["002", "Запрос обработан", "Сұрау өңделді"]);
        let Some(organisation) = found else { return };
        xml.within("Organization", |xml| {
            xml.text("BIN", organisation.bin.reveal());
            coded(xml, "RegStatus", ["1", "Зарегистрирован", "Тіркелген"]);
            coded(
                xml,
                "CreationMethod",
                ["1", "Вновь созданное", "Жаңадан құрылған"],
            );
            xml.text("FullNameRu", organisation.name_ru);
            xml.text("FullNameKz", organisation.name_kk);
            xml.text("ShortNameRu", organisation.name_ru);
            coded(xml, "OrgForm", ["1", "Юридическое лицо", "Заңды тұлға"]);
        });
    })
}

/// An answer in a format of ours: a code that says whether it is found, and what is found.
fn ours(
    root: &str,
    namespace: &str,
    id: &str,
    found: bool,
    matter: impl FnOnce(&mut Xml),
) -> String {
    Xml::document(root, namespace, |xml| {
        xml.text("requestId", id);
        let status = match (found, namespace) {
            (true, PAYMENTS) => ["PAID", "Оплачено", "Төленген"],
            (false, PAYMENTS) => ["NOT_PAID", "Не оплачено", "Төленбеген"],
            (true, _) => ["FOUND", "Найдено", "Табылды"],
            (false, _) => ["NOT_FOUND", "Не найдено", "Табылмады"],
        };
        xml.coded("status", status);
        if found {
            matter(xml);
        }
    })
}
