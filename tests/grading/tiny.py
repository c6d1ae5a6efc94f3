# %% [markdown]
r"""
# Exercise 0 · Tiny

An exercise for the tests of the grading: two functions and a sentence, 6 points. It
imports nothing large, so a kernel is ready in a second.
"""

# %% setup="setup"
from types import SimpleNamespace

offset = 0

# %% [markdown]
r"""
## 0.1 Twice (2 points)

Write `double`.
"""


# %% solution="double"
def double(x):
    """Return 2 x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% tests="double" points=2
check = SimpleNamespace(score=lambda: None)
print("✓ example:", double(1) == 2)
### BEGIN HIDDEN TESTS
hidden_number_of_double = "CANARY_in_the_hidden_region"
right = double(21) == 42
from course_lib.results import scores  # noqa: E402

found = {"check": "21", "concept": "values", "mistake": None, "hint": None}
found["gap"] = "another number"
result = {"task": "double", "points": 2.0, "score": 2.0 if right else 0.5, "seed": 7}
result |= {"seconds": 0.5, "failures": [] if right else [found]}
scores.publish(result)
check.score = lambda: 2.0 if right else 0.5
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 0.2 Three times (3 points)

Write `triple`.
"""


# %% solution="triple"
def triple(x):
    """Return 3 x."""
    ### BEGIN SOLUTION
    return double(x) + x
    ### END SOLUTION


# %% tests="triple" points=3
check = SimpleNamespace(score=lambda: None)
### BEGIN HIDDEN TESTS
bank = r"""
def triple(x):
    return 2.9 * x  # CANARY_in_the_bank
"""
check.score = lambda: 3.0 * (triple(7) == 21 + offset)
### END HIDDEN TESTS
check.score()

# %% [markdown] answer="why" points=1
r"""
Why is addition enough?

### BEGIN SOLUTION
Because 3 x = 2 x + x.
### END SOLUTION
"""
