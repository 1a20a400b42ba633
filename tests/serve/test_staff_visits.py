"""Visits of the engine that the staff lead from their screen."""

from staff_screen import values

CHECK = {"staff": "佐藤 花子", "reason": "injury", "other": "", "is_same": True}


def answer(staff, value):
    """What the form on the page of desk 1 sends."""
    page = staff.get("/staff/desks/1")
    (number,) = values(page, "data-question")
    body = {"question": int(number), "answer": value, "name": "佐藤 花子"}
    return staff.post("/staff/desks/1/answer", json=body).raise_for_status()


def test_a_visual_check_goes_through_at_the_staff_screen(person, staff):
    person.lay("mynumber")
    person.until(question="way")
    answer(staff, "visual")
    person.until(question="passcode")
    answer(staff, "0000")
    person.until(question="staff")
    answer(staff, CHECK)
    person.until(question=None)
    person.go_on()
    assert person.screen["outcome"] == "checked_in"


def test_a_visit_without_a_card_is_led_to_its_end(person, staff):
    staff.post("/api/v1/desks/1/visit", json={"token": None}).raise_for_status()
    for value in ("no", "nothing", "no"):
        person.until(question="fallback")
        answer(staff, value)
        person.until(question=None)
    person.until(step="ended")
    address = staff.get("/staff/desks/1").headers["location"]
    assert address.startswith("/staff/visits/")
    assert values(staff.get(address), "data-basis")[0] == "confirmed_later"
