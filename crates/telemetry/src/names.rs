//! Every name that a span, a metric or an attribute has here.
//!
//! They follow OpenTelemetry's semantic conventions [`SCHEMA`] (messaging, HTTP, RPC); what is our own begins
//! with `kezek.`. None of them ever carries a personal number, a name or a document. Tests compare what running
//! services show with the lists [`SPANS`], [`ATTRIBUTES`], [`RESOURCE`], [`METRICS`] and [`LABELS`].

/// The version of the conventions, as exported with every span.
pub const SCHEMA: &str = "https://opentelemetry.io/schemas/1.44.0";

/// `messaging.system`, always [`RABBITMQ`].
pub const MESSAGING_SYSTEM: &str = "messaging.system";
pub const RABBITMQ: &str = "rabbitmq";
/// `send` or `process`.
pub const MESSAGING_OPERATION_TYPE: &str = "messaging.operation.type";
pub const MESSAGING_OPERATION_NAME: &str = "messaging.operation.name";
/// `exchange:key` of a producer, `exchange:key:queue` of a consumer.
pub const MESSAGING_DESTINATION_NAME: &str = "messaging.destination.name";
pub const MESSAGING_ROUTING_KEY: &str = "messaging.rabbitmq.destination.routing_key";
/// The AMQP message id: that of the last fact.
pub const MESSAGING_MESSAGE_ID: &str = "messaging.message.id";
/// How many messages one span is about.
pub const MESSAGING_BATCH_COUNT: &str = "messaging.batch.message_count";

pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
pub const HTTP_ROUTE: &str = "http.route";
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
pub const URL_SCHEME: &str = "url.scheme";
/// The route, where one matched: what else stood in the path is the caller's and may be personal.
pub const URL_PATH: &str = "url.path";
/// Of our own requests; their addresses come from the configuration, never from a message.
pub const URL_FULL: &str = "url.full";
pub const SERVER_ADDRESS: &str = "server.address";
pub const SERVER_PORT: &str = "server.port";

/// `rpc.system.name`, always [`GRPC`].
pub const RPC_SYSTEM: &str = "rpc.system.name";
pub const GRPC: &str = "grpc";
/// `package.Service/Method`.
pub const RPC_METHOD: &str = "rpc.method";
pub const RPC_STATUS_CODE: &str = "rpc.response.status_code";

/// What kind of failure, of a small set.
pub const ERROR_TYPE: &str = "error.type";

/// The application number: an identifier of a case, not of a person.
pub const APPLICATION_NUMBER: &str = "kezek.application.number";
/// The id that a message keeps on its whole way.
pub const MESSAGE_ID: &str = "kezek.message.id";
/// The lane a measure or span belongs to.
pub const LANE: &str = "kezek.lane";
/// A code of the error catalogue.
pub const ERROR_CODE: &str = "kezek.error.code";
/// How a step ended: pass, refuse, later, never, passed-over.
pub const ENDING: &str = "kezek.ending";
/// The system that sent a message.
pub const PARTICIPANT: &str = "kezek.participant";
/// The public service that a message is about.
pub const SERVICE: &str = "kezek.service";
/// Application, status or result.
pub const KIND: &str = "kezek.kind";
/// The way in which an applicant is told: `email`, …
pub const NOTIFICATION_CHANNEL: &str = "kezek.notification.channel";

/// What a certification authority was asked for: `ocsp`, `crl`, `delta-crl`, `tsp`.
pub const AUTHORITY_SERVICE: &str = "kezek.authority.service";
/// How that ended: `answered`, `shared` (by another copy of the service, so nobody was asked), `failed`.
pub const AUTHORITY_OUTCOME: &str = "kezek.authority.outcome";

/// The names of spans; what stands in braces is the value of that attribute of the span.
pub const SPANS: [&str; 7] = [
    "{http.request.method} {http.route}",
    "{http.request.method}",
    "{rpc.method}",
    "send {messaging.destination.name}",
    "process {messaging.destination.name}",
    "notify {kezek.notification.channel}",
    "HTTP",
];

/// The attributes that spans may have.
pub const ATTRIBUTES: [&str; 25] = [
    MESSAGING_SYSTEM,
    MESSAGING_OPERATION_TYPE,
    MESSAGING_OPERATION_NAME,
    MESSAGING_DESTINATION_NAME,
    MESSAGING_ROUTING_KEY,
    MESSAGING_MESSAGE_ID,
    MESSAGING_BATCH_COUNT,
    HTTP_REQUEST_METHOD,
    HTTP_ROUTE,
    HTTP_RESPONSE_STATUS_CODE,
    URL_SCHEME,
    URL_PATH,
    URL_FULL,
    SERVER_ADDRESS,
    SERVER_PORT,
    RPC_SYSTEM,
    RPC_METHOD,
    RPC_STATUS_CODE,
    ERROR_TYPE,
    APPLICATION_NUMBER,
    MESSAGE_ID,
    LANE,
    ERROR_CODE,
    PARTICIPANT,
    NOTIFICATION_CHANNEL,
];

/// What every process says of itself, with its spans and on its page.
pub const RESOURCE: [&str; 7] = [
    "service.name",
    "service.namespace",
    "service.version",
    "service.instance.id",
    "telemetry.sdk.name",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
];

/// Counter: messages taken from a lane.
pub const LANE_TAKEN: &str = "kezek.lane.taken";
/// Counter: messages published and confirmed by the workers of a lane, by ending.
pub const LANE_GIVEN: &str = "kezek.lane.given";
/// Gauge: messages in a lane's queue that nobody has taken, as the monitor last saw it.
pub const LANE_WAITING: &str = "kezek.lane.waiting";
/// Gauge: messages that stand aside for a person, as the monitor last saw it.
pub const LANE_STANDING_PARKED: &str = "kezek.lane.standing_parked";
/// Gauge, seconds: for how long the message that entered its lane first stands there, in the queue, in work or
/// between tries; 0 while none does. Not of lanes of notifications, which the journal does not hear of.
pub const LANE_OLDEST: &str = "kezek.lane.oldest";
/// Counter: messages set aside for a person.
pub const LANE_PARKED: &str = "kezek.lane.parked";
/// Counter: steps that could not be done, by error code.
pub const LANE_FAULTS: &str = "kezek.lane.faults";
/// Histogram, seconds: how long a step took.
pub const LANE_DURATION: &str = "kezek.lane.duration";
/// Up-down counter: messages taken and not yet acknowledged.
pub const LANE_IN_HAND: &str = "kezek.lane.in_hand";
/// Gauge: 1 while the lane is closed.
pub const LANE_CLOSED: &str = "kezek.lane.closed";
/// Counter: requests refused at the door, by error code.
pub const INTAKE_REFUSED: &str = "kezek.intake.refused";
/// Counter: messages accepted at the door.
pub const INTAKE_ACCEPTED: &str = "kezek.intake.accepted";
/// Gauge, seconds: how far the monitor's journal is behind the stream.
pub const JOURNAL_LAG: &str = "kezek.journal.lag";
/// Counter: facts written to the journal.
pub const JOURNAL_FACTS: &str = "kezek.journal.facts";
/// Gauge, seconds: for how long the oldest deadline has waited to be told; a little, while the clock keeps up.
pub const DEADLINE_LATENESS: &str = "kezek.deadline.lateness";
/// Gauge: checks of the purpose of an access that nobody has answered in time.
pub const CHECK_OVERDUE: &str = "kezek.check.overdue";
/// Counter: publishes repeated because their confirm was missing or negative.
pub const PUBLISH_REPEATED: &str = "kezek.publish.repeated";
/// Counter: answers, lists and timestamps that certification authorities were asked for, by service and outcome.
pub const AUTHORITY_ASKED: &str = "kezek.authority.asked";
/// Histogram, seconds: how long an authority took.
pub const AUTHORITY_DURATION: &str = "kezek.authority.duration";

/// Every metric.
pub const METRICS: [&str; 19] = [
    LANE_TAKEN,
    LANE_GIVEN,
    LANE_WAITING,
    LANE_STANDING_PARKED,
    LANE_OLDEST,
    LANE_PARKED,
    LANE_FAULTS,
    LANE_DURATION,
    LANE_IN_HAND,
    LANE_CLOSED,
    INTAKE_REFUSED,
    INTAKE_ACCEPTED,
    JOURNAL_LAG,
    JOURNAL_FACTS,
    DEADLINE_LATENESS,
    CHECK_OVERDUE,
    PUBLISH_REPEATED,
    AUTHORITY_ASKED,
    AUTHORITY_DURATION,
];

/// What metrics are told apart by.
pub const LABELS: [&str; 8] = [
    LANE,
    ENDING,
    ERROR_CODE,
    PARTICIPANT,
    SERVICE,
    KIND,
    AUTHORITY_SERVICE,
    AUTHORITY_OUTCOME,
];

/// Bucket bounds of [`LANE_DURATION`] and [`AUTHORITY_DURATION`], seconds.
pub const DURATION_BOUNDS_S: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];
