"""Forms as clients of the OpenAI videos wire send them: parts, and the fields they stand for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.dialects._multipart import Part, is_form, read_parts, write_parts
from understudy.dialects.openai_videos.form import FormFile, fields_of

PARTS = st.lists(
    st.builds(
        Part,
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="%\\"), min_size=1, max_size=20),
        st.binary(max_size=200),
        st.none() | st.text(st.characters(categories=["L", "N"], include_characters=" ._-图"), max_size=20),
    ),
    max_size=6,
)


def read(body: bytes, content_type: str) -> tuple[Part, ...]:
    return read_parts(body, content_type)


class TestParts:
    @given(PARTS)
    def test_what_is_written_is_read(self, parts: list[Part]) -> None:
        found = read(*write_parts(parts))
        assert [p.data for p in found] == [p.data for p in parts]
        assert [(p.name, p.file_name) for p in found] == [(p.name.replace('"', "%22"), p.file_name) for p in parts]

    def test_the_same_parts_give_the_same_bytes(self) -> None:
        parts = [Part.of_text("a", "1"), Part("f", b"\x00\r\n--", "x.png", "image/png")]
        assert write_parts(parts) == write_parts(parts)
        assert write_parts(parts)[1] != write_parts(parts[:1])[1]

    def test_types_of_files_are_kept(self) -> None:
        (part,) = read(*write_parts([Part("f", b"1", "图 1.png", "image/png")]))
        assert (part.file_name, part.content_type, part.is_file) == ("图 1.png", "image/png", True)

    @pytest.mark.parametrize(
        ("body", "content_type", "reason"),
        [
            (b"--x\r\n", "multipart/form-data", "names no boundary"),
            (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=x", "early"),
            (b"", "multipart/form-data; boundary=x", "early"),
            (b"nothing of the kind", "multipart/form-data; boundary=x", "well-formed"),
        ],
    )
    def test_a_broken_form_is_refused_with_what_to_do(self, body: bytes, content_type: str, reason: str) -> None:
        with pytest.raises(InvalidRequest, match=reason) as caught:
            read(body, content_type)
        assert caught.value.violations[0].kind is ViolationKind.BODY

    def test_a_form_of_thousands_of_parts_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="more than 1000"):
            read(*write_parts([Part.of_text("a", "")] * 1001))

    @pytest.mark.parametrize(
        ("header", "found"),
        [
            ("multipart/form-data; boundary=x", True),
            ("Multipart/Form-Data;boundary=x", True),
            ("application/json", False),
            ("", False),
        ],
    )
    def test_a_form_is_known_by_its_header(self, header: str, found: bool) -> None:
        assert is_form(header) is found

    @pytest.mark.parametrize(("data", "reason"), [(b"\xff", "UTF-8"), (b"a\x00b", "NUL")])
    def test_text_must_be_plain(self, data: bytes, reason: str) -> None:
        with pytest.raises(InvalidRequest, match=reason):
            Part("prompt", data).text()


def fields(*pairs: tuple[str, Any]) -> dict[str, Any]:
    return fields_of(
        Part(name, value.data, value.file_name, value.content_type)
        if isinstance(value, FormFile)
        else Part.of_text(name, value)
        for name, value in pairs
    )


class TestFields:
    @pytest.mark.parametrize(
        ("pairs", "found"),
        [
            ([("a", "1"), ("b", "true")], {"a": "1", "b": "true"}),
            ([("seed", ""), ("prompt", "")], {"prompt": ""}),
            ([("u[]", "a"), ("u[]", "b")], {"u": ["a", "b"]}),
            ([("u[]", "a")], {"u": ["a"]}),
            ([("u", "a"), ("u", "b")], {"u": ["a", "b"]}),
            ([("metadata[k]", "v"), ("metadata[n][m]", "1")], {"metadata": {"k": "v", "n": {"m": "1"}}}),
            ([("m[0][url]", "a"), ("m[1][url]", "b")], {"m": [{"url": "a"}, {"url": "b"}]}),
            ([("m[][type]", "i"), ("m[][url]", "a")], {"m": [{"type": "i", "url": "a"}]}),
            (
                [("m[][type]", "i"), ("m[][type]", "v"), ("m[][url]", "a"), ("m[][url]", "b")],
                {"m": [{"type": "i", "url": "a"}, {"type": "v", "url": "b"}]},
            ),
            ([("m[][a][b]", "1")], {"m": [{"a": {"b": "1"}}]}),
            ([("media", ' [{"type": "x"}]')], {"media": [{"type": "x"}]}),
            ([("prompt", "[shot 1] she waves"), ("negative_prompt", "{x}")], None),
            ([("[odd]", "1"), ("", "2")], {}),
            ([("f", FormFile(b"1", "a.png", "image/png"))], {"f": FormFile(b"1", "a.png", "image/png")}),
        ],
    )
    def test_flattened_fields_are_put_together(
        self, pairs: list[tuple[str, Any]], found: dict[str, Any] | None
    ) -> None:
        assert fields(*pairs) == (dict(pairs) if found is None else found)

    def test_a_voice_on_one_of_two_items_cannot_be_placed(self) -> None:
        """The pairing is lost on the way, so the caller is told the form that keeps it."""
        with pytest.raises(InvalidRequest, match=r"json\.dumps") as caught:
            fields(("media[][url]", "a"), ("media[][url]", "b"), ("media[][reference_voice]", "v"))
        assert caught.value.violations[0].path == "media"

    @pytest.mark.parametrize(
        "pairs",
        [
            [("m", "1"), ("m[k]", "2")],
            [("m[k]", "2"), ("m", "1")],
            [("m", "1"), ("m[][k]", "2")],
        ],
    )
    def test_a_field_is_one_thing(self, pairs: list[tuple[str, str]]) -> None:
        with pytest.raises(InvalidRequest, match="both"):
            fields(*pairs)

    @pytest.mark.parametrize("text", ["[1,", '{"a":1}}', '[1], "b": 2', "{a}", '{"a":1,"a":2}'])
    def test_what_begins_like_json_is_json(self, text: str) -> None:
        with pytest.raises(InvalidRequest, match="begins like JSON"):
            fields(("media", text))

    @given(st.lists(st.fixed_dictionaries({"type": st.text("ab", min_size=1), "url": st.text("cd", min_size=1)})))
    def test_any_list_of_like_objects_survives(self, items: list[dict[str, str]]) -> None:
        columns = [(f"media[][{key}]", item[key]) for key in ("type", "url") for item in items]
        assert fields(*columns) == ({"media": items} if items else {})
        assert fields(("media", json.dumps(items))) == {"media": items}
