"""Workers of a Dask cluster: one that runs at an address, or one made here.

Dask carries jobs and results, and tries again where a worker died.
"""

from typing import Any

from course_lib.grading.batch.grader import Grader
from course_lib.grading.batch.jobs import Job, Shared
from course_lib.grading.batch.pool import Accident, limit_s

CONNECT_S = 30.0  # to a scheduler

_graders: dict[str, Grader] = {}


def grade_far(key: str, data: bytes, job: Job) -> bytes:
    """Grade one submission with this process's grader, which is made if need be."""
    if key not in _graders:
        shared = Shared.unpack(data, key)
        if shared is None:
            raise Accident("what the workers share did not arrive whole")
        _graders.clear()
        _graders[key] = Grader(shared)
    return _graders[key].grade(job)


class DaskWorkers:
    """Workers of a Dask cluster: one that runs at an address, or one made here."""

    def __init__(self, address: str, slots: int, shared: Shared):
        """Connect; "local" makes a cluster of `slots` processes on this machine.

        Raises:
            Accident: Dask is not installed, or no worker is to be had.
        """
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise Accident(
                "--scheduler needs Dask, which is not installed; "
                "`pip install distributed` here and on every machine"
            ) from None
        self.cluster = None
        if address == "local":
            self.cluster = LocalCluster(
                n_workers=slots, threads_per_worker=1, dashboard_address=None
            )
        try:
            self.client = Client(self.cluster or address, timeout=CONNECT_S)
            self.client.wait_for_workers(1, timeout=2 * CONNECT_S)
        except (OSError, TimeoutError) as error:
            raise Accident(f"no Dask worker at {address}: {error}") from None
        threads = self.client.nthreads()
        if any(count != 1 for count in threads.values()):
            raise Accident(
                "a Dask worker has several threads; start each with "
                "`dask worker ADDRESS --nthreads 1 --nworkers CORES`"
            )
        # two a worker: the next submission is there when one is done
        self.slots = 2 * len(threads)
        self.limit_s = 2 * limit_s(shared)
        # sent with each job, 20 KB: what Dask keeps on workers is gone when they die
        self.shared = shared.key, shared.pack(shared.key)

    def call(self, slot: int, job: Job) -> bytes:
        """Grade one submission wherever Dask has room.

        Dask itself tries again where a worker died; what exceeds the time limit is
        taken away from its worker, which is started anew.
        """
        future = self.client.submit(grade_far, *self.shared, job, pure=False)
        try:
            return future.result(timeout=self.limit_s)
        except TimeoutError:
            self._restart(future)
            text = f"the grader did not answer for {self.limit_s:.0f} s"
            raise Accident(text) from None
        except Exception as error:
            text = f"{type(error).__name__}: {error}"[:300]
            raise Accident(f"the grader failed ({text})") from None
        finally:
            future.release()

    def _restart(self, future: Any) -> None:
        """Start the worker anew that is busy with a future."""
        busy = self.client.processing()
        at_work = [worker for worker, keys in busy.items() if future.key in keys]
        future.cancel()
        if at_work:
            self.client.restart_workers(at_work, timeout=60, raise_for_error=False)

    def close(self) -> None:
        """Leave the cluster; end it if it was made here."""
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()
