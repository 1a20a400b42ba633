"""What a program watches besides visits: readers, the terminal's health, Prometheus' metrics."""

from dataclasses import asdict

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from kazashi.errors import KazashiError
from kazashi.finding import Finding
from kazashi.serve.api import AService, AStaff, refusals
from kazashi.serve.desk import Desk
from kazashi.serve.schema import FindingModel, ReaderModel
from kazashi.words import Language, words_of

router = APIRouter(responses=refusals(403))


@router.get("/api/v1/readers", response_model=list[ReaderModel])
def readers(service: AService, _staff: AStaff) -> list[dict[str, object]]:
    """The reader of each desk: what it is, what it recovered from, and why it does not work."""
    return [_reader(desk) for desk in service.desks.values()]


@router.get("/api/v1/health", response_model=list[FindingModel])
def health(service: AService, _staff: AStaff) -> list[dict[str, object]]:
    """The terminal: certificates, folders, disks, clock, readers that keep recovering.

    It is looked at once a minute at most.
    """
    return [_finding(each) for each in service.health.findings()]


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}},
)
def metrics(service: AService, _staff: AStaff) -> Response:
    """Counts for a monitoring system, which sends the token."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _reader(desk: Desk) -> dict[str, object]:
    screen, reader = desk.display.screen, desk.reader
    return {
        "url": desk.equipment.url,
        "desk": screen.desk,
        "name": screen.name,
        "info": reader.info and asdict(reader.info),
        "health": reader.health and asdict(reader.health),
        "fault": screen.fault and _fault(screen.fault),
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "level": finding.level,
        "key": finding.key,
        "fields": finding.plain_fields,
        "words": {
            language: {"seen": finding.seen(language), "advice": finding.remedy(language)}
            for language in Language
        },
    }


def _fault(error: KazashiError) -> dict[str, object]:
    words = {language: words_of(error, language) for language in Language}
    return {
        "name": type(error).__name__,
        "words": {
            language: {"seen": each.seen, "advice": each.advice} for language, each in words.items()
        },
    }
