"""5. The walls around judges and learners.

backends             chooses one of: bubblewrap, podman
layout               what exists inside the walls
confine              what one process inside may use; it is made of:
linux                what the kernel is asked for by hand
seccomp, system_calls
                     filters, and the lists behind them
probes               cells that run against all of it, for `doctor`
"""
