# SPDX-License-Identifier: MIT
"""A seccomp filter that refuses a system call, as container engines do."""

import ctypes
import struct

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
LOAD_WORD, JUMP_IF_EQUAL, JUMP_IF_ABOVE_OR_EQUAL, ANSWER = 0x20, 0x15, 0x35, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, SECOND_ARGUMENT = 0, 16 + 8  # Offsets in struct seccomp_data.


def installer(rows):
    """A function to run in the child, which installs the filter."""
    program = b"".join(struct.pack("HBBI", *row) for row in rows)
    code = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)

    def install():
        assert code  # Referenced by `head`.
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(
                PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no seccomp filter here")

    return install


def refusing(number, error, second_argument_least=0):
    """Returns a function to run in the child, where the call then fails with `error`, if its second
    argument is at least that large."""
    return installer((
        (LOAD_WORD, 0, 0, NUMBER),
        (JUMP_IF_EQUAL, 0, 3, number),
        (LOAD_WORD, 0, 0, SECOND_ARGUMENT),
        (JUMP_IF_ABOVE_OR_EQUAL, 0, 1, second_argument_least),
        (ANSWER, 0, 0, FAIL | error),
        (ANSWER, 0, 0, ALLOW)))


def allowing(numbers, error):
    """Returns a function to run in the child, where all calls but these then fail with `error`."""
    rows = [(LOAD_WORD, 0, 0, NUMBER)]
    for number in sorted(numbers):
        rows += [(JUMP_IF_EQUAL, 0, 1, number), (ANSWER, 0, 0, ALLOW)]
    return installer([*rows, (ANSWER, 0, 0, FAIL | error)])
