"""What the exercise forbids is used, out of sight."""

from ..entry import answer

ENTRIES = [
    answer(
        "forbidden_imported_early",
        "the forbidden function is taken before the guard is up",
        """
        from course_lib.cells import rnn_forward as memory_of_another
        def memory(x, h_0, params):
            return memory_of_another(x, h_0, params)
        """,
        task="memory",
        reason=r"(?i)rnn_forward|forbid|write it yourself",
        quick=True,
    ),
    answer(
        "forbidden_by_name_in_pieces",
        "the same, with the name put together",
        """
        import importlib
        part = getattr(importlib.import_module("course_lib." + "un" + "roll"),
                       "_".join(["rnn", "forward"]))
        def memory(x, h_0, params):
            return part(x, h_0, params)
        """,
        task="memory",
    ),
    answer(
        "forbidden_forward_kept",
        "nn.RNN.forward is kept from before the guard",
        """
        forward = torch.nn.RNN.forward
        def memory(x, h_0, params):
            size = params.W_xh.shape
            module = torch.nn.RNN(*size, batch_first=True, dtype=x.dtype)
            for name, value in [("weight_ih_l0", params.W_xh.T),
                                ("weight_hh_l0", params.W_hh.T),
                                ("bias_ih_l0", params.b_h),
                                ("bias_hh_l0", torch.zeros_like(params.b_h))]:
                delattr(module, name)
                setattr(module, name, value)
            module._flat_weights = [getattr(module, n)
                                    for n in module._flat_weights_names]
            hs, h_T = forward(module, x, None if h_0 is None else h_0[None])
            return hs, h_T[0]
        """,
        task="memory",
    ),
    answer(
        "forbidden_guard_undone",
        "the answer takes the original out of the guard's own patch",
        """
        def memory(x, h_0, params):
            import gc
            from unittest import mock
            for found in gc.get_objects():
                if getattr(found, "attribute", None) == "rnn_forward":
                    return found.temp_original(x, h_0, params)
            raise NotImplementedError
        """,
        task="memory",
    ),
    answer(
        "forbidden_module_reloaded",
        "the answer loads a second copy of the module",
        """
        def memory(x, h_0, params):
            import importlib.util
            spec = importlib.util.find_spec("course_lib.cells.rnn")
            copy = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(copy)
            return copy.rnn_forward(x, h_0, params)
        """,
        task="memory",
    ),
]
