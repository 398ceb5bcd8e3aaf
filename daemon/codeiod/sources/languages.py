"""The programming languages that a folder is searched for, by the extension of a file's name.

Imports nothing. Names are those that GitHub shows; where several languages share an extension, the
most common one has it.
"""

from __future__ import annotations

_EXTENSIONS = {
    "Ada": "adb ads",
    "Assembly": "asm s",
    "Awk": "awk",
    "Batchfile": "bat cmd",
    "C": "c h",
    "C#": "cs csx",
    "C++": "cc cpp cxx c++ hh hpp hxx h++ ipp tpp",
    "COBOL": "cbl cob cpy",
    "Chapel": "chpl",
    "Clojure": "clj cljc cljs",
    "CoffeeScript": "coffee",
    "Common Lisp": "lisp lsp cl",
    "Crystal": "cr",
    "Cuda": "cu cuh",
    "Cython": "pyx pxd",
    "D": "d",
    "Dart": "dart",
    "Elixir": "ex exs",
    "Elm": "elm",
    "Emacs Lisp": "el",
    "Erlang": "erl hrl",
    "F#": "fs fsi fsx",
    "Factor": "factor",
    "Forth": "forth 4th fth",
    "Fortran": "f f77 f90 f95 f03 f08 for",
    "GLSL": "glsl vert frag",
    "Go": "go",
    "Groovy": "groovy gradle",
    "HLSL": "hlsl",
    "Hack": "hack",
    "Haskell": "hs lhs",
    "Haxe": "hx",
    "Idris": "idr",
    "J": "ijs",
    "Java": "java",
    "JavaScript": "js mjs cjs jsx",
    "Julia": "jl",
    "Kotlin": "kt kts",
    "Lean": "lean",
    "LiveScript": "ls",
    "Lua": "lua",
    "MATLAB": "m",
    "Modula-2": "mod",
    "Nim": "nim",
    "Nix": "nix",
    "OCaml": "ml mli",
    "Objective-C++": "mm",
    "Odin": "odin",
    "OpenCL": "opencl clcpp",
    "PHP": "php phtml",
    "Pascal": "pas pp dpr lpr",
    "Perl": "pl pm",
    "PowerShell": "ps1 psm1",
    "Prolog": "pro prolog",
    "PureScript": "purs",
    "Python": "py pyw",
    "R": "r",
    "Racket": "rkt",
    "Raku": "raku rakumod",
    "ReScript": "res",
    "Reason": "re",
    "Ruby": "rb",
    "Rust": "rs",
    "SQL": "sql",
    "Scala": "scala sc",
    "Scheme": "scm ss sld",
    "Shell": "sh bash zsh ksh",
    "Smalltalk": "st",
    "Solidity": "sol",
    "Standard ML": "sml sig fun",
    "Swift": "swift",
    "SystemVerilog": "sv svh",
    "Tcl": "tcl",
    "TypeScript": "ts tsx mts cts",
    "V": "vv",
    "VHDL": "vhd vhdl",
    "Vala": "vala vapi",
    "Verilog": "v vh",
    "Visual Basic .NET": "vb",
    "WebAssembly": "wat wast",
    "Wolfram Language": "wl wls nb",
    "Zig": "zig",
    "Apex": "apex",
}

LANGUAGES = {
    f".{extension}": language
    for language, extensions in _EXTENSIONS.items()
    for extension in extensions.split()
}
"""Extension, with its dot and in lower case, to the language's name."""


def language_of(path: str) -> str:
    """Guess the language of a file from its name, ``""`` where the extension is none of ours."""
    stem, dot, extension = path.rpartition("/")[2].rpartition(".")
    return LANGUAGES.get(f".{extension.lower()}", "") if stem and dot else ""
