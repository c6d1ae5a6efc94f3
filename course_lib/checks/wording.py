"""What a learner may read of an error in a hidden check: never what was passed in.

An error's text may hold an argument: a key that is missing, a value that does not
convert, whatever the learner's own `raise` puts there. Shown is what Python and torch
say of names, types, shapes and missing arguments, in their own words; of anything else
the kind of error and the learner's line.
"""

import builtins
import dataclasses
import errno
import os
import re

import torch

from course_lib.checks import elsewhere
from course_lib.checks.failure import Failure

NAME, SIZE = r"([\w.<>]{1,100})", r"\d{1,3}"  # a name is a group: it is looked up
SHAPE = rf"[\[(](?:{SIZE}(?:(?:, |,|x){SIZE})*,?)?[\])]"
ERRORS = "|".join(re.escape(os.strerror(number)) for number in errno.errorcode)
# beginnings of sentences; what follows them is left out
SENTENCES = (
    rf"name '{NAME}' is not defined",
    rf"cannot access local variable '{NAME}'",
    rf"cannot access free variable '{NAME}'",
    rf"'?{NAME}'? object has no attribute '{NAME}'",
    rf"'{NAME}' object is not (?:callable|iterable|subscriptable)",
    rf"'{NAME}' object does not support item (?:assignment|deletion)",
    rf"(?:module|type object) '{NAME}' has no attribute '{NAME}'",
    rf"{NAME}\(\) missing {SIZE} required (?:positional |keyword-only )?arguments?: "
    rf"'{NAME}'(?: and '{NAME}')?",
    rf"{NAME}\(\) takes (?:from {SIZE} to )?{SIZE} positional arguments? but {SIZE} "
    r"(?:was|were) given",
    rf"{NAME}\(\) takes no arguments",
    rf"{NAME}\(\) got an unexpected keyword argument '{NAME}'",
    rf"{NAME}\(\) got multiple values for argument '{NAME}'",
    rf"{NAME}\(\): argument '{NAME}' \(position {SIZE}\) must be {NAME}(?: of {NAME})?"
    rf", not {NAME}",
    rf"{NAME}\(\) received an invalid combination of arguments",
    rf"unsupported operand type\(s\) for [-+*/@%|&^<>=]{{1,3}}: '{NAME}' and '{NAME}'",
    rf"bad operand type for unary [-+~]: '{NAME}'",
    rf"'[<>=!]{{1,2}}' not supported between instances of '{NAME}' and '{NAME}'",
    rf"cannot unpack non-iterable {NAME} object",
    rf"not enough values to unpack \(expected (?:at least )?{SIZE}, got {SIZE}\)",
    rf"too many values to unpack \(expected {SIZE}\)",
    r"(?:list|tuple|string|range object) (?:assignment )?index out of range",
    rf"(?:list|tuple) indices must be integers or slices, not {NAME}",
    r"pop from (?:an )?empty (?:list|dict|set|deque)",
    r"(?:division|float division|integer modulo) by zero",
    r"maximum recursion depth exceeded",
    rf"mat1 and mat2 shapes cannot be multiplied \({SIZE}x{SIZE} and {SIZE}x{SIZE}\)",
    rf"size mismatch, got input \({SIZE}\), mat \({SIZE}x{SIZE}\), vec \({SIZE}\)",
    rf"inconsistent tensor size, expected tensor \[{SIZE}\] and src \[{SIZE}\]",
    rf"{SIZE}D tensors expected, but got {SIZE}D and {SIZE}D tensors",
    rf"mat1 and mat2 must have the same dtype, but got {NAME} and {NAME}",
    rf"expected m1 and m2 to have the same dtype, but got: {NAME} != {NAME}",
    rf"self and mat2 must have the same dtype, but got {NAME} and {NAME}",
    rf"expected scalar type {NAME} but found {NAME}",
    rf"The size of tensor a \({SIZE}\) must match the size of tensor b \({SIZE}\) at "
    rf"non-singleton dimension {SIZE}",
    rf"The expanded size of the tensor \({SIZE}\) must match the existing size "
    rf"\({SIZE}\) at non-singleton dimension {SIZE}",
    rf"shape '{SHAPE}' is invalid for input of size {SIZE}",
    rf"index -?{SIZE} is out of bounds for (?:dimension|axis) {SIZE} with size {SIZE}",
    rf"Dimension out of range \(expected to be in range of \[-?{SIZE}, -?{SIZE}\], but "
    rf"got -?{SIZE}\)",
    rf"dimension specified as {SIZE} but tensor has no dimensions",
    rf"too many indices for (?:tensor|array)(?: of dimension {SIZE})?",
    r"tensors used as indices must be long, int, byte or bool tensors",
    rf"Sizes of tensors must match except in dimension {SIZE}\. Expected size {SIZE} "
    rf"but got size {SIZE}",
    rf"stack expects each tensor to be equal size, but got {SHAPE} at entry {SIZE} and "
    rf"{SHAPE} at entry {SIZE}",
    r"stack expects a non-empty TensorList",
    rf"Tensors must have same number of dimensions: got {SIZE} and {SIZE}",
    r"element 0 of tensors does not require grad and does not have a grad_fn",
    r"grad can be implicitly created only for scalar outputs",
    r"Trying to backward through the graph a second time",
    r"One of the differentiated Tensors appears to not have been used in the graph",
    r"One of the differentiated Tensors does not require grad",
    r"one of the variables needed for gradient computation has been modified by an "
    r"inplace operation",
    r"a (?:leaf Variable|view of a leaf Variable) that requires grad is being used in "
    r"an in-place operation",
    r"Can't call numpy\(\) on Tensor that requires grad",
    rf"a Tensor with {SIZE} elements cannot be converted to Scalar",
    r"Boolean value of Tensor with more than one value is ambiguous",
    r"The truth value of an array with more than one element is ambiguous",
    r"only integer tensors of a single element can be converted to an index",
    r"only (?:one-element|0-dimensional|length-1)",
    rf"operands could not be broadcast together with shapes {SHAPE} ?{SHAPE}",
    r"Expected all tensors to be on the same device",
    *map(re.escape, elsewhere.TEXTS),
    r"Cannot copy out of meta tensor; no data",
    r"Tensor\.item\(\) cannot be called on meta tensors",
    rf"aten::{NAME}: attempted to run this operator with Meta tensors",
    rf"expected sequence of length {SIZE} at dim {SIZE}",
    rf"can't multiply sequence by non-int of type '{NAME}'",
    rf"can only concatenate {NAME} \(not \"{NAME}\"\) to {NAME}",
    r"what it returned cannot be read: (?:a value is nested too deep or has too many "
    r"parts|a value is too large|a tensor is too large|an iterator does not end)",
    rf"No module named '{NAME}'",
    r"(?:(?:input|getpass|breakpoint|set_trace)\(\)|the debugger) waits for somebody "
    r"to type, and nobody is there when a notebook is graded; take it out",
    rf"calls {NAME}; the exercise is to write it yourself",
    r"a function that was lent takes numbers, texts, tensors, and lists, tuples and "
    r"dicts of these; it was given something else "
    r"\((?:other|function|lazy|module there)\)",
    r"(?:loads|copies|puts back) what the exercise is to write yourself",
    rf"\[Errno \d{{1,3}}\] (?:{ERRORS})",
    r"can't start new thread",
    r"did not answer in time",
    r"ended its Python process(?:, and what it kept is gone)?",
    r"ended or hung too often and was not called again",
    r"sent what is no result",
    r"stopped after \d+ s; does a loop never end\?",
    r"a second derivative through this function cannot be taken",
)
KNOWN = re.compile("|".join(SENTENCES))
PHRASES = re.compile(
    "can't allocate memory|no data|nonzero|cannot be called on meta|data-dependent"
)
WHERE = re.compile(r"\n  in [\w<>]{1,80}, line \d{1,5}: (.*)")
KINDS = {
    name
    for name in vars(builtins)
    if isinstance(getattr(builtins, name), type)
    and issubclass(getattr(builtins, name), BaseException)
} | {
    "ForbiddenCall",
    "WrongDevice",
    "TooSlow",
    "ProcessEnded",
    "Timeout",
    "OutOfMemoryError",
}
KINDS |= {"LinAlgError", "UnboundLocalError", "CheckFailed", "GradcheckError"}
KINDS |= {"NobodyAnswers", "NotPlain"}
WORD = re.compile(r"[^\W\d]\w*")
COMMON = frozenset(dir(builtins)) | frozenset(dir(torch)) | frozenset(dir(torch.Tensor))
COMMON |= {"NoneType", "ndarray", "self", "torch", "course_lib", "locals", "lambda"}
COMMON |= {"Float", "Double", "Long", "Int", "Bool", "Half", "ForbiddenCall"}


def without_values(failure: Failure, error: BaseException) -> Failure:
    """Return a failure that tells nothing of what was passed in.

    Args:
        failure: how the call ended.
        error: what it raised. Where it was told by a learner's process, it carries
            `known`, the words and lines of the learner's own code: there nothing is
            believed but common words, those words and those lines.
    """
    known = getattr(error, "known", None)
    text, kind, where = failure.text, failure.kind, failure.where
    found = KNOWN.match(text) or PHRASES.search(text)
    text = found[0] if found else ""
    if known is not None:
        names = WORD.findall(" ".join(filter(None, found.groups()))) if found else ()
        text = text if all(name in COMMON or name in known for name in names) else ""
        kind = kind if kind in KINDS or kind in known else "Error"
        line = WHERE.fullmatch(where)
        where = where if line and line[1] in known else ""
    return dataclasses.replace(failure, kind=kind, text=text, where=where)
