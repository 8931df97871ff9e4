//! What is left when the holder of a rig is killed: nothing.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use rig::Redis;

/// Not a test of its own: the process that the test below kills.
#[tokio::test]
#[ignore = "run by the_servers_of_a_killed_process_end_with_it"]
async fn holder() {
    let redis = Redis::start().await.unwrap();
    println!("holding {}", redis.port());
    tokio::time::sleep(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn the_servers_of_a_killed_process_end_with_it() {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "warden::holder", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let port: u16 = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_once("holding ")?.1.parse().ok())
        .expect("the holder says its port");
    assert!(
        TcpStream::connect(("127.0.0.1", port)).is_ok(),
        "redis runs"
    );

    holder.kill().unwrap();
    holder.wait().unwrap();

    rig::wait_for(
        "redis ends with its holder",
        Duration::from_secs(10),
        async || {
            let connected = TcpStream::connect(("127.0.0.1", port));
            Ok(connected.is_err().then_some(()))
        },
    )
    .await
    .unwrap();
}
