"""The commands and environments of LaTeX that statements use, by what is done with them."""

#: command → what it writes
SYMBOLS = {
    "ldots": "…", "dots": "…", "textellipsis": "…", "textbackslash": "\\\\", "textasciitilde": "~", "textbar": "|",
    "textless": "&lt;", "textgreater": "&gt;", "textquotedblleft": "“", "textquotedblright": "”", "textquoteleft": "‘",
    "textquoteright": "’", "textendash": "–", "textemdash": "—", "S": "§", "copyright": "©", "pounds": "£", "euro": "€",
    "ss": "ß", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
    "LaTeX": "LaTeX", "TeX": "TeX", "quad": " ", "qquad": " ", "newline": "  \n", "par": "\n\n", "linebreak": "  \n",
    "textunderscore": "\\_", "degree": "°", "textdegree": "°", "textasciicircum": "^", "slash": "/", "textperiodcentered": "·",
    "checkmark": "✓", "item": "\n- ",
}  # fmt: skip
ESCAPED = {"%": "%", "&": "&amp;", "_": "\\_", "#": "\\#", "{": "{", "}": "}", "$": "\\$", " ": " ", "\n": " ", ",": " ",
           ";": " ", ":": " ", "!": "", "/": "", "-": "", "@": "", "\\": "  \n", "*": ""}  # fmt: skip
#: accents: command → combining character
ACCENTS = {"'": "́", "`": "̀", '"': "̈", "^": "̂", "~": "̃", "=": "̄", ".": "̇",
           "c": "̧", "v": "̌", "u": "̆", "H": "̋", "k": "̨", "r": "̊", "d": "̣"}  # fmt: skip
#: commands whose text is framed
FRAMES = {"textbf": "**", "textit": "*", "emph": "*", "textsl": "*", "bf": "**", "it": "*", "em": "*", "underline": "",
          "textsc": "", "textrm": "", "textsf": "", "text": "", "mbox": "", "hbox": "", "fbox": "", "centerline": "",
          "textup": "",
          "uppercase": "", "sout": "~~", "st": "~~", "enquote": "“”", "textmd": "", "textnormal": ""}  # fmt: skip
CODE = ("texttt", "verb", "lstinline", "code", "path")
SECTIONS = {"section": "##", "subsection": "###", "subsubsection": "####", "paragraph": "####", "chapter": "##"}
#: commands with nothing to read: name → how many arguments go with them
SILENT = {
    "noindent": 0, "medskip": 0, "bigskip": 0, "smallskip": 0, "centering": 0, "newpage": 0, "clearpage": 0,
    "hfill": 0, "vfill": 0, "small": 0, "large": 0, "Large": 0, "footnotesize": 0, "tiny": 0, "normalsize": 0,
    "scriptsize": 0, "raggedright": 0, "sloppy": 0, "vspace": 1, "hspace": 1, "vskip": 0, "label": 1, "pagestyle": 1,
    "thispagestyle": 1, "setlength": 2, "addtolength": 2, "usepackage": 1, "documentclass": 1, "selectlanguage": 1,
    "nextsample": 0, "remainingsamples": 0, "sampleinput": 1, "sampleoutput": 1, "maketitle": 0, "tableofcontents": 0,
    "protect": 0, "relax": 0, "bibliographystyle": 1, "wrapfill": 0, "setcounter": 2, "renewcommand": 2,
    "providecommand": 2, "baselineskip": 0, "parskip": 0, "parindent": 0, "null": 0, "leavevmode": 0, "strut": 0,
    "index": 1, "nopagebreak": 0, "pagebreak": 0, "samepage": 0, "bfseries": 0, "itshape": 0, "ttfamily": 0,
    "captionsetup": 1, "sampleinteraction": 0, "displaystyle": 0, "unskip": 0, "ignorespaces": 0, "arraystretch": 0,
    "definecolor": 3,
}  # fmt: skip
VERBATIM = ("verbatim", "lstlisting", "Verbatim", "alltt", "minted")
TABLES = ("tabular", "tabular*", "tabularx", "array", "longtable", "tabulary")
LISTS = ("itemize", "enumerate", "description", "compactitem", "compactenum")
#: environments' arguments that are not read, where `\begin{…}` is followed by some
FRAME_ARGUMENTS = {"minipage": 1, "wrapfigure": 2, "multicols": 1, "wraptable": 2, "adjustbox": 1, "tcolorbox": 0}
