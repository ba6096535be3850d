"""Which mutants a source file has: Clang's syntax tree of it says where operators, constants, enumerators, conditions, statements
and returned values stand.

A Site is a place in the file with what may stand there instead. Sites nest like the tree; schemata.py writes all of a file's into one
text, so that one build holds every mutant and a number chooses one.
"""

import dataclasses
import json
import re
import subprocess

COMPARISONS = {"<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="]}
SWAPS = {"&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"]}
FUNCTIONS = {"FunctionDecl", "CXXMethodDecl", "CXXConstructorDecl", "CXXConversionDecl"}
OPERATORS = {
    "BinaryOperator",
    "CXXOperatorCallExpr",
    "CXXRewrittenBinaryOperator",
    "UnaryOperator",
    "CXXBoolLiteralExpr",
}
FLAGS = ["-std=c++20", "-Isrc", "-fno-exceptions", "-fno-rtti"]
CHOSEN = {
    "IntegerLiteral",
    "CXXBoolLiteralExpr",
    "DeclRefExpr",
    "CompoundStmt",
}  # what makes a constant one no more, once it can change
# How many statements stand at the end of one; 0 for all.
BODIES = {
    "CompoundStmt": 0,
    "CaseStmt": 0,
    "DefaultStmt": 0,
    "IfStmt": 1,
    "ForStmt": 1,
    "WhileStmt": 1,
    "DoStmt": 0,
    "CXXForRangeStmt": 1,
}
# Returned, each is what the mutant would return.
NOTHING = {"{}", '""', "std::nullopt", "nullptr", "0", "false", "true"}


@dataclasses.dataclass
class Site:
    begin: int
    end: int
    function: str
    form: str  # how schemata.py writes it: value, condition, statement, return; drop, const and inline for what cannot be chosen from
    choices: list  # (what kind of change, the text instead)


def syntax_tree(clang, path, flags):
    """The file's own declarations, every node with `span`, its first and last byte in the file; None where it is of another file."""
    command = [clang, *flags, "-fsyntax-only", "-Xclang", "-ast-dump=json", "-Xclang", "-ast-dump-filter=leafsum", path]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    decoder, at, roots = json.JSONDecoder(), 0, []
    while at < len(text):
        root, at = decoder.raw_decode(text, at)
        roots.append(root)
        while at < len(text) and text[at].isspace():
            at += 1
    place = {"file": ""}

    def where(location):
        # A file is named where it differs from the last that was, in the order of the text.
        if "spellingLoc" in location:
            where(location["spellingLoc"])
            where(location["expansionLoc"])
            return None
        place["file"] = location.get("file", place["file"])
        if place["file"] != path or "offset" not in location:
            return None
        return location["offset"], location["offset"] + location["tokLen"]

    def visit(node):
        if "loc" in node:
            where(node["loc"])
        node["span"] = None
        if "range" in node:
            first, last = where(node["range"]["begin"]), where(node["range"]["end"])
            node["span"] = (first[0], last[1]) if first and last else None
        for child in node.get("inner", []):
            visit(child)

    for root in roots:
        visit(root)
    return roots


class Finder:
    def __init__(self, source, enums):
        self.source, self.enums = source, enums
        self.sites = {}

    def text(self, span):
        return self.source[span[0] : span[1]].decode()

    def add(self, span, form, function, *choices):
        site = self.sites.setdefault((span, form), Site(*span, function, form, []))
        site.choices += [c for c in choices if c not in site.choices]

    def replaced(self, span, begin, end, instead):
        return (self.source[span[0] : begin] + instead.encode() + self.source[end : span[1]]).decode()

    def operator(self, node, span, function):
        """A binary operator, built in or overloaded, as it is written."""
        if node["kind"] == "BinaryOperator":
            left = node["inner"][0]["span"]
            if not left:
                return None
            found = re.compile(rb"\s*(&&|\|\||[<>=!]=|[<>+\-*/])(?!=)").match(self.source, left[1])
        else:
            callee = next(
                nodes_of(
                    node, lambda n: n["kind"] == "DeclRefExpr" and "operator" in n["referencedDecl"].get("name", "")
                ),
                None,
            )
            if not callee or not callee["span"]:
                return None
            found = re.compile(rb"([<>=!]=|[<>](?![<>=]))").match(self.source, callee["span"][0])
        if not found or not span[0] < found.start(1) < found.end(1) < span[1]:
            return None
        name = found.group(1).decode()
        builtin = node["kind"] == "BinaryOperator"
        if builtin and node["opcode"] != name:
            return None
        for instead in COMPARISONS.get(name, []) + (SWAPS.get(name, []) if builtin else []):
            self.add(
                span,
                "value",
                function,
                (f"{name} to {instead}", self.replaced(span, found.start(1), found.end(1), instead)),
            )
        return name

    def condition(self, node, function):
        """One that has no operator of its own to change: a call, a variable."""
        inner = stripped(node)
        if inner["span"] and inner["kind"] not in OPERATORS:
            self.add(inner["span"], "condition", function, ("negated", f"!({self.text(inner['span'])})"))

    def literal(self, node, span, function):
        text = self.text(span)
        if node["kind"] == "CXXBoolLiteralExpr":
            other = "false" if text == "true" else "true"
            self.add(span, "value", function, (f"{text} to {other}", other))
            return
        if not re.match(r"[0-9]", text):
            return
        self.add(span, "value", function, (f"{text} plus 1", f"{text} + 1"))
        if node["value"] != "0":
            self.add(span, "value", function, (f"{text} minus 1", f"{text} - 1"))

    def enumerator(self, node, span, function):
        declaration = node["referencedDecl"]
        names = self.enums.get(declaration["type"]["qualType"].split("::")[-1], [])
        if declaration["name"] in names and len(names) > 1:
            other = names[(names.index(declaration["name"]) + 1) % len(names)]
            text = self.text(span)
            self.add(span, "value", function, (f"to {other}", text[: -len(declaration["name"])] + other))

    def statement(self, node, function):
        span = node["span"]
        inner = stripped(node)
        removable = inner["kind"] in (
            "CallExpr",
            "CXXMemberCallExpr",
            "CXXOperatorCallExpr",
            "BinaryOperator",
            "CompoundAssignOperator",
            "UnaryOperator",
            "ContinueStmt",
            "BreakStmt",
        )
        if inner["kind"] == "ReturnStmt" and not inner.get("inner"):
            removable = True
        if not removable or not span or self.source[span[1] : span[1] + 1] != b";":
            return
        self.add((span[0], span[1] + 1), "statement", function, ("removed", ""))

    def returned(self, node, span, function):
        value = node["inner"][0]
        if not value["span"] or self.source[span[1] : span[1] + 1] != b";":
            return
        text, kind = self.text(value["span"]), value.get("type", {}).get("qualType", "")
        if kind == "bool":
            self.condition(value, function)
        elif (
            kind != "void"
            and text not in NOTHING
            and not (
                stripped(value)["kind"] == "DeclRefExpr"
                and stripped(value)["referencedDecl"]["kind"] == "EnumConstantDecl"
            )
        ):
            self.add((span[0], span[1] + 1), "return", function, ("nothing returned", "return {};"))

    def visit(self, node, function, fixed):
        kind, span = node["kind"], node["span"]
        inner = node.get("inner", [])
        if kind in FUNCTIONS and not node.get("name", "").startswith("operator()"):
            function = node.get("name", function)
        if kind == "StaticAssertDecl" and span:  # the real build holds it
            self.add((span[0], self.source.index(b";", span[1]) + 1), "drop", function)
        if kind in ("StaticAssertDecl", "TemplateArgument", "EnumDecl") or node.get("isImplicit"):
            return
        if kind in ("VarDecl", "FunctionDecl") and node.get("constexpr") and span:
            function = function or node.get("name", "")
            at = self.source.find(b"constexpr", span[0], span[1])
            if at >= 0 and any(nodes_of(node, lambda n: n["kind"] in CHOSEN)):
                self.add((at, at + len(b"constexpr")), "inline" if kind == "FunctionDecl" else "const", function)
        if kind == "CaseStmt":  # its label is a constant
            inner = inner[1:]
        if span and not fixed:
            if kind in ("BinaryOperator", "CXXOperatorCallExpr", "CXXRewrittenBinaryOperator"):
                name = self.operator(node, span, function)
                if name in ("&&", "||"):
                    for side in inner:
                        self.condition(side, function)
            elif kind == "UnaryOperator" and node["opcode"] == "!" and re.match("!(?!=)", self.text(span)):
                self.add(span, "condition", function, ("negation removed", f"static_cast<bool>({self.text(span)[1:]})"))
            elif kind in ("IntegerLiteral", "CXXBoolLiteralExpr"):
                self.literal(node, span, function)
            elif kind == "DeclRefExpr" and node["referencedDecl"]["kind"] == "EnumConstantDecl":
                self.enumerator(node, span, function)
            elif kind in ("IfStmt", "WhileStmt") and not node.get("hasVar"):
                self.condition(inner[1 if node.get("hasInit") else 0], function)
            elif kind == "ConditionalOperator":
                self.condition(inner[0], function)
            elif kind == "ReturnStmt" and inner:
                self.returned(node, span, function)
        for child in inner[-BODIES.get(kind, 0) - bool(node.get("hasElse")) :] if kind in BODIES else []:
            if child.get("kind"):
                self.statement(child, function)
        for child in inner:
            if child.get("kind"):
                self.visit(child, function, fixed)


def stripped(node):
    while node["kind"] in (
        "ImplicitCastExpr",
        "ExprWithCleanups",
        "ParenExpr",
        "CXXBindTemporaryExpr",
        "MaterializeTemporaryExpr",
    ):
        node = node["inner"][0]
    return node


def nodes_of(node, wanted):
    if wanted(node):
        yield node
    for child in node.get("inner", []):
        if child.get("kind"):
            yield from nodes_of(child, wanted)


def enums_of(roots):
    """The names of each enumeration, in order, by the enumeration's own name."""
    enums = {}
    for root in roots:
        for node in nodes_of(root, lambda n: n["kind"] == "EnumDecl"):
            names = [child["name"] for child in node.get("inner", []) if child["kind"] == "EnumConstantDecl"]
            if names:
                enums[node.get("name", "")] = names
    return enums


def find(clang, path):
    """The sites of a file, outermost first."""
    roots = syntax_tree(clang, path, FLAGS)
    with open(path, "rb") as file:
        finder = Finder(file.read(), enums_of(roots))
    for root in roots:
        finder.visit(root, "", False)
    return sorted(finder.sites.values(), key=lambda s: (s.begin, -s.end))
