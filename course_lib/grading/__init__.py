"""What runs behind `nbgrader autograde`: the path of a submission, room by room.

Every submission ends with a grade and a reason, and no faulty one stops another.
nbgrader stays in charge; `settings.configure` hangs our parts into it.

    settings, course  our parts, named for nbgrader; a course in a folder of its own
    notebook          a notebook as all rooms read it
    submission, pipeline, engine, rpc, sandbox, batch, feedback
                      1 to 7: what came in, nbgrader's steps around the run, the run,
                      what crosses to the learner's code, walls, a class, what goes back
"""
