"""Who may ask the page's server: the browser that was given its start URL, and no page from elsewhere.

Whatever another site makes a browser send comes without our cookie (``SameSite``), under a name that is not ours
(``Host``, against DNS rebinding), or says where it comes from (``Origin``, ``Sec-Fetch-Site``). All three are checked,
since other pages on this machine count as the same site, and ports share their cookies.
"""

from hmac import compare_digest

from flask import Request, Response

OWN = ("same-origin", "none")
"""What ``Sec-Fetch-Site`` says of a request by our page, or by the person."""


class Guard:
    """The guard of one server, which knows its token and where it listens."""

    def __init__(self, token: str, port: int) -> None:
        self._token = token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self.cookie = f"aligner-{port}"

    def knows(self, token: str | None) -> bool:
        """Whether this is the token."""
        return compare_digest((token or "").encode("utf-8", "replace"), self._token.encode())

    def refusal(self, request: Request) -> str:
        """Why a request is not answered; empty where it is. The start URL itself needs no cookie."""
        headers = request.headers
        if headers.get("Host") not in self._hosts:
            return "This page is known by other names only; open the URL that `align review` printed."
        origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
        if origin is not None and origin not in {f"http://{host}" for host in self._hosts}:
            return "A page from elsewhere may not ask."
        # The start URL may be followed from anywhere: it tells nobody but the browser anything.
        if site is not None and site not in OWN and request.path != "/":
            return "A page from elsewhere may not ask."
        if request.method not in ("GET", "HEAD") and origin is None and site != "same-origin":
            return "Nobody knows which page asks; use a browser of today."
        is_start = request.path == "/" and request.method == "GET" and self.knows(request.args.get("token"))
        if not is_start and not self.knows(request.cookies.get(self.cookie)):
            return "This page is for whoever started it: open the URL that `align review` printed."
        return ""

    def admit(self, response: Response) -> Response:
        """The response, with the cookie that the browser shows from now on."""
        response.set_cookie(self.cookie, self._token, httponly=True, samesite="Strict", path="/")
        return response


def protect(response: Response) -> Response:
    """The response, of no use to other pages: not kept, not framed, not taken for what it is not."""
    is_page = response.mimetype == "text/html"
    # The page itself says what it may load; both policies count.
    policy = "frame-ancestors 'none'" if is_page else "default-src 'none'; frame-ancestors 'none'"
    response.headers.update(
        {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
    )
    return response
