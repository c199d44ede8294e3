"""Documents: contracts, worlds and reports, from files that anybody wrote; bounded, with the line of each value."""

from tollbridge.documents.document import Document, document_of, read_document
from tollbridge.documents.errors import DocumentError, listed, printable
from tollbridge.documents.file import read_file
from tollbridge.documents.places import Place, placed
from tollbridge.documents.size import fits

__all__ = [
    "Document",
    "DocumentError",
    "Place",
    "document_of",
    "fits",
    "listed",
    "placed",
    "printable",
    "read_document",
    "read_file",
]
