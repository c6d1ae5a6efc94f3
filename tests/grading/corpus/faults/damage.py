"""Code that breaks what the other cells and the kernel need."""

from ..entry import ANY, attack, before_right

ENTRIES = [
    before_right(
        "descriptors_closed",
        "every open file of the process is closed",
        "import os\nos.closerange(0, 1024)\n",
        golden=ANY,
        reason="",
    ),
    before_right(
        "descriptors_closed_after",
        "the kernel's sockets, one by one",
        """
                 import os
                 for number in range(3, 64):
                     try:
                         if "socket" in os.readlink(f"/proc/self/fd/{number}"):
                             os.close(number)
                     except OSError:
                         pass
                 """,
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "no_standard_output",
        "sys.stdout and sys.stderr are None",
        "import sys\nsys.stdout = sys.stderr = None\n",
    ),
    before_right(
        "warnings_are_errors",
        "every warning raises",
        "import warnings\nwarnings.simplefilter('error')\n",
    ),
    before_right(
        "default_dtype",
        "torch makes float64 from now on",
        "torch.set_default_dtype(torch.float64)\n",
    ),
    before_right(
        "default_device",
        "torch makes tensors on the meta device",
        "torch.set_default_device('meta')\n",
        golden=ANY,
    ),
    before_right(
        "gradients_off",
        "torch records no gradients any more",
        "torch.set_grad_enabled(False)\n",
        golden=ANY,
    ),
    before_right(
        "inference_mode",
        "torch is in inference mode, and never leaves it",
        "torch.inference_mode().__enter__()\n",
        golden=ANY,
    ),
    before_right(
        "many_threads", "torch computes with 64 threads", "torch.set_num_threads(64)\n"
    ),
    before_right(
        "directory_changed", "another working directory", "import os\nos.chdir('/')\n"
    ),
    before_right(
        "names_of_the_test",
        "variables called like the test's own",
        "check = checks = RNNParams = still = on_meta = None\n"
        "leaky_case = tally = tally\n",
        quick=True,
    ),
    before_right(
        "builtins_covered",
        "variables called like builtins",
        "float = print = isinstance = range = list = dict = 3\ndel range\n",
    ),
    before_right(
        "torch_covered",
        "torch means something else after the cell",
        "def keep(torch=torch):\n    return torch\n",
    ),
    before_right(
        "reset",
        "the learner empties the namespace",
        "%reset -f\nimport torch\n",
        golden=ANY,
    ),
    before_right(
        "path_emptied",
        "nothing can be imported any more",
        "import sys\nsys.path.clear()\n",
    ),
    before_right(
        "modules_emptied",
        "course_lib is forgotten",
        "import sys\nfor name in list(sys.modules):\n"
        "    if name.startswith('course_lib'):\n        del sys.modules[name]\n",
    ),
    before_right(
        "locale",
        "numbers are written with a comma",
        "import locale\ntry:\n    locale.setlocale(locale.LC_ALL, 'C')\n"
        "except locale.Error:\n    pass\n",
    ),
    before_right(
        "garbage_collector",
        "the collector is off, and all is kept",
        "import gc\ngc.disable()\ngc.set_debug(gc.DEBUG_SAVEALL)\n",
    ),
    before_right(
        "switch_interval",
        "threads change every microsecond",
        "import sys\nsys.setswitchinterval(1e-6)\n",
    ),
    before_right(
        "kernel_restarted",
        "the kernel is asked to restart",
        "import IPython\nIPython.Application.instance().kernel.do_shutdown(True)\n",
        golden={"leaky": (0, 3)},
    ),
    attack(
        "faulty_and_wrong",
        "a wrong answer that closes the door behind itself",
        "import os, sys\nsys.stdout.close()\n",
        golden=ANY | {"leaky": 0},
    ),
]
