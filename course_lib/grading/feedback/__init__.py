"""7. What goes back to the learner.

page      the page: the score of every task, its message, the learner's own code
secrets   what of the hidden tests no page may quote
generate  `nbgrader generate_feedback`, whatever the folders are called
release   `nbgrader release_feedback`, page by page
report    the page's template
"""
