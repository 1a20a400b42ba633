"""The staff screen of a service whose desks a test plays: no engine runs there."""

import asyncio
from contextlib import contextmanager
from functools import partialmethod
from html.parser import HTMLParser
from threading import Thread

import httpx

from kazashi.health.terminal import Terminal
from kazashi.reception.anchors import Anchors
from kazashi.reception.configuration import Configuration
from kazashi.serve.access import Access, Caller, Role
from kazashi.serve.app import create_app
from kazashi.serve.service import Service
from kazashi.serve.settings import DeskSettings, ServeSettings
from kazashi.serve.site_settings import SiteSettings
from site_waits import until

_PORT = 8470
ADDRESS = f"http://localhost:{_PORT}"


def site_of(journal, centre=None, anchors=None, *, is_test=False):
    return SiteSettings(
        configuration=lambda: Configuration.read(None),
        anchors=anchors or Anchors.of([], is_test=False),
        centre=lambda: centre,
        passcode=lambda _configured: None,
        component=None,
        journal=journal,
        language="ja",
        is_test=is_test,
        terminal=Terminal(journal, is_synchronised=lambda: True),
    )


class Browser:
    """Sends requests as a page of the service does; remembers its cookies."""

    def __init__(self, app, cookies):
        self._app = app
        self.cookies = dict(cookies)

    def request(self, method, path, headers=(), **what):
        return asyncio.run(self._request(method, path, {"origin": ADDRESS, **dict(headers)}, what))

    async def _request(self, method, path, headers, what):
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url=ADDRESS, cookies=self.cookies, headers=headers
        ) as client:
            answer = await client.request(method, path, **what)
            self.cookies |= {each.name: each.value for each in answer.cookies.jar}
            return answer

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    delete = partialmethod(request, "DELETE")


class StaffScreen:
    """A paired staff screen, and the desks that it looks at."""

    def __init__(self, folder, site, desks=("1", "2")):
        settings = [DeskSettings(name, f"受付{name}", None, "desk") for name in desks]
        self.service = Service(settings, site)
        self.access = Access(folder)
        self._app = create_app(self.service, self.access, ServeSettings(), _PORT)
        self.http = self.browser(Caller(Role.STAFF))

    def browser(self, caller):
        """A browser that is paired as `caller`."""
        cookie, _ = self.access.pair(self.access.code_for(caller))
        return Browser(self._app, {f"kazashi-{_PORT}": cookie})

    def display(self, desk="1"):
        return self.service.desks[desk].display

    @contextmanager
    def asked(self, question, desk="1"):
        """`question` is asked at `desk`; a list that gets the answer."""
        display, answers = self.display(desk), []
        display.begin()
        asks = Thread(target=lambda: answers.append(display.ask(question)))
        asks.start()
        until(lambda: _is_asked(display))
        try:
            yield answers
        finally:
            display.cancel.set()
            display.stop()
            asks.join()

    def answer(self, value, desk="1", **who):
        """What the page's form sends."""
        number = self.display(desk).screen.number
        body = {"question": number, "answer": value, **who}
        return self.http.post(f"/staff/desks/{desk}/answer", json=body)


def _is_asked(display):
    with display._changed:  # what has changed is published, too
        return display.screen.question is not None


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def elements(page, attribute):
    """Attributes of the elements of `page` that have `attribute`."""
    parser = _Elements()
    parser.feed(page.text)
    return [attributes for _, attributes in parser.found if attribute in attributes]


def values(page, attribute):
    return [each[attribute] for each in elements(page, attribute)]
