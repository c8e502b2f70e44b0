"""What the interpreter in the sandbox runs first: reads the program, compiles it, reports, lets go of everything, runs it.

Given to `python -c` as text, with -I -S: no `os`, no `site`. Descriptors: 3 is the status pipe, 4 the program. The status says
S (started), then C and a message (the program does not compile) or R (running); a run without S is the sandbox's failure.
"""


def _main():
    import builtins
    import posix
    import sys

    posix.write(3, b"S")
    parts = []
    while part := posix.read(4, 1 << 16):
        parts.append(part)
    posix.close(4)
    source = b"".join(parts)
    try:
        code = compile(source, "solution.py", "exec", dont_inherit=True)
    except BaseException as error:
        text = getattr(error, "text", None) or ""
        line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
        reason = getattr(error, "msg", None) or str(error) or "the program is too deep or too large"
        message = f"{type(error).__name__}{line}: {reason}\n{text.rstrip()[:400]}"
        posix.write(3, b"C" + message.encode("utf-8", "backslashreplace")[:2000])
        posix._exit(1)
    posix.write(3, b"R")
    posix.close(3)

    def report(kind, error, trace):
        import linecache
        import traceback

        lines = source.decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache["solution.py"] = (len(source), None, lines, "solution.py")
        while trace and trace.tb_frame.f_code.co_filename != "solution.py":
            trace = trace.tb_next
        if issubclass(kind, RecursionError):  # thousands of lines that say the same
            traceback.print_exception(kind, error, trace, limit=8)
        else:
            traceback.print_exception(kind, error, trace)
        if issubclass(kind, MemoryError):
            sys.stderr.flush()
            posix._exit(77)

    sys.excepthook = report
    builtins.exit = builtins.quit = sys.exit  # `site` makes them, which is left out
    sys.argv[:] = ["solution.py"]
    names = sys.modules["__main__"].__dict__
    del names["_main"]
    names["__doc__"] = None
    exec(code, names)  # noqa: S102  that is what the sandbox is for


_main()
