"""The judge answers what `messages` lists, while it lends, and nothing else.

The other side of each conversation is scripted: it sends what a learner's process would
send if it were rewritten by somebody who has read the source.
"""

import ast
import contextlib
import socket
import threading

import numpy as np
import pytest
import torch
from places import ROOT

from course_lib.checks import observe
from course_lib.grading.engine.judge import conversation
from course_lib.grading.engine.judge.conversation import JudgePeer, ProcessEnded
from course_lib.grading.rpc import messages
from course_lib.grading.rpc.frames import Channel, Closed, Frame, WireError
from course_lib.grading.rpc.messages import ANSWERS, NOT_PLAIN, REQUESTS, VALUES
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.proxies import (
    Callee,
    Remote,
    RemoteError,
    RemoteIterator,
    RemoteModule,
)
from course_lib.grading.rpc.unpack import Unpacker
from course_lib.grading.rpc.values import Handles

GRADING = ROOT / "course_lib" / "grading"
NO_ARGUMENTS = ["list", [["list", []], ["dict", []]]]
NAMED = Callee(["name", "answer"])


class Owner:
    """Whose process it is, as far as a conversation asks."""

    cell_limit_s, words = 5.0, frozenset()

    def give_up(self, error):
        """Remember why it is over."""
        self.error = error


@contextlib.contextmanager
def conversation_with(script):
    """Yield a judge's peer; `script(channel)` is the other side, in a thread."""
    ours, theirs = socket.socketpair()
    other = Channel(theirs)

    def run():
        with contextlib.suppress(Closed, OSError):
            script(other)
        theirs.close()

    thread = threading.Thread(target=run)
    thread.start()
    peer = JudgePeer(Channel(ours), dict, Owner())
    try:
        yield peer
    finally:
        ours.close()
        thread.join(10)
        assert not thread.is_alive()


def call_of(number, args=NO_ARGUMENTS, **more):
    """Return the body of a request for a call."""
    target = ["number", number]
    return {"target": target, "of": None, "args": args, "grad": False, **more}


def returns(channel, number, tree=None, **more):
    """Answer a call: the function has returned."""
    channel.send(Frame("ok", [number, {"result": tree, **more}]))


def hand_over(*frames, then=None):
    """Return a script: take a call, send frames, collect what comes back, return."""

    def script(channel):
        number, _ = channel.receive().body
        for frame in frames:
            channel.send(frame)
            script.heard.append(channel.receive())
        returns(channel, number, then)

    script.heard = []
    return script


def test_every_request_that_is_answered_has_an_entry_and_the_other_way_round():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert (
            JudgePeer(Channel(ours), dict, Owner()).requests().keys() == REQUESTS.keys()
        )


def test_everything_the_judge_asks_has_an_entry_and_the_other_way_round():
    asked = set()
    for path in GRADING.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = isinstance(node, ast.Call) and getattr(node.func, "attr", "")
            first = node.args[0] if name == "ask" and node.args else None
            if isinstance(first, ast.Constant):
                asked.add(first.value)
    assert asked | {"error"} == ANSWERS.keys()


def test_a_question_without_an_entry_cannot_be_asked():
    with conversation_with(lambda channel: None) as peer, pytest.raises(KeyError):
        peer.line.ask("something new")


def test_a_request_without_an_entry_is_not_answered(monkeypatch):
    """Also if somebody writes an answer to it and forgets the entry."""
    more = {"look": lambda body, frame: ("seen", Packer(Handles(None)))}
    monkeypatch.setattr(JudgePeer, "requests", lambda self: more)
    with (
        conversation_with(hand_over(Frame("look", [0, None]))) as peer,
        pytest.raises(ProcessEnded),
    ):
        peer.caller.call(NAMED, (abs,), {})


def unpacked(tree, **how):
    """Build a value as the judge does."""
    handles = Handles(lambda *words: ("remote", *words), None)
    return Unpacker([], [], handles, dict, **how).unpack(tree)


def test_a_value_without_an_entry_is_not_built(monkeypatch):
    assert unpacked(["ellipsis", None]) is ...
    monkeypatch.setattr(
        "course_lib.grading.rpc.unpack.VALUES", {"list": VALUES["list"]}
    )
    with pytest.raises(WireError):
        unpacked(["ellipsis", None])


GOOD = {
    "leaf": [0],
    "scalar": [1],
    "arg": [0],
    "yours": [0],
    "list": [[1]],
    "tuple": [[1]],
    "set": [[1]],
    "frozenset": [[1]],
    "dict": [[[1, 2]]],
    "generator": [[1]],
    "iterator": [[1]],
    "named": ["T", ["a"], [1]],
    "slice": [[1, 2, 3]],
    "range": [[1, 2, 3]],
    "size": [[1]],
    "complex": [[1, 2]],
    "bytes": ["YQ=="],
    "dtype": ["float32"],
    "device": ["cpu"],
    "ellipsis": [None],
    "other": ["Task"],
    "function": [0, "f"],
    "lazy": [0],
    "module there": [0, "M", [["w", ["leaf", 0], True]], True],
}


def test_every_kind_of_value_that_has_an_entry_is_built():
    assert GOOD.keys() == VALUES.keys()
    packer = Packer(Handles(None))
    packer.pack([torch.ones(1), np.ones(())])
    blobs = [bytearray(blob) for blob in packer.blobs]
    for kind, rest in GOOD.items():
        handles = Handles(
            lambda *words: words, lambda *words: RemoteModule(None, *words)
        )
        handles.keep(abs)
        unpacker = Unpacker(packer.table, blobs, handles, dict, [torch.zeros(1)])
        assert unpacker.unpack([kind, *rest]) is not None, kind


@pytest.mark.parametrize(
    "tree",
    [
        ["exec", "1"],
        ["your module", 0, [], True],
        ["module", "RNN", [], [[], [], []]],
        ["named call", "check"],
        ["range", [0, 10**17, 1]],
        ["range", [0, 10**7, 1]],
        ["size", [10**30]],
        ["size", [1] * 21],
        ["size", ["1"]],
        ["slice", [1, 2, 3, 4]],
        ["complex", ["1e400", "x"]],
        ["bytes", "?"],
        ["dtype", "object"],
        ["device", "nowhere"],
        ["named", "RNNParams", ["W_xh", "W_hh", "b_h"], [0]],
        ["yours", 0],
        ["yours", [0]],
        ["leaf", -1],
        ["arg", 10**30],
        ["list", [["other", "x"]] * 10_001],
        ["list", [["function", 0, "f"]] * 10_001],
        ["dict", [[["list", []], 0]]],
        [[], []],
        {},
    ],
    ids=str,
)
def test_a_value_that_makes_no_sense_is_a_wire_error(tree):
    with pytest.raises(WireError):
        unpacked(tree)


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_what_was_lent_takes_plain_values_only(kind):
    called = []
    args = ["list", [["list", [[kind, 0, "x", [], True]]], ["dict", []]]]
    script = hand_over(Frame("call", [0, call_of(0, args)]))
    with conversation_with(script) as peer:
        peer.caller.call(NAMED, (called.append,), {})
    (said,) = script.heard
    assert said.kind == "error"
    assert "takes numbers" in said.body[1][1]
    assert called == []


REFUSED = {
    "an attribute": ("attribute", [["number", 0], "__globals__", None]),
    "a cell": ("run", "1 + 1"),
    "names": ("names", ["check"]),
    "a branch": ("branch", 0),
    "a kind nobody knows": ("exec", "1"),
    "no kind": ("", None),
    "a method": ("call", call_of(0) | {"target": ["method", 0, "__getattribute__"]}),
    "a name": ("call", call_of(0) | {"target": ["name", "check"]}),
    "a target of three": ("call", call_of(0) | {"target": ["number", 0, "__call__"]}),
    "no target": ("call", {"args": NO_ARGUMENTS}),
    "a target that is a number": ("call", call_of(0) | {"target": 0}),
    "a true number": ("call", call_of(True)),
    "a broken number": ("call", call_of(0.0)),
    "a written number": ("call", call_of("0")),
    "no number": ("call", call_of(None)),
    "a list for a number": ("call", call_of([0])),
    "a module to call it on": ("call", call_of(0, of=["yours", 0])),
    "no body": ("call", None),
    "a list for a body": ("call", [["number", 0]]),
    "arguments that are none": ("call", call_of(0, ["list", [1]])),
    "arguments that are a number": ("call", call_of(0, 7)),
    "words that are numbers": (
        "call",
        call_of(0, ["list", [["list", []], ["dict", [[7, 0]]]]]),
    ),
    "a graph that is a word": ("pull", ["0", ["list", []]]),
    "a graph that is true": ("pull", [True, ["list", []]]),
    "half a pull": ("pull", [0]),
    "no pull": ("pull", None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_on_the_list_ends_the_conversation(name):
    called = []
    script = hand_over(Frame(REFUSED[name][0], [0, REFUSED[name][1]]))
    with conversation_with(script) as peer:
        with pytest.raises(ProcessEnded):
            peer.caller.call(NAMED, (lambda *args, **kwargs: called.append(1),), {})
        assert isinstance(peer.learner.error, WireError)
    assert called == []
    assert script.heard == []


@pytest.mark.parametrize("kind", REQUESTS)
def test_nothing_is_answered_while_a_cell_runs(kind):
    def script(channel):
        channel.receive()
        channel.send(Frame(kind, [0, call_of(0)]))

    with conversation_with(script) as peer, pytest.raises(WireError):
        peer.line.ask("run", "1 + 1")


def test_a_function_is_called_while_it_is_lent():
    args = ["list", [["list", [-3]], ["dict", []]]]
    script = hand_over(Frame("call", [0, call_of(0, args)]), then=5)
    with conversation_with(script) as peer:
        assert peer.caller.call(NAMED, (abs,), {}) == 5
    assert script.heard[0].body[1]["result"] == 3


@pytest.mark.parametrize("number", [0, 1, -1, 10**30])
def test_a_number_of_an_earlier_call_is_no_longer_good(number):
    called, heard = [], []

    def script(channel):
        first, _ = channel.receive().body
        returns(channel, first)
        second, _ = channel.receive().body
        channel.send(Frame("call", [0, call_of(number)]))
        heard.append(channel.receive())
        returns(channel, second)

    def noted(*args):
        called.append(args)

    with conversation_with(script) as peer:
        peer.caller.call(NAMED, (noted, [noted]), {})
        peer.caller.call(NAMED, ([],), {})
    assert called == []
    assert heard[0].kind == "error"
    assert "lent for one call" in heard[0].body[1][1]


def test_a_number_is_given_once():
    """A stale number never stands for what a later call lends."""
    numbers = []

    def script(channel):
        for _ in range(2):
            number, body = channel.receive().body
            numbers.append(body["args"][1][0][1][0][1])
            returns(channel, number)

    with conversation_with(script) as peer:
        peer.caller.call(NAMED, (abs,), {})
        peer.caller.call(NAMED, (len,), {})
    assert len(set(numbers)) == 2


def test_a_generator_may_use_what_its_call_had_lent():
    heard = []

    def script(channel):
        first, body = channel.receive().body
        lent = body["args"][1][0][1][0][1]
        returns(channel, first, ["lazy", 7])
        for asked in (lent, lent + 1):
            number, body = channel.receive().body
            assert body["target"] == ["number", 7]
            args = ["list", [["list", [-2]], ["dict", []]]]
            channel.send(Frame("call", [0, call_of(asked, args)]))
            heard.append(channel.receive())
            returns(channel, number, 4)

    with conversation_with(script) as peer:
        stream = peer.caller.call(NAMED, (abs,), {})
        assert isinstance(stream, RemoteIterator)
        assert [next(stream), next(stream)] == [4, 4]
        assert not peer.line.handles.scopes
    assert heard[0].body[1]["result"] == 2
    assert heard[1].kind == "error"


def test_a_function_that_came_back_may_use_what_its_call_had_lent():
    def script(channel):
        first, _ = channel.receive().body
        returns(channel, first, ["function", 3, "closure"])
        number, _ = channel.receive().body
        channel.send(Frame("call", [0, call_of(0)]))
        answer = channel.receive()
        returns(channel, number, answer.body[1].get("result"))

    with conversation_with(script) as peer:
        closure = peer.caller.call(NAMED, (lambda: "lent",), {})
        assert isinstance(closure, Remote)
        assert closure() == "lent"


def test_an_error_says_nothing_of_its_place_in_the_tests():
    def secret(x):
        return x.nothing_of_this_name

    script = hand_over(
        Frame("call", [0, call_of(0, ["list", [["list", [1]], ["dict", []]]])])
    )
    with conversation_with(script) as peer:
        peer.caller.call(NAMED, (secret,), {})
    kind, _, place, _ = script.heard[0].body[1]
    assert kind == "AttributeError"
    assert place == ""


def test_what_the_judge_keeps_of_calls_has_a_limit(monkeypatch):
    monkeypatch.setattr(JudgePeer, "most_bytes", 1000)
    packer = Packer(Handles(None))
    tree = packer.pack([[torch.ones(50, requires_grad=True)], {}])
    frame = Frame("call", [0, call_of(0, tree, grad=True)], packer.table, packer.blobs)
    script = hand_over(*[frame] * 4)
    with conversation_with(script) as peer:
        peer.caller.call(NAMED, (lambda x: 2 * x,), {})
    assert [said.kind for said in script.heard] == ["ok", "ok", "error", "error"]
    assert "too large" in script.heard[-1].body[1][1]


def test_shapes_without_data_count_as_what_they_stand_for():
    def script(channel):
        number, _ = channel.receive().body
        packer = Packer(Handles(None))
        tree = packer.pack([torch.empty(1 << 12, 1 << 10, device="meta")] * 1)
        more = packer.pack([torch.empty(1 << 12, 1 << 12, device="meta")])
        body = [number, {"result": ["list", [tree, more]]}]
        channel.send(Frame("ok", body, packer.table, packer.blobs))

    with conversation_with(script) as peer, pytest.raises(ProcessEnded, match="shapes"):
        peer.caller.call(NAMED, (), {})


@pytest.mark.parametrize(
    "body",
    [
        {"changed": [[-1, 0]]},
        {"changed": [[1, 0]]},
        {"changed": [[True, 0]]},
        {"changed": [[0]]},
        {"changed": {"0": 0}},
        {"grads": [[5, None]]},
        {"grads": [[0, "x"]]},
        {"parts": [[99, ["list", []]]]},
        {"parts": [[-1, ["list", []]]]},
    ],
    ids=str,
)
def test_a_change_of_what_was_not_sent_ends_the_conversation(body):
    def script(channel):
        number, _ = channel.receive().body
        returns(channel, number, 0, **body)

    x = torch.ones(2)
    with conversation_with(script) as peer, pytest.raises(ProcessEnded):
        peer.caller.call(NAMED, (x, []), {})
    assert x.tolist() == [1, 1]


@pytest.mark.parametrize(
    "body",
    [
        *(None, 7, [], [[]], [[], "1"], [[], True], [[], -1], [{}, 1], [[], 10**9]),
        *([[5], 1], [[None], 1], [["stream"], 1], [[{}, []], 1]),
    ],
    ids=str,
)
def test_outputs_of_another_form_are_a_wire_error(body):
    with pytest.raises(WireError):
        messages.outputs_of(body)


def test_outputs_that_are_nested_deep_are_a_wire_error():
    deep = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(WireError):
        messages.outputs_of([[{"data": deep}], 1])
    ordinary = {"output_type": "display_data", "data": {"text/plain": "x"}}
    assert messages.outputs_of([[ordinary], 1]) == ([ordinary], 1)


@pytest.mark.parametrize("body", [None, 7, {"a": 1}, [7], [["a"]], [[1, 2]], [[[], 1]]])
def test_names_of_another_form_are_a_wire_error(body):
    with pytest.raises(WireError):
        messages.names_of(body, ["a"])
    assert messages.names_of([["a", 1], ["other", 2]], ["a"]) == {"a": 1}


@pytest.mark.parametrize(
    "body", [None, [], ["E"], ["E", "t", "p", 1], ["E", 7, "p", True], {"kind": "E"}]
)
def test_errors_of_another_form_end_the_conversation(body):
    def script(channel):
        number, _ = channel.receive().body
        channel.send(Frame("error", [number, body]))

    with conversation_with(script) as peer, pytest.raises(ProcessEnded):
        peer.caller.call(NAMED, (), {})


def test_an_error_becomes_a_class_of_its_name_and_no_other():
    def script(channel):
        number, _ = channel.receive().body
        channel.send(Frame("error", [number, ["TooSlow", "x", "", True]]))

    with conversation_with(script) as peer, pytest.raises(RemoteError) as told:
        peer.caller.call(NAMED, (), {})
    assert not isinstance(told.value, observe.TooSlow)
    assert isinstance(told.value, RemoteError)


def test_the_book_shows_the_list():
    path = ROOT / "book" / "_tables" / "messages.md"
    assert path.read_text(encoding="utf-8") == messages.markdown()
    assert conversation.MAX_GRAPH_BYTES <= 1 << 30
