//! The service without a broker: authority, list server, configuration, stage, and messages to hand to it.

use std::sync::Arc;

use jiff::Timestamp;
use message::{
    Applicant, Attempts, Bin, Channel, Consent, ConsentForm, Document, Event, Iin, Kind, LaneName,
    Language, Message, MessageId, Number, Outcome, ParticipantId, PersonalNumber, Plan,
    PowerOfAttorney, Query, RegisterName, Report, Representative, Sender, ServiceCode, Signature,
    SignatureFormat, Subject,
};
use signature::config::Config;
use signature::lists::Lists;
use signature::verify::Verify;
use signatures::Certificate;
use signatures::pins::Pins;
use signatures::sign::{Identity, Options, sign};

use crate::ca::{Authority, Leaf, Served, serve};

pub(crate) const AIGUL: &str = "850315400104";
pub(crate) const TIMUR: &str = "900712300227";
pub(crate) const FRONT_OFFICE: &str = "170340001238";
pub(crate) const COMPANY: &str = "000440000450";
pub(crate) const DOCUMENT: &[u8] = "{\"мақсаты\":\"апостиль\"}".as_bytes();

pub(crate) const PERSON: Leaf = Leaf {
    iin: AIGUL,
    bin: None,
    roles: &[&[1]],
    until_year: 2027,
    serial: 1,
};
pub(crate) const OPERATOR: Leaf = Leaf {
    iin: TIMUR,
    bin: Some(FRONT_OFFICE),
    roles: &[&[2], &[2, 5]],
    ..PERSON
};
pub(crate) const HEAD: Leaf = Leaf {
    roles: &[&[2], &[2, 1]],
    ..OPERATOR
};

pub(crate) fn received() -> Timestamp {
    "2026-06-15T09:00:00Z".parse().unwrap()
}

pub(crate) struct World {
    pub(crate) root: Authority,
    pub(crate) issuing: Authority,
    pub(crate) served: Arc<Served>,
    pub(crate) base: String,
    folder: tempfile::TempDir,
}

impl World {
    /// Both lists are served.
    pub(crate) async fn new() -> Self {
        let world = Self::without_lists().await;
        world.lists_are_back();
        world
    }

    pub(crate) async fn without_lists() -> Self {
        let root = Authority::root();
        let issuing = root.below();
        let served = Arc::new(Served::default());
        let base = serve(Arc::clone(&served)).await;
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("root.pem", root.certificate.pem());
        write("issuing.pem", issuing.certificate.pem());
        write("README.md", "not a certificate".to_owned());
        write("anchors.toml", pinned(&[&root]));
        Self {
            root,
            issuing,
            served,
            base,
            folder,
        }
    }

    /// The list that stands in the folder of authorities.
    pub(crate) fn anchors(&self) -> String {
        pinned(&[&self.root])
    }

    pub(crate) fn lists_are_back(&self) {
        self.served.set("root", self.root.list());
        self.served.set("issuing", self.issuing.list());
    }

    pub(crate) fn config(&self) -> Config {
        self.config_with("")
    }

    pub(crate) fn config_with(&self, extra: &str) -> Config {
        toml::from_str(&self.config_text(extra)).unwrap()
    }

    pub(crate) fn config_text(&self, extra: &str) -> String {
        let (folder, base) = (self.folder.path().display(), &self.base);
        format!(
            "flow = 'flow.toml'
             [chassis]\nlisten = '127.0.0.1:0'
             [broker]\nurl = 'amqp://127.0.0.1'
             [grpc]\nlisten = '127.0.0.1:0'
             [lists]\nretry_ms = 0\ntimeout_ms = 2000
             {extra}
             [trust]\nfolder = '{folder}'
             [[trust.crl]]\nissuer = 'root.pem'\nurl = '{base}/lists/root'
             [[trust.crl]]\nissuer = 'issuing.pem'\nurl = '{base}/lists/issuing'"
        )
    }

    /// The stage, with no list fetched yet.
    pub(crate) fn service(&self) -> (Arc<Verify>, Arc<Lists>) {
        let (verify, lists) = signature::app::parts(&self.config()).unwrap();
        (Arc::new(verify), lists)
    }

    pub(crate) fn issue(&self, leaf: Leaf) -> Identity {
        self.issuing.issue(leaf, &format!("{}/trap", self.base))
    }

    /// An application on the portal, signed by somebody with this certificate.
    pub(crate) fn signed_by(&self, leaf: Leaf) -> Message {
        let mut message = application();
        message.signatures = vec![signature_of(
            &self.issue(leaf),
            &Options::detached(received()),
        )];
        message
    }
}

/// A list of pinned anchors.
pub(crate) fn pinned(anchors: &[&Authority]) -> String {
    let parsed = |one: &&Authority| Certificate::parse(one.certificate.der()).unwrap();
    let anchors: Vec<Certificate> = anchors.iter().map(parsed).collect();
    Pins::of(&anchors).to_toml().unwrap()
}

pub(crate) fn signature_of(who: &Identity, options: &Options) -> Signature {
    let format = if options.attached {
        SignatureFormat::CmsAttached
    } else {
        SignatureFormat::CmsDetached
    };
    Signature {
        timestamp: None,
        format,
        content: sign(DOCUMENT, &[who], options).unwrap(),
    }
}

/// An unsigned application of Aigul's on the portal.
pub(crate) fn application() -> Message {
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(
        0x0197_0000_0000_8000_8000_0000_0000_0007,
    ));
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("front-office").unwrap(),
            bin: Bin::new(FRONT_OFFICE).unwrap(),
            reference: "7".to_owned(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::Portal,
        received_at: received(),
        applicant: Some(applicant(AIGUL)),
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: DOCUMENT.to_vec(),
        },
        signatures: vec![],
        attachments: vec![],
        report: None,
        provider: None,
        signers: vec![],
        findings: vec![],
        plan: Plan::new(vec![
            LaneName::new("signature.verify").unwrap(),
            LaneName::new("registry.gbd-fl").unwrap(),
        ]),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

pub(crate) fn applicant(number: &str) -> Applicant {
    Applicant {
        number: PersonalNumber::new(number).unwrap(),
        name: "ҮЛГІ ТҰЛҒА".to_owned(),
        email: None,
        phone: None,
        language: Language::Kk,
    }
}

pub(crate) fn represented_by(iin: &str) -> Representative {
    Representative {
        iin: Iin::new(iin).unwrap(),
        power: PowerOfAttorney {
            number: "1".to_owned(),
            notarial: true,
        },
    }
}

/// The same message as a provider's report.
pub(crate) fn as_report(message: Message) -> Message {
    Message {
        kind: Kind::Result,
        channel: Channel::Provider,
        applicant: None,
        report: Some(Report::Result {
            outcome: Outcome::Granted,
            reason: String::new(),
        }),
        plan: Plan::new(vec![
            LaneName::new("signature.verify").unwrap(),
            LaneName::new("monitor.follow").unwrap(),
        ]),
        ..message
    }
}

/// The same message as a query about `subject`, with a consent of this form.
pub(crate) fn as_query(message: Message, subject: Subject, form: ConsentForm) -> Message {
    Message {
        kind: Kind::Query,
        channel: Channel::FrontOffice,
        applicant: None,
        consent: Some(Consent {
            form,
            reference: "17".to_owned(),
            given_at: received(),
        }),
        query: Some(Query {
            register: RegisterName::new("gbd-fl").unwrap(),
            subject,
            purpose: "to fill in an application".to_owned(),
            application: None,
        }),
        ..message
    }
}

pub(crate) fn event(message: Message) -> Event {
    Event {
        facts: vec![],
        message: Some(message),
    }
}
