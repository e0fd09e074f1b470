"""A flow as a picture, in words for people: Mermaid, Graphviz DOT, PlantUML, a table, a sequence.

Everything is made from the table that the step reads, and is byte for byte the same for the same definition.
"""

from .dot import dot
from .mermaid import mermaid
from .path import Path, path_of
from .picture import Edge, Kind, Node, Picture, picture
from .plantuml import plantuml
from .script import Cast
from .sequence import mermaid_sequence, plantuml_sequence
from .sequence_svg import sequence_svg
from .table import markdown
from .words import Language, Words

__all__ = [
    "Cast",
    "Edge",
    "Kind",
    "Language",
    "Node",
    "Path",
    "Picture",
    "Words",
    "dot",
    "markdown",
    "mermaid",
    "mermaid_sequence",
    "path_of",
    "picture",
    "plantuml",
    "plantuml_sequence",
    "sequence_svg",
]
