"""Workers share two warm servers and come from one template; what that must not change.

Submissions of different workers run side by side behind the same outer walls, so the
walls between them are tried here at the same moment, not one after the other.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from grading import engine_kit as kit
from places import ROOT

from course_lib.grading.batch.template import Template
from course_lib.grading.engine import preprocessor, servers
from course_lib.grading.rpc.frames import Channel, Frame
from course_lib.grading.sandbox import backends, probes

LIMIT_S = 20.0


@pytest.fixture(scope="module", params=backends.BUILDERS)
def walls(request):
    backend = kit.backend(request.param)
    return replace(backend, limits=replace(backend.limits, processes=40))


@pytest.fixture(scope="module")
def pair():
    """Two servers of their own, so that a test may end them."""
    found = preprocessor.Servers(kit.backend())
    yield found
    found.close()


@pytest.fixture(autouse=True)
def held():
    """What a test opens, which stays open until the test is over."""
    with contextlib.ExitStack() as stack:
        _held.append(stack)
        yield
        _held.clear()


_held: list[contextlib.ExitStack] = []


def hold(closed_later):
    """Let a connection be open until the test is over."""
    return _held[-1].enter_context(contextlib.closing(closed_later))


def sharing(pair: preprocessor.Servers) -> servers.Shared:
    return hold(servers.Shared(*pair.controllers()))


def new_client(shared: servers.Shared) -> socket.socket:
    return hold(shared.client(shared.learners))


def socket_pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair()
    return hold(ours), hold(theirs)


def ask(control: socket.socket, op: str, *socks: socket.socket, **more) -> None:
    text = json.dumps({"op": op, "fds": len(socks), **more}).encode() + b"\n"
    socket.send_fds(control, [text], [sock.fileno() for sock in socks])
    for sock in socks:
        sock.close()


def started(client: socket.socket) -> socket.socket:
    """Start a learner's process; return the connection to it once it answers."""
    ours, theirs = socket_pair()
    ours.settimeout(LIMIT_S)
    ask(client, "start", theirs, seed=0)
    answers(ours)
    return ours


def answers(sock: socket.socket) -> None:
    channel = Channel(sock)
    channel.send(Frame("run", [1, "1 + 1"], [], []))
    assert "2" in str(channel.receive().body)


def is_cut_off(sock: socket.socket) -> bool:
    sock.settimeout(LIMIT_S)
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_controllers_end_ends_its_clients_and_no_others(pair):
    one, other = sharing(pair), sharing(pair)
    clients = [new_client(shared) for shared in (one, one, other)]
    children = [started(client) for client in clients]
    one.close()
    assert [is_cut_off(child) for child in children[:2]] == [True, True]
    assert [is_cut_off(client) for client in clients[:2]] == [True, True]
    answers(children[2])
    assert other.alive()
    other.close()
    assert is_cut_off(children[2])
    assert pair.alive()


@pytest.mark.parametrize("op", ["client", "controller"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_client_can_make_no_other(pair, op, number):
    shared = sharing(pair)
    client = new_client(shared)
    ends = [socket_pair() for _ in range(number)]
    ask(client, op, *(theirs for _, theirs in ends))
    assert all(is_cut_off(ours) for ours, _ in ends)
    assert is_cut_off(client)
    started(new_client(shared))


@pytest.mark.parametrize("op", ["client", "controller"])
@pytest.mark.parametrize("number", [0, 3])
def test_who_sends_another_number_of_sockets_is_cut_off(pair, op, number):
    """A client is one connection, or two; nothing else costs the server its life."""
    ours, control = socket_pair()
    ask(pair.learners, "controller", control)
    ends = [socket_pair() for _ in range(number)]
    ask(ours, op, *(theirs for _, theirs in ends))
    assert all(is_cut_off(end) for end, _ in ends)
    assert is_cut_off(ours)
    assert pair.alive()
    started(new_client(sharing(pair)))


@pytest.mark.parametrize("op", ["controller", "start", "stop", "end"])
def test_a_controller_adds_clients_and_does_nothing_else(pair, op):
    one, other = sharing(pair), sharing(pair)
    kept = started(new_client(other))
    ours, theirs = socket_pair()
    ask(one.learners, op, theirs, seed=0)
    assert is_cut_off(ours)
    assert is_cut_off(one.learners)
    assert not one.alive()
    answers(kept)


def test_who_shares_servers_that_died_starts_a_pair(pair, monkeypatch):
    where = kit.backend()
    monkeypatch.setattr(servers, "_servers", {})
    dying = preprocessor.Servers(where)
    hold(dying)
    servers.share(where, *dying.controllers())
    shared = servers.servers(where)
    assert servers.servers(where) is shared
    assert isinstance(shared, servers.Shared)
    for process in dying.processes[1:]:
        process.kill()
        process.wait()
    assert is_cut_off(shared.learners)
    own = servers.servers(where)
    assert isinstance(own, preprocessor.Servers)
    started(new_client(own))
    hold(shared)
    servers.close_servers()


def at_once(walls, *sources: str) -> list[str]:
    """Run cells at the same time, by the same servers; return what each prints."""

    def printed(source: str) -> str:
        cells = [{"index": 0, "role": "learner", "source": source, "names": []}]
        job = {"cells": cells, "seed": 0, "cell_limit_s": 60.0, "limit_s": 240.0}
        done = preprocessor.Run(walls, job, 120.0).results()
        return "".join(out.get("text", str(out)) for out in done[0]["outputs"])

    servers.servers(walls)
    with ThreadPoolExecutor(len(sources)) as threads:
        return list(threads.map(printed, sources))


def test_processes_of_one_submission_are_not_counted_for_another(walls):
    bomb = f"{probes.PROCESSES}\ntime.sleep(4)"
    [alone] = at_once(walls, bomb)
    assert alone.startswith("BlockingIOError")
    assert at_once(walls, bomb, bomb, bomb) == [alone] * 3


def test_submissions_that_run_at_the_same_time_do_not_meet(walls):
    leave = (
        "import os, socket, time\n"
        "for place in ('/tmp', '/dev/shm'): open(f'{place}/left', 'w').close()\n"
        "s = socket.socket(socket.AF_UNIX); s.bind('\\0left'); s.listen()\n"
        "time.sleep(6)\nprint('left')"
    )
    look = (
        "import os, socket, time\ntime.sleep(3)\n"
        "found = [os.path.exists(f'{p}/left') for p in ('/tmp', '/dev/shm')]\n"
        "try: socket.socket(socket.AF_UNIX).connect('\\0left')\n"
        "except OSError: found.append(False)\n"
        "else: found.append(True)\n"
        "lines = open('/proc/self/maps').readlines() if os.path.exists("
        "'/proc/self/maps') else []\n"
        "found.append(any({*'ws'} <= {*line.split()[1]} for line in lines))\n"
        f"print(found)\n{probes.OTHERS}"
    )
    assert at_once(walls, leave, look) == [
        "left\n",
        f"{[False] * 4}\nothers: 0\n",
    ]


def work(conn: int, *_: int) -> None:
    """Say over a connection what a fork holds."""
    with socket.socket(fileno=conn) as sock:
        print("from a fork")
        held = [n for n in os.listdir("/proc/self/fd") if int(n) > 2]
        real = [os.path.realpath(f"/proc/self/fd/{number}") for number in held]
        sock.sendall(json.dumps([path for path in real if path != os.devnull]).encode())
        sock.recv(1)


IN_A_PROCESS = """
import json, os, socket, sys, tempfile, threading
from course_lib.grading.batch.template import Template
from grading.engine.test_sharing import work
secret = tempfile.TemporaryFile("w")
secret.write("unwritten")
print("once", end="")
if sys.argv[1] == "threads":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
template = Template(work)
assert (template.sock is None) == (sys.argv[1] == "threads")
more = socket.socketpair()
for turn in range(2):
    ours, theirs = socket.socketpair()
    forked = template.fork(theirs.fileno())
    theirs.close()
    said = json.loads(ours.recv(9999))
    assert len([s for s in said if "socket" in s]) == 1, said
    assert not any(secret.name == s or "tmp" in s for s in said), said
    if turn:
        ours.close()
        assert forked.join(9)
        forked.end()
    else:
        before = template.pid
        os.kill(before, 9)  # the next one is forked from another
        forked.end()
assert template.pid != before
template.close()
assert os.path.getsize(f"/proc/self/fd/{secret.fileno()}") == 0
"""


@pytest.mark.parametrize("how", ["no threads", "threads"])
def test_forks_hold_what_they_were_given_and_nothing_of_the_parents(how):
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, how],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("from a fork") == 2
    assert done.stdout.count("once") == 1
    assert done.stderr == ""


def test_many_threads_may_ask_for_forks():
    template = Template(work, fork_now=False)
    assert threading.active_count() >= 1

    def one(_: int) -> int:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            forked = template.fork(theirs.fileno())
            assert json.loads(ours.recv(9999))
            os.kill(forked.pid, signal.SIGKILL)
            forked.end(LIMIT_S)
        return forked.pid

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(one, range(8)))) == 8
    template.close()
