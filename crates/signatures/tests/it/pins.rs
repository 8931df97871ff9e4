//! Pinned anchors: what is on the list is an anchor, whatever it is called; what is not is none.

use signatures::pins::{Pins, PinsError};

use crate::ca::{Authority, World};

#[test]
fn an_anchor_is_known_by_its_hash_alone() {
    let (world, namesake) = (World::new(), Authority::root("TEST ROOT"));
    let pins = Pins::of([&world.root.parsed()]);
    assert!(!pins.lack(&world.root.parsed()));
    assert!(pins.lack(&namesake.parsed()), "only its name is the same");
    assert_eq!(pins.about(&world.root.parsed()), pins.all().first());
    assert_eq!(pins.about(&namesake.parsed()), None);
    // The anchor vouches for those below: they need no pin, and get none by accident.
    assert!(!pins.lack(&world.issuing.parsed()));
    assert_eq!(pins.about(&world.issuing.parsed()), None);
}

#[test]
fn what_is_written_is_read_and_upper_case_digits_are_the_same() {
    let world = World::new();
    let pins = Pins::of([&world.root.parsed()]);
    let text = pins.to_toml().unwrap();
    assert_eq!(Pins::read(&text).unwrap(), pins);
    let hash = hex::encode(world.root.parsed().sha256());
    let loud = Pins::read(&text.replace(&hash, &hash.to_uppercase())).unwrap();
    assert!(!loud.lack(&world.root.parsed()));
}

#[test]
fn a_list_that_is_wrong_is_refused_by_what_is_wrong_with_it() {
    let world = World::new();
    let text = Pins::of([&world.root.parsed()]).to_toml().unwrap();
    let refused = |text: &str| Pins::read(text).unwrap_err();
    let hash = hex::encode(world.root.parsed().sha256());
    assert!(matches!(
        refused(&text.replace(&hash, &hash[1..])),
        PinsError::Hash { .. }
    ));
    assert!(matches!(
        refused(&text.replace(&hash, &hash.replace(&hash[..1], "x"))),
        PinsError::Hash { .. }
    ));
    assert!(matches!(
        refused(&text.replace("2040", "2010")),
        PinsError::Period { .. }
    ));
    assert!(matches!(
        refused(&format!("{text}{text}")),
        PinsError::Twice { .. }
    ));
    for odd in [
        "[[anchor]]\n",
        "anchors = 1\n",
        &format!("{text}colour = 1\n"),
    ] {
        assert!(matches!(refused(odd), PinsError::Unreadable(_)), "{odd}");
    }
}

#[test]
fn the_lists_of_the_house_are_read_and_keep_trials_and_production_apart() {
    let production = include_str!("../../../../deploy/trust/production/anchors.toml");
    let trial = include_str!("../../../../deploy/trust/trial/anchors.toml");
    let (production, trial) = (Pins::read(production).unwrap(), Pins::read(trial).unwrap());
    assert_eq!(production.all().len(), 5);
    assert_eq!(trial.all().len(), 1);
    for pin in trial.all() {
        assert!(pin.name.contains("TEST"));
        assert!(
            production
                .all()
                .iter()
                .all(|other| other.sha256 != pin.sha256)
        );
    }
}
