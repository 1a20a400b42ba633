"""A simulated reader, and what its card should give."""

import pytest


@pytest.fixture
def simulated(pico):
    return pico()


@pytest.fixture
def certificate(simulated):
    return simulated.cards[0].blocks.application.person.certificate
