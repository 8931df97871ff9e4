use monitor::{
    chain::Damage,
    store::{Store, StoreError},
};
use sqlx::{ConnectOptions, Executor, error::DatabaseError};
use std::time::Duration;

use crate::{
    samples::{batch, way},
    support::Ground,
};

/// A journal of 24 rows about four applications.
async fn ground(name: &str) -> Ground {
    let ground = Ground::new(name).await;
    let mut writer = ground.writer().await;
    let events = (1..=4).flat_map(way).collect();
    writer.write(&batch(0, events)).await.unwrap();
    ground
}

async fn damage(ground: &Ground) -> Vec<Damage> {
    ground.store.verify(None).await.unwrap().damage
}

const NEVER: [&str; 15] = [
    "UPDATE journal SET by = 'me'",
    "DELETE FROM journal",
    "TRUNCATE journal",
    "UPDATE messages SET document = ''",
    "DELETE FROM messages",
    "TRUNCATE messages CASCADE",
    "UPDATE signatures SET content = ''",
    "DELETE FROM signatures",
    "TRUNCATE signatures",
    "UPDATE unreadable SET why = ''",
    "DELETE FROM unreadable",
    "TRUNCATE unreadable",
    "UPDATE settlements SET outcome = 'granted'",
    "DELETE FROM settlements",
    "TRUNCATE settlements",
];

#[tokio::test]
async fn neither_the_service_nor_the_owner_can_change_what_is_written() {
    let ground = ground("never").await;
    for role in ["kezek_monitor", "kezek_owner"] {
        let mut connection = ground.options(role).connect().await.unwrap();
        for statement in NEVER {
            let refused = connection.execute(statement).await.unwrap_err();
            let code = refused
                .as_database_error()
                .and_then(DatabaseError::code)
                .unwrap();
            assert_eq!(code, "42501", "{role}: {statement}: {refused}");
        }
    }
    let mut service = ground.options("kezek_monitor").connect().await.unwrap();
    for statement in [
        "DROP TABLE journal",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "DELETE FROM applications",
        "DELETE FROM reading",
        "SET session_replication_role = replica",
    ] {
        let refused = service.execute(statement).await.unwrap_err();
        let code = refused
            .as_database_error()
            .and_then(DatabaseError::code)
            .unwrap();
        assert_eq!(code, "42501", "{statement}: {refused}");
    }
    assert_eq!(damage(&ground).await, []);
}

#[tokio::test]
async fn the_service_refuses_to_work_as_a_role_that_may_change_the_journal() {
    let ground = ground("owner").await;
    let owner = Store::new(
        ground.options("kezek_owner"),
        1,
        Duration::from_secs(5),
        crate::support::rules(),
    );
    let refused = owner.check_role().await.unwrap_err();
    assert!(matches!(refused, StoreError::Unsafe { .. }), "{refused}");
    ground.store.check_role().await.unwrap();
}

#[tokio::test]
async fn changed_missing_swapped_and_inserted_rows_are_found() {
    let ground = ground("tampered").await;
    assert_eq!(damage(&ground).await, []);

    ground
        .tamper("UPDATE journal SET detail = replace(detail::text, 'committee', 'friends')::json WHERE position = 5")
        .await;
    assert_eq!(damage(&ground).await, [Damage::Changed { position: 5 }]);
    ground
        .tamper("UPDATE journal SET detail = replace(detail::text, 'friends', 'committee')::json WHERE position = 5")
        .await;
    assert_eq!(damage(&ground).await, [], "put back to the byte");

    ground
        .tamper(
            "UPDATE journal SET position = position * 1000 WHERE position IN (8, 10);
                 UPDATE journal SET position = 18 - position / 1000 WHERE position > 1000",
        )
        .await;
    let swapped = damage(&ground).await;
    for position in [8, 10] {
        assert!(
            swapped.contains(&Damage::Changed { position }),
            "{swapped:?}"
        );
    }
    ground
        .tamper(
            "UPDATE journal SET position = position * 1000 WHERE position IN (8, 10);
                 UPDATE journal SET position = 18 - position / 1000 WHERE position > 1000",
        )
        .await;
    assert_eq!(damage(&ground).await, []);

    ground
        .tamper("DELETE FROM journal WHERE position BETWEEN 15 AND 16")
        .await;
    let missing = Damage::Missing {
        first: 15,
        last: 16,
    };
    assert_eq!(damage(&ground).await, [missing]);

    ground
        .tamper(
            "INSERT INTO journal (position, fact_id, name, message_id, number, at, by, detail,
                                  stream_offset, previous_hash, hash)
             SELECT 15, gen_random_uuid(), name, message_id, number, at, by, detail,
                    stream_offset, hash, sha256('forged')
             FROM journal WHERE position = 14",
        )
        .await;
    let found = damage(&ground).await;
    assert!(
        found.contains(&Damage::Changed { position: 15 }),
        "{found:?}"
    );
    assert!(
        found.contains(&Damage::Missing {
            first: 16,
            last: 16
        }),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_cut_off_end_is_found_against_the_head_that_was_kept() {
    let ground = ground("truncated").await;
    let head = ground.store.verify(None).await.unwrap().head;
    assert_eq!(head.position, 24);
    assert!(ground.store.verify(Some(head)).await.unwrap().is_whole());
    ground
        .tamper("DELETE FROM journal WHERE position > 21")
        .await;
    assert_eq!(damage(&ground).await, [], "the bare chain cannot know");
    let found = ground.store.verify(Some(head)).await.unwrap();
    let expected = Damage::Truncated {
        head: 21,
        expected: 24,
    };
    assert_eq!(found.damage, [expected]);
}

#[tokio::test]
async fn a_changed_missing_or_added_document_is_found() {
    let ground = ground("documents").await;
    let of =
        |position: i64| format!("(SELECT message_id FROM journal WHERE position = {position})");
    ground
        .tamper(&format!(
            "UPDATE messages SET document = '{{}}' WHERE message_id = {}",
            of(1)
        ))
        .await;
    ground
        .tamper(&format!(
            "DELETE FROM signatures WHERE ordinal = 1 AND message_id = {}",
            of(7)
        ))
        .await;
    ground
        .tamper(&format!(
            "DELETE FROM messages WHERE message_id = {}",
            of(13)
        ))
        .await;
    ground
        .tamper(
            "INSERT INTO messages SELECT gen_random_uuid(), number, kind, service, channel, sender,
                 sender_reference, received_at, applicant_number, applicant_name, applicant_email,
                 applicant_phone, applicant_language, provider, media_type, document,
                 document_sha256, attachments FROM messages LIMIT 1",
        )
        .await;
    let expected = [
        Damage::MessageChanged { position: 1 },
        Damage::MessageChanged { position: 7 },
        Damage::MessageMissing { position: 13 },
        Damage::MessagesAdded { count: 1 },
    ];
    assert_eq!(damage(&ground).await, expected);
}
