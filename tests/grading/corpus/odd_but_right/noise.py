"""Warnings, prints, bars and threads beside a right answer."""

from ..entry import before_right, right
from .loop import LOOP

ENTRIES = [
    before_right(
        "warns_in_cell",
        "a warning while the cell runs",
        "import warnings\nwarnings.warn('old')\n",
        quick=True,
    ),
    right(
        "warns_in_call",
        "a warning in every call",
        f"""
import warnings
def leaky(x, decay):
    warnings.warn("old", DeprecationWarning, stacklevel=1)
{LOOP}
""",
        quick=True,
    ),
    right(
        "prints_to_stderr",
        "notes on stderr in every call",
        f"""
import sys
def leaky(x, decay):
    print("shape", x.shape, file=sys.stderr)
{LOOP}
""",
    ),
    right(
        "raw_stderr",
        "notes on descriptor 2",
        f"""
import os
def leaky(x, decay):
    os.write(2, b"here\\n")
{LOOP}
""",
    ),
    right(
        "progress_bar",
        "a progress bar",
        """
from tqdm import tqdm
def leaky(x, decay):
    sums = [x[:, 0]]
    for t in tqdm(range(1, x.shape[1])):
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
""",
    ),
    right(
        "logs",
        "the logging module",
        f"""
import logging
logging.basicConfig(level=logging.DEBUG, force=True)
def leaky(x, decay):
    logging.warning("called with %s", tuple(x.shape))
{LOOP}
""",
    ),
    right(
        "prints_in_every_call",
        "prints for debugging, left in",
        f"""
def leaky(x, decay):
    print("x", x)
{LOOP}
""",
    ),
    right(
        "displays_in_call",
        "display() in a call",
        f"""
def leaky(x, decay):
    display("x")
{LOOP}
""",
    ),
    before_right(
        "figure",
        "a figure",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n",
    ),
    right(
        "figure_in_call",
        "a figure in every call",
        f"""
import matplotlib.pyplot as plt
def leaky(x, decay):
    fig, ax = plt.subplots()
    plt.close(fig)
{LOOP}
""",
    ),
    right(
        "slow",
        "a tenth of a second a call",
        f"""
import time
def leaky(x, decay):
    time.sleep(0.1)
{LOOP}
""",
    ),
    right(
        "random_inside",
        "random numbers, whose seed the answer sets",
        f"""
def leaky(x, decay):
    torch.manual_seed(0)
    torch.randn(3)
{LOOP}
""",
    ),
    before_right(
        "emoji",
        "comments and prints in all alphabets",
        "# ¡Hola! 你好 🙂 \u202a\nprint('🙂 ё 漢字')\n",
    ),
]
