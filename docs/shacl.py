"""Shapes written as nested values, put into a graph that is the same for the same values."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH

Form: TypeAlias = "Mapping[str, Form] | list[Form] | tuple[Form, ...] | str | int | URIRef | Literal"
"""A shape or path (a mapping of SHACL's own words), a list, several objects (a tuple), an IRI or a literal."""

Path: TypeAlias = "URIRef | list[Form] | Mapping[str, Form]"

REST: Final[Form] = {"zeroOrMorePath": RDF.rest}


class Shapes:
    """A graph of shapes in the making. Blank nodes are numbered, so that it is written in one way."""

    __slots__ = ("_namespace", "_nodes", "graph")

    def __init__(self, namespace: str) -> None:
        self.graph: Final = Graph(bind_namespaces="none")
        self._namespace = namespace
        self._nodes = 0

    def add(self, name: str, comment: str, form: Mapping[str, Form]) -> URIRef:
        """Put in a node shape; its name becomes its IRI."""
        shape = URIRef(self._namespace + name)
        self.graph.add((shape, RDF.type, SH.NodeShape))
        self.graph.add((shape, RDFS.comment, Literal(comment, lang="en")))
        self._put(shape, form)
        return shape

    def _put(self, subject: URIRef | BNode, form: Mapping[str, Form]) -> None:
        for word, value in form.items():
            for each in value if isinstance(value, tuple) else (value,):
                self.graph.add((subject, SH[word], self._node(each)))

    def _node(self, form: Form) -> URIRef | BNode | Literal:
        match form:
            case URIRef() | Literal():
                return form
            case Mapping():
                node = self._blank()
                self._put(node, form)
                return node
            case list():
                return self._listed([self._node(each) for each in form])
            case bool() | int():
                return Literal(form)
            case str():
                return URIRef(form)
            case _:
                raise TypeError(form)

    def _listed(self, members: list[URIRef | BNode | Literal]) -> URIRef | BNode:
        head: URIRef | BNode = RDF.nil
        for member in reversed(members):
            cell = self._blank()
            self.graph.add((cell, RDF.first, member))
            self.graph.add((cell, RDF.rest, head))
            head = cell
        return head

    def _blank(self) -> BNode:
        self._nodes += 1
        return BNode(f"n{self._nodes:05}")
