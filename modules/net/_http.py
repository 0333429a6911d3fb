"""What `get_url` and `uri` share: one request over HTTP, HTTPS, FTP or to a file, as its arguments say."""

import base64
import email.utils
import gzip
import http.client
import http.cookiejar
import netrc
import os
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request

from modules.kit import Arg, ModuleFailed, Path
from modules.kit.module import Base

AGENT = "ansible-httpget"
GET_AFTER = {301: ("POST",), 302: None, 303: None}
"""Which methods a redirection turns into GET; None: all but HEAD (RFC 9110, 15.4)."""
OF_BODY = ("content-length", "content-type", "transfer-encoding")


class _Requests(Base):
    """The arguments of a request, and the request."""

    url = Arg(str, "The address, as scheme://[user:password@]host[:port]/path")
    timeout = Arg(int, "How many seconds the server may be silent", default=10)
    headers = Arg(dict, "Further headers of the request", default=None)
    http_agent = Arg(str, "What to call ourselves", default=AGENT)
    url_username = Arg(str, "The user to log in as", default=None, aliases=("username", "user"))
    url_password = Arg(str, "The password to log in with", default=None, aliases=("password",), secret=True)
    force_basic_auth = Arg(bool, "Whether to log in before being asked to", default=False)
    validate_certs = Arg(bool, "Whether the server's certificate must be valid", default=True)
    ca_path = Arg(Path, "A file or folder of certificates that may sign the server's", default=None)
    client_cert = Arg(Path, "A certificate to show to the server; may hold the key too", default=None)
    client_key = Arg(Path, "The key of that certificate", default=None)
    ciphers = Arg(list, "The ciphers allowed, in the words of OpenSSL", default=None, of=str)
    use_proxy = Arg(bool, "Whether a proxy that the environment names is used", default=True)
    use_netrc = Arg(bool, "Whether ~/.netrc is asked for a login", default=True)
    use_gssapi = Arg(bool, "Kerberos is not supported", default=False)
    unredirected_headers = Arg(list, "Headers that a redirection does not take along", default=(), of=str)
    decompress = Arg(bool, "Whether an answer packed by gzip is unpacked", default=True)

    follow_redirects = "urllib2"
    unix_socket = None

    def check_arguments(self):
        if self.use_gssapi:
            raise ModuleFailed("use_gssapi: Kerberos is not supported", hint="url_username and url_password log in")
        if not urllib.parse.urlsplit(self.url).scheme:
            raise ModuleFailed("url: `%s` has no scheme" % masked(self.url), hint="as in https://%s" % masked(self.url))
        super().check_arguments()

    def request(self, method, data=None, headers=None, since=None, fresh=False, url=None):
        """
        Send a request; returns the Answer, whatever its status.

        since: Unix time; only what is newer is wanted. fresh: past every cache. Raises ModuleFailed where no answer
        comes.
        """
        url, login = self._login(url or self.url)
        request = urllib.request.Request(url, data=data, method=method)
        given = {"User-agent": self.http_agent, **(self.headers or {}), **(headers or {})}
        if fresh:
            given["cache-control"] = "no-cache"
        elif since is not None:
            given["If-Modified-Since"] = email.utils.formatdate(since, usegmt=True)
        if self.decompress:
            given.setdefault("Accept-Encoding", "gzip")
        if login and self.force_basic_auth:
            given["Authorization"] = basic(*login)
        held_back = {name.lower() for name in self.unredirected_headers}
        for name, value in given.items():
            add = request.add_unredirected_header if name.lower() in held_back else request.add_header
            add(name, str(value))
        return self._answer(request, login)

    def _login(self, url):
        """(the URL without its user and password, (user, password) or None)."""
        parts = urllib.parse.urlsplit(url)
        user, password = self.url_username, self.url_password or ""
        if "@" in parts.netloc and parts.scheme != "ftp":
            login, _, place = parts.netloc.rpartition("@")
            name, _, word = login.partition(":")
            user, password = user or urllib.parse.unquote(name), password or urllib.parse.unquote(word)
            url = urllib.parse.urlunsplit(parts._replace(netloc=place))
        elif not user and self.use_netrc:
            user, password = _from_netrc(parts.hostname)
        return url, (user, password) if user else None

    def _answer(self, request, login):
        cookies = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(*self._handlers(login, request.full_url, cookies))
        where = masked(request.full_url)
        try:
            answer = Answer(opener.open(request, timeout=self.timeout), self.decompress, cookies)
            answer.whole = request.get_method() == "HEAD" or answer.status in (204, 304)
            return answer
        except urllib.error.HTTPError as answer:
            return Answer(answer, self.decompress, cookies, str(answer))
        except urllib.error.URLError as error:
            reason = error.reason if isinstance(error.reason, Exception) else error
            raise ModuleFailed("Request failed: %s" % error, hint=_hint(reason), status=-1, url=where)
        except http.client.HTTPException as error:
            message = "Connection failure: connection was closed before a valid response was received: %s" % error
            raise ModuleFailed(message, status=-1, url=where)
        except (OSError, ValueError) as error:
            raise ModuleFailed("Connection failure: %s" % error, status=-1, url=where)

    def _handlers(self, login, url, cookies):
        found = [_Redirects(self.follow_redirects), urllib.request.HTTPCookieProcessor(cookies)]
        if not self.use_proxy:
            found.append(urllib.request.ProxyHandler({}))
        if login and not self.force_basic_auth:
            logins = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            logins.add_password(None, url, *login)
            found += [urllib.request.HTTPBasicAuthHandler(logins), urllib.request.HTTPDigestAuthHandler(logins)]
        if self.unix_socket:
            found.append(_UnixHandler(self.unix_socket))
        if url.startswith("https:"):
            found.append(urllib.request.HTTPSHandler(context=self._tls()))
        return found

    def _tls(self):
        try:
            tls = ssl.create_default_context()
            if self.ca_path:
                folder = os.path.isdir(self.ca_path)
                tls.load_verify_locations(**{"capath" if folder else "cafile": self.ca_path})
            if not self.validate_certs:
                tls.check_hostname = False
                tls.verify_mode = ssl.CERT_NONE
            if self.client_cert:
                tls.load_cert_chain(self.client_cert, self.client_key)
            if self.ciphers:
                tls.set_ciphers(":".join(self.ciphers))
        except (OSError, ssl.SSLError) as error:
            raise ModuleFailed("the TLS settings cannot be used: %s" % error, hint="see ca_path, client_cert, ciphers")
        return tls


class Answer:
    """
    What a server said.

    status: the HTTP status, None of other schemes. headers: {lower case name: value, several joined by a comma}.
    message: what the reference's modules say of it. whole: whether no content can follow.
    """

    def __init__(self, response, decompress, cookies, message=None):
        self.response = response
        self.cookies = cookies
        self.status = getattr(response, "code", None)
        self.url = masked(response.geturl() or "")
        self.headers = {}
        for name, value in (response.headers or {}).items():
            name = name.lower()
            self.headers[name] = "%s, %s" % (self.headers[name], value) if name in self.headers else value
        self.message = message or "OK (%s bytes)" % self.headers.get("content-length", "unknown")
        self.whole = False
        self.packed = decompress and self.headers.get("content-encoding") == "gzip"

    def chunks(self, size=1 << 16):
        """The content in pieces, unpacked; raises ModuleFailed for one that ends before its time."""
        left = None if self.packed or self.whole else self.headers.get("content-length")
        left = int(left) if left and left.isdigit() else None
        source = gzip.GzipFile(fileobj=self.response) if self.packed else self.response
        try:
            for piece in iter(lambda: source.read(size), b""):
                left = None if left is None else left - len(piece)
                yield piece
        except (OSError, EOFError, http.client.HTTPException) as error:
            raise ModuleFailed("the answer was cut off: %s" % error, hint="the old file is as it was; try again")
        finally:
            self.response.close()
        if left:
            raise ModuleFailed(
                "Incomplete read, failed to read remaining %d bytes" % left, hint="the old file is as it was; try again"
            )

    def content(self):
        """All of it."""
        return b"".join(self.chunks()) if self.response.fp is not None else b""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """urllib2: as the standard library does; all, safe (GET and HEAD only), none."""

    def __init__(self, follow):
        self.follow = {"yes": "all", "no": "none"}.get(follow, follow)

    def redirect_request(self, request, fp, code, msg, headers, newurl):
        method = request.get_method()
        safe = method in ("GET", "HEAD")
        if self.follow == "none" or (self.follow == "safe" and not safe):
            raise urllib.error.HTTPError(request.full_url, code, msg, headers, fp)
        if self.follow == "urllib2" and not safe and code not in (301, 302, 303):
            raise urllib.error.HTTPError(request.full_url, code, msg, headers, fp)
        turning = GET_AFTER.get(code, ())
        turns = method != "HEAD" and (turning is None or method in turning)
        kept = {name: value for name, value in request.headers.items() if not turns or name.lower() not in OF_BODY}
        return urllib.request.Request(
            newurl.replace(" ", "%20"),
            data=None if turns else request.data,
            method="GET" if turns else method,
            headers=kept,
            origin_req_host=request.origin_req_host,
            unverifiable=True,
        )

    http_error_308 = urllib.request.HTTPRedirectHandler.http_error_302


class _UnixHandler(urllib.request.HTTPHandler):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def http_open(self, request):
        path = self.path

        class Connection(http.client.HTTPConnection):
            def connect(self):
                self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self.sock.settimeout(self.timeout)
                self.sock.connect(path)

        return self.do_open(Connection, request)


def basic(user, password):
    """The header of a login (RFC 7617)."""
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode("utf-8")).decode("ascii")


def masked(url):
    """A URL without its password."""
    parts = urllib.parse.urlsplit(url)
    if "@" not in parts.netloc:
        return url
    login, _, place = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    return urllib.parse.urlunsplit(parts._replace(netloc="%s%s@%s" % (user, colon and ":********", place)))


def _from_netrc(host):
    try:
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(host or "")
    except (OSError, netrc.NetrcParseError):
        return None, ""
    return (found[0], found[2]) if found else (None, "")


def _hint(reason):
    if isinstance(reason, ssl.SSLError):
        return "ca_path names the certificates that may sign the server's; validate_certs: false trusts anybody"
    if isinstance(reason, socket.gaierror):
        return "check the name in the URL"
    if isinstance(reason, ConnectionRefusedError):
        return "does the server run, and is the port right?"
    return None
