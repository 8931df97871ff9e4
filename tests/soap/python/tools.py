"""zeep, xmlsec and spyne, ready to be imported on every Python that they can work with."""

import sys

if sys.version_info >= (3, 12):
    # spyne carries an old copy of six, whose importer Python 3.12 no longer asks; the present one takes its place.
    import six

    sys.modules["spyne.util.six"] = six
    parts = ("", ".collections_abc", ".http_cookies", ".urllib", ".urllib.parse", ".urllib.request", ".urllib.error")
    for part in parts:
        __import__("six.moves" + part)
        sys.modules["spyne.util.six.moves" + part] = sys.modules["six.moves" + part]

import lxml.etree  # noqa: E402
import requests  # noqa: E402,F401
import xmlsec  # noqa: E402
import zeep  # noqa: E402
import zeep.helpers  # noqa: E402
import zeep.plugins  # noqa: E402
import zeep.wsse.signature  # noqa: E402
from spyne import Application, rpc, ServiceBase  # noqa: E402,F401
from spyne.protocol.soap import Soap11  # noqa: E402,F401
from spyne.server.wsgi import WsgiApplication  # noqa: E402,F401
