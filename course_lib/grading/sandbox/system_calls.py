"""The system calls that Python, torch and IPython need; and some that they do not.

Two lists, of what a judge and of what a learner may call. What is on none of them is
refused, so a call that a kernel learns tomorrow is refused as well. Calls that can do
more than is needed carry a rule about one of their arguments. The lists were found by
running the exercises, and what honest learners use besides (threads, subprocesses,
pools, plots, shell commands), under strace.

A line reads: name, number on x86-64, number on aarch64; a dash where there is none.
Sources: `unistd_64.h`, `asm-generic/unistd.h`, and the manual pages of the calls.
"""

from typing import NamedTuple

Table = dict[str, tuple[int | None, int | None]]  # numbers by name


class Rule(NamedTuple):
    """What the lower 32 bits of an argument must be.

    Attributes:
        argument: its place, counted from 0.
        values: it is one of these; an empty tuple allows every value.
        bit: it has this bit.
        without: it has none of these bits.
    """

    argument: int
    values: tuple[int, ...] = ()
    bit: int = 0
    without: int = 0


def _table(text: str) -> Table:
    entries = (entry.split() for entry in text.replace("\n", " ").split(","))
    return {name: (_number(x86), _number(arm)) for name, x86, arm in entries}


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


JUDGES = _table("""
read 0 63, readv 19 65, pread64 17 67, preadv 295 69, preadv2 327 286, write 1 64,
writev 20 66, open 2 -, openat 257 56, close 3 57, close_range 436 436, lseek 8 62,
dup 32 23, dup2 33 -, dup3 292 24, fcntl 72 25, ioctl 16 29, stat 4 -, fstat 5 80,
lstat 6 -, newfstatat 262 79, statx 332 291, access 21 -, faccessat 269 48,
faccessat2 439 439, readlink 89 -, readlinkat 267 78, getdents 78 -,
getdents64 217 61, getcwd 79 17, statfs 137 43, fstatfs 138 44, fadvise64 221 223,
mmap 9 222, munmap 11 215, mremap 25 216, mprotect 10 226, madvise 28 233,
brk 12 214, mincore 27 232, membarrier 324 283, get_mempolicy 239 236, msync 26 227,
clone 56 220, exit 60 93, exit_group 231 94, futex 202 98, set_robust_list 273 99,
get_robust_list 274 100, set_tid_address 218 96, rseq 334 293, arch_prctl 158 -,
sched_yield 24 124, sched_getaffinity 204 123, sched_getparam 143 121,
sched_getscheduler 145 120, sched_get_priority_max 146 125,
sched_get_priority_min 147 126, getcpu 309 168, getpid 39 172, getppid 110 173,
gettid 186 178, getpgid 121 155, getpgrp 111 -, getsid 124 156, getuid 102 174,
geteuid 107 175, getgid 104 176, getegid 108 177, getresuid 118 148,
getresgid 120 150, getgroups 115 158, capget 125 90, getpriority 140 141,
getrlimit 97 163, getrusage 98 165, times 100 153, sysinfo 99 179, uname 63 160,
prlimit64 302 261,
rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139,
rt_sigpending 127 136, rt_sigsuspend 130 133, rt_sigtimedwait 128 137,
sigaltstack 131 132, tgkill 234 131, restart_syscall 219 128, pause 34 -, alarm 37 -,
setitimer 38 103, getitimer 36 102, nanosleep 35 101, clock_nanosleep 230 115,
clock_gettime 228 113, clock_getres 229 114, gettimeofday 96 169, time 201 -,
poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72, epoll_create 213 -,
epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22,
pipe 22 -, pipe2 293 59, eventfd2 290 19, getrandom 318 278,
socketpair 53 199, sendto 44 206, sendmsg 46 211, recvfrom 45 207, recvmsg 47 212,
shutdown 48 210, getsockopt 55 209, setsockopt 54 208, getsockname 51 204,
getpeername 52 205
""")
LEARNERS = JUDGES | _table("""
creat 85 -, pwrite64 18 68, pwritev 296 70, pwritev2 328 287, truncate 76 45,
ftruncate 77 46, fallocate 285 47, fsync 74 82, fdatasync 75 83, flock 73 32,
rename 82 -, renameat 264 38, renameat2 316 276, mkdir 83 -, mkdirat 258 34,
rmdir 84 -, link 86 -, linkat 265 37, unlink 87 -, unlinkat 263 35, symlink 88 -,
symlinkat 266 36, chmod 90 -, fchmod 91 52, fchmodat 268 53, umask 95 166,
utime 132 -, utimes 235 -, utimensat 280 88, futimesat 261 -, chdir 80 49,
fchdir 81 50, sendfile 40 71, copy_file_range 326 285, getxattr 191 8,
lgetxattr 192 9, fgetxattr 193 10, listxattr 194 11, llistxattr 195 12,
flistxattr 196 13,
setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, chown 92 -, fchown 93 55,
lchown 94 -, fchownat 260 54,
fork 57 -, vfork 58 -, execve 59 221, wait4 61 260, waitid 247 95, kill 62 129,
tkill 200 130, setpgid 109 154, setsid 112 157, setrlimit 160 164,
setpriority 141 140, sched_setaffinity 203 122, prctl 157 167,
rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240,
socket 41 198, bind 49 200, listen 50 201, accept 43 202, accept4 288 242,
connect 42 203, sendmmsg 307 269, recvmmsg 299 243
""")
# none of them was ever needed, and holes were found behind many; `doctor` tries each.
# With arguments that make no sense they do nothing, wherever they go through
REFUSED = _table("""
io_setup 206 0, io_submit 209 2, modify_ldt 154 -, personality 135 92,
mq_open 240 180, mq_unlink 241 181, semget 64 190, semop 65 193, msgget 68 186,
shmget 29 194, shmat 30 196, inotify_init 253 -, inotify_init1 294 26,
fanotify_init 300 262, vmsplice 278 75, splice 275 76, tee 276 77, ptrace 101 117,
process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272, unshare 272 97,
setns 308 268, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51,
keyctl 250 219, add_key 248 217, request_key 249 218, bpf 321 280,
perf_event_open 298 241, userfaultfd 323 282, open_by_handle_at 304 265,
name_to_handle_at 303 264, memfd_create 319 279, signalfd4 289 74,
timerfd_create 283 85, timer_create 222 107, seccomp 317 277, setuid 105 146,
setresuid 117 147, setgroups 116 159, capset 126 91, mknod 133 -, mknodat 259 33,
mlock 149 228, mlockall 151 230, mbind 237 235, set_mempolicy 238 237,
migrate_pages 256 238, move_pages 279 239, remap_file_pages 216 234,
ioprio_set 251 30, sync 162 81, syncfs 306 267, swapon 167 224, acct 163 89,
quotactl 179 60, syslog 103 116, sethostname 170 161, settimeofday 164 170,
clock_settime 227 112, adjtimex 159 171, init_module 175 105, finit_module 313 273,
delete_module 176 106, kexec_load 246 104, iopl 172 -, ioperm 173 -,
lookup_dcookie 212 18, nfsservctl 180 42, uselib 134 -,
pidfd_send_signal 424 424, io_uring_setup 425 425, io_uring_enter 426 426,
pidfd_open 434 434, pidfd_getfd 438 438, open_tree 428 428, move_mount 429 429,
fsopen 430 430, fsmount 432 432, openat2 437 437, process_madvise 440 440,
mount_setattr 442 442, landlock_create_ruleset 444 444, memfd_secret 447 447,
clone3 435 435
""")
PROGRAMS = {**_table("execveat 322 281"), "execve": LEARNERS["execve"]}

NEW_NAMESPACES = 0x7E020080  # the flags of clone that make one
CLONE_THREAD = 0x10000
WRITING = 0o20003103  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE
AF_UNIX = 1
# is it a terminal, how wide; what waits in it; close it on exec; do not wait for it
DESCRIPTORS = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451, 0x5421)
# the settings of a terminal of one's own, such as a shell command of IPython gets;
# TIOCSTI, which types for others, and line disciplines are not among them
TERMINALS = (
    *(*range(0x5402, 0x540C), *range(0x540E, 0x5412), 0x5414, 0x5422, 0x5429, 0x5441),
    *(0x80045430, 0x40045431, 0x802C542A, 0x402C542B, 0x402C542C, 0x402C542D),
)
FICLONE = 0x40049409  # `cp` tries it first
# the death signal, being dumpable, the name, a filter, the bounding set, no new rights
PROCESS = (1, 2, 3, 4, 15, 16, 21, 22, 23, 38, 39)
FOR_BOTH = {
    "arch_prctl": Rule(0, values=(0x1002, 0x1003)),  # where a thread's data are
    "socketpair": Rule(0, values=(AF_UNIX,)),
}
FOR_LEARNERS = FOR_BOTH | {
    "clone": Rule(0, without=NEW_NAMESPACES),
    "ioctl": Rule(1, values=(*DESCRIPTORS, *TERMINALS, FICLONE)),
    "prctl": Rule(0, values=PROCESS),
    "socket": Rule(0, values=(AF_UNIX,)),
}
FOR_JUDGES = FOR_BOTH | {
    "clone": Rule(0, bit=CLONE_THREAD, without=NEW_NAMESPACES),  # it stays one process
    "ioctl": Rule(1, values=DESCRIPTORS),
    "open": Rule(1, without=WRITING),
    "openat": Rule(2, without=WRITING),
}
