"""`kazashi serve`: the screens of a reception, and its interface for programs."""

import logging
import webbrowser
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazashi.cli.centre import SaysCentre, centre_of
from kazashi.cli.console import Console
from kazashi.cli.open_numbers import numbers_of
from kazashi.cli.options import AsTest, ConfigFile, JournalPath, need, usable_for_cards
from kazashi.cli.oqs import look_of, results_of
from kazashi.cli.site import site_of
from kazashi.cli.trust import anchors_of, component_of, passcode_of
from kazashi.finding import Finding
from kazashi.health.expiry import served_now
from kazashi.health.returns import Returns, kept_at
from kazashi.health.settings import TerminalSettings
from kazashi.health.terminal import Terminal
from kazashi.reception.configuration import Configuration
from kazashi.reception.journal import default_path

if TYPE_CHECKING:
    from kazashi.serve.access import Access
    from kazashi.serve.settings import ServeSettings


def serve(
    reader: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="The reader of a desk, once for each; default: as configured, or the only one.",
            show_default=False,
        ),
    ] = None,
    *,
    config: ConfigFile = None,
    as_test: AsTest = False,
    journal: JournalPath = None,
    centre: SaysCentre = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="0: any; default: as configured, or 8470.", show_default=False
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open both screens in a browser.")] = True,
) -> None:
    """Serve the patient screen, the staff screen and the interface for programs, until Ctrl-C."""
    need("serve")
    from kazashi.serve.assigned import Assigned
    from kazashi.serve.running import listen, open_access, own_state, run, state_folder
    from kazashi.serve.service import Service
    from kazashi.serve.settings import ServeSettings, desks_of
    from kazashi.serve.site_settings import SiteSettings
    from kazashi.serve.under_way import UnderWay

    configured = Configuration.read(config)
    settings = ServeSettings.read(config, configured.profiles)
    if port is not None:
        settings = replace(settings, port=port)
    if reader or not settings.desks:
        urls = [usable_for_cards(url) or "" for url in reader or []]
        settings = replace(settings, desks=desks_of(urls, next(iter(configured.profiles))))
    anchors = anchors_of(configured.anchors, is_test=as_test)
    centre_of(centre, is_test=as_test, config=config)  # a wrong pair of options is told now
    kept = journal or default_path()
    with ExitStack() as stack, listen(settings) as line, own_state(state_folder()) as folder:
        numbers = numbers_of(config, kept)
        shared = site_of(config, kept, numbers)
        findings = stack.enter_context(shared.database).findings if shared else tuple
        site = SiteSettings(
            lambda: Configuration.read(config),
            anchors,
            lambda: centre_of(centre, is_test=as_test, config=config),
            lambda read: passcode_of(read.passcode, is_test=as_test),
            component_of(anchors, is_test=as_test),
            kept,
            settings.language,
            as_test,
            _terminal(config, kept, findings),
            Assigned(None if reader else folder / "readers.json"),
            UnderWay(folder / "under-way.json"),
            results_of(stack, config, kept),
            numbers,
            shared.board if shared else None,
            shared.held if shared else None,
        )
        access = open_access(folder)
        address = f"{settings.scheme}://{settings.name}:{line.getsockname()[1]}"
        _tell(address, settings, access, opens=browser)
        logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
        run(Service(settings.desks, site), access, settings, line)


def _terminal(
    config: Path | None, journal: Path, database: Callable[[], Iterable[Finding]]
) -> Terminal:
    """What is looked after beside the desks."""
    from kazashi.reception.whole_file import write_private

    returns = Returns(kept_at(), write_private)
    settings = TerminalSettings.read(config)
    served = served_now(settings.site_certificate)
    return Terminal(journal, settings, returns, look_of(config, journal), database, served)


def _tell(address: str, settings: "ServeSettings", access: "Access", *, opens: bool) -> None:
    """Where each screen is paired, and where programs find the service. `opens`: in a browser."""
    from kazashi.serve.access import Caller, Role

    callers = {"staff": Caller(Role.STAFF)}
    callers |= {
        f"patient, {desk.title}": Caller(Role.PATIENT, desk.name) for desk in settings.desks
    }
    console = Console(stderr=True)
    for name, caller in callers.items():
        url = f"{address}/pair#{access.code_for(caller)}"
        console.print(f"{name}: {url}", soft_wrap=True, markup=False, highlight=False)
        if opens:
            webbrowser.open(url)
    console.print(f"programs: {address}/api/v1, token in {access.token_path}", soft_wrap=True)
