"""A client of a SOAP channel, as an ordinary toolkit makes one from the WSDL: nothing here knows kezek.

In, as JSON on standard input:
  wsdl       address of the WSDL; everything else is learnt from it
  operation  name of the operation
  request    its `request`, with the names of the schema; text that begins with `<` under a key `data` is XML and goes in
             as such; {"type": name, "value": …} is made with that type of the schema, which tells it by xsi:type
  tls        optional: {ca, certificate, key}, PEM files
  sign       optional: {certificate, key}, PEM files of an RSA signer: WS-Security by BinarySecurityToken
  answer_by  optional: PEM file of the certificate with which the answer must be signed

Out, as JSON on standard output: {"answer": …} or {"fault": {code, text, detail}}, and what went over the line:
{"sent": XML, "received": XML}.
"""

import base64
import datetime
import json
import sys

from tools import lxml, requests, xmlsec, zeep

ETREE = lxml.etree


class Seal(zeep.wsse.signature.BinarySignature):
    """Signs what goes out; what comes in must be signed by the other side."""

    def __init__(self, sign, answer_by):
        transforms = xmlsec.constants
        super().__init__(
            sign["key"],
            sign["certificate"],
            signature_method=transforms.TransformRsaSha256,
            digest_method=transforms.TransformSha256,
        )
        self.answer_by = answer_by

    def verify(self, envelope):
        if self.answer_by is not None:
            with open(self.answer_by, "rb") as file:
                peer = zeep.wsse.signature.MemorySignature(None, file.read())
            peer.verify(envelope)
        return envelope


class Raw(zeep.Plugin):
    """XML that was given as text under `data` goes out as the XML that it is."""

    def egress(self, envelope, http_headers, operation, binding_options):
        for data in envelope.xpath("//*[local-name()='data']"):
            if data.text and data.text.startswith("<"):
                inner = ETREE.fromstring(data.text)
                data.text = None
                data.append(inner)
        return envelope, http_headers


def typed(client, value, key=None):
    """The value with every `{"type": name, "value": …}` made into the schema's own type."""
    if isinstance(value, dict) and set(value) == {"type", "value"}:
        made = client.get_type(value["type"])
        return zeep.xsd.AnyObject(made, made(**typed(client, value["value"])))
    if isinstance(value, dict):
        return {name: typed(client, inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [typed(client, inner, key) for inner in value]
    return base64.b64decode(value) if key == "content" else value


def plain(value):
    """What zeep gives, as JSON can say it."""
    if ETREE.iselement(value):
        return ETREE.tostring(value, encoding="unicode", with_tail=False)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def call(task):
    session = requests.Session()
    tls = task.get("tls")
    if tls:
        session.verify = tls["ca"]
        session.cert = (tls["certificate"], tls["key"])
    history = zeep.plugins.HistoryPlugin()
    client = zeep.Client(
        task["wsdl"],
        transport=zeep.transports.Transport(session=session, timeout=30, operation_timeout=60),
        wsse=Seal(task["sign"], task.get("answer_by")) if task.get("sign") else None,
        plugins=[Raw(), history],
    )
    said = {}
    try:
        operation = getattr(client.service, task["operation"])
        answer = operation(request=typed(client, task["request"]))
        said["answer"] = plain(zeep.helpers.serialize_object(answer, dict))
    except zeep.exceptions.Fault as fault:
        detail = plain(fault.detail) if fault.detail is not None else None
        said["fault"] = {"code": fault.code, "text": fault.message, "detail": detail}
    for name, at in (("sent", "last_sent"), ("received", "last_received")):
        try:
            said[name] = plain(getattr(history, at)["envelope"])
        except IndexError:
            said[name] = None
    return said


if __name__ == "__main__":
    json.dump(call(json.load(sys.stdin)), sys.stdout)
