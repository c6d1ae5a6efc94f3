"""What is said about an answer, as data: no torch, so that a grader starts fast.

marks       what is said of a known mistake: a phrase and a hint
scores      the points of a task, its message, and what is kept beside the page
hints       what an error of Python means where its words do not tell
undefined   what stands in a test for a function that no cell defined
"""
