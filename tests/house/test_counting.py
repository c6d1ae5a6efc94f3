"""The benchmarks count processes that nobody waits for."""

import os
import subprocess
import sys

import pytest

from benchmarks import counting

BURNT_S = 1.0
# A process in a PID namespace of its own forks one that burns CPU time; the first ends,
# and the kernel ends the other with the namespace, so nobody waits for it.
LOAD = f"""
import ctypes, os, time
NEWUSER, NEWPID = 0x10000000, 0x20000000
if ctypes.CDLL(None).unshare(NEWUSER | NEWPID):
    raise SystemExit("no namespaces")
first = os.fork()
if first == 0:
    read, write = os.pipe()
    if os.fork() == 0:
        while time.process_time() < {BURNT_S}:
            pass
        os.write(write, b"done")
        time.sleep(60)
    os.read(read, 4)
    os._exit(0)
os.waitpid(first, 0)
print(sum(os.times()[:4]))
"""


def run(enter) -> float:
    """Run the load; return the seconds that waiting for it has shown."""
    command = [sys.executable, "-c", LOAD]
    done = subprocess.run(
        command, preexec_fn=enter, capture_output=True, text=True, encoding="utf-8"
    )
    if "no namespaces" in done.stderr:
        if os.environ.get("REQUIRE_SANDBOX") == "1":
            pytest.fail("REQUIRE_SANDBOX=1, but no namespaces can be made")
        pytest.skip("no namespaces can be made here")
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize("where", [counting.make_group, counting.Machine])
def test_a_process_that_ends_with_its_namespace_is_counted(monkeypatch, where):
    counter = where()
    if counter is None:
        pytest.skip("no control group can be made here")
    monkeypatch.setattr(counting, "make_counter", lambda: counter)
    with counting.counted() as (enter, seconds, name):
        waited = run(enter)
        found = seconds()
    assert waited < BURNT_S / 2  # the case is one that waiting does not show
    if where is counting.Machine:  # others may use the machine meanwhile, or stop
        assert "idle" in name
        assert found > 0.5 * BURNT_S or counter.rest > 0.3
    else:
        assert BURNT_S < found < BURNT_S + 0.6
        assert not counter.folder.exists()


def test_a_group_counts_nothing_but_what_entered_it():
    group = counting.make_group()
    if group is None:
        pytest.skip("no control group can be made here")
    try:
        load = f"import time\nwhile time.process_time() < {BURNT_S}: pass"
        subprocess.run([sys.executable, "-c", load], check=True)
        assert group.seconds() < 0.1
        subprocess.run([sys.executable, "-c", load], check=True, preexec_fn=group.enter)
        group.settle()
        assert BURNT_S < group.seconds() < BURNT_S + 0.5
    finally:
        group.close()
