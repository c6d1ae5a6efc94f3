"""Networks compared on tasks with a known best, by the same rules for all.

trial         a memory task, the settings of a run, one run, several in processes
together      many seeds of one model trained as a batch
latch         plain SGD on the latch, all runs in one tensor, for chapter 8
side_by_side  leaks and clocks with equal budgets, for chapter 9
timing        functions timed in turns, as ratios
comparison    all cells of the course on four tasks, for chapter 11
writing       character models that learn to write quatrains, for chapter 12
longer        translators and sources of more clauses than trained on, for chapter 15
free_running  translators that read their own words in training, for chapter 14;
              measured by exposure and searching
"""
