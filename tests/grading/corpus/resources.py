"""Resources: memory, disk, processes, output, and what outlives the grading.

Each is bounded, so that a machine without any limit survives it: at most 128 processes
for 20 s, 6 GB of memory, 300 MB of disk, 50 MB of output.
"""

from .entry import Entry, answer, before_right
from .faults.loops import HANGS

LIMITS = HANGS + r"|memory|too much"


def in_call(name: str, why: str, code: str, **more) -> Entry:
    """The function is right, and takes too much on the way."""
    lines = "\n".join("    " + line for line in code.strip().splitlines())
    source = (
        f"def leaky(x, decay):\n{lines}\n"
        "    sums = [x[:, 0]]\n"
        "    for t in range(1, x.shape[1]):\n"
        "        sums.append(decay * sums[-1] + x[:, t])\n"
        "    return torch.stack(sums, dim=1)\n"
    )
    golden = more.pop("golden", {"leaky": (0, 3)})
    return Entry(name, why, {"leaky": source}, golden, **more)


FORKS = """
import os, time
for _ in range(128):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
    except OSError:
        break
"""

SURVIVOR = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        devnull = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(devnull, number)
        os.closerange(3, 1024)
        for _ in range(60):
            time.sleep(1)
            try:
                open("@OUTSIDE@/survivor", "a").close()
            except OSError:
                pass
    os._exit(0)
"""

ENTRIES: list[Entry] = [
    before_right(
        "fork_bomb_in_cell",
        "128 processes",
        FORKS,
        golden={"leaky": (0, 3)},
        heavy=True,
    ),
    in_call(
        "fork_bomb_in_call",
        "128 processes a call, until one call fails",
        FORKS + "if len(os.listdir('/proc')) > 600:\n    raise OSError('full')\n",
        heavy=True,
    ),
    before_right(
        "threads",
        "a thousand threads",
        "import threading, time\nfor _ in range(1000):\n    try:\n"
        "        threading.Thread(target=time.sleep, args=(20,),\n"
        "                         daemon=True).start()\n"
        "    except RuntimeError:\n        break\n",
        golden={"leaky": (0, 3)},
    ),
    in_call(
        "memory_in_call",
        "six gigabytes, touched",
        "kept = []\nfor _ in range(96):\n    kept.append(bytearray(b'x') * (64 << 20))",
        heavy=True,
        reason="",
    ),
    before_right(
        "memory_in_cell",
        "the same before the definition",
        "kept = []\nfor _ in range(96):\n"
        "    kept.append(bytearray(b'x') * (64 << 20))\ndel kept\n",
        golden={"leaky": (0, 3)},
        heavy=True,
    ),
    in_call(
        "thirty_gigabytes",
        "one tensor of thirty gigabytes",
        "huge = torch.ones(30 << 28, dtype=torch.float32)",
        heavy=True,
    ),
    before_right(
        "disk_in_working_directory",
        "300 MB where the notebook lies",
        "try:\n    with open('large', 'wb') as file:\n"
        "        for _ in range(300):\n            file.write(b'x' * 10**6)\n"
        "except OSError as error:\n    print(error.errno)\n",
        golden={"leaky": (0, 3)},
        heavy=True,
    ),
    before_right(
        "disk_in_tmp",
        "300 MB in a temporary folder, left behind",
        "import tempfile\ntry:\n"
        "    file = tempfile.NamedTemporaryFile(delete=False, "
        "prefix='corpus-large-')\n"
        "    for _ in range(300):\n        file.write(b'x' * 10**6)\n"
        "except OSError as error:\n    print(error.errno)\n",
        golden={"leaky": (0, 3)},
        heavy=True,
    ),
    before_right(
        "many_files",
        "twenty thousand empty files",
        "import os\ntry:\n    os.makedirs('many', exist_ok=True)\n"
        "    for i in range(20_000):\n"
        "        open(f'many/{i}', 'w').close()\n"
        "except OSError as error:\n    print(error.errno)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "deep_folders",
        "a folder in a folder, a thousand times",
        "import os\nhere = os.getcwd()\ntry:\n    for _ in range(1000):\n"
        "        os.mkdir('deep')\n        os.chdir('deep')\n"
        "except OSError as error:\n    print(error.errno)\nos.chdir(here)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "descriptors",
        "every descriptor that can be had",
        "import os\nkept = []\ntry:\n    while len(kept) < 100_000:\n"
        "        kept.append(os.open('/dev/null', os.O_RDONLY))\n"
        "except OSError as error:\n    print(error.errno)\n"
        "for number in kept:\n    os.close(number)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "output_of_fifty_megabytes",
        "one long line, printed",
        "print('x' * 50_000_000)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "output_of_a_million_lines",
        "many short lines, one by one",
        "for i in range(200_000):\n    print(i)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "errors_of_ten_megabytes",
        "a flood on stderr",
        "import sys\nfor _ in range(100):\n    print('x' * 100_000, file=sys.stderr)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "displays",
        "ten thousand displayed objects",
        "from IPython.display import display\nfor i in range(10_000):\n"
        "    display(i)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "updated_display",
        "one display, updated five thousand times",
        "from IPython.display import display\n"
        "handle = display('0', display_id=True)\nfor i in range(5000):\n"
        "    handle.update(str(i))\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "large_picture",
        "a picture of ten million bytes",
        "from IPython.display import Image, display\n"
        "display(Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(10**7)))\n",
        golden={"leaky": (0, 3)},
    ),
    in_call(
        "prints_in_call",
        "ten megabytes a call",
        "print('x' * 10_000_000)",
        golden={"leaky": 3},
    ),
    in_call(
        "endless_prints_in_call",
        "a call that prints for ever",
        "while True:\n    print('x' * 1000)",
        golden={"leaky": 0},
        reason=LIMITS,
    ),
    in_call(
        "raw_output_in_call",
        "output past Python, on descriptors 1 and 2",
        "import os\nfor _ in range(200):\n    os.write(1, b'x' * 50_000)\n"
        "    os.write(2, b'x' * 50_000)",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "survivor",
        "a process that leaves its group and session and lives on",
        SURVIVOR,
        golden={"leaky": 3},
        quick=True,
    ),
    in_call(
        "survivor_of_a_call",
        "the same, started by the function",
        "started = globals().setdefault('started', [])\nif not started:\n"
        "    started.append(1)\n"
        "    import subprocess\n"
        "    subprocess.Popen(['sleep', '60'], start_new_session=True)",
        golden={"leaky": 3},
    ),
    before_right(
        "survivor_in_the_pool",
        "a pool of processes that is never closed",
        "import multiprocessing, time\n"
        "pool = multiprocessing.get_context('fork').Pool(2)\n"
        "waiting = pool.map_async(time.sleep, [60] * 8)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "busy_threads",
        "threads that compute while the test runs",
        "import threading, time\ndef spin(until):\n"
        "    while time.monotonic() < until:\n        pass\n"
        "for _ in range(4):\n"
        "    threading.Thread(target=spin, daemon=True,\n"
        "                     args=(time.monotonic() + 20,)).start()\n",
        golden={"leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    before_right(
        "background_writer",
        "a thread that prints while the next cells run",
        "import threading, time\ndef talk():\n    for _ in range(50):\n"
        "        print('still here')\n        time.sleep(0.1)\n"
        "threading.Thread(target=talk, daemon=True).start()\n",
    ),
    before_right(
        "limits_raised",
        "the limits, set to what the process may set",
        "import resource\nfor name in dir(resource):\n"
        "    if name.startswith('RLIMIT_'):\n        try:\n"
        "            kind = getattr(resource, name)\n"
        "            soft, hard = resource.getrlimit(kind)\n"
        "            resource.setrlimit(kind, (hard, hard))\n"
        "        except (OSError, ValueError):\n            pass\n",
    ),
    before_right(
        "limits_lowered",
        "no file may be written any more",
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "priority_lowered",
        "the process waits for all others",
        "import os\nos.nice(19)\n",
    ),
    answer(
        "source_of_a_megabyte",
        "a cell with a million characters",
        "text = '" + "x" * 1_000_000 + "'\n"
        "def leaky(x, decay):\n    sums = [x[:, 0]]\n"
        "    for t in range(1, x.shape[1]):\n"
        "        sums.append(decay * sums[-1] + x[:, t])\n"
        "    return torch.stack(sums, dim=1)\n",
        honest=True,
    ),
    before_right(
        "folded_constant",
        "a constant that the compiler would compute",
        "def never():\n    return 'x' * 10**11, 2 ** 10**7 ** 2\n",
        golden={"leaky": (0, 3)},
    ),
]
