"""Small exports of chat applications, made up in the shape of real ones, and how tests read them."""

from __future__ import annotations

import io
import json
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.formats import recognize
from service.conversations.transfer.transcripts import Notice, Transcript, TranscriptMessage


def bundle(files: dict[str, Any]) -> Bundle:
    """Files by name: bytes, or values that become JSON."""
    contents = {name: held if isinstance(held, bytes) else json.dumps(held).encode() for name, held in files.items()}
    members = [Member(name, len(held), lambda held=held: io.BytesIO(held)) for name, held in contents.items()]
    return Bundle("export.zip" if len(files) > 1 else next(iter(files)), members)


def read(files: dict[str, Any]) -> tuple[str, list[Transcript], list[Notice]]:
    """The format that files are recognized as, its transcripts, and all notices."""
    given = bundle(files)
    known = recognize(given)
    found = list(known.read(given))
    transcripts = [one for one in found if isinstance(one, Transcript)]
    notices = [one for one in found if isinstance(one, Notice)]
    return known.name, transcripts, notices + [notice for one in transcripts for notice in one.notices]


def by_key(transcript: Transcript) -> dict[str, TranscriptMessage]:
    """The messages of a transcript."""
    return {message.key: message for message in transcript.messages}


def texts(notices: list[Notice]) -> str:
    """What notices say, a line each."""
    return "\n".join(f"{notice.kind} {notice.place}: {notice.text}" for notice in notices)


def chatgpt_node(key: str, parent: str | None, role: str = "user", content: Any = "?", **about: Any) -> dict[str, Any]:
    """A node of ChatGPT's tree. A text is its content in one part."""
    said = {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
    author = {"role": role, "name": about.pop("name", None), "metadata": {}}
    message = {"id": key, "author": author, "content": said, "create_time": 1700000000.5, "recipient": "all", **about}
    return {"id": key, "parent": parent, "children": [], "message": message}


def chatgpt(*nodes: dict[str, Any], **about: Any) -> dict[str, Any]:
    """A conversation of ChatGPT's: these nodes below a root that says nothing."""
    mapping = {"root": {"id": "root", "parent": None, "children": [], "message": None}}
    for node in nodes:
        mapping[node["id"]] = node
        if node["parent"] in mapping:
            mapping[node["parent"]]["children"].append(node["id"])
    times = {"create_time": 1700000000.0, "update_time": 1700000100.0}
    last = nodes[-1]["id"] if nodes else "root"
    return {"conversation_id": "c-1", "title": "A title", **times, "mapping": mapping, "current_node": last, **about}


def claude_message(key: str, sender: str, *content: Any, **about: Any) -> dict[str, Any]:
    """A message of Claude's; texts become blocks."""
    blocks = [{"type": "text", "text": block} if isinstance(block, str) else block for block in content]
    flat = " ".join(block["text"] for block in blocks if block["type"] == "text")
    times = {"created_at": "2025-03-01T10:00:00.000000Z", "updated_at": "2025-03-01T10:00:00.000000Z"}
    return {
        "uuid": key,
        "sender": sender,
        "text": flat,
        "content": blocks,
        "attachments": [],
        "files": [],
        **times,
        **about,
    }


def claude(*messages: dict[str, Any], **about: Any) -> dict[str, Any]:
    """A conversation of Claude's."""
    times = {"created_at": "2025-03-01T10:00:00.000000Z", "updated_at": "2025-03-01T11:00:00.000000Z"}
    return {
        "uuid": "c-1",
        "name": "A title",
        **times,
        "account": {"uuid": "a"},
        "chat_messages": list(messages),
        **about,
    }


def activity(title: str, time: str | None, *answers: str, **about: Any) -> dict[str, Any]:
    """An activity of Gemini's."""
    held: dict[str, Any] = {"header": "Gemini Apps", "title": title, "time": time, "products": ["Gemini Apps"], **about}
    return held | ({"safeHtmlItem": [{"html": answer} for answer in answers]} if answers else {})


def grok_response(key: str, sender: str, message: str, parent: str | None = None, **about: Any) -> dict[str, Any]:
    """A response of Grok's."""
    time = {"$date": {"$numberLong": "1735689600000"}}
    held = {"_id": key, "sender": sender, "message": message, "parent_response_id": parent, "create_time": time}
    return {"response": held | about, "share_link": None}


def grok(*responses: dict[str, Any]) -> dict[str, Any]:
    """Grok's file with one conversation."""
    about = {"id": "c-1", "title": "A title", "create_time": "2025-01-01T00:00:00Z", "user_id": "u"}
    return {"conversations": [{"conversation": about, "responses": list(responses)}], "projects": [], "tasks": []}


def openwebui_message(key: str, role: str, content: Any, parent: str | None = None, **about: Any) -> dict[str, Any]:
    """A message of Open WebUI's."""
    return {"id": key, "parentId": parent, "role": role, "content": content, "timestamp": 1700000000, **about}


def openwebui(*messages: dict[str, Any], **about: Any) -> dict[str, Any]:
    """A chat of Open WebUI's."""
    history = {
        "messages": {said["id"]: said for said in messages},
        "currentId": messages[-1]["id"] if messages else None,
    }
    chat = {"title": "A title", "models": ["m-1"], "history": history, **about}
    return {
        "id": "c-1",
        "user_id": "u",
        "title": "A title",
        "chat": chat,
        "created_at": 1700000000,
        "updated_at": 1700000100,
    }


def librechat_message(key: str, parent: str | None, by_person: bool, said: Any, **about: Any) -> dict[str, Any]:
    """A message of LibreChat's: a text, or its parts."""
    content = {"text": said} if isinstance(said, str) else {"text": "", "content": said}
    who = {
        "isCreatedByUser": by_person,
        "sender": "User" if by_person else "GPT",
        "createdAt": "2024-05-01T16:35:11.530Z",
    }
    return {
        "messageId": key,
        "parentMessageId": parent or "00000000-0000-0000-0000-000000000000",
        **who,
        **content,
        **about,
    }


def librechat(*messages: dict[str, Any], **about: Any) -> dict[str, Any]:
    """A conversation of LibreChat's, as a flat list."""
    options = {"model": "m-1", "promptPrefix": None}
    return {
        "conversationId": "c-1",
        "title": "A title",
        "exportAt": "13:18",
        "options": options,
        "messages": list(messages),
        **about,
    }


def chatbotui() -> dict[str, Any]:
    """Chatbot UI's file with one conversation."""
    messages = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    held = {
        "id": "c-1",
        "name": "A title",
        "messages": messages,
        "model": {"id": "m-1"},
        "prompt": "Be brief",
        "folderId": None,
    }
    return {"version": 4, "history": [held], "folders": [], "prompts": []}


def aistudio(*chunks: dict[str, Any], **about: Any) -> dict[str, Any]:
    """A prompt of AI Studio's."""
    return {
        "runSettings": {"model": "models/m-1"},
        "systemInstruction": {},
        "chunkedPrompt": {"chunks": list(chunks)},
        **about,
    }


EXAMPLES: dict[str, dict[str, Any]] = {
    "chatgpt": {
        "conversations.json": [
            chatgpt(
                chatgpt_node("1", "root", "user", "Hello", metadata={"attachments": [{"id": "f", "name": "a.png"}]}),
                chatgpt_node("2", "1", "assistant", {"content_type": "thoughts", "thoughts": [{"content": "Hm"}]}),
                chatgpt_node("3", "2", "assistant", {"content_type": "code", "text": '{"q":1}'}, recipient="web.run"),
                chatgpt_node(
                    "4", "3", "tool", {"content_type": "tether_quote", "url": "u", "text": "t"}, name="web.run"
                ),
                chatgpt_node(
                    "5",
                    "4",
                    "assistant",
                    "Yes \ue200cite\ue202turn0search1\ue201.",
                    metadata={
                        "model_slug": "gpt-5",
                        "finish_details": {"type": "stop"},
                        "content_references": [
                            {
                                "matched_text": "\ue200cite\ue202turn0search1\ue201",
                                "items": [{"title": "T", "url": "https://u"}],
                            }
                        ],
                    },
                ),
            )
        ],
        "message_feedback.json": [{"id": "5", "conversation_id": "c-1", "rating": "thumbsUp"}],
    },
    "claude": {
        "conversations.json": [
            claude(
                claude_message(
                    "1", "human", "Hello", attachments=[{"file_name": "a.txt", "extracted_content": "text"}]
                ),
                claude_message(
                    "2",
                    "assistant",
                    {"type": "thinking", "thinking": "Hm", "summaries": [{"summary": "S"}]},
                    {"type": "tool_use", "id": "t", "name": "search", "input": {"q": 1}},
                    {
                        "type": "tool_result",
                        "tool_use_id": "t",
                        "name": "search",
                        "content": [{"type": "text", "text": "r"}],
                    },
                    "Yes",
                    parent_message_uuid="1",
                ),
            )
        ],
        "projects.json": [{"uuid": "p", "name": "P", "docs": []}],
    },
    "gemini": {
        "Takeout/My Activity/Gemini Apps/MyActivity.json": [
            activity(
                "Prompted two", "2026-03-02T09:20:00.000Z", "<p>Two <b>2</b></p>", subtitles=[{"name": "G", "url": "x"}]
            ),
            activity(
                "Prompted one", "2026-03-02T09:15:00.000Z", "<ul><li>One</li></ul>", "<p>Uno</p>", imageFile="i.png"
            ),
            activity("Gave feedback: Good response", "2026-03-02T09:00:00.000Z"),
        ]
    },
    "aistudio": {
        "A title": aistudio(
            {"role": "user", "text": "Hello", "driveImage": {"id": "d"}},
            {"role": "model", "text": "Hm", "isThought": True},
            {"role": "model", "text": "Hi", "finishReason": "STOP", "tokenCount": 3, "parts": [{"text": "Hi"}]},
            systemInstruction={"parts": [{"text": "Be brief"}]},
        )
    },
    "grok": {
        "prod-grok-backend.json": grok(
            grok_response("1", "human", "Hello", file_attachments=["f"]),
            grok_response("2", "ASSISTANT", "Hi", "1", thinking_trace="Hm", web_search_results=[{"url": "https://u"}]),
        )
    },
    "openwebui": {
        "chats.json": [
            openwebui(
                openwebui_message(
                    "1", "user", "Hello", files=[{"type": "file", "name": "a.txt", "file": {"meta": {"size": 3}}}]
                ),
                openwebui_message(
                    "2",
                    "assistant",
                    '<details type="reasoning"><summary>T</summary>\n> Hm\n</details>\nHi',
                    "1",
                    usage={"prompt_tokens": 3, "completion_tokens": 1},
                    output=[
                        {"type": "function_call", "call_id": "t", "name": "f", "arguments": "{}"},
                        {
                            "type": "function_call_output",
                            "call_id": "t",
                            "output": [{"type": "input_text", "text": "r"}],
                        },
                        {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
                    ],
                ),
                openwebui_message(
                    "3", "assistant", '<details type="reasoning"><summary>T</summary>\n> Hm\n</details>\nHi', "1"
                ),
            )
        ]
    },
    "librechat": {
        "c.json": librechat(
            librechat_message("1", None, True, "Hello", files=[{"filename": "a.txt", "bytes": 3}]),
            librechat_message(
                "2",
                "1",
                False,
                [
                    {"type": "think", "think": "Hm"},
                    {"type": "tool_call", "tool_call": {"id": "t", "name": "f", "args": "{}", "output": "r"}},
                    {"type": "text", "text": {"value": "Hi"}},
                ],
                children=[librechat_message("3", "2", True, "More")],
            ),
        )
    },
    "chatbotui": {"c.json": chatbotui()},
}
"""A valid export of each format."""
