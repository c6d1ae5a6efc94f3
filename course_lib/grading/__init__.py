"""What runs behind `nbgrader autograde` and `nbgrader generate_feedback`.

One promise carries the package: every submission ends with a grade and a reason, and
no faulty one keeps another from being graded. nbgrader stays in charge; our parts are
hung into it by `settings.configure`, which `nbgrader_config.py` calls.

    folders      which folders are submissions, and why others are not
    preflight    read a submitted folder as far as it can be read; what it is made of:
      handed, archives, regular
                             the files that may be the notebook
      timestamps, times      when it was handed in
    choose       which of several notebooks is graded
    rebuild      the exercise's own notebook with the learner's cells put in
      recognise, stubs       which of them answers which task
    autograde    nbgrader's converter, fed with such rebuilt notebooks
    regenerate   an exercise that changes after it was graded
    execute      run one, within limits; restart after a crash and replay
    reasons      why a name has no value that a cell was to define
    unattended   what asks for an answer where nobody sits raises
    engine       run one with the verdict in a process of its own; what it is made of:
      cells, attempts        the notebook as the judge reads it; tried again
      servers, warm, clients, warming
                             processes that start at once
      sandbox, bubblewrap, podman, inside
                             the walls around all judges and around all learners;
                             what is inside them
      confine                the walls around each of them; what they are made of:
        seccomp, system_calls, kernel
                             filters, the lists behind them, what the kernel is asked
      judge, revival, replay the judge; learners' processes, alive again after a fault
      learner, guard         the learner's process; what an exercise forbids in it
      peer, answers, remote, conversation, crossing
                             how they call each other, gradients included
      wire, values, pack, unpack, leaves, graphs, changes
                             what crosses between them, and how
      interpreter            IPython without a kernel
      shortcuts              what an answer uses that the exercise forbids
    doctor, probes
                 prove the walls by running against them
    outputs      keep what is safe to show, as much of it as anyone reads
    inert        the same for Markdown: what could act gets a space
    formgrader   the formgrader's pages run nbgrader's scripts and no other
    verdict      what a test cell's outputs are worth, and why
    feedback     the page that a learner gets: score, messages, own code
    pages        nbgrader's generate_feedback, whatever the folders are called
    hand_back    the pages of a class, by several processes
    exchange     nbgrader's release_feedback, page by page
    settings     all of the above, named in nbgrader's configuration
    grade        a class by several workers; what it is made of:
      batch      the submissions on their way: threads, one writer, what is passed over
      summary    what became of them
      journal    what is done, safe from a kill
      pool, far  workers: processes of this machine, which share warm servers; Dask
      template   what the former are forked from
      worker, steps
                 what a worker does with a submission: nbgrader's steps included
      plain      options of the configuration as data, for workers
      gradebook, rows
                 the one writer: files and rows, a batch in a transaction
      penalties  for late work, computed anew from what they depend on
    export       CSV that parses, for Canvas and for Moodle
    course       a course in a folder of its own, for `check` and `demo`
    check, demo  grade a learner's own notebook; grade a demonstration class
"""
