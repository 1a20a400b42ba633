"""Check a patient in at desk 1, and follow it. Arguments: the address, the file of the token."""

import json
import sys
from pathlib import Path

import httpx

address, token = sys.argv[1], Path(sys.argv[2]).read_text().strip()
answers = {"way": "pin", "pin": "1234", "prescription": "paper"}
with httpx.Client(base_url=address, headers={"authorization": f"Bearer {token}"}) as http:
    http.put("desks/1/table", json={"card": "mynumber"})  # a simulated one
    with http.stream("GET", "events?desk=1", timeout=30) as events:
        for line in events.iter_lines():
            if not line.startswith("data: "):
                continue
            screen = json.loads(line.removeprefix("data: "))
            if question := screen["question"]:
                answer = answers.get(question["name"]) or question.get("groups")
                body = {"question": question["number"], "answer": answer}
                http.post("desks/1/answer", json=body)
            print(screen["step"], screen["outcome"] or "")
            if screen["outcome"]:
                break
