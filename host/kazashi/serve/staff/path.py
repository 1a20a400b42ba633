"""Where staff stand on the way through the fall-backs: they are a tree, so each has one path."""

from functools import cache

from kazashi.reception.fallback import FIRST, Answer, Step, after


def path_to(step: Step) -> tuple[tuple[Step, Answer], ...]:
    """The questions before `step`, with the answers that led there, from the first one on."""
    return _paths().get(step, ())


@cache
def most_left(step: Step) -> int:
    """How many questions may follow `step`, at most."""
    followed = [after(step, answer) for answer in step.answers]
    return max((1 + most_left(each) for each in followed if isinstance(each, Step)), default=0)


@cache
def _paths() -> dict[Step, tuple[tuple[Step, Answer], ...]]:
    paths: dict[Step, tuple[tuple[Step, Answer], ...]] = {FIRST: ()}
    waiting = [FIRST]
    while waiting:
        step = waiting.pop()
        for answer in step.answers:
            then = after(step, answer)
            if isinstance(then, Step) and then not in paths:
                paths[then] = (*paths[step], (step, answer))
                waiting.append(then)
    return paths
