"""Pages of knowledge: at the desk and in the portal."""

from django.http import HttpRequest

PAGE_ROWS = 30


def page_number(request: HttpRequest) -> int:
    """The page asked for; anything odd is the first."""
    given = request.GET.get("page", "0")
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 6 else 0


def pager(request: HttpRequest, page: int, *, has_more: bool) -> dict[str, str]:
    """The addresses of the newer and the older page, empty where there is none."""

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {"newer": address(page - 1) if page else "", "older": address(page + 1) if has_more else ""}
