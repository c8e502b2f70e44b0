"""How much a package may hold. Generous for real packages (the largest here have some hundred tests and 10 MB)."""

MB = 1024 * 1024

#: files, of any kind; real packages with more tests than this judge for hours
FILES = 20_000
#: bytes of one file, of all files together, and of the archive itself
FILE_BYTES = 64 * MB
TOTAL_BYTES = 512 * MB
ARCHIVE_BYTES = 256 * MB
#: unpacked against packed bytes, looked at beyond RATIO_FROM: test data repeats itself, but not like a bomb
RATIO = 250
RATIO_FROM = 32 * MB
#: a path's length and depth
PATH_LENGTH = 240
PATH_DEPTH = 12
#: bytes of a file that people write: settings, statement, validator, program
TEXT_BYTES = 256 * 1024
#: tests that are judged
TESTS = 1000
