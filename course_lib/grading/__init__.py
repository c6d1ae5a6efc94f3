"""What runs behind `nbgrader autograde` and `nbgrader generate_feedback`.

One promise carries the package: every submission ends with a grade and a reason, and
no faulty one keeps another from being graded. nbgrader stays in charge; our parts are
hung into it by `settings.configure`, which `nbgrader_config.py` calls.

    preflight    read a submitted folder as far as it can be read
    rebuild      the exercise's own notebook with the learner's cells put in
    autograde    nbgrader's converter, fed with such rebuilt notebooks
    execute      run one, within limits; restart after a crash and replay
    outputs      keep what is safe to show, as much of it as anyone reads
    verdict      what a test cell's outputs are worth, and why
    feedback     the page that a learner gets: score, messages, own code
    settings     all of the above, named in nbgrader's configuration
    course       a course in a folder of its own, for `check` and `demo`
    check, demo  grade a learner's own notebook; grade a demonstration class
"""
