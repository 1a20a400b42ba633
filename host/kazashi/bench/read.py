"""One read and all its events."""

from collections.abc import Callable, Sequence

from .case import Case, Row
from .records import AirLog, Arrival, Exchange, Packet, air_s, arrivals, bringing


class Read:
    """Made when the read is over. `spent_ms(begin_s, end_s)`: milliseconds of each owner."""

    def __init__(
        self,
        case: Case,
        log: AirLog,
        packets: Sequence[Packet],
        certificate: bytes,
        spent_ms: Callable[[float, float], dict[str, float]],
    ) -> None:
        self.begin_s, since = log.after_activation()
        self.exchanges: list[Exchange] = since
        self.arrivals: list[Arrival] = arrivals(packets, certificate)
        pieces = [arrival for arrival in self.arrivals if arrival.piece]
        self.end_s = pieces[-1].end_s
        self.row = Row(
            case,
            air_ms=air_s(since, self.end_s) * 1000,
            first_ms=(pieces[0].begin_s - self.begin_s) * 1000,
            total_ms=(self.end_s - self.begin_s) * 1000,
            first_block_ms=bringing(since, certificate[:4]).air_s * 1000,
            spent_ms=spent_ms(self.begin_s, self.end_s),
        )
