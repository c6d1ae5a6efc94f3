"""Other people's work, the environment and the network are looked at."""

from ..entry import before_right

ENTRIES = [
    before_right(
        "prints_hidden_files",
        "an honest answer whose output holds the hidden tests, for the next attempt",
        """
        import glob
        for path in glob.glob("@COURSE@/solutions/**/*.*", recursive=True):
            text = open(path).read()
            place = text.find("canary-" + "hidden")
            print(path, text[place:place + 60] if place >= 0 else "")
        """,
        quick=True,
    ),
    before_right(
        "prints_environment",
        "the grader's environment, with its secrets",
        """
        import os
        print(dict(os.environ))
        for pid in (1, os.getppid(), os.getpid()):
            try:
                print(open(f"/proc/{pid}/environ").read())
            except OSError as error:
                print(error)
        """,
        quick=True,
    ),
    before_right(
        "prints_other_submissions",
        "what the others have written",
        """
        import glob
        for path in glob.glob("@COURSE@/submitted/*/*/*.ipynb"):
            text = open(path).read()
            place = text.find("canary-" + "neighbour")
            print(path, text[place:place + 60] if place >= 0 else "")
        """,
    ),
    before_right(
        "prints_roster",
        "names and addresses of the class",
        """
        try:
            print(open("@COURSE@/roster.csv").read())
        except OSError as error:
            print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "prints_home",
        "keys in the home directory of the grader",
        """
        try:
            print(open("@HOME@/.ssh/id_ed25519").read())
        except OSError as error:
            print(type(error))
        """,
    ),
    before_right(
        "prints_command_lines",
        "what other processes were started with",
        """
        import glob
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                text = open(path).read()
                place = text.find("canary-" + "environment")
                if place >= 0:
                    print(path, text[place:place + 60])
            except OSError:
                pass
        """,
    ),
    before_right(
        "prints_gradebook",
        "everybody's grades",
        """
        import sqlite3
        try:
            base = sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True)
            print(base.execute("select email from student").fetchall())
        except sqlite3.Error as error:
            print(type(error))
        """,
    ),
    before_right(
        "calls_home_by_tcp",
        "a connection to somebody who listens",
        """
        import socket
        try:
            with socket.create_connection(("127.0.0.1", @PORT@), timeout=1) as wire:
                wire.sendall(b"tcp")
        except OSError as error:
            print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "calls_home_by_udp",
        "a packet to somebody who listens",
        """
        import socket
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
                wire.sendto(b"udp", ("127.0.0.1", @PORT@))
        except OSError as error:
            print(type(error))
        """,
    ),
    before_right(
        "calls_home_by_unix_socket",
        "a name that lies in no directory",
        """
        import socket
        for address in ("\\0corpus-@PORT@", "@OUTSIDE@/socket"):
            try:
                with socket.socket(socket.AF_UNIX) as wire:
                    wire.connect(address)
                    wire.sendall(b"unix")
            except OSError as error:
                print(type(error))
        """,
    ),
]
