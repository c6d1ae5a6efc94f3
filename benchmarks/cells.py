"""Seconds of the recurrent cells, as ratios to `torch.nn`, all measured in one run.

Run `python benchmarks/cells.py`. The sides take turns in every round, so that what else
the machine does meets all of them; a ratio is taken within a round, and the table shows
the median over the rounds and, in brackets, the quartiles:

    naive      a loop over `x[:, t]`, one product a gate: 8 a step (LSTM), 6 (GRU)
    readable   `lstm_forward`, `gru_forward`, `rnn_forward` of course_lib under autograd
    fast       `course_lib.layers`
    nn         `nn.LSTM`, `nn.GRU`, `nn.RNN`: 1 by definition; its milliseconds
    peers      JAX, Keras, ONNX Runtime where they are installed (see cells_peers.py)
    limit      only the multiplications, at the speed of a large square product

Backward includes the gradient of x. One thread is timed in CPU seconds, which other
processes disturb less, several in wall-clock seconds; each number of threads has a
process of its own, tied to as many cores. `--long` times 2T against T, up to 4096.
`--malloc` lets glibc keep freed memory, for all sides alike: without it, each first
touch of a page is a page fault, which some sides pay more often than others.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import cells_peers as peers
import torch
from torch import nn

from course_lib import cells
from course_lib.cells import rnn_forward
from course_lib.experiments.timing import ratios, take_turns
from course_lib.layers.gru import GRU
from course_lib.layers.lstm import LSTM

SIZES = {"S": (100, 32, 64, 128), "L": (200, 64, 128, 256)}
KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**32),
    "MALLOC_TOP_PAD_": str(2**26),
}
FAST = {"LSTM": LSTM, "GRU": GRU}
PRODUCTS = {"LSTM": 4, "GRU": 3, "RNN": 1}


def naive_lstm(x, params):
    """Run an LSTM as its formula stands: 8 products a step, nothing prepared."""
    W_x, W_h, b = (p.chunk(4, dim=-1) for p in params)
    h = c = x.new_zeros(len(x), W_h[0].shape[0])
    hs = []
    for t in range(x.shape[1]):
        i, f, g, o = (x[:, t] @ W_x[k] + h @ W_h[k] + b[k] for k in range(4))
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        hs.append(h)
    return hs


def naive_gru(x, params):
    """Run a GRU as its formula stands: 6 products a step, nothing prepared."""
    W_x, W_h, b = (p.chunk(3, dim=-1) for p in params[:3])
    h = x.new_zeros(len(x), W_h[0].shape[0])
    hs = []
    for t in range(x.shape[1]):
        r, z = ((x[:, t] @ W_x[k] + h @ W_h[k] + b[k]).sigmoid() for k in (0, 1))
        n = (x[:, t] @ W_x[2] + b[2] + r * (h @ W_h[2] + params.b_hn)).tanh()
        h = (1 - z) * n + z * h
        hs.append(h)
    return hs


def naive_rnn(x, params):
    """Run a plain RNN as its formula stands: 2 products a step."""
    W_xh, W_hh, b_h = params
    h = x.new_zeros(len(x), W_hh.shape[0])
    hs = []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ W_xh + h @ W_hh + b_h)
        hs.append(h)
    return hs


def sides(kind, size):
    """Return {name: (forward, forward and backward)} on the same data and weights."""
    steps, batch, inputs, hidden = size
    torch.manual_seed(0)
    module = getattr(nn, kind)(inputs, hidden, batch_first=True)
    x = torch.randn(batch, steps, inputs, requires_grad=True)
    dhs = torch.randn(batch, steps, hidden)
    read, naive, readable = {
        "LSTM": (cells.lstm_from_torch, naive_lstm, cells.lstm_forward),
        "GRU": (cells.gru_from_torch, naive_gru, cells.gru_forward),
        "RNN": (cells.rnn_from_torch, naive_rnn, rnn_forward),
    }[kind]
    params = read(module)
    params = type(params)(*(p.detach().contiguous().requires_grad_() for p in params))
    runs = {
        "naive": lambda: torch.stack(naive(x, params), dim=1),
        "readable": lambda: readable(x, None, params)[0],
    }
    if kind in FAST:
        layer = FAST[kind].from_torch(module)
        runs["fast"] = lambda: layer(x)[0]
    runs["nn"] = lambda: module(x)[0]
    _compare(runs)
    pairs = {
        name: (run, lambda run=run: _backward(run, x, dhs))
        for name, run in runs.items()
    }
    return pairs | peers.sides(kind, module, x.detach().numpy(), dhs.numpy())


def _backward(run, x, dhs):
    x.grad = None
    run().backward(dhs)


def _compare(runs):
    """All sides must compute the same before their times mean anything."""
    with torch.no_grad():
        values = {name: run() for name, run in runs.items()}
    for name, value in values.items():
        if not torch.allclose(value, values["nn"], atol=1e-5):
            sys.exit(f"{name} differs from nn: its time says nothing")


def gemm_flops(kind, size, backward):
    """Return the multiplications and additions in a cell's products."""
    steps, batch, inputs, hidden = size
    width = PRODUCTS[kind] * hidden
    return 2 * steps * batch * (inputs + hidden) * width * (3 if backward else 1)


def table(arguments, threads):
    """Measure every kind at every size, print rows as they come, return them."""
    clock = time.process_time if threads == 1 else time.perf_counter
    rows = []
    for label in arguments.sizes:
        for kind in arguments.kinds:
            pairs = sides(kind, SIZES[label])
            for backward in (False, True):
                run = {n: p[backward] for n, p in pairs.items() if p[backward]}
                square = torch.randn(1024, 1024)
                run["square"] = lambda square=square: torch.mm(square, square)
                seconds = take_turns(run, arguments.rounds, clock)
                peak = 2 * 1024**3 / min(seconds.pop("square"))
                ms = statistics.median(seconds["nn"]) * 1e3
                limit = gemm_flops(kind, SIZES[label], backward) / peak * 1e3
                rows.append(
                    {
                        "threads": threads,
                        "size": label,
                        "kind": kind,
                        "pass": "forward+backward" if backward else "forward",
                        "nn_ms": ms,
                        "ratios": ratios(seconds, "nn"),
                        "limit": limit / ms,
                        "peak_gflops": peak / 1e9,
                        "load": os.getloadavg()[0],
                    }
                )
                print(line(rows[-1]), flush=True)
    return rows


def line(row):
    """Show a row: the median and the quartiles of each side, and the limit."""
    parts = [
        f"{name} {mid:.2f} ({low:.2f}–{high:.2f})"
        for name, (low, mid, high) in row["ratios"].items()
        if name != "nn"
    ]
    head = f"{row['threads']} {row['size']} {row['kind']:4} {row['pass']:16}"
    tail = (
        f"nn {row['nn_ms']:.1f} ms   limit {row['limit']:.2f}   load {row['load']:.0f}"
    )
    return "   ".join([head, *parts, tail])


def long_sequences(rounds):
    """Return {name: {T: time(2T) / time(T)}}, least times, forward and backward."""
    out = {}
    for kind in FAST:
        by_length = {}
        for steps in (512, 1024, 2048, 4096):
            for name, pair in sides(kind, (steps, 4, 8, 16)).items():
                if name in ("readable", "fast", "nn"):
                    by_length[f"{name} {steps}"] = pair[1]
        seconds = take_turns(by_length, rounds, time.process_time)
        for name in ("readable", "fast", "nn"):
            growth = {
                steps: min(seconds[f"{name} {2 * steps}"])
                / min(seconds[f"{name} {steps}"])
                for steps in (512, 1024, 2048)
            }
            out[f"{kind} {name}"] = growth
            shown = ", ".join(f"T={t}: {g:.2f}" for t, g in growth.items())
            print(f"time(2T)/time(T)  {kind} {name}: {shown}", flush=True)
    return out


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument(
        "--kinds", nargs="+", choices=list(PRODUCTS), default=list(PRODUCTS)
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--long", action="store_true", help="also time(2T)/time(T)")
    parser.add_argument("--malloc", action="store_true", help="keep freed memory")
    parser.add_argument("--json", type=Path, help="write all numbers here")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def child(arguments):
    """Measure with one number of threads; the last line printed is JSON."""
    (threads,) = arguments.threads
    torch.set_num_threads(threads)
    result = {"rows": table(arguments, threads)}
    if arguments.long and threads == 1:
        result["growth"] = long_sequences(arguments.rounds)
    print(json.dumps(result))


def parent(arguments):
    """Start a process for each number of threads, show its lines, gather its JSON."""
    cores = sorted(os.sched_getaffinity(0))
    gathered = {"malloc": arguments.malloc, "rows": [], "growth": {}}
    for threads in arguments.threads:
        env = os.environ | {"OMP_NUM_THREADS": str(threads)}
        env |= KEEP_MEMORY if arguments.malloc else {}
        command = [
            sys.executable,
            __file__,
            *sys.argv[1:],
            "--child",
            "--threads",
            str(threads),
        ]
        tie = lambda n=threads: os.sched_setaffinity(0, cores[-n:])  # noqa: E731
        process = subprocess.Popen(
            command,
            env=env,
            preexec_fn=tie,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for text in process.stdout:
            if text.startswith("{"):
                found = json.loads(text)
                gathered["rows"] += found["rows"]
                gathered["growth"] |= found.get("growth", {})
            else:
                print(text, end="", flush=True)
        if process.wait():
            sys.exit(f"the measurement with {threads} threads failed")
    if arguments.json:
        arguments.json.write_text(json.dumps(gathered, indent=1), encoding="utf-8")


if __name__ == "__main__":
    given = options()
    if given.child:
        child(given)
    else:
        parent(given)
