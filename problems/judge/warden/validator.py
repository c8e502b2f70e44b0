"""What a validator's run begins with, in the sandbox: makes files of input, answer and output, then runs the validator."""


def _validate(facts):
    """Run a validator as the problem package format has it: `validator input answer feedback/ < output`, 42 or 43."""
    import builtins
    import io
    import json
    import os
    import sys

    facts = json.loads(facts)
    stdin = sys.stdin.buffer
    files = {"/judge/input": stdin.read(facts["input"]), "/judge/answer": stdin.read(facts["answer"])}
    folder = "/judge/feedback"
    feedback = {}
    plain_open = io.open

    class Kept(io.BytesIO):
        def close(self):
            feedback[self.name] = self.getvalue()
            super().close()

    def virtual(path, mode="r"):
        name = os.path.normpath(path)
        if name in files:
            return io.BytesIO(files[name])
        kept = Kept(b"" if "w" in mode else feedback.get(os.path.basename(name), b""))
        kept.seek(0, io.SEEK_END)
        kept.name = os.path.basename(name)
        return kept

    def open_(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *more, **others):
        path = os.fspath(file) if not isinstance(file, int) else ""
        if path == "/dev/stdin":
            return stdin if "b" in mode else sys.stdin
        if not isinstance(path, str) or not path.startswith("/judge/"):
            return plain_open(file, mode, buffering, encoding, errors, newline, *more, **others)
        raw = virtual(path, mode)
        return raw if "b" in mode else io.TextIOWrapper(raw, encoding or "utf-8", errors, newline)

    builtins.open = io.open = open_
    exists, is_folder = os.path.exists, os.path.isdir
    os.path.exists = os.path.isfile = lambda path: str(path) in files or exists(path)
    os.path.isdir = lambda path: os.path.normpath(path) == folder or is_folder(path)
    out = sys.stdout
    sys.stdout = io.StringIO()
    sys.argv[:] = ["validator.py", "/judge/input", "/judge/answer", folder + "/", *facts["arguments"]]
    status = 0
    try:
        code = compile(facts["code"], "validator.py", "exec")
        exec(code, {"__name__": "__main__", "__builtins__": builtins})  # noqa: S102  inside the sandbox
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    import gc

    gc.collect()  # files that the validator never closed
    json.dump({name: data.decode("utf-8", "replace") for name, data in feedback.items()}, out)
    out.flush()
    os._exit(status)
