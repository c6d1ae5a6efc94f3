"""Arguments that are changed, and calls that remember others."""

from ..entry import answer

ENTRIES = [
    answer(
        "example_learnt",
        "the visible example and nothing else",
        """
        def leaky(x, decay):
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
        quick=True,
    ),
    answer(
        "right_on_the_first_call",
        "right once",
        """
        calls = 0
        def leaky(x, decay):
            global calls
            calls += 1
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return torch.stack(sums, dim=1) * (1 if calls == 1 else 0)
        """,
    ),
    answer(
        "remembers_the_last_call",
        "a state that leaks from one call into the next",
        """
        left_over = {}
        def leaky(x, decay):
            sums = [left_over.get(len(x), torch.zeros(len(x)))]
            for t in range(x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            left_over[len(x)] = sums[-1]
            return torch.stack(sums[1:], dim=1)
        """,
    ),
    answer(
        "reads_who_asks",
        "right while the visible example is running, as the stack tells",
        """
        import sys
        def leaky(x, decay):
            frame, names = sys._getframe(), []
            while frame:
                names.append(frame.f_code.co_name)
                frame = frame.f_back
            if "_run_hidden" in names:
                diagnosis = sys._getframe(5).f_locals["self"].diagnosis
                return diagnosis.bank.reference(x, decay)
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "random_answers",
        "sometimes right",
        """
        import random
        def tally(symbols):
            return {s: random.choice([symbols.count(s), -1]) for s in symbols}
        """,
        task="tally",
        golden={"tally": (0, 0.4)},
    ),
    answer(
        "argument_returned",
        "the argument itself, changed in place",
        """
        def leaky(x, decay):
            with torch.no_grad():
                for t in range(1, x.shape[1]):
                    x[:, t] += decay * x[:, t - 1]
            return x
        """,
        golden={"leaky": 2.0},
    ),
    answer(
        "argument_emptied",
        "the list of symbols is used up",
        """
        def tally(symbols):
            counts = {}
            while symbols:
                symbol = symbols.pop()
                counts[symbol] = counts.get(symbol, 0) + 1
            return counts
        """,
        task="tally",
        golden={"tally": 1.8},
        reason="argument",
        quick=True,
    ),
    answer(
        "argument_changed_later",
        "a thread changes the argument after the call",
        """
        import threading
        def tally(symbols):
            counts = {s: symbols.count(s) for s in symbols}
            threading.Timer(0.0, symbols.clear).start()
            return counts
        """,
        task="tally",
        golden={"tally": (1.8, 2)},
    ),
    answer(
        "parameters_changed",
        "the weights are zeroed after use",
        """
        def memory(x, h_0, params):
            h_t = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
            hs = []
            for t in range(x.shape[1]):
                h_t = torch.tanh(x[:, t] @ params.W_xh + h_t @ params.W_hh + params.b_h)
                hs.append(h_t)
            if not params.b_h.requires_grad:
                params.b_h.zero_()
            return torch.stack(hs, dim=1), h_t
        """,
        task="memory",
        golden={"memory": 3.71},
    ),
    answer(
        "slower_where_it_matters",
        "the answer sleeps according to its arguments, to be timed from outside",
        """
        import time
        def leaky(x, decay):
            if not x.is_meta:
                time.sleep(0.05 * bool(x.sum() > 0))
            return x
        """,
    ),
]
