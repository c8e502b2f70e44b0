"""What every operation of the OpenAPI schema says in the same words: errors are problem details."""

from typing import Any

from common.problem import CONTENT_TYPE

NAME = "Problem"
TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "An error, as problem details (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
    },
}


def describe_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Give all errors their media type and shape; a hook of drf-spectacular, run on the finished schema."""
    result.setdefault("components", {}).setdefault("schemas", {})[NAME] = PROBLEM
    content = {CONTENT_TYPE: {"schema": {"$ref": f"#/components/schemas/{NAME}"}}}
    for methods in result["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict) and "responses" in operation:
                _describe(operation["responses"], content)
    return result


def _describe(responses: dict[str, Any], content: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status.isdigit() and int(status) >= 400:
            response["content"] = content
    responses.setdefault("default", {"description": "Any other error.", "content": content})
