"""Networks compared on tasks with a known best, by the same rules for all.

trial        a memory task, the settings of a run, one run, several in processes
timing       functions timed in turns, as ratios
memory       cells that have to remember
writing      character models that learn to write quatrains, for chapter 12
translation  translators
tables       what takes hours, measured once by a script of `benchmarks/`
"""
