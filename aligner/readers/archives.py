"""Zip containers from strangers (docx, odt, epub): members read by name, never written anywhere, and within bounds.

A name is only ever looked up, so that one such as ``../../etc/passwd`` leads nowhere. What all members give together
is bounded like a compressed file; the sizes that the zip itself declares are not believed.
"""

import zipfile
import zlib
from io import BytesIO

from aligner.errors import ReadError
from aligner.markup import Element, parse
from aligner.readers.decoding import NotTextError, decode
from aligner.readers.files import MAX_BYTES, most_unpacked
from aligner.readers.ids import printable

MAX_MEMBERS = 10_000
"""Members of a container; a book with a picture on every page has fewer."""

MAX_XML = 20 << 20
"""Bytes of one XML member; a tree takes up to 30 times as much. A novel of 3 MB has 10 MB in Word."""

MAX_TAGS = 1_500_000
"""Tags of one XML member, which take 3 s at most."""

_ENTRY = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1


class Archive:
    """An open container; ``kind`` is what it should be, for messages, as ``.docx``."""

    def __init__(self, data: bytes, text_id: str, kind: str) -> None:
        """Open it.

        Raises:
            ReadError: the data is no zip, is damaged or has too many members.
        """
        self.text_id = text_id
        self._room = min(MAX_BYTES, most_unpacked(len(data)))
        if data.count(_ENTRY) > MAX_MEMBERS:
            raise ReadError(f"{text_id}: more than {MAX_MEMBERS} members; save it anew with fewer pictures")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
            raise ReadError(f"{text_id}: {_why_no_zip(data, kind)}") from error

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """The content of a member.

        Raises:
            ReadError: there is no such member, or it is encrypted, damaged or too large.
        """
        where = self.where(name)
        if name not in self:
            raise ReadError(f"{where}: missing from the file; save it anew with the program that made it")
        member = self._zip.getinfo(name)
        if member.flag_bits & _ENCRYPTED:
            raise ReadError(f"{where}: encrypted; save the file without a password")
        if member.compress_type not in _PLAIN:
            raise ReadError(f"{where}: packed in a way that is not allowed here; save the file anew")
        try:
            with self._zip.open(member) as file:
                content = file.read(max(self._room, 0) + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise ReadError(f"{where}: damaged; fetch the file again, or save it anew") from error
        self._room -= len(content)
        if self._room < 0:
            raise ReadError(f"{where}: unpacks to more than any text does; leave the file out")
        return content

    def xml(self, name: str) -> Element:
        """The root element of an XML member.

        Raises:
            ReadError: as ``read``, or the member is no XML or too much of it.
        """
        where, content = self.where(name), self.read(name)
        if len(content) > MAX_XML or content.count(b"<") > MAX_TAGS:
            raise ReadError(f"{where}: {len(content) >> 20} MiB of markup; cut the document into several")
        try:
            return parse(content)
        except ValueError as error:
            raise ReadError(f"{where}: {printable(str(error))}") from error

    def where(self, name: str) -> str:
        """A member as messages name it."""
        return f"{self.text_id}: {printable(name)}"


def _why_no_zip(data: bytes, kind: str) -> str:
    if data.startswith(_OLE):
        return f"an old or encrypted Office file; save it as {kind} without a password"
    if data.startswith(_LOCAL):
        return f"a damaged or cut short {kind} file; fetch it again, or save it anew"
    try:
        decode(data)
    except NotTextError:
        return f"binary data, no {kind} file; take it out of the corpus"
    return f"text or nothing, no {kind} file; name it for what it is, as .txt"
