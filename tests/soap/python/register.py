"""A register of persons on the sync channel, made with spyne: a server that we did not write.

In: the port to listen on, 0 for a free one, and a JSON object {IIN: [surname, name]} of whom it knows. Out: the port on standard
output once it listens. It answers with the messages of the universal service of the register of persons. Like many a toolkit's, its
elements are all qualified, which the channel's own are not. Asked about IIN `000000000000` it answers with a fault.
"""

import datetime
import json
import sys
import uuid
from wsgiref.simple_server import WSGIRequestHandler, make_server

from tools import Application, ServiceBase, Soap11, WsgiApplication, lxml, rpc

from spyne import AnyXml, ComplexModel, DateTime, Fault, Unicode

COMMON = "http://bip.bee.kz/common/v10/Types"
TYPES = "http://bip.bee.kz/SyncChannel/v10/Types"
MESSAGE = "http://message.persistence.interactive.nat"
TROUBLE = "000000000000"
E = lxml.etree


def model(name, namespace, members):
    """A sequence of `members`, in this order."""
    return type(name, (ComplexModel,), {"__namespace__": namespace, "_type_info": members})


StatusInfo = model("StatusInfo", COMMON, [("code", Unicode), ("message", Unicode)])
SenderInfo = model("SenderInfo", COMMON, [("senderId", Unicode), ("password", Unicode)])
RequestInfo = model(
    "SyncMessageInfo",
    TYPES,
    [
        ("messageId", Unicode),
        ("correlationId", Unicode),
        ("serviceId", Unicode),
        ("messageDate", DateTime),
        ("routeId", Unicode),
        ("sender", SenderInfo),
        ("sessionId", Unicode),
    ],
)
ResponseInfo = model(
    "SyncMessageInfoResponse",
    TYPES,
    [
        ("messageId", Unicode),
        ("correlationId", Unicode),
        ("responseDate", DateTime),
        ("status", StatusInfo),
        ("sessionId", Unicode),
    ],
)
RequestData = model("RequestData", TYPES + "/Request", [("data", AnyXml)])
ResponseData = model("ResponseData", TYPES + "/Response", [("data", AnyXml)])
Request = model("SyncSendMessageRequest", TYPES, [("requestInfo", RequestInfo), ("requestData", RequestData)])
Response = model("SyncSendMessageResponse", TYPES, [("responseInfo", ResponseInfo), ("responseData", ResponseData)])


def local(node, name):
    """The text of the first element called so in the data, whatever its namespace."""
    found = node.xpath(f"//*[local-name()='data']//*[local-name()='{name}']")
    return found[0].text if found else None


def child(parent, name, text=None):
    made = E.SubElement(parent, name)
    made.text = text
    return made


def coded(parent, name, code):
    """A word of a dictionary."""
    made = child(parent, name)
    for member, text in (("code", code), ("nameRu", code), ("nameKz", code)):
        child(made, member, text)


def now():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5)))


def answer(asked, people):
    """The Response to a Request of the universal service."""
    iin = local(asked, "iin")
    root = E.Element(f"{{{MESSAGE}}}Response", nsmap={"p": MESSAGE})
    child(root, "messageId", str(uuid.uuid4()))
    child(root, "messageDate", now().isoformat())
    child(root, "requestId", local(asked, "messageId"))
    for side in ("sender", "receiver"):
        coded(root, side, "GBDFL")
    coded(root, "messageResult", "00000")
    if iin in people:
        surname, name = people[iin]
        person = child(child(root, "persons"), "person")
        child(person, "iin", iin)
        child(person, "surname", surname)
        child(person, "name", name)
        child(person, "birthDate", "1990-01-01")
        for member, code in (("gender", "2"), ("nationality", "005"), ("citizenship", "398"), ("lifeStatus", "0")):
            coded(person, member, code)
        child(person, "birthPlace")
    return root


def service(people):
    class Register(ServiceBase):
        @rpc(
            Request,
            _returns=Response,
            _in_message_name="SendMessage",
            _out_message_name="SendMessageResponse",
            _out_variable_name="response",
        )
        def SendMessage(ctx, request):
            if local(ctx.in_document, "iin") == TROUBLE:
                raise Fault("Server", "the register is being cleaned")
            info = request.requestInfo
            return Response(
                responseInfo=ResponseInfo(
                    messageId=str(uuid.uuid4()),
                    correlationId=info.messageId,
                    responseDate=now(),
                    status=StatusInfo(code="SCSS001", message="Message has been processed successfully"),
                    sessionId="{" + str(uuid.uuid4()) + "}",
                ),
                responseData=ResponseData(data=answer(ctx.in_document, people)),
            )

    return Register


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Nobody reads it."""


if __name__ == "__main__":
    port, people = int(sys.argv[1]), json.loads(sys.argv[2])
    application = Application(
        [service(people)], tns=TYPES, in_protocol=Soap11(validator="soft"), out_protocol=Soap11()
    )
    with make_server("127.0.0.1", port, WsgiApplication(application), handler_class=Quiet) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
