//! Who hears of a fact besides the lane that it leads to.

use crate::support::{eventually, house, publish_all, received};

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_hears_of_one_participant_gets_one_copy_of_his_and_none_of_others() {
    let message = received(0, "one.work").event.message.unwrap();
    let filed_by = message.sender.participant;
    let hears = "kind = 'notification'\nfacts = ['received']\n";
    let house = house(&format!(
        "[[lane]]\nname = 'one.work'\nkind = 'stage'\n\
         [[lane]]\nname = 'tell.all'\n{hears}\
         [[lane]]\nname = 'tell.his'\n{hears}filed_by = '{filed_by}'\n\
         [[lane]]\nname = 'tell.others'\n{hears}filed_by = 'somebody-else'\n"
    ))
    .await;
    publish_all(&house.publisher(), 0..5, "one.work").await;
    for (queue, count) in [
        ("one.work", 5),
        ("tell.all", 5),
        ("tell.his", 5),
        ("tell.others", 0),
    ] {
        let arrived = async || house.waiting(queue).await == count;
        eventually(queue, 20, arrived).await;
    }
}
