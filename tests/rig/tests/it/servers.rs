//! Each server alone.

use rig::{Broker, Postgres, Redis};

#[tokio::test]
async fn redis_answers_and_comes_back_on_its_port() {
    let redis = Redis::start().await.unwrap();
    redis.kill9().await.unwrap();
    redis.restart().await.unwrap();
    redis.stop().await.unwrap();
}

#[tokio::test]
async fn postgres_keeps_its_rows_over_a_kill() {
    let postgres = Postgres::start().await.unwrap();
    postgres
        .sql("kezek", "CREATE TABLE kept AS SELECT 42 AS answer")
        .await
        .unwrap();
    postgres.kill9().await.unwrap();
    postgres.restart().await.unwrap();
    let rows = postgres
        .sql("kezek", "SELECT answer FROM kept")
        .await
        .unwrap();
    assert_eq!(rows.trim(), "42");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn the_broker_takes_the_projects_configuration_and_comes_back_after_a_kill() {
    let broker = Broker::start().await.unwrap();
    let settings = broker
        .ctl(&[
            "eval",
            "{application:get_env(rabbit, cluster_partition_handling), \
             net_kernel:get_net_ticktime(), application:get_env(rabbit, consumer_timeout)}.",
        ])
        .await
        .unwrap();
    assert_eq!(
        settings.split_whitespace().collect::<String>(),
        "{{ok,pause_minority},15,{ok,1800000}}"
    );
    broker.kill9().await.unwrap();
    broker.restart().await.unwrap();
    broker.stop().await.unwrap();
}
