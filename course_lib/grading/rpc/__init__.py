"""4. What crosses between judge and learner, and how: plain values, as a list says.

messages            the list of what the judge accepts, with its limits
side                which end this process holds, and what follows
frames              a message: JSON, then the bytes of tensors
values, tensors     the kinds of values that may cross
pack, unpack        values taken apart, and built again
graphs, gradients   autograd across two processes
effects             what a call did to its arguments
proxies             what stands here for something of the other side
line                one end of the conversation, and what the judge's lets through
caller, answers     what is done over it: calling, and answering
"""
