"""What each side of a conversation lets through, whatever its answers would say."""

import contextlib
import socket
import threading

import pytest

from course_lib.grading.rpc.frames import Channel, Closed, Frame, WireError
from course_lib.grading.rpc.line import Line
from course_lib.grading.rpc.messages import ANSWERS, REQUESTS
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.values import Handles, Loans


@contextlib.contextmanager
def line_of(side, handles, answers=None):
    """Yield one end of a conversation, and the channel of the other."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Line(Channel(ours), side, handles, dict, lambda: answers or {})
        yield line, Channel(theirs)


def answer_all(answered):
    """Return an answer to each kind of request, which notes what it answered."""

    def answer(body, frame):
        answered.append(frame.kind)
        return "seen", Packer(Handles(None))

    return dict.fromkeys([*REQUESTS, *ANSWERS], answer)


@pytest.mark.parametrize("kind", [*REQUESTS, "run", "names", "attribute"])
def test_a_judge_that_lends_nothing_answers_nothing(kind):
    answered = []
    with line_of(Side.JUDGE, Loans(None), answer_all(answered)) as (line, _):
        with pytest.raises(WireError):
            line.serve(Frame(kind, [0, None]))
        assert answered == []


def test_a_judge_that_lends_answers_what_is_listed_and_nothing_else():
    answered, loans = [], Loans(None)
    conversation = line_of(Side.JUDGE, loans, answer_all(answered))
    with conversation as (line, other), loans.lending():
        for kind in REQUESTS:
            line.serve(Frame(kind, [0, None]))
            assert other.receive().kind == "ok"
        for kind in ANSWERS.keys() - REQUESTS.keys():
            with pytest.raises(WireError):
                line.serve(Frame(kind, [0, None]))
    assert answered == list(REQUESTS)


def test_a_judge_lends_nothing_for_good():
    conversation = line_of(Side.JUDGE, Handles(None))
    with pytest.raises(TypeError, match="length of a call"), conversation:
        pass


def test_a_learners_end_answers_what_it_has_an_answer_to():
    answered = []
    answers = {"run": answer_all(answered)["run"]}
    with line_of(Side.LEARNER, Handles(None), answers) as (line, other):
        line.serve(Frame("run", [0, None]))
        assert other.receive().body == [0, "seen"]
        with pytest.raises(WireError):
            line.serve(Frame("pull", [0, None]))


def test_a_learners_threads_ask_one_after_the_other():
    """Each gets the answer to its own request."""

    def echo(channel):
        with contextlib.suppress(Closed):
            while True:
                number, body = channel.receive().body
                channel.send(Frame("ok", [number, body]))

    with line_of(Side.LEARNER, Handles(None)) as (line, other):
        threading.Thread(target=echo, args=[other], daemon=True).start()
        heard = {}

        def ask(word):
            heard[word] = [line.ask("call", word).body[1] for _ in range(50)]

        threads = [threading.Thread(target=ask, args=[word]) for word in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        line.channel.close()
    assert heard == {word: [word] * 50 for word in "abc"}


@pytest.mark.parametrize(("side", "told"), [(Side.JUDGE, False), (Side.LEARNER, True)])
def test_only_a_learners_error_says_where_it_arose(side, told):
    def fail(body, frame):
        raise ValueError("no")

    handles = Loans(None)
    conversation = line_of(side, handles, {"call": fail})
    with conversation as (line, other), handles.lending():
        line.serve(Frame("call", [0, None]))
        frame = other.receive()
    kind, _, place, _ = frame.body[1]
    assert (frame.kind, kind) == ("error", "ValueError")
    assert bool(place) is told
