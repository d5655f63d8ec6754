"""What is said in the example of `docs/notebooks`: prompts, files, and the answers of models that are made up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CHATS: Mapping[str, str] = {
    "from": "Where do antiphons come from?",
    "west": "Who brought them to the west?",
    "choirs": "How many choirs does it take?",
    "open": "Which one should we open with?",
    "open, better": "Which antiphon should our festival open with, and who sings it?",
    "certain": "Is that certain?",
    "sources": "Which sources say so?",
    "psalm": "What is a psalm?",
    "help": "Which choir needs most help?",
}
_ANSWERS: Mapping[str, str] = {
    "from": "From Syria. In Antioch two choirs sang psalms in turn, in the fourth century: one called, the other "
    "responded. Theodoret names two monks, Flavian and Diodore, who began it.",
    "west": "Ambrose, bishop of Milan, in the year 386. Augustine was there, and tells why: the people kept watch in "
    "the church, and sang so that they would not faint from grief.",
    "choirs": "Two. One begins and the other answers; often both end together.",
    "open": "With O Sapientia, the first of the great antiphons of Advent. It is short, known by all your choirs, and "
    "needs no organ.",
    "open, better": "With O Sapientia. Lauda of Milan begins from the gallery, since it is the largest; Cantus of "
    "Basel answers from the door. Both together sing the end.",
    "certain": "No. Augustine was an eyewitness of Milan, so that is as good as it gets. That nobody in the west had "
    "sung like that before is what he heard.",
    "sources": "Augustine, Confessions, book nine; Paulinus, Life of Ambrose; and Theodoret, Church History, book two, "
    "for Antioch.",
    "psalm": "A song of the Bible that is prayed. There are 150.",
    "help": "Hymnus of Graz. It has nine singers, no conductor, and the longest way.",
}
_CHOIRS = (
    ("Lauda", "Milan", 24, "a gallery", "It came by train and sang well."),
    ("Cantus", "Basel", 18, "scores in large print", "It came by train and sang well."),
    ("Vesper", "Lyon", 16, "a piano", "The report came late at night."),
    ("Matutin", "Ghent", 21, "beds for two nights", "It practises twice a week."),
    ("Hymnus", "Graz", 9, "a conductor", "The report came by telegram."),
    ("Sequentia", "Trier", 14, "an early hour", "It practises twice a week."),
    ("Tropus", "Porto", 12, "an unknown thing", "The paper has water damage."),
    ("Kyrie", "Turku", 30, "two buses", "It came by ship and sang well."),
)


def report(number: int) -> str:
    """The file of a choir."""
    name, town, singers, need, how = _CHOIRS[number - 1]
    return f"Report of the choir {name} of {town}.\n\n{singers} singers. It needs {need}. {how}\n"


HALL = """# The hall

## Its sound

The hall is of stone and has an echo of four seconds. Whoever sings fast is not understood. From the gallery a choir of
twenty fills it; from the door it takes thirty. Carpets help, and so does a full house. The organ is a quarter tone low.

## Its doors

There are three doors. The large one is for the public, the one behind the stage for the choirs, the third is kept free.
The key is with the caretaker, who lives next door and wants to be asked a week before.

## Its seats

Four hundred seats stand in twenty rows. The gallery has sixty more. The first two rows are for the choirs that wait.
"""
LAW = """# What the town allows

## Noise

Music that is heard outside ends at ten in the evening, on Fridays and Saturdays at eleven. With closed windows a choir
may go on until midnight. Whoever lives nearer than fifty meters is told a week before, in writing.

## People

In a hall with three doors there may be five hundred people. One door is kept free. A nurse is there, and two people who
know where the water is.
"""
SEATS = "row,seats,for\n1,20,choirs\n2,20,choirs\n3-20,360,public\ngallery,60,choirs and guests\n"
PROGRAMME = "Three themes: night, light, thanks. Each has a verse of four lines. The evening begins at seven.\n"
PLAN: Mapping[str, Any] = {
    "steps": [
        {"id": "themes", "prompt": "Answer with a JSON list of the themes in:\n{{input}}", "responseFormat": "JSON"},
        {"id": "verse", "forEach": "themes", "prompt": "Write a verse about {{item}}."},
        {"id": "programme", "prompt": "{{instruction}} Use these verses:\n{{steps.verse}}", "model": "acme/large"},
    ],
    "aggregation": "CONCAT",
    "answer": ["programme"],
}
_VERSES: Mapping[str, str] = {
    "night": "The lamps are low, the doors are wide, / one choir on either side.",
    "light": "A voice is lit, another too, / and what was one is two.",
    "thanks": "For bread and bench and borrowed key, / for you who sang with me.",
}
_READ = re.compile(r"Report of the choir (\w+) of (\w+)\.\n\n(\d+) singers\. It needs ([^.]+)\.")


def answer_to(asked: str) -> str:
    """What a model answers to the newest message."""
    for name, prompt in CHATS.items():
        if asked == prompt:
            return _ANSWERS[name]
    if "Combine them" in asked:
        return _combined(asked)
    if found := _READ.search(asked):
        name, town, singers, need = found.groups()
        return f"{name} of {town}: needs {need}." if "choir need?" in asked else f"{name} of {town}: {singers} singers."
    if "JSON list" in asked:
        return '["night", "light", "thanks"]'
    if found := re.search(r"a verse about (\w+)", asked):
        return _VERSES[found[1]]
    if "these verses" in asked:
        return "Seven o'clock: night. Eight o'clock: light. Nine o'clock: thanks. A verse is sung before each."
    return _of_the_hall(asked)


def _combined(asked: str) -> str:
    choirs = re.findall(r"^(\w+) of (\w+): (\d+) singers", asked, re.MULTILINE)
    if choirs:
        return f"{len(choirs)} choirs with {sum(int(it[2]) for it in choirs)} singers have written; one is unreadable."
    if needs := re.findall(r"needs ([^.]+)\.", asked):
        return f"They need {', '.join(needs[:-1])} and {needs[-1]}."
    if "people sit?" in asked:
        return "The public sits in rows 3 to 20, choirs in rows 1 and 2, guests on the gallery."
    return "A hall of stone for five hundred people, with an echo, three doors, and quiet from ten or eleven on."


def _of_the_hall(asked: str) -> str:
    if "Until when" in asked:
        return "Until ten, on Fridays and Saturdays until eleven; with closed windows until midnight."
    for sign, text in (
        ("row,seats", "Rows 1 and 2 are for choirs, rows 3 to 20 for the public."),
        ("people sit?", "Four hundred seats in twenty rows, and sixty on the gallery."),
        ("Noise", "Music ends at ten, at the end of the week at eleven."),
        ("five hundred people", "Five hundred people may come, and one door stays free."),
        ("echo", "It is of stone, with an echo of four seconds."),
        ("caretaker", "It has three doors, and a caretaker with the key."),
    ):
        if sign in asked:
            return text
    return "It has four hundred seats and a gallery."
