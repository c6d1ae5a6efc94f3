"""Text files: what is read, how it is cut, and what is said of all that is not text."""

import gzip
import os

import pytest

from course_lib.data.text import read_text, split_text


@pytest.fixture
def put(tmp_path):
    def write(raw: bytes, name: str = "file.txt"):
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return write


def test_text_of_any_script_and_suffix_is_read(put):
    text = "int main(void)\n{\n\treturn 0; // 早上好, ∂L/∂h, 🙂\n}\n"
    assert read_text(put(text.encode(), "kernel.c")) == text
    assert read_text(str(put(text.encode(), "no_suffix"))) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_become_one_character(put, end):
    assert read_text(put(end.join(["a", "b", "", "c"]).encode())) == "a\nb\n\nc"


def test_a_byte_order_mark_is_no_text(put):
    assert read_text(put(b"\xef\xbb\xbf" + "春".encode())) == "春"


def test_the_home_folder_may_be_written_short(put, tmp_path, monkeypatch):
    put(b"text", "mine.txt")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_text("~/mine.txt") == "text"


def test_a_missing_file_is_named_with_those_that_are_there(put, tmp_path):
    put(b"x", "paper.txt")
    put(b"x", ".hidden")
    with pytest.raises(FileNotFoundError, match=r"no file .*papre.txt") as caught:
        read_text(tmp_path / "papre.txt")
    assert str(caught.value).endswith("holds paper.txt")
    for i in range(7):
        put(b"x", f"a{i}")
    with pytest.raises(FileNotFoundError, match=r"holds a0, a1, a2, a3, a4 and 3 more"):
        read_text(tmp_path / "papre.txt")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_text(tmp_path / "nowhere" / "papre.txt")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match=r"is a folder.*holds no file"):
        read_text(tmp_path)


@pytest.mark.parametrize("raw", [b"", b"  \n\r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(put, raw):
    with pytest.raises(ValueError, match=f"is empty: it has {len(raw)} bytes"):
        read_text(put(raw))


def test_a_binary_file_is_refused(put):
    with pytest.raises(ValueError, match=r"binary file \(byte 4 is zero\)"):
        read_text(put(b"%PDF\0\x01\x02"))
    with pytest.raises(ValueError, match=r"binary file|not in UTF-8"):
        read_text(put(gzip.compress(b"text" * 100)))


def test_another_encoding_is_named_with_its_place(put):
    raw = b"line one\n" + "早上好".encode("gb18030")
    with pytest.raises(ValueError, match=r"not in UTF-8: byte 9 \(line 2\) is 0xd4"):
        read_text(put(raw))
    with pytest.raises(ValueError, match="iconv"):
        read_text(put("déjà vu".encode("latin-1")))
    for encoding in ("utf-16", "utf-16-le"):
        with pytest.raises(ValueError, match=r"UTF-16|binary"):
            read_text(put("text".encode(encoding)))


def test_a_file_that_may_not_be_read_says_so(put):
    if os.geteuid() == 0:  # root reads everything: let the system refuse by hand
        path = put(b"x")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(path), "read_bytes", _refuse)
            with pytest.raises(PermissionError, match="check its permissions"):
                read_text(path)
        return
    path = put(b"x")
    path.chmod(0)
    with pytest.raises(PermissionError, match="check its permissions"):
        read_text(path)


def _refuse(self):
    raise PermissionError(13, "Permission denied", str(self))


@pytest.mark.parametrize("size", [2, 10, 1000, 12_345])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_two_parts_are_the_text_in_order(size, share):
    text = ("".join(f"line {i} of many\n" for i in range(size)))[:size]
    if round(size * (1 - share)) in (0, size):
        with pytest.raises(ValueError, match="one part would be empty"):
            split_text(text, share)
        return
    train, validation = split_text(text, share)
    assert train + validation == text
    assert train
    assert validation
    assert abs(len(validation) - share * size) <= size / 100 + 1
    if size >= 10_000:
        assert train.endswith("\n"), "a line end was near and was not taken"


@pytest.mark.parametrize("share", [0, 1, -0.1, 2])
def test_a_share_that_leaves_nothing_is_refused(share):
    with pytest.raises(ValueError, match="expected between 0 and 1"):
        split_text("text", share)
