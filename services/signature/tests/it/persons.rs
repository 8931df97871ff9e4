//! Was it the right person? G2 on the portal, X10 for officials who file, G4 for those who report.

use message::{Channel, ConsentForm, Iin, Kind, Message, PersonalNumber, Subject};
use signature::verify::Opinion;

use crate::ca::Leaf;
use crate::world::{
    AIGUL, COMPANY, FRONT_OFFICE, HEAD, OPERATOR, PERSON, TIMUR, World, applicant, as_query,
    as_report, represented_by,
};

/// `signed`, or the code of the refusal.
async fn opinion(world: &World, message: &Message) -> &'static str {
    let (verify, lists) = world.service();
    lists.renew_all().await;
    match verify.examine(message).await.unwrap() {
        Opinion::Signed(_) => "signed",
        Opinion::Refused(refusal) => refusal.code.name,
    }
}

#[tokio::test]
async fn on_the_portal_the_applicant_signs_himself() {
    let world = World::new().await;
    assert_eq!(opinion(&world, &world.signed_by(PERSON)).await, "signed");
    let other = Leaf {
        iin: TIMUR,
        ..PERSON
    };
    assert_eq!(
        opinion(&world, &world.signed_by(other)).await,
        "signer-differs"
    );
    // The operator of the portal is not the applicant either.
    assert_eq!(
        opinion(&world, &world.signed_by(OPERATOR)).await,
        "signer-differs"
    );
}

#[tokio::test]
async fn his_representative_may_sign_for_him() {
    let world = World::new().await;
    let mut message = world.signed_by(Leaf {
        iin: TIMUR,
        ..PERSON
    });
    message.representative = Some(represented_by(TIMUR));
    assert_eq!(opinion(&world, &message).await, "signed");
}

#[tokio::test]
async fn for_an_organisation_signs_who_may_bind_it() {
    let world = World::new().await;
    let by = |leaf: Leaf| {
        let mut message = world.signed_by(leaf);
        message.applicant = Some(applicant(COMPANY));
        assert!(matches!(
            message.applicant.as_ref().unwrap().number,
            PersonalNumber::Bin(_)
        ));
        message
    };
    let company = |leaf: Leaf| Leaf {
        bin: Some(COMPANY),
        ..leaf
    };
    assert_eq!(opinion(&world, &by(company(HEAD))).await, "signed");
    assert_eq!(
        opinion(&world, &by(company(OPERATOR))).await,
        "signer-not-authorised"
    );
    assert_eq!(opinion(&world, &by(HEAD)).await, "signer-differs");
    let mut represented = by(PERSON);
    represented.representative = Some(represented_by(AIGUL));
    assert_eq!(opinion(&world, &represented).await, "signed");
}

#[tokio::test]
async fn where_an_operator_files_an_official_of_the_sender_signs() {
    let world = World::new().await;
    for channel in [Channel::FrontOffice, Channel::Provider] {
        let by = |leaf: Leaf| Message {
            channel,
            ..world.signed_by(leaf)
        };
        assert_eq!(opinion(&world, &by(OPERATOR)).await, "signed");
        assert_eq!(opinion(&world, &by(HEAD)).await, "signed");
        let elsewhere = Leaf {
            bin: Some(COMPANY),
            ..OPERATOR
        };
        assert_eq!(opinion(&world, &by(elsewhere)).await, "signer-differs");
        let without_role = Leaf {
            roles: &[&[2]],
            ..OPERATOR
        };
        assert_eq!(
            opinion(&world, &by(without_role)).await,
            "signer-not-authorised"
        );
        let system = Leaf {
            roles: &[&[2, 6]],
            ..OPERATOR
        };
        assert_eq!(opinion(&world, &by(system)).await, "signer-not-authorised");
        // The applicant's own signature is not the operator's.
        assert_eq!(opinion(&world, &by(PERSON)).await, "signer-differs");
    }
}

#[tokio::test]
async fn a_report_is_signed_by_an_authorised_person_of_the_provider() {
    let world = World::new().await;
    let by = |leaf: Leaf| as_report(world.signed_by(leaf));
    assert_eq!(opinion(&world, &by(HEAD)).await, "signed");
    let signer = Leaf {
        roles: &[&[2], &[2, 2]],
        bin: Some(FRONT_OFFICE),
        ..HEAD
    };
    assert_eq!(opinion(&world, &by(signer)).await, "signed");
    assert_eq!(
        opinion(&world, &by(OPERATOR)).await,
        "signer-not-authorised"
    );
    assert_eq!(opinion(&world, &by(PERSON)).await, "signer-differs");
}

#[tokio::test]
async fn each_kind_of_report_may_have_roles_of_its_own() {
    let world = World::new().await;
    let config = world.config_with("[rights]\nstatus = ['employee']");
    let (verify, lists) = signature::app::parts(&config).unwrap();
    lists.renew_all().await;
    let by_operator = |kind| Message {
        kind,
        ..as_report(world.signed_by(OPERATOR))
    };
    let mut codes = Vec::new();
    for kind in [Kind::Status, Kind::Result] {
        codes.push(match verify.examine(&by_operator(kind)).await.unwrap() {
            Opinion::Signed(_) => "signed",
            Opinion::Refused(refusal) => refusal.code.name,
        });
    }
    assert_eq!(codes, ["signed", "signer-not-authorised"]);
}

#[tokio::test]
async fn a_query_is_signed_by_an_official_of_the_sender_and_by_nobody_else() {
    let world = World::new().await;
    let about = Subject::Person(Iin::new(AIGUL).unwrap());
    let by = |leaf: Leaf| as_query(world.signed_by(leaf), about.clone(), ConsentForm::Paper);
    assert_eq!(opinion(&world, &by(OPERATOR)).await, "signed");
    assert_eq!(opinion(&world, &by(HEAD)).await, "signed");
    let without_role = Leaf {
        roles: &[&[2]],
        ..OPERATOR
    };
    assert_eq!(
        opinion(&world, &by(without_role)).await,
        "signer-not-authorised"
    );
    let elsewhere = Leaf {
        bin: Some(COMPANY),
        ..OPERATOR
    };
    assert_eq!(opinion(&world, &by(elsewhere)).await, "signer-differs");
    // On the portal's channel too: nobody queries a register about himself by his own signature alone.
    let portal = Message {
        channel: Channel::Portal,
        ..by(PERSON)
    };
    assert_eq!(opinion(&world, &portal).await, "signer-differs");
}

#[tokio::test]
async fn a_consent_by_signature_is_the_signature_of_the_one_who_is_asked_about() {
    let world = World::new().await;
    let query = |leaves: &[Leaf], subject: &Subject| {
        let signed = world.signed_by(leaves[0]);
        let more = leaves[1..].iter();
        let more = more.flat_map(|leaf| world.signed_by(*leaf).signatures);
        let signatures = signed.signatures.iter().cloned().chain(more).collect();
        let message = Message {
            signatures,
            ..signed
        };
        as_query(message, subject.clone(), ConsentForm::Signature)
    };
    let aigul = Subject::Person(Iin::new(AIGUL).unwrap());
    let timur = Leaf {
        iin: TIMUR,
        ..PERSON
    };
    assert_eq!(
        opinion(&world, &query(&[OPERATOR, PERSON], &aigul)).await,
        "signed"
    );
    assert_eq!(
        opinion(&world, &query(&[OPERATOR], &aigul)).await,
        "consent-unsigned"
    );
    assert_eq!(
        opinion(&world, &query(&[OPERATOR, timur], &aigul)).await,
        "consent-unsigned"
    );
    // His consent does not stand for the official's signature.
    assert_eq!(
        opinion(&world, &query(&[PERSON], &aigul)).await,
        "signer-differs"
    );
    let PersonalNumber::Bin(bin) = applicant(COMPANY).number else {
        panic!("a company has a BIN");
    };
    let company = Subject::Organisation(bin);
    let of_company = |leaf: Leaf| Leaf {
        bin: Some(COMPANY),
        ..leaf
    };
    assert_eq!(
        opinion(&world, &query(&[OPERATOR, of_company(HEAD)], &company)).await,
        "signed"
    );
    assert_eq!(
        opinion(&world, &query(&[OPERATOR, of_company(OPERATOR)], &company)).await,
        "consent-unsigned"
    );
}
