//! A door with stand-ins behind it, and a way to knock without a network.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use axum::body::Body;
use http::{Request, Response, StatusCode};
use intake::{
    accept::{Desk, Stamping},
    answers::{self, Answer, Answers, Standing},
    attachments::{self, Attachments},
    carrier::{self, Carrier},
    compose::Ways,
    config::Limits,
    http::Door,
    query::{self, Waiting},
    receipts::Receipts,
    registers::Registers,
    soap::systems::{self, Systems},
    stamps,
    tls::Peer,
    verdicts::Verdicts,
};
use jiff::Timestamp;
use message::{MessageId, Number, ParticipantId};
use participants::Participants;
use regulations::Regulations;
use serde_json::Value;
use stage::Publication;
use tower::ServiceExt as _;

use crate::shelf::Shelf;

/// A file of the repository.
pub(crate) fn file(path: &str) -> std::path::PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

/// A broker that keeps what it is given, and can be told to fail.
#[derive(Default)]
pub(crate) struct Post {
    pub(crate) carried: Mutex<Vec<Publication>>,
    /// It is known to be away.
    pub(crate) is_away: Mutex<bool>,
    /// It breaks in a way that nobody foresaw.
    pub(crate) panics: Mutex<bool>,
    /// It stores, but its confirm gets lost.
    pub(crate) loses_confirms: Mutex<bool>,
}

#[async_trait]
impl Carrier for Post {
    fn ready(&self) -> Result<(), carrier::Away> {
        let panics = *self.panics.lock().unwrap();
        assert!(!panics, "nobody foresaw this");
        if *self.is_away.lock().unwrap() {
            return Err(carrier::Away("no connection".to_owned()));
        }
        Ok(())
    }

    async fn carry(&self, publication: Publication) -> Result<(), carrier::Away> {
        self.carried.lock().unwrap().push(publication);
        if *self.loses_confirms.lock().unwrap() {
            return Err(carrier::Away("no confirm".to_owned()));
        }
        Ok(())
    }
}

/// A memory of answers that can be told to fail.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) answers: Mutex<HashMap<MessageId, Answer>>,
    pub(crate) numbers: Mutex<HashMap<Number, MessageId>>,
    pub(crate) is_away: Mutex<bool>,
    /// What the monitor has heard.
    pub(crate) journal: Mutex<HashMap<MessageId, Timestamp>>,
    /// What is written after the confirm is lost, as in a crash at that moment.
    pub(crate) forgets_confirms: Mutex<bool>,
}

impl Memory {
    fn there(&self) -> Result<(), answers::Away> {
        if *self.is_away.lock().unwrap() {
            return Err(answers::Away("refused".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl Answers for Memory {
    async fn find(&self, id: MessageId) -> Result<Option<Answer>, answers::Away> {
        self.there()?;
        Ok(self.answers.lock().unwrap().get(&id).cloned())
    }

    async fn reserve(
        &self,
        id: MessageId,
        number: Option<Number>,
        offered: &Answer,
    ) -> Result<Standing, answers::Away> {
        self.there()?;
        let mut answers = self.answers.lock().unwrap();
        let answer = answers.entry(id).or_insert_with(|| offered.clone()).clone();
        let mut numbers = self.numbers.lock().unwrap();
        let owner = number.map(|number| *numbers.entry(number).or_insert(id));
        Ok(Standing { answer, owner })
    }

    async fn confirm(&self, id: MessageId, answer: &Answer) -> Result<(), answers::Away> {
        self.there()?;
        if !*self.forgets_confirms.lock().unwrap() {
            let confirmed = Answer {
                confirmed: true,
                ..answer.clone()
            };
            self.answers.lock().unwrap().insert(id, confirmed);
        }
        Ok(())
    }
}

#[async_trait]
impl Receipts for Memory {
    async fn accepted_at(&self, id: MessageId) -> Option<Timestamp> {
        self.journal.lock().unwrap().get(&id).copied()
    }
}

/// The participants of the sample; one of them has a right to a service that nobody gives.
fn participants() -> String {
    let text = std::fs::read_to_string(file("deploy/participants.toml")).unwrap();
    let (own, more) = (
        r#"["archive-certificate"]"#,
        r#"["archive-certificate", "land-survey"]"#,
    );
    assert!(text.contains(own));
    text.replace(own, more)
}

/// What queries and channels need, besides.
pub(crate) struct Besides {
    pub(crate) registers: Option<Arc<dyn Registers>>,
    pub(crate) query: query::Config,
    pub(crate) participants: String,
    pub(crate) soap: systems::Config,
    pub(crate) mailboxes: Vec<&'static str>,
}

impl Default for Besides {
    fn default() -> Self {
        Self {
            registers: None,
            query: query::Config::default(),
            participants: participants(),
            soap: systems::Config::default(),
            mailboxes: vec!["front-office", "committee"],
        }
    }
}

/// The door, and what is behind it.
pub(crate) struct Bench {
    pub(crate) door: Door,
    pub(crate) post: Arc<Post>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) shelf: Arc<Shelf>,
    folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
    pub(crate) bytes: Vec<u8>,
}

impl Said {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn field(&self) -> &str {
        self.body["field"].as_str().unwrap_or_default()
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let memory = Arc::new(Memory::default());
        Self::with(memory.clone(), memory, None, Limits::default())
    }

    pub(crate) fn within(limits: Limits) -> Self {
        let memory = Arc::new(Memory::default());
        Self::with(memory.clone(), memory, None, limits)
    }

    pub(crate) fn with(
        answers: Arc<dyn Answers>,
        memory: Arc<Memory>,
        verdicts: Option<Arc<dyn Verdicts>>,
        limits: Limits,
    ) -> Self {
        Self::furnished(answers, memory, verdicts, limits, None, Besides::default())
    }

    /// A door that asks an authority at this address for timestamps, set up as `change` wants it.
    pub(crate) fn stamping(url: &str, change: impl FnOnce(&mut stamps::Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.pem");
        std::fs::write(&file, &crate::stamps::AUTHORITY.root).unwrap();
        let mut config = stamps::Config {
            url: url.to_owned(),
            authorities: vec![file],
            timeout_ms: 30_000,
            policy: None,
            digest: stamps::Imprint::default(),
            required: false,
        };
        change(&mut config);
        config.check().unwrap();
        let stamping = Stamping {
            stamps: Arc::new(stamps::OfAuthority::open(&config, Timestamp::now).unwrap()),
            required: config.required,
        };
        let memory = Arc::new(Memory::default());
        let limits = Limits::default();
        let besides = Besides::default();
        Self::furnished(
            memory.clone(),
            memory,
            None,
            limits,
            Some(stamping),
            besides,
        )
    }

    /// A door where queries are answered, or channels are set up, as `besides` says.
    pub(crate) fn besides(verdicts: Option<Arc<dyn Verdicts>>, besides: Besides) -> Self {
        let memory = Arc::new(Memory::default());
        let limits = Limits::default();
        Self::furnished(memory.clone(), memory, verdicts, limits, None, besides)
    }

    fn furnished(
        answers: Arc<dyn Answers>,
        memory: Arc<Memory>,
        verdicts: Option<Arc<dyn Verdicts>>,
        limits: Limits,
        stamping: Option<Stamping>,
        besides: Besides,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (post, shelf) = (Arc::new(Post::default()), Arc::new(Shelf::default()));
        let mut map = flow::Map::load(&file("deploy/flow.toml")).unwrap();
        let is_there = |owner: &ParticipantId| besides.mailboxes.contains(&owner.as_str());
        map.lanes
            .retain(|lane| lane.mailbox_of().is_none_or(is_there));
        let participants = Participants::parse(&besides.participants).unwrap();
        let systems = Systems::open(&besides.soap, &participants).unwrap();
        let regulations = Regulations::load(&file("deploy/regulations")).unwrap();
        let store = attachments::Config::Folder {
            path: folder.path().join("store"),
        };
        let desk = Desk {
            ways: Ways::on(&map, &regulations, &participants).unwrap(),
            participants,
            regulations,
            attachments: Attachments::open(
                &store,
                limits.attachment_bytes_max,
                Duration::from_secs(5),
            )
            .unwrap(),
            answers,
            receipts: Some(memory.clone()),
            stamping,
            carrier: post.clone(),
            mailboxes: shelf.clone(),
            registers: besides.registers,
            waiting: Waiting::of(&besides.query),
            clock: Timestamp::now,
            limits,
        };
        Self {
            door: Door::new(desk, verdicts, systems),
            post,
            memory,
            shelf,
            folder,
        }
    }

    /// Knocks as the system with this name in its certificate.
    pub(crate) async fn knock(&self, san: &str, request: Request<Body>) -> Said {
        let names = if san.is_empty() {
            vec![]
        } else {
            vec![san.to_owned()]
        };
        let mut request = request;
        request.extensions_mut().insert(Peer(names.into()));
        let response = self.door.clone().router().oneshot(request).await.unwrap();
        said(response).await
    }

    /// Posts a message as the portal.
    pub(crate) async fn post(&self, message: &Value) -> Said {
        self.post_as("portal", message).await
    }

    /// Posts a message as `participant`.
    pub(crate) async fn post_as(&self, participant: &str, message: &Value) -> Said {
        let request = Request::post("/v1/messages")
            .body(Body::from(message.to_string()))
            .unwrap();
        self.knock(&format!("{participant}.kezek.test"), request)
            .await
    }

    /// Uploads a file as the portal.
    pub(crate) async fn put(&self, sha256: &str, bytes: impl Into<Body>) -> Said {
        let path = format!("/v1/attachments/{sha256}");
        let request = Request::put(path).body(bytes.into()).unwrap();
        self.knock("portal.kezek.test", request).await
    }

    /// The routing keys of everything that was published.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.post
            .carried
            .lock()
            .unwrap()
            .iter()
            .map(|p| p.key.clone())
            .collect()
    }

    /// The message that was published last.
    pub(crate) fn last(&self) -> message::Message {
        let carried = self.post.carried.lock().unwrap();
        carried.last().unwrap().event.message.clone().unwrap()
    }

    /// Puts a file where the store's folder should be.
    pub(crate) fn break_store(&self) {
        let store = self.folder.path().join("store");
        std::fs::remove_dir_all(&store).unwrap();
        std::fs::write(store, b"").unwrap();
    }

    /// Makes the memory say that the number of the portal's `message` belongs to the message published last.
    pub(crate) fn give_number_away(&self, message: &Value) {
        self.give_number_of_away("portal", message);
    }

    /// The same of another's message.
    pub(crate) fn give_number_of_away(&self, participant: &str, message: &Value) {
        let sender = ParticipantId::new(participant).unwrap();
        let id = message["id"].as_str().unwrap();
        let id = MessageId::derive(&sender, id, Timestamp::now()).unwrap();
        let owner = self.last().id;
        self.memory
            .numbers
            .lock()
            .unwrap()
            .insert(Number::of(id), owner);
    }

    /// How many files the store holds.
    pub(crate) fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            entries
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        count(self.folder.path())
    }
}

async fn said(response: Response<Body>) -> Said {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Said {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        bytes: bytes.to_vec(),
    }
}
