"""The checks themselves: right answers pass, wrong ones fail for the right reason."""

import time
import warnings

import numpy as np
import pytest
import torch
from nbformat.v4 import new_output

from course_lib import checks
from course_lib.checks import observe
from course_lib.checks.compare import gap, same
from course_lib.checks.failure import CheckFailed, Failure
from course_lib.checks.observe import guarded
from course_lib.results import scores

TEXT = """
import torch

def scale_sum(x, w):
    return (x * w).sum(dim=-1)
"""
WRONG = """
def mean(x, w):
    '''a mean in place of the sum

    Add up, do not average.
    '''
    return (x * w).mean(dim=-1)
"""


def case(size, draw):
    return draw(size.batch, size.input), draw(size.input)


def verdict(function, **options):
    task = checks.Task("scale_sum", function, points=4)
    task.hidden(case, checks.Bank("scale_sum", TEXT, WRONG), **options)
    return task.score()


def message(function, capsys, **options) -> str:
    try:
        verdict(function, **options)
    except CheckFailed as failed:
        return str(failed)
    return capsys.readouterr().out


def right(x, w):
    return (x * w).sum(dim=-1)


def test_a_right_answer_gets_a_plain_float():
    score = verdict(right)
    assert type(score) is float
    assert score == 4.0


def test_a_known_mistake_is_named(capsys):
    text = message(lambda x, w: (x * w).mean(-1), capsys)
    assert "Your numbers are those of a mean in place of the sum." in text
    assert "Hint: Add up, do not average." in text
    assert "UNROLLED_SEED=" in text


@pytest.fixture
def published(monkeypatch) -> list[dict]:
    """The results that tests publish, as if they ran in a kernel under grading."""
    shown = []
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr(
        "IPython.display.display", lambda data, raw: shown.append(data[scores.MIME])
    )
    return shown


def test_a_result_is_published_while_grading(published, monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", "5")
    assert verdict(right) == 4.0
    with pytest.raises(CheckFailed) as failed:
        verdict(lambda x, w: (x * w).mean(-1))
    good, bad = published
    assert scores.take([new_output("display_data", data={scores.MIME: bad})])[1]
    assert 0 < good.pop("seconds") < 10
    whole = {"task": "scale_sum", "points": 4.0, "score": 4.0, "seed": 5}
    assert good == whole | {"failures": []}
    assert (bad["score"], bad["seed"]) == (0.0, 5)
    (failure,) = bad["failures"]
    assert failure["concept"] == "values"
    assert failure["mistake"] == "mean"
    assert failure["hint"] == "Add up, do not average."
    assert f"{failure['check']}: {failure['gap']}" in str(failed.value)


def test_partial_credit_lists_each_failure(published):
    score = verdict(lambda x, w: right(x, w.detach()))
    (found,) = published
    assert 0 < found["score"] == score < 4
    assert "gradients" in [failure["concept"] for failure in found["failures"]]
    assert all(failure["mistake"] is None for failure in found["failures"])


def test_outside_of_grading_nothing_is_published(published, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    verdict(right)
    monkeypatch.delenv("NBGRADER_EXECUTION")
    verdict(right)
    assert published == []


def test_an_unknown_mistake_is_traced_to_its_term(capsys):
    text = message(lambda x, w: (x * w).sum(-1) + w.abs().sum(), capsys)
    assert "becomes right when w is zero" in text


def test_a_wrong_shape_is_described(capsys):
    text = message(lambda x, w: (x * w).sum(-1, keepdim=True), capsys)
    assert "axis of length 1 too many" in text


def test_a_missing_return_is_described(capsys):
    assert "is a return missing?" in message(lambda x, w: None, capsys)


def test_an_error_names_the_learners_line(capsys):
    def answer(x, w):
        return x @ w.reshape(1, -1)

    text = message(answer, capsys)
    assert "raised RuntimeError" in text
    assert "x @ w.reshape(1, -1)" in text
    assert "Traceback" not in text


def test_a_cut_gradient_costs_a_part(capsys):
    text = message(lambda x, w: right(x, w.detach()), capsys)
    assert "the gradient of w is zero everywhere" in text
    assert 0 < verdict(lambda x, w: right(x, w.detach())) < 4


def test_a_changed_argument_costs_a_part(capsys):
    def answer(x, w):
        return x.mul_(w).sum(dim=-1)

    text = message(answer, capsys)
    assert "after the call, the argument x" in text
    assert 0 < verdict(answer) < 4


def test_memory_between_calls_is_found():
    memory = [0.0]

    def answer(x, w):
        result = right(x, w) + memory[0]
        memory[0] = 1.0
        return result

    with pytest.raises(CheckFailed):
        verdict(answer)


def test_the_default_dtype_and_device_are_found_without_a_gpu(capsys):
    def answer(x, w):
        return right(x, w) + torch.zeros(x.shape[0])

    text = message(answer, capsys)
    assert "inputs on another device" in text or "on the GPU" in text


def test_looking_at_the_data_is_no_device_mistake():
    def answer(x, w):
        return right(x, w) if x.sum().item() < 1e9 else None

    assert verdict(answer) == 4.0


def test_a_forbidden_call_is_refused_however_it_is_imported(capsys):
    from torch.nn import Linear

    def answer(x, w):
        Linear(2, 2)(torch.zeros(1, 2))
        return right(x, w)

    text = message(answer, capsys, forbid=("torch.nn.Linear",))
    assert "calls torch.nn.Linear; the exercise is to write it yourself" in text
    assert Linear(2, 2)(torch.zeros(1, 2)).shape == (1, 2)


def test_warnings_and_prints_cost_nothing(capsys):
    def answer(x, w):
        warnings.warn("mind the gap", stacklevel=1)
        print("debugging")
        return right(x, w)

    assert verdict(answer) == 4.0
    captured = capsys.readouterr()
    assert captured.err == ""


def test_an_answer_that_never_returns_is_stopped():
    def forever():
        while True:
            pass

    def stubborn():
        for _ in range(3):
            try:
                forever()
            except BaseException:
                continue

    with observe.held(observe.Patience(limit_s=0.2)):
        assert guarded(forever).kind == "TooSlow"
        assert guarded(stubborn) is None or guarded(stubborn).kind == "TooSlow"
    assert observe.patience() == observe.Patience()


def test_a_call_that_may_wait_for_a_lost_thread_is_told_so():
    with observe.held(observe.Patience(limit_s=0.1, threads_lost=True)):
        assert "threads or processes" in str(guarded(lambda: time.sleep(9)))
    assert "threads" not in str(guarded(lambda: time.sleep(9), limit_s=0.1))


def test_a_wrong_earlier_function_is_the_root_cause(capsys):
    text = """
def inner(x):
    return 2 * x

def outer(x):
    return inner(x) + 1
"""
    task = checks.Task("outer", lambda x: 3 * x + 1, points=1)
    task.hidden(
        lambda size, draw: (draw(size.batch),),
        checks.Bank("outer", text),
        uses={"inner": lambda x: 3 * x},
    )
    with pytest.raises(CheckFailed, match="follows from inner, which is not right yet"):
        task.score()


INNER_OUTER = """
def inner(x):
    return 2 * x

def outer(x):
    return inner(x) + 1
"""
THREE = """
def three(x):
    '''a three in place of the two

    Call inner.
    '''
    return 3 * x + 1
"""


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (lambda x: 3 * x, "follows from inner, which is not right yet"),
        (lambda x: 2 * x, "those of a three in place of the two"),
    ],
)
def test_what_follows_is_not_a_mistake_of_its_own(inner, words):
    """The numbers of a known mistake may come from a wrong earlier function."""
    task = checks.Task("outer", lambda x: 3 * x + 1, points=1)
    task.hidden(
        lambda size, draw: (draw(size.batch),),
        checks.Bank("outer", INNER_OUTER, THREE),
        uses={"inner": inner},
    )
    with pytest.raises(CheckFailed, match=words):
        task.score()


def test_an_edge_can_be_worth_more_and_its_title_must_be_right(capsys, monkeypatch):
    # on one seed in forty, numbers of the smallest case are beyond 1, too
    monkeypatch.setenv("UNROLLED_SEED", "1")

    def edge(size, draw):
        return -1 - draw(4, 3).abs(), 1 + draw(3).abs()

    def no_negatives(x, w):
        gone = (x <= -1).all() & (w >= 1).all()
        return torch.where(gone, 0.0, 1.0) * right(x, w)

    options = {"edges": {"all negative": edge}}
    usual = verdict(no_negatives, **options)
    heavy = verdict(no_negatives, **options, weights={"all negative": 12.0})
    assert 4 > usual > heavy > 0
    with pytest.raises(ValueError, match="expected titles of edges"):
        verdict(right, **options, weights={"all positive": 1.0})


def test_a_failed_visible_example_stops_the_learner():
    task = checks.Task("right", right, points=1)
    task.example("two ones", (torch.ones(1, 2), torch.ones(2)), torch.tensor([3.0]))
    with pytest.raises(CheckFailed, match="two ones: result first differs") as error:
        task.score()
    assert error.value._render_traceback_() == [f"✗ {error.value}"]
    assert "3.0" not in str(error.value)


def test_visible_examples_alone_give_no_points(capsys):
    task = checks.Task("right", right, points=1)
    task.example("two ones", (torch.ones(1, 2), torch.ones(2)), torch.tensor([2.0]))
    assert task.score() is None
    assert "More checks run when the notebook is graded." in capsys.readouterr().out


def test_waiting_for_a_core_costs_no_points_but_patience_ends(monkeypatch):
    def short_of_cores(share):
        began = time.monotonic()
        waited = lambda: share * (time.monotonic() - began)  # noqa: E731
        monkeypatch.setattr(observe, "_waited_s", waited)
        return began

    def slow():
        time.sleep(0.3)
        return "done"

    short_of_cores(0)
    assert guarded(slow, limit_s=0.2).kind == "TooSlow"
    short_of_cores(0.5)
    assert guarded(slow, limit_s=0.2) == "done"
    began = short_of_cores(1)
    assert guarded(lambda: time.sleep(9), limit_s=0.2).kind == "TooSlow"
    assert 0.49 < time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("some avg10=0.5 total=2500000\nfull total=9\n", 2.5), ("", 0), ("some", 0)],
)
def test_the_time_of_waiting_is_read_where_the_system_says_it(
    tmp_path, monkeypatch, text, seconds
):
    monkeypatch.setattr(observe, "PRESSURE", tmp_path / "cpu")
    monkeypatch.setattr(observe, "_waited", (float("-inf"), 1.0))
    assert observe._waited_s() == 0
    (tmp_path / "cpu").write_text(text, encoding="utf-8")
    assert observe._waited_s() == 0  # asked a moment ago
    monkeypatch.setattr(observe, "_waited", (time.monotonic() - observe.FRESH_S, 1.0))
    assert observe._waited_s() == seconds


def test_the_verdict_does_not_depend_on_the_bank():
    task = checks.Task("scale_sum", lambda x, w: (x * w).mean(-1), points=4)
    task.hidden(case, checks.Bank("scale_sum", TEXT))
    with pytest.raises(CheckFailed):
        task.score()


def test_no_score_reads_the_known_mistakes(monkeypatch):
    """What fails is found first, and the points follow from it alone."""

    def read(bank):
        raise LookupError("the mistakes are read")

    answers = {
        right: set(),
        lambda x, w: (x * w).mean(-1): {"values"},
        lambda x, w: (x.detach() * w).sum(-1): {"gradients"},
        lambda x, w: x.mul_(w).sum(-1): {"arguments"},
    }
    monkeypatch.setattr(checks.Bank, "mistakes", property(read))
    for answer, wanted in answers.items():
        task = checks.Task("scale_sum", answer, points=4)
        task.hidden(case, checks.Bank("scale_sum", TEXT))
        failed = task._run_hidden()
        assert wanted <= failed.keys()
        assert bool(failed) == bool(wanted)
        if "values" in failed:
            with pytest.raises(LookupError):  # the words are looked for afterwards
                task.score()


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        (torch.ones(2, 3), torch.ones(3, 2), "axes are in another order"),
        (torch.ones(2).double(), torch.ones(2), "dtype float64, expected float32"),
        (torch.tensor([1.0, float("nan")]), torch.ones(2), "infinite or NaN"),
        (torch.tensor([1.0, 2.0]), torch.ones(2), r"index \[1\] \(1 of 2 values"),
        ([torch.ones(1)], [torch.ones(1)] * 2, "has 1 parts, expected 2"),
        (np.ones(2), torch.ones(2), "an array of shape .2.., expected a tensor"),
        (np.zeros(2), np.ones(2), "zero everywhere"),
        (3, 4, "is 3, which is not right"),
        (True, 1, "not right"),
        (Failure("ValueError", "no"), torch.ones(1), "raised ValueError: no"),
        (Failure("ForbiddenCall", ""), torch.ones(1), "raised ForbiddenCall"),
        ({"a": 1}, {"b": 1}, "has the keys"),
        ("left", "right", "is a str"),
    ],
)
def test_a_gap_is_described(got, want, words):
    text = gap(got, want, values=True)
    assert text is not None
    import re

    assert re.search(words, text), text


@pytest.mark.parametrize(
    ("got", "want", "text"),
    [
        (3, 4, "result is not right"),
        (True, 1, "result is a bool, expected an int"),
        ({"secret": 1}, {"b": 1}, "result has 1 keys, and not all of them are right"),
        ({"b": 2}, {"b": 1}, "a value of result is not right"),
        ([0] * 12345, [0], "result has over 999 parts, expected 1"),
        (torch.zeros(70_000), torch.ones(2), "has shape too large, expected (2,)"),
        (type("Secret", (), {})(), torch.ones(2), "is an object, expected a tensor"),
        (torch.empty((), device="meta"), 1.5, "is on meta and has no value"),
        ([torch.empty((), device="meta")], [2], "result[0] is on meta"),
        (10**400, 1.5, "is inf, which is not right"),
        (-(10**400), 3, "is -inf, which is not right"),
        ({"a": 10**400}, {"a": True}, "is inf, which is not right"),
        (torch.ones(2).to_sparse(), torch.ones(2), "has layout sparse_coo"),
        (torch.tensor([1.0, 2.345]), torch.ones(2), "largest error about 1e0"),
    ],
)
def test_of_a_hidden_check_no_value_is_named(got, want, text):
    assert text in gap(got, want)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("torch.ones(2, 3) @ torch.ones(4, 5)", "multiplied (2x3 and 4x5)"),
        ("torch.ones(3) + torch.ones(5)", "size of tensor a (3) must match"),
        ("torch.ones(2).view(3)", "shape '[3]' is invalid for input of size 2"),
        ("torch.ones(3)[7]", "index 7 is out of bounds for dimension 0 with size 3"),
        ("nothing", "name 'nothing' is not defined"),
        ("x.sahpe", "'Tensor' object has no attribute 'sahpe'"),
        ("[][1]", "list index out of range"),
        ("(lambda a, b: 0)(1)", "missing 1 required positional argument: 'b'"),
        ("1 + 'a'", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("torch.stack([torch.ones(2), torch.ones(3)])", "got [2] at entry 0 and [3]"),
        ("{}['secret']", None),
        ("float('secret')", None),
        ("[].index('secret')", None),
        ("(_ for _ in ()).throw(ValueError('secret'))", None),
        ("torch.tensor([3.25]).numpy().reshape(7)", None),
    ],
)
def test_an_error_of_a_hidden_check_is_told_in_the_librarys_words(code, shown):
    def answer():
        return eval(code, {"torch": torch, "x": torch.ones(1)})

    failure = guarded(answer)
    assert isinstance(failure, Failure)
    if shown is None:
        assert failure.text == ""
        assert guarded(answer, quiet=False).text != ""
    else:
        assert shown in failure.text


def test_equal_observations_agree():
    for value in (torch.ones(2), np.ones(2), 1, 1.0, None, "a", [1, (2.0, None)]):
        assert same(value, value)
    assert same(torch.tensor(1.0) + 1e-6, torch.tensor(1.0))
    assert same(Failure("E", "x", "here"), Failure("E", "x", "there"))
    assert not same(Failure("E", "x"), Failure("E", "y"))
    assert same(np.float64(2.0), 2.0)


def test_a_function_that_draws_is_judged_by_its_shares(capsys):
    text = """
import torch

def toss(p, seed):
    return torch.rand(4000, generator=torch.Generator().manual_seed(seed)) < p
"""
    wrong = """
def turned(p, seed):
    '''a coin turned over

    True with probability p, not False.
    '''
    return ~toss(p, seed)
"""

    def shares(function, p, seed):
        share = function(p, seed).float().mean()
        return {"the share of heads": checks.Measured(share, 0.05)}

    def score(function):
        task = checks.Task("toss", function, points=4)
        task.hidden(
            lambda size, draw: (0.2 + 0.02 * size.time, draw.rng.randrange(99)),
            checks.Bank("toss", text, wrong),
            gradients=False,
            through=shares,
        )
        return task.score()

    # other draws, the same coin
    assert score(lambda p, seed: torch.rand(4000) > 1 - p) == 4
    with pytest.raises(CheckFailed) as failed:
        score(lambda p, seed: torch.rand(4000) > p)
    assert "the share of heads (a single number) is not right" in str(failed.value)
    assert "those of a coin turned over" in str(failed.value)
    a, b = (checks.Measured(torch.zeros(n), 0.1) for n in (2, 3))
    assert "expected (3,)" in gap(a, b)


def test_the_gradient_of_a_single_number_is_looked_at():
    assert checks.Draw(0)().shape == ()
    text = """
import torch

def total(x):
    return (x * x).sum()
"""
    wrong = """
def detached(x):
    '''a sum without its graph

    Do not detach.
    '''
    return total(x).detach()
"""
    task = checks.Task("total", lambda x: (x * x).sum().detach(), points=4)
    bank = checks.Bank("total", text, wrong)
    task.hidden(lambda size, draw: (draw(size.time),), bank)
    assert task.score() < 4
    assert [found["mistake"] for found in task.failures] == ["detached"]
