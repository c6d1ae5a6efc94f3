"""A time stamp is read in one way, or the grade says that it was not."""

import os
import random
import time as clock
from datetime import datetime

import pytest
from grading.handing_in import FILE, NAME, Graded, answered, text
from nbgrader.utils import parse_utc

from course_lib.grading.submission.timestamps import read_stamp, read_timestamp

DAY = "2026-11-20 23:59:00.000000 UTC"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "learner" / NAME
    made.mkdir(parents=True)
    (made / FILE).write_text(text(answered()), encoding="utf-8")
    return made


def read(folder, data):
    (folder / "timestamp.txt").write_bytes(
        data if isinstance(data, bytes) else data.encode()
    )
    return read_stamp(folder)


SURE = {
    "2026-11-20 23:59:00 UTC": DAY,
    "2015-02-02 15:58:23.948203 UTC": "2015-02-02 15:58:23.948203 UTC",
    "2026-11-20 23:59:00": DAY,
    "2026-11-20 23:59": DAY,
    "2026-11-20T23:59:00Z": DAY,
    "2026-11-20t23:59:00z".upper(): DAY,
    "2026-11-21T00:59:00+01:00": DAY,
    "2026-11-21T00:59:00.0000000+01:00": DAY,
    "2026-11-20T15:59-0800": DAY,
    "2026-11-20 23:59:00 +0000": DAY,
    "2026-11-20 23:59:00 GMT": DAY,
    "2026-11-21 00:59:00 UTC+1": DAY,
    "20261120T235900Z": DAY,
    "20261120235900": DAY,
    "1795219140": DAY,
    "1795219140.5": "2026-11-20 23:59:00.500000 UTC",
    "1795219140000": DAY,
    "1795219140000000000": DAY,
    "2026-11-21 00:59:00 CET": DAY,
    "2026-07-21 01:59:00 CEST": "2026-07-20 23:59:00.000000 UTC",
    "2026-11-21 00:59:00 Europe/Berlin": DAY,
    "2026-11-21 07:59:00 Asia/Shanghai": DAY,
    "2026-11-20 15:59:00 America/Los_Angeles": DAY,
    "2026年11月21日 07:59 +08:00": DAY,
    "Fri, 20 Nov 2026 23:59:00 GMT": DAY,
    "Sat, 21 Nov 2026 00:59:00 +0100": DAY,
    "Fri Nov 20 23:59:00 UTC 2026": DAY,
    "Sat Nov 21 00:59:00 CET 2026": DAY,
    "Sat Nov 21 2026 00:59:00 GMT+0100 (Central European Standard Time)": DAY,
    "2026-11-21T07:59:00+08:00[Asia/Shanghai]": DAY,
    "20.11.2026 23:59 UTC": DAY,
    "11/20/2026 11:59 PM UTC": DAY,
    '"2026-11-20T23:59:00Z"': DAY,
    "2026-10-25 02:30:00 CET": "2026-10-25 01:30:00.000000 UTC",
    "2026-10-25 02:30:00 CEST": "2026-10-25 00:30:00.000000 UTC",
    "2016-12-31 23:59:60 UTC": "2017-01-01 00:00:00.000000 UTC",
}


@pytest.mark.parametrize("said", SURE)
def test_a_time_that_can_mean_one_thing_is_read(folder, said):
    found = read(folder, said + "\n")
    assert (found.text, found.note) == (SURE[said], "")
    # what is handed on is what nbgrader reads as the same time
    expected = datetime.strptime(SURE[said], "%Y-%m-%d %H:%M:%S.%f UTC")
    assert parse_utc(found.text) == expected


ENCODED = {
    "utf-8 with a mark": f"\ufeff{DAY}\r\n".encode(),
    "utf-16 of PowerShell": f"{DAY}\r\n".encode("utf-16"),
    "utf-16, big end first": b"\xfe\xff" + f"{DAY}\n".encode("utf-16-be"),
    "utf-16 without a mark": f"{DAY}\r\n".encode("utf-16-le"),
    "utf-32": DAY.encode("utf-32"),
    "zeros behind it": DAY.encode() + bytes(100),
    "blank lines around it": f"\r\n\r\n{DAY}\r\n\r\n\r\n".encode(),
    "no-break spaces": DAY.replace(" ", "\u00a0").encode(),
    "marks of direction": "\u200e2026\u200e-11-20 23:59:00 UTC".encode(),
    "wide digits": "２０２６－１１－２０　２３：５９ UTC".encode(),
    "the Chinese code page": "2026年11月20日 23:59 UTC".encode("gb18030"),
    "the Japanese code page": "2026年11月20日 午後11:59 UTC".encode("cp932"),
    "the Korean code page": "2026년 11월 20일 오후 11:59 UTC".encode("cp949"),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED)
def test_a_time_is_read_in_any_encoding(folder, data):
    found = read(folder, data)
    assert (found.text, found.note) == (DAY, "")


LOCAL = [
    *(
        "2026年11月20日 23:59",
        "2026年11月20日 下午11:59",
        "2026年11月20日 23时59分00秒",
    ),
    *(
        "2026年11月20日 星期五 23:59",
        "2026年11月20日(金) 23:59",
        "2026/11/20 周五 23:59",
    ),
    *("2026년 11월 20일 오후 11:59:00", "2026/11/20 23:59:00", "20.11.2026 23:59"),
    *("20.11.2026, 23:59:00", "11/20/2026 11:59:00 PM", "11/20/2026, 11:59\u202fp.m."),
    *("Friday, November 20, 2026 11:59:00 PM", "Fri Nov 20 23:59:00 2026"),
]


@pytest.mark.parametrize("said", LOCAL)
def test_a_local_form_without_a_zone_is_read_as_utc_and_said_so(folder, said):
    found = read(folder, said)
    assert found.text == DAY
    assert "names no time zone; it was read as UTC: 2026-11-20 23:59:00." in found.note
    assert found.note in Graded(folder).said


NONE = {
    "": "is empty",
    "\ufeff": "is empty",
    "yesterday": "names no time of day",
    "2026-11-20": "names no time of day",
    "20261120": "names no time of day",
    "2026年11月20日": "names no time of day",
    "23:59": "names no day",
    "11/12/2026 23:59": "(11/12/2026) may name several days",
    "11.12.2026 23:59 UTC": "may name several days",
    "20.11.26 23:59": "may name several days",
    "20 Nov 23:59": "may name several days",
    "Friday 23:59": "may name several days",
    "2026-11-20 23:59:00 PST": "a time zone that is not known: PST",
    "2026-11-20 23:59:00 CST": "a time zone that is not known: CST",
    "2026-07-20 23:59:00 CET": "does not have once",
    "2026-11-20 23:59:00 Mars/Phobos": "a time zone that is not known: Mars/Phobos",
    "2026-11-20 23:59:00 ../../../etc/localtime": "a time zone that is not known",
    "2026-11-20 23:59:00 /etc/localtime": "a time zone that is not known",
    "2026-11-20 23:59:00 Europe/": "a time zone that is not known",
    "2026-11-20 23:59:00 +25:00": "a time zone that is not known",
    "2026-10-25 02:30 Europe/Berlin": "does not have once",
    "2026-03-29 02:30 Europe/Berlin": "does not have once",
    "2026-11-20 23:59:00 [Asia/Shanghai]": "a time zone that is not known",
    "2026-11-20 23:59:00 (CET)": "a time zone that is not known",
    "Fri Nov 20 23:59:00 2026 (CET)": "may name several days",
    "2026年11月20日 23:59:00 CST": "a time zone that is not known: CST",
    "Fr 20. Nov 23:59:00 CET 2026": "names no day that can be read",
    "2026-11-20 CET 23:59": "names no day that can be read",
    "20.11.2026 PST 23:59": "names no day that can be read",
    "20 Brumaire 2026 23:59": "names no day that can be read",
    "0001-01-01 00:00:00 UTC": "names the year 1",
    "1970-01-01 00:00:00 UTC": "names the year 1970",
    "9999-12-31 23:59:60 UTC": "names the year 9999",
    "99999-01-01 00:00:00 UTC": "names no day that can be read",
    "0": "names no time of day",
    "-1795219140": "names no time of day",
    "99999999999999999999": "names no time of day",
    "2026-11-31 23:59 UTC": "names no day that can be read",
    "2026-11-20 24:01 UTC": "a time of day that is none",
    "2026-11-20 23:61 UTC": "a time of day that is none",
    "2026-11-20 0:30 PM": "an hour that is none",
    "2026-11-20 23:59 UTC\n2026-11-21 23:59 UTC": "has several lines",
    "2026-11-20 23:59 2026-11-21 23:59": "a time zone that is not known",
    "2026-11-20 23:59" + "x" * 200: "has more than 100 characters",
    "9" * 999: "has more than 100 characters",
    "2026-11-20 23:59 UTC" + " " * 10_000: "timestamp.txt has more than 1000 bytes",
}


@pytest.mark.parametrize("said", NONE, ids=lambda said: repr(said)[:40])
def test_what_is_no_time_or_several_is_said_on_the_grade(folder, said):
    found = read(folder, said)
    assert found.text is None
    assert NONE[said] in found.note
    assert found.note.startswith("The time of handing in is not known: timestamp.txt ")
    graded = Graded(folder)
    assert graded.full
    assert graded.said == found.note


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"\x00",
        b"\x80" * 400,
        bytes(range(256)),
        b"\xff\xfe" + b"\xd8" * 99,
    ]
    + [random.Random(n).randbytes(300) for n in range(40)],
)
def test_no_bytes_are_a_time_by_accident(folder, data):
    found = read(folder, data)
    assert found.text is None
    assert found.note


SLOW = [
    *("1 " * 40, "(" * 90, "9" * 90, "9:" * 45, "12:30 " * 15, "1.1." * 20, "年" * 90),
    *("－" * 99, "nov " * 20 + "1:00", "1e999 1:00", "0x1 1:00", "-" * 90 + " 1:00"),
]


@pytest.mark.parametrize("said", SLOW)
def test_no_text_is_slow_or_raises(folder, said):
    start = clock.process_time()
    assert read(folder, said).text is None
    assert clock.process_time() - start < 1


def test_only_a_file_is_read(folder):
    path = folder / "timestamp.txt"
    (folder.parent / "other").write_text(DAY, encoding="utf-8")
    path.symlink_to(folder.parent / "other")
    assert "not known: timestamp.txt is a symbolic link" in read_stamp(folder).note
    path.unlink()
    path.mkdir()
    assert "not known: timestamp.txt is a folder" in read_stamp(folder).note
    path.rmdir()
    os.mkfifo(path)
    assert "not known: timestamp.txt is no ordinary file" in read_stamp(folder).note


def test_without_a_stamp_nothing_is_said(folder):
    assert read_timestamp(folder) is None
    assert Graded(folder).said == ""


@pytest.mark.parametrize("name", ["timestamp.txt.txt", "Timestamp.txt", "timestamp"])
def test_a_stamp_under_another_name_is_not_passed_over(folder, name):
    (folder / name).write_text(DAY, encoding="utf-8")
    assert f"{name} lies there, and only timestamp.txt is read" in Graded(folder).said


def test_the_stamp_is_said_beside_a_reason_too(folder):
    (folder / FILE).write_text("", encoding="utf-8")
    read(folder, "yesterday")
    found = Graded(folder)
    assert not found.readable
    assert "empty file" in found.said
    assert "names no time of day" in found.said
