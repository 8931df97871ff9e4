//! SIGTERM in the midst of work: what is in hand is finished or handed back within the limit, the
//! exit code is 0, and nothing is lost.

use std::time::{Duration, Instant};

use house::proof::nothing_is_lost;
use house::{Crowd, Dice};

use crate::house;

/// `chassis.drain_ms_max` of the samples, and a little for a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn every_service_stops_in_good_order_under_load() {
    let rig = house().await;
    let sending = Crowd::sends(&rig, 240, 0, &mut Dice::new(0, "shutdown"))
        .await
        .unwrap();
    let names: Vec<String> = rig.services.names().map(str::to_owned).collect();
    for name in names {
        let begun = Instant::now();
        let status = rig.services.terminate(&name, LIMIT).await.unwrap();
        println!("{name} stopped in {:?}: {status}", begun.elapsed());
        assert!(
            status.success(),
            "{name}: {status}\n{}",
            rig.services.log_tails(20)
        );
        // From the first stop on, others come to a house that lacks something.
        sending.let_the_others_come();
        rig.services.restart(&name).await.unwrap();
    }
    let crowd = sending.accepted().await.unwrap();
    nothing_is_lost(&rig, &crowd, Duration::from_mins(3), &|_| {})
        .await
        .unwrap();
}
