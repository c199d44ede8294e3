"""Bodies that are forms, `application/x-www-form-urlencoded`: each text as the type that the contract says."""

from urllib.parse import parse_qsl

from tollbridge.contract import SchemaCheck
from tollbridge.problems import MalformedForm
from tollbridge.server.parameters import form_value
from tollbridge.server.wire import Parsed

MAX_FIELDS = 1_000


def parse_form(check: SchemaCheck, body: bytes) -> Parsed:
    """Read a form.

    Args:
        check: the schema of the form.
        body: the bytes, as they came.

    Raises:
        MalformedForm: 400, it is not UTF-8, or has too many fields.
    """
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise MalformedForm("The form is not UTF-8. Percent-encode text in UTF-8.") from None
    except ValueError:
        raise MalformedForm(f"The form has more than {MAX_FIELDS:,} fields. Send fewer.") from None
    return Parsed(form_value(check, pairs), ())
