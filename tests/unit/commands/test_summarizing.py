"""`antiphon summarize`: claims as lines."""

from __future__ import annotations

from service.commands.summarizing import claim_lines


def test_claims_are_said_with_the_numbers_of_their_messages() -> None:
    """Under headings; what rests on a summary says so."""
    claims = [
        {"kind": "FACT", "text": "It rains.", "messages": [{"seq": 3}, {"seq": 9}], "summaries": []},
        {"kind": "DECISION", "text": "Stay in.", "messages": [], "summaries": [{"messageCount": 40}]},
    ]
    assert list(claim_lines(claims)) == [
        "Decisions",
        "  - Stay in. (a summary of 40 messages)",
        "Facts",
        "  - It rains. (#3, #9)",
    ]
