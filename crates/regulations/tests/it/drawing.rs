use jiff::SignedDuration;
use message::{Channel, Language};
use regulations::{Medians, draw};

use crate::{deployed, regulation};

const LANGUAGES: [Language; 3] = [Language::Kk, Language::Ru, Language::En];

#[test]
fn every_channel_is_drawn_with_all_its_units_steps_times_and_conditions() {
    let words = &deployed().words;
    for regulation in deployed().iter() {
        for (channel, rules) in &regulation.channels {
            for language in LANGUAGES {
                let svg = draw(regulation, words, *channel, language, None).unwrap();
                assert_eq!(svg.matches(r#"class="step"#).count(), rules.steps.len());
                let ways: usize = rules.steps.iter().map(|step| step.next.len()).sum();
                assert_eq!(svg.matches(r#"class="arrow""#).count(), ways);
                // The text alternative holds every word unbroken.
                for step in &rules.steps {
                    assert!(svg.contains(step.action.get(language)), "{}", step.number);
                    assert!(svg.contains(&step.allowed.spoken(language)));
                    for word in step.next.iter().filter_map(|n| n.when.as_ref()) {
                        assert!(!words.conditions[word].yes.get(language).is_empty());
                    }
                }
                assert!(!svg.contains("style="), "a strict page can show it");
            }
        }
    }
}

#[test]
fn medians_stand_beside_the_time_allowed() {
    let apostille = regulation("apostille");
    let words = &deployed().words;
    let medians = Medians::from([(4, SignedDuration::from_millis(430))]);
    let draw = |medians| draw(apostille, words, Channel::Portal, Language::En, medians).unwrap();
    assert!(draw(Some(&medians)).contains("median: 0.4 s"));
    assert!(!draw(None).contains("median"));
}

#[test]
fn a_channel_that_is_not_there_has_no_drawing() {
    let words = &deployed().words;
    let of = regulation("mass-media-registration");
    assert!(draw(of, words, Channel::FrontOffice, Language::Kk, None).is_none());
}
